import { unavailable } from '@votestream/errors'
import type { ResultsState } from '../bus.js'
import { decodeItem } from '../codec.js'
import type { Commands } from './commands.js'
import type { Names } from './names.js'

/** The copy of each poll's newest published state, and whether it can be had. */
export interface RedisView {
  /** Whether Redis can be asked, as far as that is known without asking. */
  readonly reachable: boolean
  /** Whether Redis answers now; says so within a second. */
  ping(): Promise<boolean>
  /**
   * The newest published states, in the order of the ids; undefined where there is none that can be read: that poll is unknown, it is not at zero.
   * Throws `unavailable` (REDIS_UNAVAILABLE).
   */
  readCopies(pollIds: readonly number[]): Promise<readonly (ResultsState | undefined)[]>
}

const decodeCopy = (pollId: number, copy: string | null | undefined): ResultsState | undefined => {
  const state = decodeItem('results', copy ?? '')
  return state?.pollId === pollId ? state : undefined
}

export const redisView = (commands: Commands, names: Names): RedisView => ({
  get reachable() {
    return commands.reachable
  },
  ping: () =>
    commands
      .ask((redis) => redis.ping())
      .then(
        () => true,
        () => false,
      ),
  readCopies: async (pollIds) => {
    if (pollIds.length === 0) return []
    const keys = pollIds.map((pollId) => names.results(pollId))
    const copies = await commands
      .ask((redis) => redis.mget(...keys))
      .catch((cause: unknown) => {
        throw unavailable('REDIS_UNAVAILABLE', 'Redis cannot be asked', { cause })
      })
    return pollIds.map((pollId, index) => decodeCopy(pollId, copies[index]))
  },
})
