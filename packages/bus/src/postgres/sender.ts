import { pgConnection, type DatabaseAddress } from '@votestream/postgres'
import type { Component } from '@votestream/runtime'
import pg from 'pg'
import type { Message } from '../messages.js'
import { channelOf } from './channels.js'

/** PostgreSQL refuses a payload of 8,000 bytes. */
export const MAX_PAYLOAD_BYTES = 7_999

const CONNECT_TIMEOUT_MS = 2_000
const SEND_TIMEOUT_MS = 2_000

export interface Sender extends Required<Pick<Component, 'stop'>> {
  readonly send: (messages: readonly Message[]) => Promise<void>
}

/** Sends messages by NOTIFY, many in one statement, over a connection of its own: inside a transaction they would hold a global lock until its commit. */
export const postgresSender = (address: DatabaseAddress): Sender => {
  const pool = new pg.Pool({
    ...pgConnection(address),
    application_name: 'votestream-bus-sender',
    max: 1,
    idleTimeoutMillis: 0, // the next message should not have to wait for a connection
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: SEND_TIMEOUT_MS,
    keepAlive: true,
    // A NOTIFY is a commit, and nothing in it has to survive: no message waits for the disk.
    options: '-c synchronous_commit=off',
  })
  // A connection that breaks while it is idle is replaced by the next send.
  pool.on('error', () => undefined)

  return {
    send: async (messages) => {
      await pool.query({
        text: 'SELECT pg_notify(m.channel, m.payload) FROM unnest($1::text[], $2::text[]) AS m (channel, payload)',
        values: [messages.map(({ topic }) => channelOf(topic)), messages.map(({ payload }) => payload)],
      })
    },
    stop: () => pool.end(),
  }
}
