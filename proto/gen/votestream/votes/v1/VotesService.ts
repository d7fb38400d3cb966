// Original file: votestream/votes/v1/votes.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CastVotesRequest as _votestream_votes_v1_CastVotesRequest, CastVotesRequest__Output as _votestream_votes_v1_CastVotesRequest__Output } from '../../../votestream/votes/v1/CastVotesRequest.js';
import type { CastVotesResponse as _votestream_votes_v1_CastVotesResponse, CastVotesResponse__Output as _votestream_votes_v1_CastVotesResponse__Output } from '../../../votestream/votes/v1/CastVotesResponse.js';
import type { ClosePollRequest as _votestream_votes_v1_ClosePollRequest, ClosePollRequest__Output as _votestream_votes_v1_ClosePollRequest__Output } from '../../../votestream/votes/v1/ClosePollRequest.js';
import type { ClosePollResponse as _votestream_votes_v1_ClosePollResponse, ClosePollResponse__Output as _votestream_votes_v1_ClosePollResponse__Output } from '../../../votestream/votes/v1/ClosePollResponse.js';
import type { GetResultsRequest as _votestream_votes_v1_GetResultsRequest, GetResultsRequest__Output as _votestream_votes_v1_GetResultsRequest__Output } from '../../../votestream/votes/v1/GetResultsRequest.js';
import type { GetResultsResponse as _votestream_votes_v1_GetResultsResponse, GetResultsResponse__Output as _votestream_votes_v1_GetResultsResponse__Output } from '../../../votestream/votes/v1/GetResultsResponse.js';
import type { GetStatsRequest as _votestream_votes_v1_GetStatsRequest, GetStatsRequest__Output as _votestream_votes_v1_GetStatsRequest__Output } from '../../../votestream/votes/v1/GetStatsRequest.js';
import type { GetStatsResponse as _votestream_votes_v1_GetStatsResponse, GetStatsResponse__Output as _votestream_votes_v1_GetStatsResponse__Output } from '../../../votestream/votes/v1/GetStatsResponse.js';
import type { GetVoteRequest as _votestream_votes_v1_GetVoteRequest, GetVoteRequest__Output as _votestream_votes_v1_GetVoteRequest__Output } from '../../../votestream/votes/v1/GetVoteRequest.js';
import type { GetVoteResponse as _votestream_votes_v1_GetVoteResponse, GetVoteResponse__Output as _votestream_votes_v1_GetVoteResponse__Output } from '../../../votestream/votes/v1/GetVoteResponse.js';

/**
 * VotesService takes ballots, counts votes and answers with results.
 */
