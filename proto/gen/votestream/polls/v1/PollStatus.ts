// Original file: votestream/polls/v1/polls.proto

export const PollStatus = {
  POLL_STATUS_UNSPECIFIED: 'POLL_STATUS_UNSPECIFIED',
  POLL_STATUS_OPEN: 'POLL_STATUS_OPEN',
  POLL_STATUS_CLOSING: 'POLL_STATUS_CLOSING',
  POLL_STATUS_CLOSED: 'POLL_STATUS_CLOSED',
} as const;

export type PollStatus =
  | 'POLL_STATUS_UNSPECIFIED'
  | 0
  | 'POLL_STATUS_OPEN'
  | 1
  | 'POLL_STATUS_CLOSING'
  | 2
  | 'POLL_STATUS_CLOSED'
  | 3

export type PollStatus__Output = typeof PollStatus[keyof typeof PollStatus]
