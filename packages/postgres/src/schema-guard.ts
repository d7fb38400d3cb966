import { ConfigError, type Clock, type Component, type Logger } from '@votestream/runtime'
import { assertDurable } from './assert-durable.js'
import { assertSchema } from './assert-schema.js'
import type { Queryable } from './postgres.js'

/** A dead database or an unfinished migration must not cost more than a second on top of its own (C7). */
const LAST_RETRY_MS = 1_000
const FIRST_RETRY_MS = 50

export interface SchemaGuardOptions {
  readonly postgres: Queryable
  readonly schema: string
  /** Where the schema's migrations lie. */
  readonly directory: string
  readonly logger: Logger
  readonly clock: Clock
  /** Called once, with what the operator has to change. */
  readonly onFatal: (error: ConfigError) => void
}

/** Checks, as soon as the database is there, that it is durable and has the right schema; `state` says so, or why not. */
export interface SchemaGuard extends Component {
  readonly state: true | string
}

/** Asks again until the database answers and is migrated, so that services can start in any order. */
export const schemaGuard = ({
  postgres,
  schema,
  directory,
  logger,
  clock,
  onFatal,
}: SchemaGuardOptions): SchemaGuard => {
  const stopped = new AbortController()
  let state: true | string = 'the database was not checked yet'
  let checking: Promise<void> | undefined

  const check = async (): Promise<void> => {
    for (
      let retryMs = FIRST_RETRY_MS;
      !stopped.signal.aborted;
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
    ) {
      try {
        await assertDurable(postgres)
        await assertSchema(postgres, schema, directory)
        state = true
        return
      } catch (error) {
        if (error instanceof ConfigError) {
          onFatal(error)
          return
        }
        const reason = error instanceof Error ? error.message : String(error)
        if (reason !== state) logger.warn({ err: error }, 'waiting for the database')
        state = reason
      }
      await clock.sleep(retryMs, stopped.signal).catch(() => undefined)
    }
  }

  return {
    get state() {
      return state
    },
    start: () => {
      checking = check()
      return Promise.resolve()
    },
    stop: async () => {
      stopped.abort()
      await checking
    },
  }
}
