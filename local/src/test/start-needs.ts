import { describeFailure } from '../expected-failure.js'
import type { Need } from './projects.js'
import type { TestEngine, TestEngineStarters } from './test-engines.js'

/** What became of the needs of one run. */
export interface StartedNeeds {
  /** Variables of everything that is ready. */
  readonly env: Readonly<Record<string, string>>
  /** Why the others cannot be had, in words. */
  readonly unavailable: ReadonlyMap<Need, string>
  stop(): Promise<void>
}

/** Nobody waits longer than this for a word without wondering. */
const SIGN_OF_LIFE_MS = 10_000

/** Starts everything that is needed side by side and resolves when each is ready or is known not to be to be had. */
export async function startNeeds(
  needs: readonly Need[],
  starters: TestEngineStarters,
  progress: (text: string) => void,
): Promise<StartedNeeds> {
  const pending = new Set(needs)
  const ready: TestEngine[] = []
  const unavailable = new Map<Need, string>()
  const startedAt = performance.now()
  const after = (): string => `after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`
  const life = setInterval(() => progress(`still waiting for ${listed(pending)} ${after()}`), SIGN_OF_LIFE_MS)
  if (needs.length > 0) progress(`getting ${listed(needs)} for the tests ...`)
  const start = async (need: Need): Promise<void> => {
    try {
      ready.push(await starters[need]())
    } catch (error) {
      unavailable.set(need, describeFailure(error))
    } finally {
      pending.delete(need)
    }
  }
  await Promise.all(needs.map(start)).finally(() => clearInterval(life))
  const isReady = needs.filter((need) => !unavailable.has(need))
  if (isReady.length > 0) progress(`ready ${after()}: ${listed(isReady)}`)
  if (unavailable.size > 0)
    progress(`not to be had here: ${listed(unavailable.keys())}; the last lines say why`)
  return {
    env: Object.assign({}, ...ready.map(({ env }) => env)) as Record<string, string>,
    unavailable,
    stop: async () => {
      await Promise.all(ready.map(async ({ stop }) => stop?.()))
    },
  }
}

const listed = (needs: Iterable<Need>): string => [...needs].join(', ')
