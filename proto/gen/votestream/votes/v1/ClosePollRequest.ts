// Original file: votestream/votes/v1/votes.proto

import type { Long } from '@grpc/proto-loader';

export interface ClosePollRequest {
  'pollId'?: (number | string | Long);
  /**
   * 16 bytes: names this closing in the log; the same for every repetition.
   */
  'closeId'?: (Buffer | Uint8Array | string);
}

export interface ClosePollRequest__Output {
  'pollId': (number);
  /**
   * 16 bytes: names this closing in the log; the same for every repetition.
   */
  'closeId': (Buffer);
}
