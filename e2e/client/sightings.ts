import type { Results } from './documents.js'

/** Everything that one observer of a poll has seen, and which promises that broke. */
export interface Sightings {
  readonly seen: readonly Results[]
  readonly latest: Results | undefined
  /** What went back, did not add up or came too early; empty when all is well. */
  readonly faults: readonly string[]
  add(results: Results): void
  /** Resolves to the first results, seen already or not, that satisfy `isWanted`. */
  until(isWanted: (results: Results) => boolean, timeoutMs?: number): Promise<Results>
}

const TIMEOUT_MS = 10_000

/** `votesSent` tells how many votes can have been counted by now, where the observer knows. */
export const makeSightings = (votesSent: () => number = () => Infinity): Sightings => {
  const seen: Results[] = []
  const faults: string[] = []
  const waiting = new Set<(results: Results) => void>()
  return {
    seen,
    faults,
    get latest() {
      return seen.at(-1)
    },
    add(results) {
      faults.push(...faultsOf(results, seen.at(-1), votesSent()))
      seen.push(results)
      for (const look of waiting) look(results)
    },
    until: (isWanted, timeoutMs = TIMEOUT_MS) =>
      new Promise((resolve, reject) => {
        const settle = (): void => {
          clearTimeout(limit)
          waiting.delete(look)
        }
        const look = (results: Results): void => {
          if (!isWanted(results)) return
          settle()
          resolve(results)
        }
        const limit = setTimeout(() => {
          settle()
          reject(new Error(`not seen in ${timeoutMs} ms; the latest is ${JSON.stringify(seen.at(-1))}`))
        }, timeoutMs)
        waiting.add(look)
        seen.forEach(look)
      }),
  }
}

const faultsOf = (results: Results, before: Results | undefined, votesSent: number): string[] => {
  const { version, total_votes: total, options } = results
  const sum = options.reduce((votes, option) => votes + option.votes, 0)
  const shrunk = options.filter(({ votes, index }) => votes < (before?.options[index]?.votes ?? 0))
  const checks: readonly (readonly [broken: boolean, what: string])[] = [
    [total !== sum, `a total of ${total} though the options sum up to ${sum}`],
    [total > votesSent, `a total of ${total} when ${votesSent} votes had been sent`],
    [version < (before?.version ?? 0), `version ${version} after ${before?.version ?? 0}`],
    [shrunk.length > 0, `fewer votes at version ${version} than at ${before?.version ?? 0}`],
    [
      version === before?.version && stateOf(results) !== stateOf(before),
      `two states with version ${version}`,
    ],
  ]
  return checks.flatMap(([broken, what]) => (broken ? [what] : []))
}

/** Two documents with one version differ in as_of and stale at most. */
const stateOf = ({ as_of: _asOf, stale: _stale, ...state }: Results): string => JSON.stringify(state)
