import fc from 'fast-check'
import {
  checkBoundedError,
  checkForwardOnly,
  checkFresh,
  checkKeysAtEnd,
  checkNeverMore,
  checkOneOrder,
  checkSameBytes,
  checkStale,
  checkStreamsAtEnd,
} from '../src/live/index.js'
import { LiveWorld, POLLS } from './live-world.js'

const FAULTS_MS = 10_000
/** 4.75 s until a number is stale, a check each 100 ms, a flush each 50 ms, and the ways. */
const STALE_WITHIN_MS = 5_000
/** Without a bus, or while nothing could be confirmed: a question each second, a check each 100 ms, a flush each 50 ms, and the ways. */
const UNHEARD_MS = 6_000
const UNHEARD_ERROR_MS = 1_500
/** The back-off's first wait is 50 ms, then come a connection, a question, a flush, and the ways. */
const HEARD_AGAIN_MS = 400
const WELL_MS = 6_000
const RELOAD_MS = 2_000
/** Whatever waits for its next attempt tries again within a second; a reader's patience is 1.5 s. */
const HEALED_WITHIN_MS = 5_000
/** A lost message shows with the next confirmation, which comes within 4 s. */
const QUIET_MS = 5_000

const faultKinds = [
  'kill',
  'cut',
  'flush',
  'freeze',
  'crash',
  'copies',
  'nothing',
  'reload',
  'freezeVotes',
] as const

const fault = fc.record({
  kind: fc.constantFrom(...faultKinds),
  atMs: fc.integer({ min: 0, max: FAULTS_MS }),
  lastsMs: fc.integer({ min: 20, max: 4_000 }),
})

/** What is looked at once everything has healed. */
const acts = ['nothing', 'copies', 'replays', 'unheard', 'cut'] as const

/** One run of the live half: its seed, what befalls it, and when. */
export const aRun = fc.record({
  seed: fc.integer({ min: 0, max: 0x7fffffff }),
  /** Of what is said on the bus. */
  loss: fc.constantFrom(0, 0.1, 0.4),
  /** How unsure exchanges are. */
  trouble: fc.constantFrom(0, 0.2, 1),
  engine: fc.constantFrom('redis' as const, 'redis' as const, 'redis' as const, 'postgres' as const),
  faults: fc.array(fault, { maxLength: 6, size: 'max' }),
  act: fc.constantFrom(...acts),
})

export type Run = typeof aRun extends fc.Arbitrary<infer T> ? T : never
type Fault = Run['faults'][number]

const begin = (world: LiveWorld, { kind, lastsMs }: Fault): (() => void) | undefined => {
  const { redis } = world
  switch (kind) {
    case 'kill':
      world.killBus({ saved: lastsMs % 2 === 0 })
      return () => world.startBus()
    case 'cut':
      world.cutBus()
      return undefined
    case 'flush':
      redis.flush()
      world.flushed = true
      return undefined
    case 'freeze':
      redis.freeze()
      return () => redis.thaw()
    case 'crash':
      world.crashReplica(lastsMs % 2, lastsMs)
      return undefined
    case 'copies':
    case 'nothing':
      world.answer(kind)
      return () => world.answer('truth')
    case 'reload':
      world.observers[lastsMs % world.observers.length]?.reload()
      return undefined
    case 'freezeVotes':
      world.freezePublisher(lastsMs % 2)
      return () => world.thawPublisher(lastsMs % 2)
  }
}

/** Everything is well again, at once. */
const heal = (world: LiveWorld): void => {
  const { redis } = world
  world.startBus()
  redis.thaw()
  world.trouble = 0
  world.answer('truth')
  for (const index of [0, 1]) world.thawPublisher(index)
  for (const observer of world.observers) observer.calm()
}

/** Ten seconds in which whatever the run says goes wrong. */
const suffer = async (world: LiveWorld, { faults, trouble }: Run): Promise<void> => {
  const { kernel } = world
  for (const observer of world.observers) observer.connect()
  let isOver = false
  for (const each of faults)
    kernel.after(each.atMs, each.kind, () => {
      const end = begin(world, each)
      kernel.after(each.lastsMs, `${each.kind} ends`, () => {
        if (!isOver) end?.()
      })
    })
  world.trouble = trouble
  world.voteUntil(FAULTS_MS)
  await kernel.run(FAULTS_MS)
  isOver = true
}

