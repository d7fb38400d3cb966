import type { Call, PollsService, VotesService } from '../domain/ports.js'

export interface Stats {
  readonly totalPolls: number
  readonly totalVotes: number
  readonly pollsWithVotes: number
}

interface Deps {
  readonly polls: Pick<PollsService, 'countPolls'>
  readonly votes: Pick<VotesService, 'countVotes'>
}

/** Counts polls and votes; costs the same however many there are. */
export const makeGetStats =
  ({ polls, votes }: Deps) =>
  async (call: Call): Promise<Stats> => {
    const [totalPolls, counted] = await Promise.all([polls.countPolls(call), votes.countVotes(call)])
    return { totalPolls, ...counted }
  }
