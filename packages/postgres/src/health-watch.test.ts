import { describe, expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { healthWatch } from './health-watch.js'

const gone = new Error('gone')

const watch = () => {
  const clock = fakeClock()
  const events: string[] = []
  const database = { isUp: true }
  const health = healthWatch({
    clock,
    ask: async () => {
      events.push(`asked at ${clock.monotonicMs()}`)
      await Promise.resolve()
      if (database.isUp) health.succeeded()
      else health.failed(gone)
    },
    onUp: () => events.push('up'),
    onDown: (error) => events.push(error === gone ? 'down' : 'down for another reason'),
  })
  return { clock, events, database, health }
}

describe('healthWatch', () => {
  test('is not healthy before the database has answered', () => {
    expect(watch().health.healthy).toBe(false)
  })

  test('is silent while all is well', async () => {
    const { clock, events, health } = watch()

    health.succeeded()
    health.succeeded()
    await clock.advance(60_000)

    expect(events).toEqual(['up'])
  })

  test('looks at once when a healthy database fails', async () => {
    const { clock, events, health } = watch()
    health.succeeded()

    health.failed(gone)
    expect(health.healthy).toBe(false)
    await clock.advance(0)

    expect(events).toEqual(['up', 'down', 'asked at 0', 'up'])
    expect(health.healthy).toBe(true)
  })

  test('asks every second while it is down, tells so once, and stops asking when it is up', async () => {
    const { clock, events, database, health } = watch()
    database.isUp = false

    health.failed(gone)
    health.failed(gone)
    await clock.advance(2_500)
    database.isUp = true
    await clock.advance(60_000)

    expect(events).toEqual(['down', 'asked at 1000', 'asked at 2000', 'asked at 3000', 'up'])
  })

  test('knows when the database answered last', async () => {
    const { clock, health } = watch()
    expect(health.provenAtMs).toBe(-Infinity)

    health.succeeded()
    await clock.advance(700)
    health.succeeded()
    await clock.advance(700)
    health.failed(gone)

    expect(health.provenAtMs).toBe(700)
  })

  test('goes on asking when an answer tells nothing', async () => {
    const clock = fakeClock()
    const asked: number[] = []
    const health = healthWatch({
      clock,
      ask: () => Promise.resolve(asked.push(clock.monotonicMs())), // neither: no connection was free
      onUp: () => undefined,
      onDown: () => undefined,
    })

    health.failed(gone)
    await clock.advance(2_500)

    expect(asked).toEqual([1_000, 2_000])
  })

  test('asks and tells no more once it is stopped', async () => {
    const { clock, events, health } = watch()
    health.failed(gone)

    health.stop()
    health.failed(gone)
    await clock.advance(60_000)

    expect(events).toEqual(['down'])
  })

  test('does not call a database lost that was left', () => {
    const { events, health } = watch()
    health.succeeded()

    health.stop()
    health.failed(gone)

    expect(events).toEqual(['up'])
  })

  test('asks no more when it is stopped while it asks', async () => {
    const clock = fakeClock()
    const answers: (() => void)[] = []
    const health = healthWatch({
      clock,
      ask: () => new Promise<void>((resolve) => answers.push(resolve)),
      onUp: () => undefined,
      onDown: () => undefined,
    })
    health.failed(gone)
    await clock.advance(1_000)

    health.stop()
    for (const answer of answers) answer()
    await clock.advance(60_000)

    expect(answers).toHaveLength(1)
  })
})
