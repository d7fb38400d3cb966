// Original file: votestream/votes/v1/votes.proto

export const OutcomeStatus = {
  OUTCOME_STATUS_UNSPECIFIED: 'OUTCOME_STATUS_UNSPECIFIED',
  /**
   * Durable and counted.
   */
  OUTCOME_STATUS_COUNTED: 'OUTCOME_STATUS_COUNTED',
  /**
   * In the durable log, not yet counted.
   */
  OUTCOME_STATUS_PENDING: 'OUTCOME_STATUS_PENDING',
  /**
   * Decided against by the log, for ever; `reason` says why.
   */
  OUTCOME_STATUS_REJECTED: 'OUTCOME_STATUS_REJECTED',
  /**
   * Not appended: certainly not recorded; `reason` says why.
   */
  OUTCOME_STATUS_REFUSED: 'OUTCOME_STATUS_REFUSED',
  /**
   * It may have been recorded: ask again with the same vote id.
   */
  OUTCOME_STATUS_UNKNOWN: 'OUTCOME_STATUS_UNKNOWN',
} as const;

export type OutcomeStatus =
  | 'OUTCOME_STATUS_UNSPECIFIED'
  | 0
  /**
   * Durable and counted.
   */
  | 'OUTCOME_STATUS_COUNTED'
  | 1
  /**
   * In the durable log, not yet counted.
   */
  | 'OUTCOME_STATUS_PENDING'
  | 2
  /**
   * Decided against by the log, for ever; `reason` says why.
   */
  | 'OUTCOME_STATUS_REJECTED'
  | 3
  /**
   * Not appended: certainly not recorded; `reason` says why.
   */
  | 'OUTCOME_STATUS_REFUSED'
  | 4
  /**
   * It may have been recorded: ask again with the same vote id.
   */
  | 'OUTCOME_STATUS_UNKNOWN'
  | 5

export type OutcomeStatus__Output = typeof OutcomeStatus[keyof typeof OutcomeStatus]
