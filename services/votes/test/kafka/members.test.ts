import { expect, jest, test } from '@jest/globals'
import { eventually, openDatabase, type TestDatabase } from '@votestream/testing'
import type { KafkaVoteLog } from '../../src/adapters/kafka/kafka-vote-log.js'
import type { Progress } from '../../src/domain/progress.js'
import type { Verdict } from '../../src/domain/verdict.js'
import { aBallot } from '../builders.js'
import { aTopic, openKafkaLog, type LogWorld } from '../world.js'
import { PATIENCE } from './brokers.js'

jest.setTimeout(90_000)

type Member = LogWorld<KafkaVoteLog>

/** While partitions move, ballots may be shed: a voter comes again. */
const castUntilTaken = async (member: Member): Promise<Verdict> => {
  const ballot = aBallot()
  for (;;) {
    const [appended] = await member.log.append([ballot])
    if (appended?.status === 'appended')
      return new Promise((resolve) => member.waiters.wait({ ...ballot, ...appended }, resolve))
    expect(appended?.status).toBe('refused')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Members of one log; what one folds the others hear, when they are wired. */
class Members implements AsyncDisposable {
  readonly all: Member[] = []
  readonly #calls = new Map<Member, Set<Promise<unknown>>>()

  constructor(
    readonly database: TestDatabase,
    readonly topic = aTopic(),
  ) {}

  async join({ wired = true, partitions = 4 } = {}): Promise<Member> {
    const others = (): Member[] => this.all.filter((each) => each !== member)
    const onProgress = (one: Progress): void => others().forEach(({ waiters }) => waiters.heard(one))
    const { database: shared, topic } = this
    const member: Member = await openKafkaLog({ shared, topic, partitions, ...(wired && { onProgress }) })
    this.all.push(member)
    return member
  }

  /** Casts through one member, which does not leave before it has answered. */
  async cast(member: Member): Promise<void> {
    const calls = this.#calls.get(member) ?? new Set()
    this.#calls.set(member, calls)
    const call = castUntilTaken(member)
    calls.add(call)
    expect((await call.finally(() => calls.delete(call))).status).toBe('counted')
  }

  async leave(member: Member): Promise<void> {
    this.all.splice(this.all.indexOf(member), 1)
    await Promise.all([...(this.#calls.get(member) ?? [])])
    await member[Symbol.asyncDispose]()
  }

  /** Waits until everyone folds. */
  async share(): Promise<number> {
    let cast = 0
    const [first] = this.all
    const folds = this.all.map(({ progress }) => progress.length)
    await eventually(async () => {
      await Promise.all(Array.from({ length: 20 }, () => this.cast(first as Member)))
      cast += 20
      this.all.forEach(({ progress }, index) => expect(progress.length).toBeGreaterThan(folds[index] ?? 0))
    }, PATIENCE)
    return cast
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of [...this.all]) await this.leave(member)
    await this.database[Symbol.asyncDispose]()
  }
}

/** Casts one vote after the other through whatever members are there, until told to stop; resolves to how many were counted. */
const keepVoting = (members: Members): (() => Promise<number>) => {
  const voting = { on: true, counted: 0, turn: 0 }
  const voter = async (): Promise<void> => {
    while (voting.on) {
      const member = members.all[voting.turn++ % members.all.length] as Member
      await members.cast(member)
      voting.counted++
    }
  }
  const voters = Array.from({ length: 10 }, voter)
  return async () => {
    voting.on = false
    await Promise.all(voters)
    return voting.counted
  }
}

const voteThroughAll = async (members: Members, each: number): Promise<void> => {
  const voters = members.all.flatMap((member) => Array.from({ length: each }, () => members.cast(member)))
  await Promise.all(voters)
}

test.each([
  ['hear of each other', true],
  ['hear nothing of each other', false],
])('two members that %s share the partitions, and every vote is decided', async (_name, wired) => {
  await using members = new Members(await openDatabase())
  const first = await members.join({ wired })
  await members.join({ wired })
  const before = await members.share()

  await voteThroughAll(members, 100)

  expect(await first.countsOf(1)).toEqual([before + 200])
  expect(members.all.flatMap(({ fatal }) => fatal)).toEqual([])
})

test('when one member stops in order the other folds everything', async () => {
  await using members = new Members(await openDatabase())
  const first = await members.join()
  const second = await members.join()
  const before = await members.share()

  await members.leave(second)
  const leftMs = performance.now()
  await voteThroughAll(members, 100)
  const pauseMs = performance.now() - leftMs

  expect(pauseMs).toBeLessThan(5_000)
  expect(await first.countsOf(1)).toEqual([before + 100])
})

test('members may come and go under load: every verdict comes, and the counts are exact', async () => {
  await using members = new Members(await openDatabase())
  const first = await members.join()
  const stop = keepVoting(members)

  const second = await members.join()
  const third = await members.join()
  const shared = await members.share()
  await members.leave(second)
  await members.leave(third)
  const counted = await stop()

  expect(await first.countsOf(1)).toEqual([counted + shared])
  expect(first.fatal).toEqual([])
})
