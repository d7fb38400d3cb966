// Original file: votestream/polls/v1/polls.proto

import type { Long } from '@grpc/proto-loader';

export interface GetStatsResponse {
  'totalPolls'?: (number | string | Long);
}

export interface GetStatsResponse__Output {
  'totalPolls': (number);
}
