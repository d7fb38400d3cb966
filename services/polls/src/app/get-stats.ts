import type { PollStore } from '../domain/ports.js'

export type GetStats = () => Promise<{ readonly totalPolls: number }>

/** Counts the polls; costs the same however many there are. */
export const makeGetStats =
  ({ polls }: { polls: PollStore }): GetStats =>
  async () => ({ totalPolls: await polls.count() })
