import type { Component, Logger } from '@votestream/runtime'
import type { Redis, Result } from 'ioredis'
import { makeBackoff } from '../backoff.js'
import type { RedisAddress } from './address.js'
import { leave, redisConnection, withoutCommand } from './connect.js'
import { PUBLISH_CONNECTIONS, PUBLISH_NEWEST } from './scripts.js'

declare module 'ioredis' {
  interface RedisCommander<Context> {
    publishNewest(keyCount: number, ...keysAndArguments: (string | number)[]): Result<number[], Context>
    publishConnections(
      key: string,
      replica: string,
      count: number,
      message: string,
      keptMs: number,
    ): Result<string, Context>
  }
}

// Below the second that a health check and a publisher give an answer.
const COMMAND_TIMEOUT_MS = 800

const TIMED_OUT = 'Command timed out' // the library's word

/** The connection that everything but listening uses; it comes back by itself. */
export interface Commands extends Required<Component> {
  /** Whether the connection stands, as far as it is known. */
  readonly reachable: boolean
  /** Resolves when the first attempt to connect has succeeded or failed. */
  readonly attempted: Promise<void>
  /** Asks the server; a server that does not answer in time is left, and a new connection is made. */
  ask<Answer>(question: (redis: Redis) => Promise<Answer>): Promise<Answer>
}

const makeConnection = (address: RedisAddress): Redis => {
  const backoff = makeBackoff()
  const redis = redisConnection(address, {
    connectionName: 'votestream-bus-sender',
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    enableAutoPipelining: true,
    autoPipeliningIgnoredCommands: ['ping'], // it would wait behind what a frozen server does not answer
    retryStrategy: () => backoff.fail(),
    scripts: {
      publishNewest: { lua: PUBLISH_NEWEST },
      publishConnections: { lua: PUBLISH_CONNECTIONS, numberOfKeys: 1 },
    },
  })
  return redis.on('ready', () => backoff.succeed())
}

/** Says once that the server is lost, why, and when it is back. */
const logLosses = (redis: Redis, logger: Logger): void => {
  let lost = false
  redis.on('error', (error) => {
    if (!lost) logger.warn({ err: withoutCommand(error) }, 'Redis cannot be reached')
    lost = true
  })
  redis.on('ready', () => {
    if (lost) logger.info('Redis is reached again')
    lost = false
  })
}

export const redisCommands = (address: RedisAddress, logger: Logger): Commands => {
  const redis = makeConnection(address)
  logLosses(redis, logger)
  let attempted: Promise<void> = Promise.resolve()
  const ignore = (): void => undefined

  return {
    get reachable() {
      return redis.status === 'ready' && !redis.stream.destroyed
    },
    get attempted() {
      return attempted
    },
    start: () => {
      attempted = redis.connect().catch(ignore)
      return Promise.resolve()
    },
    stop: () => leave(redis),
    ask: async (question) => {
      const { stream } = redis as { readonly stream?: Redis['stream'] }
      try {
        return await question(redis)
      } catch (error) {
        if (error instanceof Error && error.message === TIMED_OUT) stream?.destroy()
        throw withoutCommand(error)
      }
    },
  }
}
