// Original file: votestream/votes/v1/votes.proto

import type { Long } from '@grpc/proto-loader';

export interface GetStatsResponse {
  'totalVotes'?: (number | string | Long);
  'pollsWithVotes'?: (number | string | Long);
}

export interface GetStatsResponse__Output {
  'totalVotes': (number);
  'pollsWithVotes': (number);
}
