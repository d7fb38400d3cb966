// Original file: votestream/events/v1/events.proto

import type { Genesis as _votestream_events_v1_Genesis, Genesis__Output as _votestream_events_v1_Genesis__Output } from '../../../votestream/events/v1/Genesis.js';
import type { VoteCast as _votestream_events_v1_VoteCast, VoteCast__Output as _votestream_events_v1_VoteCast__Output } from '../../../votestream/events/v1/VoteCast.js';
import type { PollClosed as _votestream_events_v1_PollClosed, PollClosed__Output as _votestream_events_v1_PollClosed__Output } from '../../../votestream/events/v1/PollClosed.js';

/**
 * Record is what lies in a partition of the log.
 */
export interface Record {
  'genesis'?: (_votestream_events_v1_Genesis | null);
  'voteCast'?: (_votestream_events_v1_VoteCast | null);
  'pollClosed'?: (_votestream_events_v1_PollClosed | null);
  'event'?: "genesis"|"voteCast"|"pollClosed";
}

/**
 * Record is what lies in a partition of the log.
 */
export interface Record__Output {
  'genesis'?: (_votestream_events_v1_Genesis__Output | null);
  'voteCast'?: (_votestream_events_v1_VoteCast__Output | null);
  'pollClosed'?: (_votestream_events_v1_PollClosed__Output | null);
  'event'?: "genesis"|"voteCast"|"pollClosed";
}
