import type pg from 'pg'
import { CommitUnknown, isDatabaseUnavailable, wasNeverSent } from './errors.js'
import type { Postgres, Statement } from './postgres.js'
import type { RunStatement, StatementResult } from './run-statement.js'

interface Ports {
  readonly take: () => Promise<pg.PoolClient>
  readonly runStatement: RunStatement
}

/** Runs BEGIN, the body and COMMIT on one connection, which is closed when one of its statements failed. */
export const makeTransaction =
  ({ take, runStatement }: Ports): Postgres['transaction'] =>
  async (run) => {
    const client = await take()
    const failures: unknown[] = []
    let isOver = false

    const query = async <Row>(statement: Statement): Promise<StatementResult<Row>> => {
      if (isOver) throw new Error('the transaction is over')
      try {
        return await runStatement<Row>(client, statement)
      } catch (error) {
        failures.push(error)
        throw error
      }
    }

    try {
      await query({ text: 'BEGIN' })
      const result = await run({ query })
      const { command } = await query({ text: 'COMMIT' }).catch(judgeCommit)
      // The body went on after a failed statement: Postgres then rolls all of it back, and does not call that an error.
      if (command !== 'COMMIT') throw new Error(`COMMIT was answered with ${command}`, { cause: failures[0] })
      return result
    } catch (error) {
      // After the body's own error the connection is as good as before.
      if (failures.length === 0) await query({ text: 'ROLLBACK' }).catch(() => undefined)
      throw error
    } finally {
      isOver = true
      client.release(failures.length > 0)
    }
  }

const judgeCommit = (error: unknown): never => {
  const isDecided = !isDatabaseUnavailable(error) || wasNeverSent(error)
  throw isDecided ? error : new CommitUnknown('the connection broke at COMMIT', { cause: error })
}
