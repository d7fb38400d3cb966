// Original file: votestream/polls/v1/polls.proto

import type { Long } from '@grpc/proto-loader';

export interface ClosePollRequest {
  'pollId'?: (number | string | Long);
  'manageToken'?: (string);
}

export interface ClosePollRequest__Output {
  'pollId': (number);
  'manageToken': (string);
}
