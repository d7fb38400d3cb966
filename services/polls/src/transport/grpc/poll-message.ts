import type { Poll as PollMessage, ProtoPollStatus } from '@votestream/proto'
import type { Poll, PollStatus } from '../../domain/poll.js'

const statusNames = {
  open: 'POLL_STATUS_OPEN',
  closing: 'POLL_STATUS_CLOSING',
  closed: 'POLL_STATUS_CLOSED',
} as const satisfies Record<PollStatus, ProtoPollStatus>

const statuses = Object.keys(statusNames) as PollStatus[]

export const pollToMessage = ({ theme, status, options, ...poll }: Poll): PollMessage => ({
  ...poll,
  opensAtUs: poll.opensAtUs ?? 0,
  closesAtUs: poll.closesAtUs ?? 0,
  closedAtUs: poll.closedAtUs ?? 0,
  theme: theme ?? '',
  status: statusNames[status],
  options: [...options],
})

/** Undefined for UNSPECIFIED, which means every status. */
export const statusFromMessage = (name: ProtoPollStatus): PollStatus | undefined =>
  statuses.find((status) => statusNames[status] === name)
