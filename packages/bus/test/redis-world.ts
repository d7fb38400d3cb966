import { silentLogger, eventually } from '@votestream/testing'
import { Redis } from 'ioredis'
import { randomUUID } from 'node:crypto'
import { redisBus, type RedisBus, type Topic } from '../src/index.js'
import { makeOpener, type BusWorld } from './bus-world.js'
import { openTunnel, type Tunnel } from './tunnel.js'

/** Buses under a prefix of their own, by a way of their own, on a server that others use as well. */
export interface RedisWorld extends BusWorld<RedisBus> {
  readonly prefix: string
  readonly tunnel: Tunnel
  /** A connection past the tunnel. */
  readonly admin: Redis
}

const serverUrl = (): string => {
  const url = process.env.VOTESTREAM_TEST_REDIS
  if (url === undefined) throw new Error('VOTESTREAM_TEST_REDIS is not set')
  return url
}

const channelsOf = (prefix: string): Record<Topic, string> => ({
  results: `${prefix}results:1`,
  progress: `${prefix}progress`,
  polls_changed: `${prefix}polls:changed`,
  connections: `${prefix}connections`,
})

const forgetAll = async (admin: Redis, prefix: string): Promise<void> => {
  for await (const keys of admin.scanStream({ match: `${prefix}*`, count: 1_000 }))
    if ((keys as string[]).length > 0) await admin.del(...(keys as string[]))
}

export const openRedisWorld = async (): Promise<RedisWorld> => {
  const tunnel = await openTunnel(serverUrl())
  const admin = new Redis(serverUrl())
  const prefix = `test-${randomUUID()}:`
  const buses = makeOpener((options) =>
    redisBus({ ...options, url: tunnel.url, prefix, logger: silentLogger }),
  )

  /** What the server says of the connections that came through the tunnel. */
  const clients = async (): Promise<{ readonly id: string; readonly name: string }[]> => {
    const ports = new Set(tunnel.ports())
    return String(await admin.client('LIST'))
      .split('\n')
      .map(
        (line) =>
          Object.fromEntries(line.split(' ').map((field) => field.split('='))) as Record<string, string>,
      )
      .filter(({ addr = '' }) => ports.has(Number(addr.split(':').at(-1))))
      .map(({ id = '', name = '' }) => ({ id, name }))
  }
  const cut = async (kind: string): Promise<void> => {
    for (const { id, name } of await clients())
      if (name === `votestream-bus-${kind}`) await admin.client('KILL', 'ID', id)
  }

  return {
    prefix,
    tunnel,
    admin,
    open: async (options) => {
      const opened = await buses.open(options)
      await eventually(() => {
        if (!opened.bus.reachable) throw new Error('the bus cannot ask Redis')
      })
      return opened
    },
    cutListeners: () => cut('listener'),
    cutPublishers: () => cut('sender'),
    forbid: () => {
      tunnel.refuse(true)
      return Promise.resolve()
    },
    allow: () => {
      tunnel.refuse(false)
      return Promise.resolve()
    },
    inject: async (topic, payload) => {
      await eventually(async () => {
        if ((await admin.publish(channelsOf(prefix)[topic], payload)) === 0) throw new Error('nobody listens')
      })
    },
    connections: async () => (await clients()).length,
    [Symbol.asyncDispose]: async () => {
      await buses.stopAll()
      await forgetAll(admin, prefix)
      await admin.quit()
      await tunnel[Symbol.asyncDispose]()
    },
  }
}
