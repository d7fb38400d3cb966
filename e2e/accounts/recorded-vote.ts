/** One vote as an account of them has it. */
export interface RecordedVote {
  readonly pollId: number
  readonly ballotKey: string
  readonly voteId: string
  readonly choice: number
}

/** Votes of each choice, by poll; a choice that nobody made is there as 0 up to the largest one that somebody made. */
export const talliesOf = (votes: readonly RecordedVote[]): ReadonlyMap<number, readonly number[]> => {
  const tallies = new Map<number, number[]>()
  for (const { pollId, choice } of votes) {
    const counts = tallies.get(pollId) ?? []
    tallies.set(pollId, counts)
    while (counts.length <= choice) counts.push(0)
    counts[choice] = (counts[choice] ?? 0) + 1
  }
  return tallies
}

/** One vote as a line: what two accounts are compared by. */
export const lineOf = ({ pollId, ballotKey, voteId, choice }: RecordedVote): string =>
  `${pollId} ${ballotKey} ${voteId} ${choice}`
