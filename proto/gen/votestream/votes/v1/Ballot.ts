// Original file: votestream/votes/v1/votes.proto

import type { Long } from '@grpc/proto-loader';

export interface Ballot {
  'pollId'?: (number | string | Long);
  /**
   * 16 bytes: the voter's key where the poll limits voters, otherwise the vote id.
   */
  'ballotKey'?: (Buffer | Uint8Array | string);
  /**
   * 16 bytes.
   */
  'voteId'?: (Buffer | Uint8Array | string);
  /**
   * An option's 0-based index.
   */
  'choice'?: (number);
  /**
   * Ties log lines of all services together; 1 to 64 characters.
   */
  'requestId'?: (string);
  /**
   * Milliseconds since 1970-01-01T00:00:00Z by the caller's clock; 0 for never. Not appended after it: a call can lie unread for longer than
   * its own, relative deadline, and by then its voter may have been told that no such vote is in the log.
   */
  'expiresAtMs'?: (number | string | Long);
}

export interface Ballot__Output {
  'pollId': (number);
  /**
   * 16 bytes: the voter's key where the poll limits voters, otherwise the vote id.
   */
  'ballotKey': (Buffer);
  /**
   * 16 bytes.
   */
  'voteId': (Buffer);
  /**
   * An option's 0-based index.
   */
  'choice': (number);
  /**
   * Ties log lines of all services together; 1 to 64 characters.
   */
  'requestId': (string);
  /**
   * Milliseconds since 1970-01-01T00:00:00Z by the caller's clock; 0 for never. Not appended after it: a call can lie unread for longer than
   * its own, relative deadline, and by then its voter may have been told that no such vote is in the log.
   */
  'expiresAtMs': (number);
}
