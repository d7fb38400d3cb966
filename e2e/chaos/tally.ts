/** What the clients of a run were told, in sums. */
export interface Tally {
  /** Logical votes that were begun, by kind. */
  readonly begun: ReadonlyMap<string, number>
  /** How requests were answered, by kind and answer. */
  readonly answers: ReadonlyMap<string, number>
  /** Votes of which the voter knows the outcome, and of those the ones that were counted. */
  readonly decided: number
  readonly counted: number
  /** Votes whose voters still wait, or are going to ask again. */
  readonly open: number
  /** Answers that the contract does not have, the first ones. */
  readonly faults: readonly string[]
  begin(kind: string): void
  /** A voter knows the outcome, or has gone home without one. */
  finish(outcome: 'counted' | 'rejected' | 'unknown'): void
  answer(kind: string, answer: string | number): void
  complain(fault: string): void
}

const MOST_FAULTS = 20

export const makeTally = (): Tally => {
  const begun = new Map<string, number>()
  const answers = new Map<string, number>()
  const faults: string[] = []
  let [decided, counted] = [0, 0]
  let open = 0
  return {
    ...{ begun, answers, faults },
    get decided() {
      return decided
    },
    get counted() {
      return counted
    },
    get open() {
      return open
    },
    begin(kind) {
      increase(begun, kind)
      open += 1
    },
    finish(outcome) {
      open -= 1
      if (outcome !== 'unknown') decided += 1
      if (outcome === 'counted') counted += 1
    },
    answer: (kind, answer) => increase(answers, `${kind} ${answer}`),
    complain(fault) {
      if (faults.length < MOST_FAULTS) faults.push(fault)
    },
  }
}

const increase = (counts: Map<string, number>, key: string): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1)

/** Counts as one line, the largest first, and no more than so many. */
export const listed = (counts: ReadonlyMap<string, number>, most = Infinity): string =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([what, count]) => `${what}: ${count}`)
    .join(', ')