export interface VotesServiceClient extends grpc.Client {
  /**
   * CastVotes appends ballots to the log and answers with an outcome for each. The first message comes when every ballot is
   * appended and decided, or 25 ms after the append at the latest; what is decided later follows in further messages. Every ballot gets exactly one
   * outcome, except that PENDING is followed by the final one when that is known before the call ends.
   */
  CastVotes(argument: _votestream_votes_v1_CastVotesRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_votestream_votes_v1_CastVotesResponse__Output>;
  CastVotes(argument: _votestream_votes_v1_CastVotesRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_votestream_votes_v1_CastVotesResponse__Output>;
  /**
   * CastVotes appends ballots to the log and answers with an outcome for each. The first message comes when every ballot is
   * appended and decided, or 25 ms after the append at the latest; what is decided later follows in further messages. Every ballot gets exactly one
   * outcome, except that PENDING is followed by the final one when that is known before the call ends.
   */
  castVotes(argument: _votestream_votes_v1_CastVotesRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_votestream_votes_v1_CastVotesResponse__Output>;
  castVotes(argument: _votestream_votes_v1_CastVotesRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_votestream_votes_v1_CastVotesResponse__Output>;
  
  /**
   * ClosePoll puts a marker into every partition of the log that has none for this poll yet, and waits until they are folded or the deadline is near.
   * To be repeated until it answers `final`: then no vote can be counted any more, and the results stay as they are.
   */
  ClosePoll(argument: _votestream_votes_v1_ClosePollRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  ClosePoll(argument: _votestream_votes_v1_ClosePollRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_votes_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  ClosePoll(argument: _votestream_votes_v1_ClosePollRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  ClosePoll(argument: _votestream_votes_v1_ClosePollRequest, callback: grpc.requestCallback<_votestream_votes_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  /**
   * ClosePoll puts a marker into every partition of the log that has none for this poll yet, and waits until they are folded or the deadline is near.
   * To be repeated until it answers `final`: then no vote can be counted any more, and the results stay as they are.
   */
  closePoll(argument: _votestream_votes_v1_ClosePollRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  closePoll(argument: _votestream_votes_v1_ClosePollRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_votes_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  closePoll(argument: _votestream_votes_v1_ClosePollRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  closePoll(argument: _votestream_votes_v1_ClosePollRequest, callback: grpc.requestCallback<_votestream_votes_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetResults includes every vote that was acknowledged before the call began. A poll that nobody voted on has version 0.
   */
  GetResults(argument: _votestream_votes_v1_GetResultsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_GetResultsResponse__Output>): grpc.ClientUnaryCall;
  GetResults(argument: _votestream_votes_v1_GetResultsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_votes_v1_GetResultsResponse__Output>): grpc.ClientUnaryCall;
  GetResults(argument: _votestream_votes_v1_GetResultsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_GetResultsResponse__Output>): grpc.ClientUnaryCall;
  GetResults(argument: _votestream_votes_v1_GetResultsRequest, callback: grpc.requestCallback<_votestream_votes_v1_GetResultsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetResults includes every vote that was acknowledged before the call began. A poll that nobody voted on has version 0.
   */
  getResults(argument: _votestream_votes_v1_GetResultsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_GetResultsResponse__Output>): grpc.ClientUnaryCall;
  getResults(argument: _votestream_votes_v1_GetResultsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_votes_v1_GetResultsResponse__Output>): grpc.ClientUnaryCall;
  getResults(argument: _votestream_votes_v1_GetResultsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_GetResultsResponse__Output>): grpc.ClientUnaryCall;
  getResults(argument: _votestream_votes_v1_GetResultsRequest, callback: grpc.requestCallback<_votestream_votes_v1_GetResultsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetStats sums the polls' results rows; its cost does not grow with the votes.
   */
  GetStats(argument: _votestream_votes_v1_GetStatsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  GetStats(argument: _votestream_votes_v1_GetStatsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_votes_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  GetStats(argument: _votestream_votes_v1_GetStatsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  GetStats(argument: _votestream_votes_v1_GetStatsRequest, callback: grpc.requestCallback<_votestream_votes_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetStats sums the polls' results rows; its cost does not grow with the votes.
   */
  getStats(argument: _votestream_votes_v1_GetStatsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  getStats(argument: _votestream_votes_v1_GetStatsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_votes_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  getStats(argument: _votestream_votes_v1_GetStatsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  getStats(argument: _votestream_votes_v1_GetStatsRequest, callback: grpc.requestCallback<_votestream_votes_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetVote says what became of a vote; VOTE_NOT_FOUND once it is certain that the log has no such vote.
   */
  GetVote(argument: _votestream_votes_v1_GetVoteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  GetVote(argument: _votestream_votes_v1_GetVoteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_votes_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  GetVote(argument: _votestream_votes_v1_GetVoteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  GetVote(argument: _votestream_votes_v1_GetVoteRequest, callback: grpc.requestCallback<_votestream_votes_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetVote says what became of a vote; VOTE_NOT_FOUND once it is certain that the log has no such vote.
   */
  getVote(argument: _votestream_votes_v1_GetVoteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  getVote(argument: _votestream_votes_v1_GetVoteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_votes_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  getVote(argument: _votestream_votes_v1_GetVoteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_votes_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  getVote(argument: _votestream_votes_v1_GetVoteRequest, callback: grpc.requestCallback<_votestream_votes_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * VotesService takes ballots, counts votes and answers with results.
 */
export interface VotesServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * CastVotes appends ballots to the log and answers with an outcome for each. The first message comes when every ballot is
   * appended and decided, or 25 ms after the append at the latest; what is decided later follows in further messages. Every ballot gets exactly one
   * outcome, except that PENDING is followed by the final one when that is known before the call ends.
   */
  CastVotes: grpc.handleServerStreamingCall<_votestream_votes_v1_CastVotesRequest__Output, _votestream_votes_v1_CastVotesResponse>;
  
  /**
   * ClosePoll puts a marker into every partition of the log that has none for this poll yet, and waits until they are folded or the deadline is near.
   * To be repeated until it answers `final`: then no vote can be counted any more, and the results stay as they are.
   */
  ClosePoll: grpc.handleUnaryCall<_votestream_votes_v1_ClosePollRequest__Output, _votestream_votes_v1_ClosePollResponse>;
  
  /**
   * GetResults includes every vote that was acknowledged before the call began. A poll that nobody voted on has version 0.
   */
  GetResults: grpc.handleUnaryCall<_votestream_votes_v1_GetResultsRequest__Output, _votestream_votes_v1_GetResultsResponse>;
  
  /**
   * GetStats sums the polls' results rows; its cost does not grow with the votes.
   */
  GetStats: grpc.handleUnaryCall<_votestream_votes_v1_GetStatsRequest__Output, _votestream_votes_v1_GetStatsResponse>;
  
  /**
   * GetVote says what became of a vote; VOTE_NOT_FOUND once it is certain that the log has no such vote.
   */
  GetVote: grpc.handleUnaryCall<_votestream_votes_v1_GetVoteRequest__Output, _votestream_votes_v1_GetVoteResponse>;
  
}

export interface VotesServiceDefinition extends grpc.ServiceDefinition {
  CastVotes: MethodDefinition<_votestream_votes_v1_CastVotesRequest, _votestream_votes_v1_CastVotesResponse, _votestream_votes_v1_CastVotesRequest__Output, _votestream_votes_v1_CastVotesResponse__Output>
  ClosePoll: MethodDefinition<_votestream_votes_v1_ClosePollRequest, _votestream_votes_v1_ClosePollResponse, _votestream_votes_v1_ClosePollRequest__Output, _votestream_votes_v1_ClosePollResponse__Output>
  GetResults: MethodDefinition<_votestream_votes_v1_GetResultsRequest, _votestream_votes_v1_GetResultsResponse, _votestream_votes_v1_GetResultsRequest__Output, _votestream_votes_v1_GetResultsResponse__Output>
  GetStats: MethodDefinition<_votestream_votes_v1_GetStatsRequest, _votestream_votes_v1_GetStatsResponse, _votestream_votes_v1_GetStatsRequest__Output, _votestream_votes_v1_GetStatsResponse__Output>
  GetVote: MethodDefinition<_votestream_votes_v1_GetVoteRequest, _votestream_votes_v1_GetVoteResponse, _votestream_votes_v1_GetVoteRequest__Output, _votestream_votes_v1_GetVoteResponse__Output>
}
