// Original file: votestream/events/v1/events.proto

import type { Long } from '@grpc/proto-loader';

/**
 * PollClosed ends a poll in its partition: what lies behind it is too late. It lies in every partition, once or more often.
 */
export interface PollClosed {
  'pollId'?: (number | string | Long);
  /**
   * 16 bytes: which closing this belongs to.
   */
  'closeId'?: (Buffer | Uint8Array | string);
}

/**
 * PollClosed ends a poll in its partition: what lies behind it is too late. It lies in every partition, once or more often.
 */
export interface PollClosed__Output {
  'pollId': (number);
  /**
   * 16 bytes: which closing this belongs to.
   */
  'closeId': (Buffer);
}
