import { expect, test } from '@jest/globals'
import { rpcHealth } from './rpc-health.js'

const never = (): Promise<never> => new Promise(() => undefined)

/** A service whose replicas answer the questions in turn. */
const aService = (...answers: (() => Promise<boolean | null>)[]) => {
  const asked: [name: string, withinMs: number][] = []
  const probe = rpcHealth({
    health: (name, withinMs) => {
      asked.push([name, withinMs])
      return (answers[asked.length - 1] ?? never)()
    },
  })
  return { asked, probe }
}

test('a service is asked once when it answers', async () => {
  const { asked, probe } = aService(() => Promise.resolve(true))

  expect(await probe.check('service', 1_000)).toBe(true)
  expect(asked).toEqual([['', 1_000]])
})

test('a service that nobody reaches is given up at once', async () => {
  const gone = (): Promise<never> => Promise.reject(new Error('nobody listens'))
  const { asked, probe } = aService(gone, gone, gone)
  const startedAt = performance.now()

  await expect(probe.check('redis', 1_000)).rejects.toThrow()
  expect(asked).toHaveLength(3)
  expect(performance.now() - startedAt).toBeLessThan(300)
})

test('a replica that dies does not speak for the others', async () => {
  const { probe } = aService(
    () => Promise.reject(new Error('the connection broke')),
    never,
    () => Promise.resolve(true),
  )

  expect(await probe.check('postgres', 1_000)).toBe(true)
})

test('a replica that hangs does not speak for the others', async () => {
  const { asked, probe } = aService(never, never, () => Promise.resolve(true))

  expect(await probe.check('kafka', 1_000)).toBe(true)
  expect(asked).toEqual([
    ['kafka', 1_000],
    ['kafka', 600],
    ['kafka', 600],
  ])
})

test('a replica that is slow is heard all the same', async () => {
  const { probe } = aService(
    () => new Promise((resolve) => setTimeout(resolve, 600, false)),
    () => Promise.reject(new Error('gone')),
  )

  expect(await probe.check('postgres', 1_000)).toBe(false)
})
