// Original file: votestream/polls/v1/polls.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ClosePollRequest as _votestream_polls_v1_ClosePollRequest, ClosePollRequest__Output as _votestream_polls_v1_ClosePollRequest__Output } from '../../../votestream/polls/v1/ClosePollRequest.js';
import type { ClosePollResponse as _votestream_polls_v1_ClosePollResponse, ClosePollResponse__Output as _votestream_polls_v1_ClosePollResponse__Output } from '../../../votestream/polls/v1/ClosePollResponse.js';
import type { CreatePollRequest as _votestream_polls_v1_CreatePollRequest, CreatePollRequest__Output as _votestream_polls_v1_CreatePollRequest__Output } from '../../../votestream/polls/v1/CreatePollRequest.js';
import type { CreatePollResponse as _votestream_polls_v1_CreatePollResponse, CreatePollResponse__Output as _votestream_polls_v1_CreatePollResponse__Output } from '../../../votestream/polls/v1/CreatePollResponse.js';
import type { GetPollsRequest as _votestream_polls_v1_GetPollsRequest, GetPollsRequest__Output as _votestream_polls_v1_GetPollsRequest__Output } from '../../../votestream/polls/v1/GetPollsRequest.js';
import type { GetPollsResponse as _votestream_polls_v1_GetPollsResponse, GetPollsResponse__Output as _votestream_polls_v1_GetPollsResponse__Output } from '../../../votestream/polls/v1/GetPollsResponse.js';
import type { GetStatsRequest as _votestream_polls_v1_GetStatsRequest, GetStatsRequest__Output as _votestream_polls_v1_GetStatsRequest__Output } from '../../../votestream/polls/v1/GetStatsRequest.js';
import type { GetStatsResponse as _votestream_polls_v1_GetStatsResponse, GetStatsResponse__Output as _votestream_polls_v1_GetStatsResponse__Output } from '../../../votestream/polls/v1/GetStatsResponse.js';
import type { ListPollsRequest as _votestream_polls_v1_ListPollsRequest, ListPollsRequest__Output as _votestream_polls_v1_ListPollsRequest__Output } from '../../../votestream/polls/v1/ListPollsRequest.js';
import type { ListPollsResponse as _votestream_polls_v1_ListPollsResponse, ListPollsResponse__Output as _votestream_polls_v1_ListPollsResponse__Output } from '../../../votestream/polls/v1/ListPollsResponse.js';
import type { ListThemesRequest as _votestream_polls_v1_ListThemesRequest, ListThemesRequest__Output as _votestream_polls_v1_ListThemesRequest__Output } from '../../../votestream/polls/v1/ListThemesRequest.js';
import type { ListThemesResponse as _votestream_polls_v1_ListThemesResponse, ListThemesResponse__Output as _votestream_polls_v1_ListThemesResponse__Output } from '../../../votestream/polls/v1/ListThemesResponse.js';

/**
 * PollsService owns polls, their options and the themes.
 */
