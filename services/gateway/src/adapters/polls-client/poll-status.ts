import type { ProtoPollStatus } from '@votestream/proto'
import type { PollStatus } from '../../domain/poll.js'

const names = {
  open: 'POLL_STATUS_OPEN',
  closing: 'POLL_STATUS_CLOSING',
  closed: 'POLL_STATUS_CLOSED',
} as const satisfies Record<PollStatus, ProtoPollStatus>

export const pollStatusToProto = (status: PollStatus | undefined): ProtoPollStatus =>
  status === undefined ? 'POLL_STATUS_UNSPECIFIED' : names[status]

/** A status that this version does not know is one in which a poll takes no votes. */
export const pollStatusFromProto = (name: ProtoPollStatus): PollStatus => {
  if (name === 'POLL_STATUS_OPEN') return 'open'
  return name === 'POLL_STATUS_CLOSING' ? 'closing' : 'closed'
}
