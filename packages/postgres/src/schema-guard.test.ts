import { describe, expect, test } from '@jest/globals'
import { ConfigError, createLogger, systemClock, type Clock } from '@votestream/runtime'
import { fakeClock } from '@votestream/testing'
import type { Queryable } from './postgres.js'
import { schemaGuard } from './schema-guard.js'

const guardOver = (query: () => Promise<never>, clock: Clock) => {
  const fatal: ConfigError[] = []
  const logged: string[] = []
  const guard = schemaGuard({
    postgres: { query } as Queryable,
    schema: 'demo',
    directory: import.meta.dirname,
    logger: createLogger('test', 'warn', { write: (line) => void logged.push(line) }),
    clock,
    onFatal: (error) => void fatal.push(error),
  })
  return { fatal, logged, guard }
}

describe('schemaGuard', () => {
  test('tries again ever more slowly, but every second, and warns of each reason once', async () => {
    const askedAt: number[] = []
    const clock = fakeClock()
    const { logged, guard } = guardOver(() => {
      askedAt.push(clock.monotonicMs())
      return Promise.reject(new Error(askedAt.length < 6 ? 'refused' : 'no such role'))
    }, clock)

    await guard.start?.()
    await clock.advance(4_000)

    expect(askedAt).toEqual([0, 50, 150, 350, 750, 1_550, 2_550, 3_550])
    expect(logged.map((line) => (JSON.parse(line) as { err: { message: string } }).err.message)).toEqual([
      'refused',
      'no such role',
    ])
    expect(guard.state).toBe('no such role')
  })

  test('stops only when the question that it asks is answered', async () => {
    let answer: (error: Error) => void = () => undefined
    const { guard } = guardOver(() => new Promise((_resolve, reject) => (answer = reject)), systemClock)
    const done: string[] = []
    await guard.start?.()

    const stopping = guard.stop?.().then(() => done.push('stopped'))
    await new Promise(setImmediate)
    done.push('answered')
    answer(new Error('too late'))
    await stopping

    expect(done).toEqual(['answered', 'stopped'])
  })

  test('gives up on a setting that only a person can change', async () => {
    let asked = 0
    const clock = fakeClock()
    const { fatal, guard } = guardOver(() => {
      asked += 1
      return Promise.reject(new ConfigError('fsync is off'))
    }, clock)

    await guard.start?.()
    await clock.advance(10_000)

    expect(fatal.map(({ message }) => message)).toEqual(['fsync is off'])
    expect(asked).toBe(1)
    expect(guard.state).not.toBe(true)
  })
})
