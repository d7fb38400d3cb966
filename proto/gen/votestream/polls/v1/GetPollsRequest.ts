// Original file: votestream/polls/v1/polls.proto

import type { Long } from '@grpc/proto-loader';

export interface GetPollsRequest {
  'ids'?: (number | string | Long)[];
}

export interface GetPollsRequest__Output {
  'ids': (number)[];
}
