// Original file: votestream/votes/v1/votes.proto

import type { Long } from '@grpc/proto-loader';

export interface GetVoteRequest {
  'pollId'?: (number | string | Long);
  'voteId'?: (Buffer | Uint8Array | string);
}

export interface GetVoteRequest__Output {
  'pollId': (number);
  'voteId': (Buffer);
}
