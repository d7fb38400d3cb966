/** The ids of votes that this process has taken and not yet handed to the log. */
export interface VotesInHand {
  take(voteIds: readonly string[]): Disposable
  holds(voteId: string): boolean
}

export const makeVotesInHand = (): VotesInHand => {
  const counts = new Map<string, number>()
  const add = (voteId: string, change: number): void => {
    const count = (counts.get(voteId) ?? 0) + change
    if (count > 0) counts.set(voteId, count)
    else counts.delete(voteId)
  }
  return {
    take(voteIds) {
      voteIds.forEach((voteId) => add(voteId, 1))
      return { [Symbol.dispose]: () => voteIds.forEach((voteId) => add(voteId, -1)) }
    },
    holds: (voteId) => counts.has(voteId),
  }
}
