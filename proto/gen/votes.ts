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
import type { Ballot as _votestream_votes_v1_Ballot, Ballot__Output as _votestream_votes_v1_Ballot__Output } from './votestream/votes/v1/Ballot.js';
import type { CastVotesRequest as _votestream_votes_v1_CastVotesRequest, CastVotesRequest__Output as _votestream_votes_v1_CastVotesRequest__Output } from './votestream/votes/v1/CastVotesRequest.js';
import type { CastVotesResponse as _votestream_votes_v1_CastVotesResponse, CastVotesResponse__Output as _votestream_votes_v1_CastVotesResponse__Output } from './votestream/votes/v1/CastVotesResponse.js';
import type { ClosePollRequest as _votestream_votes_v1_ClosePollRequest, ClosePollRequest__Output as _votestream_votes_v1_ClosePollRequest__Output } from './votestream/votes/v1/ClosePollRequest.js';
import type { ClosePollResponse as _votestream_votes_v1_ClosePollResponse, ClosePollResponse__Output as _votestream_votes_v1_ClosePollResponse__Output } from './votestream/votes/v1/ClosePollResponse.js';
import type { GetResultsRequest as _votestream_votes_v1_GetResultsRequest, GetResultsRequest__Output as _votestream_votes_v1_GetResultsRequest__Output } from './votestream/votes/v1/GetResultsRequest.js';
import type { GetResultsResponse as _votestream_votes_v1_GetResultsResponse, GetResultsResponse__Output as _votestream_votes_v1_GetResultsResponse__Output } from './votestream/votes/v1/GetResultsResponse.js';
import type { GetStatsRequest as _votestream_votes_v1_GetStatsRequest, GetStatsRequest__Output as _votestream_votes_v1_GetStatsRequest__Output } from './votestream/votes/v1/GetStatsRequest.js';
import type { GetStatsResponse as _votestream_votes_v1_GetStatsResponse, GetStatsResponse__Output as _votestream_votes_v1_GetStatsResponse__Output } from './votestream/votes/v1/GetStatsResponse.js';
import type { GetVoteRequest as _votestream_votes_v1_GetVoteRequest, GetVoteRequest__Output as _votestream_votes_v1_GetVoteRequest__Output } from './votestream/votes/v1/GetVoteRequest.js';
import type { GetVoteResponse as _votestream_votes_v1_GetVoteResponse, GetVoteResponse__Output as _votestream_votes_v1_GetVoteResponse__Output } from './votestream/votes/v1/GetVoteResponse.js';
import type { Outcome as _votestream_votes_v1_Outcome, Outcome__Output as _votestream_votes_v1_Outcome__Output } from './votestream/votes/v1/Outcome.js';
import type { PollResults as _votestream_votes_v1_PollResults, PollResults__Output as _votestream_votes_v1_PollResults__Output } from './votestream/votes/v1/PollResults.js';
import type { VotesServiceClient as _votestream_votes_v1_VotesServiceClient, VotesServiceDefinition as _votestream_votes_v1_VotesServiceDefinition } from './votestream/votes/v1/VotesService.js';

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
    votes: {
      v1: {
        Ballot: MessageTypeDefinition<_votestream_votes_v1_Ballot, _votestream_votes_v1_Ballot__Output>
        CastVotesRequest: MessageTypeDefinition<_votestream_votes_v1_CastVotesRequest, _votestream_votes_v1_CastVotesRequest__Output>
        CastVotesResponse: MessageTypeDefinition<_votestream_votes_v1_CastVotesResponse, _votestream_votes_v1_CastVotesResponse__Output>
        ClosePollRequest: MessageTypeDefinition<_votestream_votes_v1_ClosePollRequest, _votestream_votes_v1_ClosePollRequest__Output>
        ClosePollResponse: MessageTypeDefinition<_votestream_votes_v1_ClosePollResponse, _votestream_votes_v1_ClosePollResponse__Output>
        GetResultsRequest: MessageTypeDefinition<_votestream_votes_v1_GetResultsRequest, _votestream_votes_v1_GetResultsRequest__Output>
        GetResultsResponse: MessageTypeDefinition<_votestream_votes_v1_GetResultsResponse, _votestream_votes_v1_GetResultsResponse__Output>
        GetStatsRequest: MessageTypeDefinition<_votestream_votes_v1_GetStatsRequest, _votestream_votes_v1_GetStatsRequest__Output>
        GetStatsResponse: MessageTypeDefinition<_votestream_votes_v1_GetStatsResponse, _votestream_votes_v1_GetStatsResponse__Output>
        GetVoteRequest: MessageTypeDefinition<_votestream_votes_v1_GetVoteRequest, _votestream_votes_v1_GetVoteRequest__Output>
        GetVoteResponse: MessageTypeDefinition<_votestream_votes_v1_GetVoteResponse, _votestream_votes_v1_GetVoteResponse__Output>
        Outcome: MessageTypeDefinition<_votestream_votes_v1_Outcome, _votestream_votes_v1_Outcome__Output>
        OutcomeStatus: EnumTypeDefinition
        PollResults: MessageTypeDefinition<_votestream_votes_v1_PollResults, _votestream_votes_v1_PollResults__Output>
        /**
         * VotesService takes ballots, counts votes and answers with results.
         */
        VotesService: SubtypeConstructor<typeof grpc.Client, _votestream_votes_v1_VotesServiceClient> & { service: _votestream_votes_v1_VotesServiceDefinition }
      }
    }
  }
}

