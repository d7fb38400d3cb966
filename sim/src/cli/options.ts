import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'

export const HELP = `Runs seeded schedules of the vote's way in virtual time, and says what went wrong.

  --seeds N      how many seeds (1000)
  --from S       the first seed (0)
  --seed S       one seed, with its plan
  --plan FILE    one plan, as it was printed
  --trace        prints every event of that one
  --workers N    threads (one a core)
  --keep-going   does not stop at the first seed that fails
  --no-shrink    does not look for a smaller plan that fails
  --help         this
`

export interface Options {
  readonly seeds: number
  readonly from: number
  readonly seed: number | undefined
  readonly plan: string | undefined
  readonly trace: boolean
  readonly workers: number
  readonly keepGoing: boolean
  readonly noShrink: boolean
  readonly help: boolean
}

const DEFAULT_SEEDS = 1_000

/** Reads the command line; throws with what is wrong in it. */
export const readOptions = (args: readonly string[]): Options => {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ seeds: text, from: text, seed: text, plan: text, workers: text },
      ...{ trace: flag, 'keep-going': flag, 'no-shrink': flag, help: flag },
    },
  })
  const whole = (name: string, value: string | undefined): number | undefined => {
    if (value === undefined || /^\d+$/.test(value)) return value === undefined ? undefined : Number(value)
    throw new Error(`--${name} wants a whole number, not ${value}`)
  }
  return {
    seeds: whole('seeds', values.seeds) ?? DEFAULT_SEEDS,
    from: whole('from', values.from) ?? 0,
    seed: whole('seed', values.seed),
    plan: values.plan,
    trace: values.trace,
    workers: Math.max(1, whole('workers', values.workers) ?? availableParallelism()),
    keepGoing: values['keep-going'],
    noShrink: values['no-shrink'],
    help: values.help,
  }
}
