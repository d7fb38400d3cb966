import { expect, test } from '@jest/globals'
import { Kernel } from './kernel.js'
import { SimProcess } from './process.js'
import { seededRandom } from './random.js'
import { silentLogger } from '@votestream/testing'

const aKernel = (seed = 1) => new Kernel({ random: seededRandom(seed) })

const aProcess = (kernel: Kernel, lost?: 'request' | 'answer') =>
  new SimProcess({
    ...{ kernel, name: 'p', logger: silentLogger, skewMs: 0 },
    weather: () => ({ thereMs: 1, backMs: 1, lost }),
  })

const gone = () => new Error('gone')

test('events happen in the order of their times, whatever order they were made in', async () => {
  const kernel = aKernel()
  const happened: number[] = []

  for (const ms of [5, 1, 4, 2, 3]) kernel.after(ms, 'event', () => void happened.push(ms))
  await kernel.run(4)

  expect(happened).toEqual([1, 2, 3, 4])
  expect(kernel.nowMs).toBe(4)
})

test('the seed decides the order within one moment', async () => {
  const orderOf = async (seed: number): Promise<string> => {
    const kernel = aKernel(seed)
    const happened: number[] = []
    for (let event = 0; event < 8; event++) kernel.after(1, 'event', () => void happened.push(event))
    await kernel.run(1)
    return happened.join()
  }

  expect(await orderOf(1)).toBe(await orderOf(1))
  expect(new Set([await orderOf(1), await orderOf(2), await orderOf(3)]).size).toBe(3)
})

test('what was cancelled does not happen, and every promise settles between two events', async () => {
  const kernel = aKernel()
  const happened: string[] = []
  kernel.after(1, 'cancelled', () => void happened.push('cancelled')).cancel()
  kernel.after(1, 'first', () => {
    void (async () => {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      happened.push('settled')
    })()
  })
  kernel.after(2, 'second', () => void happened.push('second'))

  await kernel.run(3)

  expect(happened).toEqual(['settled', 'second'])
})

test('a process that crashed has sent what it has sent, and hears nothing', async () => {
  const kernel = aKernel()
  const process = aProcess(kernel)
  const happened: string[] = []
  const effect = (): void => void happened.push('effect')
  void process.exchange('x', effect, gone).then(() => happened.push('answer'))

  process.crash()
  await kernel.run(10)

  expect(happened).toEqual(['effect'])
})

test('a frozen process hears everything in order once it goes on', async () => {
  const kernel = aKernel()
  const process = aProcess(kernel)
  const heard: number[] = []
  for (let ms = 1; ms <= 8; ms++) process.deliver(ms, 'message', () => void heard.push(ms))

  process.freeze()
  await kernel.run(20)
  const meanwhile = heard.length
  process.thaw()
  await kernel.run(21)

  expect(meanwhile).toBe(0)
  expect(heard).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test.each([
  ['request', 0],
  ['answer', 1],
] as const)('of a lost %s nobody hears, and it took effect %i times', async (lost, times) => {
  const kernel = aKernel()
  let effects = 0
  const exchange = aProcess(kernel, lost).exchange('x', () => effects++, gone)
  const failed = expect(exchange).rejects.toThrow('gone')

  await kernel.run(10)

  await failed
  expect(effects).toBe(times)
})
