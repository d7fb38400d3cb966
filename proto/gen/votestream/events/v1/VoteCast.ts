// Original file: votestream/events/v1/events.proto

import type { Long } from '@grpc/proto-loader';

/**
 * VoteCast is one ballot, as it was accepted into the log.
 */
export interface VoteCast {
  'pollId'?: (number | string | Long);
  /**
   * 16 bytes.
   */
  'ballotKey'?: (Buffer | Uint8Array | string);
  /**
   * 16 bytes.
   */
  'voteId'?: (Buffer | Uint8Array | string);
  'choice'?: (number);
  'requestId'?: (string);
}

/**
 * VoteCast is one ballot, as it was accepted into the log.
 */
export interface VoteCast__Output {
  'pollId': (number);
  /**
   * 16 bytes.
   */
  'ballotKey': (Buffer);
  /**
   * 16 bytes.
   */
  'voteId': (Buffer);
  'choice': (number);
  'requestId': (string);
}
