import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { PUBLISH_NEWEST, RESULTS_KEPT_S } from '@votestream/bus/redis/scripts.js'
import { eventually, silentLogger } from '@votestream/testing'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { randomUUID } from 'node:crypto'
import { Kernel } from '../../src/kernel/kernel.js'
import { SimProcess } from '../../src/kernel/process.js'
import { randomOf } from '../../src/kernel/random.js'
import { RedisModel } from '../../src/live/index.js'

// A real engine on a machine that is busy with other suites.
jest.setTimeout(60_000)

const RUNS = 150

interface Step {
  readonly keys: readonly string[]
  /** One for each key: version, time, encoded state. */
  readonly states: readonly (readonly [number, number, string])[]
  /** Laid under the first key beforehand, past the script. */
  readonly planted: string | readonly string[] | undefined
}

const version = fc.oneof(
  fc.integer({ min: 0, max: 4 }),
  fc.constantFrom(2 ** 40, 2 ** 40 + 1, 2 ** 53 - 2, 2 ** 53 - 1),
)
const state = fc
  .record({
    pollId: fc.integer({ min: 1, max: 12 }),
    version,
    status: fc.constantFrom('open', 'closing', 'closed'),
    asOfUs: fc.oneof(
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom(1_795_428_000_000_009, 1_795_428_000_000_010),
    ),
    counts: fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 3 }),
  })
  .map((each) => ({
    ...each,
    text: JSON.stringify([each.pollId, each.version, each.status, each.asOfUs, each.counts]),
  }))

/** What is no state, or nearly one. */
const garbage = fc.oneof(
  fc.constantFrom(
    '',
    'garbage',
    '[1,99]',
    '[1,99,"ajar",99,[1]]',
    '[1,"99","open",99,[1]]',
    '[1,99.5,"open",99,[1]]',
    '[1,99,"open",99,[1,,]]',
    '[1,99,"open",99,[,1]]',
    '[1,99,"open",99,[,]]',
    '[1,099,"open",99,[1]]',
    '[1,99999999999999999999,"open",99,[1]]',
    '[1,9007199254740992,"open",99,[1]]',
    '[1,9007199254740991,"open",9007199254740992,[]]',
    '[1,99,"Open",99,[1]]',
    '[12,99,"open",99,[1]]',
    ' [1,99,"open",99,[1]]',
    '[1,99,"open",99,[1]]\n',
  ),
  fc
    .tuple(state, fc.nat(), fc.constantFrom('', ',', '9', '"', ' ', ']'))
    .map(
      ([{ text }, at, instead]) =>
        text.slice(0, at % text.length) + instead + text.slice((at % text.length) + 1),
    ),
)

const planted = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: garbage },
  { weight: 1, arbitrary: state.map(({ text }) => text) },
  { weight: 1, arbitrary: fc.constant(['a', 'list']) },
)

/** Mostly each poll under its own key; sometimes under another's, which the script has to notice. */
const step: fc.Arbitrary<Step> = fc
  .record({ states: fc.array(state, { minLength: 1, maxLength: 4 }), planted, misplaced: fc.boolean() })
  .map(({ states, misplaced, ...rest }) => ({
    ...rest,
    keys: states.map(({ pollId }, index) => `results:${misplaced && index === 0 ? 1 : pollId % 3}`),
    states: states.map((each) => [each.version, each.asOfUs, each.text] as const),
  }))

const openModel = () => {
  const kernel = new Kernel({ random: randomOf(1, 'order') })
  const redis = new RedisModel({
    kernel,
    random: randomOf(1, 'redis'),
    arrivals: () => [{ afterMs: 1, overtakes: false }],
  })
  const process = new SimProcess({
    ...{ kernel, name: 'reader', logger: silentLogger, skewMs: 0 },
    weather: () => ({ thereMs: 0, backMs: 0 }),
  })
  const heard: [string, string][] = []
  const subscription = redis.listen({
    process,
    onMessage: (channel, payload) => void heard.push([channel, payload]),
    onCut: () => undefined,
  })
  subscription.subscribe(['results:0', 'results:1', 'results:2'])
  const apply = ({ keys, states, planted: value }: Step): readonly number[] => {
    if (value !== undefined) redis.plant(keys[0] as string, value)
    return redis.publishNewest(
      states.map(([each, asOfUs, text], index) => ({
        key: keys[index] as string,
        version: each,
        asOfUs,
        state: text,
      })),
    )
  }
  return { kernel, redis, heard, apply }
}

describe('the model of Redis', () => {
  const url = process.env.VOTESTREAM_TEST_REDIS
  let admin: Redis
  let listener: Redis

  beforeAll(() => {
    if (url === undefined) throw new Error('VOTESTREAM_TEST_REDIS is not set')
    admin = new Redis(url)
    listener = new Redis(url)
  })
  afterAll(async () => {
    await Promise.all([admin.quit(), listener.quit()])
  })

  const applyReally = async (prefix: string, { keys, states, planted: value }: Step): Promise<unknown> => {
    const first = prefix + (keys[0] as string)
    if (typeof value === 'string') await admin.set(first, value)
    else if (value !== undefined) {
      await admin.del(first)
      await admin.rpush(first, ...value)
    }
    const names = keys.map((key) => prefix + key)
    return admin.eval(PUBLISH_NEWEST, names.length, ...names, RESULTS_KEPT_S, ...states.flat())
  }

  const readReally = async (key: string): Promise<unknown> =>
    (await admin.type(key)) === 'list' ? admin.lrange(key, 0, -1) : ((await admin.get(key)) ?? undefined)

  test('keeps and says what the script keeps and says, whatever lies there and in whatever order states come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const prefix = `model-${randomUUID()}:`
        const keys = ['results:0', 'results:1', 'results:2']
        const channels = [...keys, 'end'].map((key) => prefix + key)
        const said: [string, string][] = []
        const replies: [unknown, unknown][] = []
        const hear = (channel: string, payload: string): void => {
          if (channel.startsWith(prefix)) said.push([channel.slice(prefix.length), payload])
        }
        listener.on('message', hear)
        await listener.subscribe(...channels)
        const { kernel, redis, heard, apply } = openModel()

        for (const each of steps) {
          replies.push([apply(each), await applyReally(prefix, each)])
        }
        await admin.publish(`${prefix}end`, '')
        await eventually(() => expect(said.at(-1)?.[0]).toBe('end'))
        await kernel.run(60_000)

        const kept = await Promise.all(keys.map((key) => readReally(prefix + key)))
        listener.off('message', hear)
        await Promise.all([listener.unsubscribe(...channels), admin.del(...channels)])
        expect(keys.map((key) => redis.values.get(key))).toEqual(kept)
        expect(heard).toEqual(said.slice(0, -1))
        expect(replies.map(([modelled]) => modelled)).toEqual(replies.map(([, real]) => real))
      }),
      { numRuns: RUNS },
    )
  })
})
