import { describe, expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import type { HealthProbe } from '../domain/ports.js'
import { makeGetHealth, type Health } from './get-health.js'

type Answers = Partial<Record<'service' | 'postgres' | 'kafka' | 'redis', boolean | null>>

interface FakeProbe extends HealthProbe {
  answers: Answers | 'silent'
  asked: number
}

const aProbe = (answers: Answers | 'silent'): FakeProbe => ({
  answers,
  asked: 0,
  check(name) {
    this.asked += 1
    if (this.answers === 'silent') return Promise.reject(new Error('no answer'))
    return Promise.resolve(this.answers[name] ?? null)
  },
})

const well = { service: true, postgres: true }

const aWorld = (
  polls: Answers | 'silent' = well,
  votes: Answers | 'silent' = well,
  redis?: () => Promise<boolean>,
) => {
  const realtime = aProbe({ service: true })
  const world = { polls: aProbe(polls), votes: aProbe(votes), realtime, clock: fakeClock(), redis }
  return { ...world, getHealth: makeGetHealth({ ...world, activeConnections: () => 12 }) }
}

const healthOf = (polls: Answers | 'silent', votes: Answers | 'silent'): Promise<Health> =>
  aWorld(polls, votes).getHealth()

describe('the status', () => {
  test('is ok when everything is up, and an engine that is not configured is null', async () => {
    expect(await healthOf(well, well)).toEqual({
      status: 'ok',
      database: true,
      redis: null,
      kafka: null,
      activeConnections: 12,
    })
  })

  test.each<[string, Answers | 'silent', Answers | 'silent', Partial<Health>]>([
    ['polls is silent', 'silent', well, { status: 'degraded', database: true }],
    ['polls is ill', { service: false, postgres: true }, well, { status: 'degraded', database: true }],
    ['votes is silent', well, 'silent', { status: 'down', database: true, kafka: null }],
    ['both are silent', 'silent', 'silent', { status: 'down', database: false, redis: null, kafka: null }],
    [
      'polls has lost the database',
      { ...well, postgres: false },
      well,
      { status: 'degraded', database: false },
    ],
    ['votes is ill', well, { service: false, postgres: true }, { status: 'down' }],
    ['the database is down', well, { service: true, postgres: false }, { status: 'down', database: false }],
    [
      'the database is down, but there is Kafka',
      well,
      { service: true, postgres: false, kafka: true, redis: true },
      { status: 'degraded', database: false, kafka: true },
    ],
    ['Kafka is down', well, { ...well, kafka: false }, { status: 'down', kafka: false, database: true }],
    ['Redis is down', well, { ...well, kafka: true, redis: false }, { status: 'degraded', redis: false }],
  ])('when %s', async (_what, polls, votes, expected) => {
    expect(await healthOf(polls, votes)).toMatchObject(expected)
  })
})

describe('Redis, which the gateway has as well,', () => {
  const full = { ...well, kafka: true, redis: true }

  test.each<[string, boolean, Answers | 'silent', Partial<Health>]>([
    ['is up when both reach it', true, full, { status: 'ok', redis: true }],
    [
      'is down when votes does not reach it',
      true,
      { ...full, redis: false },
      { status: 'degraded', redis: false },
    ],
    ['is down when the gateway does not reach it', false, full, { status: 'degraded', redis: false }],
    ['is up when votes says nothing of it', true, { ...full, redis: null }, { status: 'ok', redis: true }],
    ['is not judged by a votes that is silent', true, 'silent', { status: 'down', redis: true }],
  ])('%s', async (_what, own, votes, expected) => {
    expect(await aWorld(well, votes, () => Promise.resolve(own)).getHealth()).toMatchObject(expected)
  })

  test('is not judged by a votes that has fallen silent', async () => {
    const { getHealth, votes, clock } = aWorld(well, full, () => Promise.resolve(true))
    await getHealth()

    votes.answers = 'silent'
    await clock.advance(250)

    expect(await getHealth()).toMatchObject({ status: 'down', kafka: false, redis: true })
  })

  test('is down when it cannot be asked', async () => {
    const { getHealth } = aWorld(well, full, () => Promise.reject(new Error('away')))

    expect(await getHealth()).toMatchObject({ status: 'degraded', redis: false })
  })
})

test('is degraded while realtime is away: votes are accepted all the same', async () => {
  const { getHealth, realtime } = aWorld()

  realtime.answers = 'silent'

  expect(await getHealth()).toMatchObject({ status: 'degraded', database: true })
})

test('an engine that was configured is down, not absent, when its service falls silent', async () => {
  const { getHealth, votes, clock } = aWorld(well, { ...well, kafka: true, redis: true })
  await getHealth()

  votes.answers = 'silent'
  await clock.advance(250)

  expect(await getHealth()).toMatchObject({ status: 'down', kafka: false, redis: false })
})

test('many that ask at a time share one question, and its answer for a quarter of a second', async () => {
  const { getHealth, votes, clock } = aWorld()

  await Promise.all([getHealth(), getHealth()])
  await clock.advance(249)
  await getHealth()
  const asked = votes.asked
  await clock.advance(1)
  await getHealth()

  expect(asked).toBe(4)
  expect(votes.asked).toBe(8)
})
