// Original file: votestream/votes/v1/votes.proto

import type { Long } from '@grpc/proto-loader';

export interface GetResultsRequest {
  'pollIds'?: (number | string | Long)[];
}

export interface GetResultsRequest__Output {
  'pollIds': (number)[];
}
