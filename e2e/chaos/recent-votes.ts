import type { Random } from './random.js'

interface RecentVote {
  readonly poll: number
  readonly voteId: string
}

/** Votes whose ids are known, of which somebody may ask what became of them; of many, the newest. */
export interface RecentVotes {
  add(vote: RecentVote): void
  /** One of them; undefined while there is none. */
  pick(random: Random): RecentVote | undefined
}

/** Some ten seconds of votes: those are the ones that may still be under way. */
const REMEMBERED = 2_000

export const recentVotes = (): RecentVotes => {
  const votes: RecentVote[] = []
  let added = 0
  return {
    add(vote) {
      votes[added % REMEMBERED] = vote
      added += 1
    },
    pick: (random) => (votes.length === 0 ? undefined : random.pick(votes)),
  }
}
