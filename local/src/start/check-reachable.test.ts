import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { freePorts } from '../processes/free-ports.js'
import { checkReachable } from './check-reachable.js'

const NONE = { kafkaBrokers: undefined, kafkaTopic: 'votes', redisUrl: undefined }

async function aListener(): Promise<AsyncDisposable & { port: number }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()))
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close }
}

test('where nobody else runs an engine there is nothing to reach', async () => {
  await expect(checkReachable(NONE)).resolves.toBeUndefined()
})

test('one broker that answers is enough', async () => {
  await using broker = await aListener()
  const [dead = 0] = await freePorts(1)

  const kafkaBrokers = `127.0.0.1:${dead},127.0.0.1:${broker.port}`

  await expect(checkReachable({ ...NONE, kafkaBrokers })).resolves.toBeUndefined()
})

test.each(['KAFKA_BROKERS', 'REDIS_URL'])(
  '%s where nobody answers is named, without a password',
  async (variable) => {
    const [dead = 0] = await freePorts(1)
    const own =
      variable === 'REDIS_URL'
        ? { redisUrl: `redis://:hunter2@127.0.0.1:${dead}` }
        : { kafkaBrokers: `127.0.0.1:${dead}` }

    const failure = checkReachable({ ...NONE, ...own })

    await expect(failure).rejects.toThrow(`${variable}: nobody answers at 127.0.0.1 port ${dead}`)
    await expect(failure).rejects.not.toThrow('hunter2')
  },
)
