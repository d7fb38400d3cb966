import { pgConnection, type DatabaseAddress } from '@votestream/postgres'
import type { Clock, Component, Logger } from '@votestream/runtime'
import pg from 'pg'
import type { Topic } from '../bus.js'
import { ANSWER_TIMEOUT_MS, CONNECT_TIMEOUT_MS, HEARTBEAT_MS, keepListening } from '../keep-listening.js'
import { channelOf, topicOf } from './channels.js'

export interface ListenerOptions {
  readonly address: DatabaseAddress
  readonly listen: readonly Topic[]
  readonly onMessage: (topic: Topic, payload: string) => void
  /** Called with true each time that messages begin to be heard, and with false when they no longer are. */
  readonly onConnected: (connected: boolean) => void
  readonly clock: Clock
  readonly logger: Logger
}

const KEEPALIVE_DELAY_MS = 5_000

// A goodbye is a courtesy: whoever does not answer it is left.
const GOODBYE_TIMEOUT_MS = 500

const clientOf = (address: DatabaseAddress): pg.Client =>
  new pg.Client({
    ...pgConnection(address),
    application_name: 'votestream-bus-listener',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_DELAY_MS,
  })

const leave = async (client: pg.Client, clock: Clock): Promise<void> => {
  client.removeAllListeners('notification')
  const left = new AbortController()
  const patience = clock.sleep(GOODBYE_TIMEOUT_MS, left.signal).catch(() => undefined)
  await Promise.race([client.end(), patience])
  left.abort()
}

/** One connection's life: it always ends by throwing why. */
const listenOnce = async (
  options: ListenerOptions,
  onListening: () => void,
  stopping: AbortSignal,
): Promise<never> => {
  const { address, listen, onMessage, onConnected, clock } = options
  const client = clientOf(address)
  const lost = new AbortController()
  const over = AbortSignal.any([lost.signal, stopping])
  client.on('error', (error) => lost.abort(error))
  client.on('end', () => lost.abort(new Error('the connection was closed')))
  client.on('notification', ({ channel, payload = '' }) => onMessage(topicOf(channel), payload))
  try {
    await client.connect()
    await client.query(listen.map((topic) => `LISTEN ${channelOf(topic)}`).join(';'))
    onListening()
    for (;;) {
      over.throwIfAborted()
      await clock.sleep(HEARTBEAT_MS, over)
      await client.query('SELECT 1')
    }
  } finally {
    onConnected(false)
    await leave(client, clock)
  }
}

/** Keeps one connection that LISTENs; `start` does not wait for it. */
export const postgresListener = (options: ListenerOptions): Required<Component> =>
  keepListening({
    ...options,
    listenOnce: (onListening, stopping) => listenOnce(options, onListening, stopping),
  })
