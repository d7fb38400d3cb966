import { expect, test } from '@jest/globals'
import { ExpectedFailure } from '../expected-failure.js'
import { startNeeds } from './start-needs.js'
import type { TestEngineStarters } from './test-engines.js'

const saysNothing = (): void => undefined

function starters(own: Partial<TestEngineStarters> = {}): TestEngineStarters {
  const ready = () => Promise.resolve({ env: {} })
  return {
    postgres: ready,
    redis: ready,
    kafka: ready,
    'redis installation': ready,
    'kafka installation': ready,
    nginx: ready,
    prometheus: ready,
    python: ready,
    kubernetes: ready,
    ...own,
  }
}

test('the suites are told where everything is', async () => {
  const { env, unavailable } = await startNeeds(
    ['postgres', 'redis'],
    starters({
      postgres: () => Promise.resolve({ env: { A: 'postgres://a' } }),
      redis: () => Promise.resolve({ env: { B: 'redis://b' } }),
    }),
    saysNothing,
  )

  expect(env).toEqual({ A: 'postgres://a', B: 'redis://b' })
  expect(unavailable.size).toBe(0)
})

test('what nobody needs is not started', async () => {
  const started: string[] = []
  const kafka = () => {
    started.push('kafka')
    return Promise.resolve({ env: {} })
  }

  await startNeeds(['postgres'], starters({ kafka }), saysNothing)

  expect(started).toEqual([])
})

test('what cannot be had is told, and does not keep the others from starting', async () => {
  const { env, unavailable } = await startNeeds(
    ['kafka', 'postgres'],
    starters({
      kafka: () => Promise.reject(new ExpectedFailure('no java')),
      postgres: () => Promise.resolve({ env: { A: 'postgres://a' } }),
    }),
    saysNothing,
  )

  expect(env).toEqual({ A: 'postgres://a' })
  expect([...unavailable]).toEqual([['kafka', 'no java']])
})

test('all start side by side', async () => {
  let release = (): void => undefined
  const both = new Promise<void>((resolve) => (release = resolve))

  const started = startNeeds(
    ['kafka', 'redis'],
    starters({
      kafka: () => both.then(() => ({ env: {} })),
      redis: () => {
        release()
        return Promise.resolve({ env: {} })
      },
    }),
    saysNothing,
  )

  await expect(started).resolves.toBeDefined()
})

test('everything that was started is stopped', async () => {
  const stopped: string[] = []
  const engine = (name: string) => () =>
    Promise.resolve({ env: {}, stop: () => Promise.resolve(void stopped.push(name)) })
  const engines = await startNeeds(
    ['kafka', 'redis'],
    starters({ kafka: engine('kafka'), redis: engine('redis') }),
    saysNothing,
  )

  await engines.stop()

  expect(stopped.sort()).toEqual(['kafka', 'redis'])
})
