import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Genesis as _votestream_events_v1_Genesis, Genesis__Output as _votestream_events_v1_Genesis__Output } from './votestream/events/v1/Genesis.js';
import type { PollClosed as _votestream_events_v1_PollClosed, PollClosed__Output as _votestream_events_v1_PollClosed__Output } from './votestream/events/v1/PollClosed.js';
import type { Record as _votestream_events_v1_Record, Record__Output as _votestream_events_v1_Record__Output } from './votestream/events/v1/Record.js';
import type { VoteCast as _votestream_events_v1_VoteCast, VoteCast__Output as _votestream_events_v1_VoteCast__Output } from './votestream/events/v1/VoteCast.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  votestream: {
    events: {
      v1: {
        Genesis: MessageTypeDefinition<_votestream_events_v1_Genesis, _votestream_events_v1_Genesis__Output>
        PollClosed: MessageTypeDefinition<_votestream_events_v1_PollClosed, _votestream_events_v1_PollClosed__Output>
        Record: MessageTypeDefinition<_votestream_events_v1_Record, _votestream_events_v1_Record__Output>
        VoteCast: MessageTypeDefinition<_votestream_events_v1_VoteCast, _votestream_events_v1_VoteCast__Output>
      }
    }
  }
}

