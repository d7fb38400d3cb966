import { appendFileSync } from 'node:fs'

/** What a run did, with its figures, for whoever reads it afterwards: docs/operations.md sums one up. */
export interface Transcript {
  /** Notes a figure of the step that is under way. */
  readonly note: (text: string) => void
  /** Runs a step and notes how long it took. */
  readonly step: <T>(name: string, run: () => Promise<T>) => Promise<T>
}

/** Writes to standard error, line by line, and to a file where one is named. */
export const openTranscript = (file: string | undefined): Transcript => {
  const startedMs = performance.now()
  const note = (text: string): void => {
    const line = `${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(7)} s  ${text}\n`
    process.stderr.write(line)
    if (file !== undefined) appendFileSync(file, line)
  }
  return {
    note,
    step: async (name, run) => {
      const beganMs = performance.now()
      const result = await run()
      note(`${name}: ${((performance.now() - beganMs) / 1_000).toFixed(1)} s`)
      return result
    },
  }
}
