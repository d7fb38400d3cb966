import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { ClosePollRequest as _votestream_polls_v1_ClosePollRequest, ClosePollRequest__Output as _votestream_polls_v1_ClosePollRequest__Output } from './votestream/polls/v1/ClosePollRequest.js';
import type { ClosePollResponse as _votestream_polls_v1_ClosePollResponse, ClosePollResponse__Output as _votestream_polls_v1_ClosePollResponse__Output } from './votestream/polls/v1/ClosePollResponse.js';
import type { CreatePollRequest as _votestream_polls_v1_CreatePollRequest, CreatePollRequest__Output as _votestream_polls_v1_CreatePollRequest__Output } from './votestream/polls/v1/CreatePollRequest.js';
import type { CreatePollResponse as _votestream_polls_v1_CreatePollResponse, CreatePollResponse__Output as _votestream_polls_v1_CreatePollResponse__Output } from './votestream/polls/v1/CreatePollResponse.js';
import type { GetPollsRequest as _votestream_polls_v1_GetPollsRequest, GetPollsRequest__Output as _votestream_polls_v1_GetPollsRequest__Output } from './votestream/polls/v1/GetPollsRequest.js';
import type { GetPollsResponse as _votestream_polls_v1_GetPollsResponse, GetPollsResponse__Output as _votestream_polls_v1_GetPollsResponse__Output } from './votestream/polls/v1/GetPollsResponse.js';
import type { GetStatsRequest as _votestream_polls_v1_GetStatsRequest, GetStatsRequest__Output as _votestream_polls_v1_GetStatsRequest__Output } from './votestream/polls/v1/GetStatsRequest.js';
import type { GetStatsResponse as _votestream_polls_v1_GetStatsResponse, GetStatsResponse__Output as _votestream_polls_v1_GetStatsResponse__Output } from './votestream/polls/v1/GetStatsResponse.js';
import type { ListPollsRequest as _votestream_polls_v1_ListPollsRequest, ListPollsRequest__Output as _votestream_polls_v1_ListPollsRequest__Output } from './votestream/polls/v1/ListPollsRequest.js';
import type { ListPollsResponse as _votestream_polls_v1_ListPollsResponse, ListPollsResponse__Output as _votestream_polls_v1_ListPollsResponse__Output } from './votestream/polls/v1/ListPollsResponse.js';
import type { ListThemesRequest as _votestream_polls_v1_ListThemesRequest, ListThemesRequest__Output as _votestream_polls_v1_ListThemesRequest__Output } from './votestream/polls/v1/ListThemesRequest.js';
import type { ListThemesResponse as _votestream_polls_v1_ListThemesResponse, ListThemesResponse__Output as _votestream_polls_v1_ListThemesResponse__Output } from './votestream/polls/v1/ListThemesResponse.js';
import type { Poll as _votestream_polls_v1_Poll, Poll__Output as _votestream_polls_v1_Poll__Output } from './votestream/polls/v1/Poll.js';
import type { PollsServiceClient as _votestream_polls_v1_PollsServiceClient, PollsServiceDefinition as _votestream_polls_v1_PollsServiceDefinition } from './votestream/polls/v1/PollsService.js';
import type { Theme as _votestream_polls_v1_Theme, Theme__Output as _votestream_polls_v1_Theme__Output } from './votestream/polls/v1/Theme.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  votestream: {
    polls: {
      v1: {
        ClosePollRequest: MessageTypeDefinition<_votestream_polls_v1_ClosePollRequest, _votestream_polls_v1_ClosePollRequest__Output>
        ClosePollResponse: MessageTypeDefinition<_votestream_polls_v1_ClosePollResponse, _votestream_polls_v1_ClosePollResponse__Output>
        CreatePollRequest: MessageTypeDefinition<_votestream_polls_v1_CreatePollRequest, _votestream_polls_v1_CreatePollRequest__Output>
        CreatePollResponse: MessageTypeDefinition<_votestream_polls_v1_CreatePollResponse, _votestream_polls_v1_CreatePollResponse__Output>
        GetPollsRequest: MessageTypeDefinition<_votestream_polls_v1_GetPollsRequest, _votestream_polls_v1_GetPollsRequest__Output>
        GetPollsResponse: MessageTypeDefinition<_votestream_polls_v1_GetPollsResponse, _votestream_polls_v1_GetPollsResponse__Output>
        GetStatsRequest: MessageTypeDefinition<_votestream_polls_v1_GetStatsRequest, _votestream_polls_v1_GetStatsRequest__Output>
        GetStatsResponse: MessageTypeDefinition<_votestream_polls_v1_GetStatsResponse, _votestream_polls_v1_GetStatsResponse__Output>
        ListPollsRequest: MessageTypeDefinition<_votestream_polls_v1_ListPollsRequest, _votestream_polls_v1_ListPollsRequest__Output>
        ListPollsResponse: MessageTypeDefinition<_votestream_polls_v1_ListPollsResponse, _votestream_polls_v1_ListPollsResponse__Output>
        ListThemesRequest: MessageTypeDefinition<_votestream_polls_v1_ListThemesRequest, _votestream_polls_v1_ListThemesRequest__Output>
        ListThemesResponse: MessageTypeDefinition<_votestream_polls_v1_ListThemesResponse, _votestream_polls_v1_ListThemesResponse__Output>
        Poll: MessageTypeDefinition<_votestream_polls_v1_Poll, _votestream_polls_v1_Poll__Output>
        PollStatus: EnumTypeDefinition
        /**
         * PollsService owns polls, their options and the themes.
         */
        PollsService: SubtypeConstructor<typeof grpc.Client, _votestream_polls_v1_PollsServiceClient> & { service: _votestream_polls_v1_PollsServiceDefinition }
        Theme: MessageTypeDefinition<_votestream_polls_v1_Theme, _votestream_polls_v1_Theme__Output>
      }
    }
  }
}

