import { expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import { exposeEventLoop } from './event-loop-metrics.js'
import { exposeBreakers, exposeEngines } from './state-metrics.js'

const samplesOf = async (registry: Registry): Promise<string[]> =>
  (await registry.metrics()).split('\n').filter((line) => line.startsWith('votestream_'))

test('an engine is up or down as it answers at the scrape, and absent where there is none', async () => {
  const registry = new Registry()
  let up = true
  exposeEngines(registry, {
    postgres: () => Promise.resolve(up),
    kafka: () => Promise.reject(new Error('frozen')),
    redis: () => null,
  })

  const before = await samplesOf(registry)
  up = false
  const after = await samplesOf(registry)

  expect(before.sort()).toEqual([
    'votestream_engine_up{engine="kafka"} 0',
    'votestream_engine_up{engine="postgres"} 1',
  ])
  expect(after).toContain('votestream_engine_up{engine="postgres"} 0')
})

test('a breaker is shown as it is at the scrape', async () => {
  const registry = new Registry()
  let open = false
  exposeBreakers(registry, { append: () => open })

  const before = await samplesOf(registry)
  open = true

  expect(before).toEqual(['votestream_breaker_open{breaker="append"} 0'])
  expect(await samplesOf(registry)).toEqual(['votestream_breaker_open{breaker="append"} 1'])
})

test('the time in which the event loop was busy is counted up', async () => {
  const registry = new Registry()
  exposeEventLoop(registry)
  const read = async (): Promise<number> => Number((await samplesOf(registry))[0]?.split(' ')[1])
  const beforeS = await read()
  const untilMs = performance.now() + 50

  while (performance.now() < untilMs); // busy on purpose
  await new Promise((resolve) => setTimeout(resolve, 1)) // the loop accounts for it as it turns

  expect((await read()) - beforeS).toBeGreaterThanOrEqual(0.04)
})