/** While nothing is confirmed, everybody sees that; and that it is over as soon as the owner is asked again. */
const beDark = async (world: LiveWorld, act: 'nothing' | 'copies' | 'replays'): Promise<string[]> => {
  const { kernel } = world
  world.answer(act === 'replays' ? 'nothing' : act)
  if (act === 'nothing') world.killBus({ saved: true })
  for (let second = 1; second * 1_000 < STALE_WITHIN_MS; second += 1)
    kernel.after(second * 1_000, 'replay', () => act === 'replays' && world.replay())
  await kernel.run(kernel.nowMs + STALE_WITHIN_MS)
  const problems = checkStale(world.observers)
  if (act === 'nothing') return problems
  world.answer('truth')
  await kernel.run(kernel.nowMs + UNHEARD_ERROR_MS)
  return [...problems, ...checkStreamsAtEnd(world.observers, world.truth)]
}

/** While nothing is heard, the owner is asked each second. */
const beUnheard = async (world: LiveWorld): Promise<string[]> => {
  const { kernel, seen, truth } = world
  world.killBus({ saved: true })
  const stretch = { fromMs: kernel.nowMs, toMs: kernel.nowMs + UNHEARD_MS }
  world.voteUntil(stretch.toMs)
  await kernel.run(stretch.toMs)
  return [
    ...checkFresh(seen, stretch),
    ...checkBoundedError(seen, truth, { ...stretch, boundMs: UNHEARD_ERROR_MS }),
  ]
}

/** What is said while nobody hears is known as soon as somebody hears again. */
const beCut = async (world: LiveWorld): Promise<string[]> => {
  const { kernel } = world
  world.cutListeners()
  for (const pollId of POLLS) world.vote(pollId)
  await kernel.run(kernel.nowMs + HEARD_AGAIN_MS)
  return checkStreamsAtEnd(world.observers, world.truth)
}

/** Votes go on, messages go on being lost, and nobody is far behind. */
const beWell = async (world: LiveWorld): Promise<string[]> => {
  const { kernel, seen, truth } = world
  const stretch = { fromMs: kernel.nowMs, toMs: kernel.nowMs + WELL_MS }
  world.voteUntil(stretch.toMs)
  for (const observer of world.observers)
    if (observer.isOpen) kernel.after(RELOAD_MS, 'reload', () => observer.reload())
  await kernel.run(stretch.toMs)
  const problems = checkBoundedError(seen, truth, { ...stretch, boundMs: STALE_WITHIN_MS })
  for (const pollId of POLLS) world.vote(pollId)
  await kernel.run(kernel.nowMs + QUIET_MS)
  return [...problems, ...checkFresh(seen, { fromMs: stretch.fromMs, toMs: kernel.nowMs })]
}

/** Everything heals, and agrees; not the keys that were flushed, which wait for the next vote. */
const becomeWell = async (world: LiveWorld): Promise<string[]> => {
  const { kernel, observers, truth, redis } = world
  heal(world)
  await kernel.run(kernel.nowMs + HEALED_WITHIN_MS)
  return [
    ...checkStreamsAtEnd(observers, truth),
    ...(world.flushed ? [] : checkKeysAtEnd(redis.values, truth)),
  ]
}

const act = (world: LiveWorld, { act: chosen }: Run): Promise<string[]> => {
  if (chosen === 'unheard') return beUnheard(world)
  if (chosen === 'cut') return beCut(world)
  return beDark(world, chosen)
}

/** Lives through one run; gives what went wrong. */
export const live = async (run: Run): Promise<string[]> => {
  const world = new LiveWorld(run)
  await suffer(world, run)
  const problems = [
    ...(await becomeWell(world)),
    ...(await act(world, run)),
    ...(await becomeWell(world)),
    ...(await beWell(world)),
  ]
  const { seen, truth, sent, observers, redis } = world
  return [
    ...problems,
    ...checkForwardOnly(seen),
    ...checkOneOrder(seen, truth),
    ...checkNeverMore(seen, (pollId) => world.votesOf(pollId)),
    ...checkSameBytes(sent),
    ...checkStreamsAtEnd(observers, truth),
    ...checkKeysAtEnd(redis.values, truth),
  ]
}
