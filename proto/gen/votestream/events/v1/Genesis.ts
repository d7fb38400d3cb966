// Original file: votestream/events/v1/events.proto


/**
 * Genesis is the first record of every partition: it identifies the log.
 */
export interface Genesis {
  /**
   * 16 bytes.
   */
  'logId'?: (Buffer | Uint8Array | string);
  'partitions'?: (number);
}

/**
 * Genesis is the first record of every partition: it identifies the log.
 */
export interface Genesis__Output {
  /**
   * 16 bytes.
   */
  'logId': (Buffer);
  'partitions': (number);
}
