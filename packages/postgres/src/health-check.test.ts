import { describe, expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { makeHealthCheck } from './health-check.js'
import { healthWatch } from './health-watch.js'

const aCheck = () => {
  const clock = fakeClock()
  const asked: string[] = []
  const database = { state: 'up' as 'up' | 'down' | 'frozen', hasFreeConnection: true }
  const ask = (where: string) => async () => {
    asked.push(where)
    await Promise.resolve()
    if (database.state === 'frozen') return new Promise<boolean>(() => undefined)
    if (database.state === 'up') health.succeeded()
    else health.failed(new Error('gone'))
    return database.state === 'up'
  }
  const health = healthWatch({
    clock,
    ask: () => Promise.resolve(),
    onUp: () => undefined,
    onDown: () => undefined,
  })
  const check = makeHealthCheck({
    health,
    clock,
    hasFreeConnection: () => database.hasFreeConnection,
    ping: ask('pool'),
    pingAside: ask('aside'),
  })
  health.succeeded()
  return { clock, asked, database, health, check }
}

describe('a health check', () => {
  test('asks nobody while the last answer is at most a second old', async () => {
    const { clock, asked, health, check } = aCheck()

    await clock.advance(1_000)
    const idle = await check()
    health.succeeded()
    await clock.advance(1_000)
    const busy = await check()

    expect([idle, busy]).toEqual([true, true])
    expect(asked).toEqual([])
  })

  test('asks when there was no answer for longer, once for all', async () => {
    const { clock, asked, check } = aCheck()
    await clock.advance(1_001)

    const answers = await Promise.all([check(), check(), check()])
    const next = await check()

    expect([...answers, next]).toEqual([true, true, true, true])
    expect(asked).toEqual(['pool'])
  })

  test('says no after a second of silence', async () => {
    const { clock, asked, database, check } = aCheck()
    database.state = 'frozen'
    await clock.advance(5_000)
    const answered: [boolean, number][] = []

    for (const checking of [check(), check()])
      void checking.then((answer) => answered.push([answer, clock.monotonicMs()]))
    await clock.advance(999)
    expect(answered).toEqual([])
    await clock.advance(1)

    expect(answered).toEqual([
      [false, 6_000],
      [false, 6_000],
    ])
    expect(asked).toHaveLength(1)
  })

  test('says no at once when the database is known to be away', async () => {
    const { asked, health, check } = aCheck()
    health.failed(new Error('gone'))

    expect(await check()).toBe(false)
    expect(asked).toEqual([])
  })

  test('takes no connection that others wait for', async () => {
    const { clock, asked, database, check } = aCheck()
    database.hasFreeConnection = false
    await clock.advance(5_000)

    expect(await check()).toBe(true)
    expect(asked).toEqual(['aside'])
  })
})