export interface PollsServiceClient extends grpc.Client {
  /**
   * ClosePoll begins to close a poll for ever, at its owner's wish; closing twice is closing once. The answer's status is CLOSING or CLOSED: what
   * remains is done by itself. MANAGE_TOKEN_WRONG (permission_denied) when the token is not the poll's.
   */
  ClosePoll(argument: _votestream_polls_v1_ClosePollRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  ClosePoll(argument: _votestream_polls_v1_ClosePollRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_polls_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  ClosePoll(argument: _votestream_polls_v1_ClosePollRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  ClosePoll(argument: _votestream_polls_v1_ClosePollRequest, callback: grpc.requestCallback<_votestream_polls_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  /**
   * ClosePoll begins to close a poll for ever, at its owner's wish; closing twice is closing once. The answer's status is CLOSING or CLOSED: what
   * remains is done by itself. MANAGE_TOKEN_WRONG (permission_denied) when the token is not the poll's.
   */
  closePoll(argument: _votestream_polls_v1_ClosePollRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  closePoll(argument: _votestream_polls_v1_ClosePollRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_polls_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  closePoll(argument: _votestream_polls_v1_ClosePollRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  closePoll(argument: _votestream_polls_v1_ClosePollRequest, callback: grpc.requestCallback<_votestream_polls_v1_ClosePollResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * CreatePoll stores a poll. The same idempotency key with the same content answers with the first poll again;
   * with other content it fails with IDEMPOTENCY_KEY_REUSED.
   */
  CreatePoll(argument: _votestream_polls_v1_CreatePollRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_CreatePollResponse__Output>): grpc.ClientUnaryCall;
  CreatePoll(argument: _votestream_polls_v1_CreatePollRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_polls_v1_CreatePollResponse__Output>): grpc.ClientUnaryCall;
  CreatePoll(argument: _votestream_polls_v1_CreatePollRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_CreatePollResponse__Output>): grpc.ClientUnaryCall;
  CreatePoll(argument: _votestream_polls_v1_CreatePollRequest, callback: grpc.requestCallback<_votestream_polls_v1_CreatePollResponse__Output>): grpc.ClientUnaryCall;
  /**
   * CreatePoll stores a poll. The same idempotency key with the same content answers with the first poll again;
   * with other content it fails with IDEMPOTENCY_KEY_REUSED.
   */
  createPoll(argument: _votestream_polls_v1_CreatePollRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_CreatePollResponse__Output>): grpc.ClientUnaryCall;
  createPoll(argument: _votestream_polls_v1_CreatePollRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_polls_v1_CreatePollResponse__Output>): grpc.ClientUnaryCall;
  createPoll(argument: _votestream_polls_v1_CreatePollRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_CreatePollResponse__Output>): grpc.ClientUnaryCall;
  createPoll(argument: _votestream_polls_v1_CreatePollRequest, callback: grpc.requestCallback<_votestream_polls_v1_CreatePollResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetPolls answers with the polls that exist, in the order asked for; an unknown id is left out. At most 1,000 ids a call; 90 polls
   * of the largest kind fit into an answer of 1 MiB, beyond that it may be ANSWER_TOO_LARGE.
   */
  GetPolls(argument: _votestream_polls_v1_GetPollsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_GetPollsResponse__Output>): grpc.ClientUnaryCall;
  GetPolls(argument: _votestream_polls_v1_GetPollsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_polls_v1_GetPollsResponse__Output>): grpc.ClientUnaryCall;
  GetPolls(argument: _votestream_polls_v1_GetPollsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_GetPollsResponse__Output>): grpc.ClientUnaryCall;
  GetPolls(argument: _votestream_polls_v1_GetPollsRequest, callback: grpc.requestCallback<_votestream_polls_v1_GetPollsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetPolls answers with the polls that exist, in the order asked for; an unknown id is left out. At most 1,000 ids a call; 90 polls
   * of the largest kind fit into an answer of 1 MiB, beyond that it may be ANSWER_TOO_LARGE.
   */
  getPolls(argument: _votestream_polls_v1_GetPollsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_GetPollsResponse__Output>): grpc.ClientUnaryCall;
  getPolls(argument: _votestream_polls_v1_GetPollsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_polls_v1_GetPollsResponse__Output>): grpc.ClientUnaryCall;
  getPolls(argument: _votestream_polls_v1_GetPollsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_GetPollsResponse__Output>): grpc.ClientUnaryCall;
  getPolls(argument: _votestream_polls_v1_GetPollsRequest, callback: grpc.requestCallback<_votestream_polls_v1_GetPollsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetStats answers with the number of polls.
   */
  GetStats(argument: _votestream_polls_v1_GetStatsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  GetStats(argument: _votestream_polls_v1_GetStatsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_polls_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  GetStats(argument: _votestream_polls_v1_GetStatsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  GetStats(argument: _votestream_polls_v1_GetStatsRequest, callback: grpc.requestCallback<_votestream_polls_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetStats answers with the number of polls.
   */
  getStats(argument: _votestream_polls_v1_GetStatsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  getStats(argument: _votestream_polls_v1_GetStatsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_polls_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  getStats(argument: _votestream_polls_v1_GetStatsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  getStats(argument: _votestream_polls_v1_GetStatsRequest, callback: grpc.requestCallback<_votestream_polls_v1_GetStatsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * ListPolls answers with one page of polls, newest first. An unknown theme is THEME_NOT_FOUND. A page may be shorter than its limit
   * though more polls follow: next_after_id says whether they do.
   */
  ListPolls(argument: _votestream_polls_v1_ListPollsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_ListPollsResponse__Output>): grpc.ClientUnaryCall;
  ListPolls(argument: _votestream_polls_v1_ListPollsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_polls_v1_ListPollsResponse__Output>): grpc.ClientUnaryCall;
  ListPolls(argument: _votestream_polls_v1_ListPollsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_ListPollsResponse__Output>): grpc.ClientUnaryCall;
  ListPolls(argument: _votestream_polls_v1_ListPollsRequest, callback: grpc.requestCallback<_votestream_polls_v1_ListPollsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * ListPolls answers with one page of polls, newest first. An unknown theme is THEME_NOT_FOUND. A page may be shorter than its limit
   * though more polls follow: next_after_id says whether they do.
   */
  listPolls(argument: _votestream_polls_v1_ListPollsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_ListPollsResponse__Output>): grpc.ClientUnaryCall;
  listPolls(argument: _votestream_polls_v1_ListPollsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_polls_v1_ListPollsResponse__Output>): grpc.ClientUnaryCall;
  listPolls(argument: _votestream_polls_v1_ListPollsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_ListPollsResponse__Output>): grpc.ClientUnaryCall;
  listPolls(argument: _votestream_polls_v1_ListPollsRequest, callback: grpc.requestCallback<_votestream_polls_v1_ListPollsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * ListThemes answers with every theme and its number of polls.
   */
  ListThemes(argument: _votestream_polls_v1_ListThemesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_ListThemesResponse__Output>): grpc.ClientUnaryCall;
  ListThemes(argument: _votestream_polls_v1_ListThemesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_polls_v1_ListThemesResponse__Output>): grpc.ClientUnaryCall;
  ListThemes(argument: _votestream_polls_v1_ListThemesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_ListThemesResponse__Output>): grpc.ClientUnaryCall;
  ListThemes(argument: _votestream_polls_v1_ListThemesRequest, callback: grpc.requestCallback<_votestream_polls_v1_ListThemesResponse__Output>): grpc.ClientUnaryCall;
  /**
   * ListThemes answers with every theme and its number of polls.
   */
  listThemes(argument: _votestream_polls_v1_ListThemesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_ListThemesResponse__Output>): grpc.ClientUnaryCall;
  listThemes(argument: _votestream_polls_v1_ListThemesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_votestream_polls_v1_ListThemesResponse__Output>): grpc.ClientUnaryCall;
  listThemes(argument: _votestream_polls_v1_ListThemesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_votestream_polls_v1_ListThemesResponse__Output>): grpc.ClientUnaryCall;
  listThemes(argument: _votestream_polls_v1_ListThemesRequest, callback: grpc.requestCallback<_votestream_polls_v1_ListThemesResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * PollsService owns polls, their options and the themes.
 */
export interface PollsServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * ClosePoll begins to close a poll for ever, at its owner's wish; closing twice is closing once. The answer's status is CLOSING or CLOSED: what
   * remains is done by itself. MANAGE_TOKEN_WRONG (permission_denied) when the token is not the poll's.
   */
  ClosePoll: grpc.handleUnaryCall<_votestream_polls_v1_ClosePollRequest__Output, _votestream_polls_v1_ClosePollResponse>;
  
  /**
   * CreatePoll stores a poll. The same idempotency key with the same content answers with the first poll again;
   * with other content it fails with IDEMPOTENCY_KEY_REUSED.
   */
  CreatePoll: grpc.handleUnaryCall<_votestream_polls_v1_CreatePollRequest__Output, _votestream_polls_v1_CreatePollResponse>;
  
  /**
   * GetPolls answers with the polls that exist, in the order asked for; an unknown id is left out. At most 1,000 ids a call; 90 polls
   * of the largest kind fit into an answer of 1 MiB, beyond that it may be ANSWER_TOO_LARGE.
   */
  GetPolls: grpc.handleUnaryCall<_votestream_polls_v1_GetPollsRequest__Output, _votestream_polls_v1_GetPollsResponse>;
  
  /**
   * GetStats answers with the number of polls.
   */
  GetStats: grpc.handleUnaryCall<_votestream_polls_v1_GetStatsRequest__Output, _votestream_polls_v1_GetStatsResponse>;
  
  /**
   * ListPolls answers with one page of polls, newest first. An unknown theme is THEME_NOT_FOUND. A page may be shorter than its limit
   * though more polls follow: next_after_id says whether they do.
   */
  ListPolls: grpc.handleUnaryCall<_votestream_polls_v1_ListPollsRequest__Output, _votestream_polls_v1_ListPollsResponse>;
  
  /**
   * ListThemes answers with every theme and its number of polls.
   */
  ListThemes: grpc.handleUnaryCall<_votestream_polls_v1_ListThemesRequest__Output, _votestream_polls_v1_ListThemesResponse>;
  
}

export interface PollsServiceDefinition extends grpc.ServiceDefinition {
  ClosePoll: MethodDefinition<_votestream_polls_v1_ClosePollRequest, _votestream_polls_v1_ClosePollResponse, _votestream_polls_v1_ClosePollRequest__Output, _votestream_polls_v1_ClosePollResponse__Output>
  CreatePoll: MethodDefinition<_votestream_polls_v1_CreatePollRequest, _votestream_polls_v1_CreatePollResponse, _votestream_polls_v1_CreatePollRequest__Output, _votestream_polls_v1_CreatePollResponse__Output>
  GetPolls: MethodDefinition<_votestream_polls_v1_GetPollsRequest, _votestream_polls_v1_GetPollsResponse, _votestream_polls_v1_GetPollsRequest__Output, _votestream_polls_v1_GetPollsResponse__Output>
  GetStats: MethodDefinition<_votestream_polls_v1_GetStatsRequest, _votestream_polls_v1_GetStatsResponse, _votestream_polls_v1_GetStatsRequest__Output, _votestream_polls_v1_GetStatsResponse__Output>
  ListPolls: MethodDefinition<_votestream_polls_v1_ListPollsRequest, _votestream_polls_v1_ListPollsResponse, _votestream_polls_v1_ListPollsRequest__Output, _votestream_polls_v1_ListPollsResponse__Output>
  ListThemes: MethodDefinition<_votestream_polls_v1_ListThemesRequest, _votestream_polls_v1_ListThemesResponse, _votestream_polls_v1_ListThemesRequest__Output, _votestream_polls_v1_ListThemesResponse__Output>
}
