import { pgConnection, type DatabaseAddress } from '@votestream/postgres'
import type { Clock, Component, Logger } from '@votestream/runtime'
import { Client } from 'pg'

/** Any constant will do: advisory locks are per database and nothing else there takes one of this class. 0x766f7465 is "vote". */
const LOCK_CLASS = 0x766f7465
const LOCK_DIRECT_LOG = 1
/** A restart of the database must not cost more than a second on top of its own (C7). */
const RETRY_MS = 500
const CONNECT_TIMEOUT_MS = 2_000

interface Deps extends DatabaseAddress {
  readonly clock: Clock
  readonly logger: Logger
}

export interface ProcessLock extends Component {
  start(): Promise<void>
  stop(): Promise<void>
  readonly held: boolean
}

/**
 * A session-level advisory lock on a connection of its own: at most one process folds a direct log. Taken again whenever the
 * connection is lost; a process that was replaced meanwhile never gets it back, and its folds are fenced by the bookmarks.
 */
export const postgresProcessLock = (deps: Deps): ProcessLock => new AdvisoryLock(deps)

class AdvisoryLock implements ProcessLock {
  readonly #deps: Deps
  #client: Client | undefined
  #held = false
  #stopped = false
  #retry: { cancel(): void } | undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  get held(): boolean {
    return this.#held
  }

  start(): Promise<void> {
    void this.#take()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#held = false
    this.#retry?.cancel()
    const client = this.#client
    this.#client = undefined
    if (client) await endQuietly(client)
  }

  async #take(): Promise<void> {
    const client = new Client({
      ...pgConnection(this.#deps),
      application_name: 'votestream-votes-lock',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    })
    this.#client = client
    client.on('error', (error) => this.#lose(client, error))
    client.on('end', () => this.#lose(client, new Error('the connection ended')))
    try {
      await client.connect()
      const { rows } = await client.query<{ locked: boolean }>(
        'SELECT pg_try_advisory_lock($1, $2) AS locked',
        [LOCK_CLASS, LOCK_DIRECT_LOG],
      )
      if (!rows[0]?.locked) throw new Error('another votes process holds the direct log of this database')
      this.#held = client === this.#client
    } catch (error) {
      this.#lose(client, error)
    }
  }

  #lose(client: Client, error: unknown): void {
    if (client !== this.#client) return
    this.#deps.logger.warn({ err: error }, 'the lock of the direct log is not held; trying again')
    this.#client = undefined
    this.#held = false
    void endQuietly(client)
    this.#retry = this.#deps.clock.setTimeout(() => {
      if (!this.#stopped) void this.#take()
    }, RETRY_MS)
  }
}

/** A connection that is given up may fail on its way out; nobody needs to know. */
const endQuietly = async (client: Client): Promise<void> => {
  client.removeAllListeners('end')
  client.on('error', () => undefined)
  await client.end().catch(() => undefined)
}
