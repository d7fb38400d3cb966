import type { Component } from '@votestream/runtime'

export interface Statement {
  /** A named statement is prepared once a connection. */
  readonly name?: string
  readonly text: string
  readonly values?: readonly unknown[]
}

export interface QueryResult<Row> {
  readonly rows: Row[]
  /** How many rows were returned or touched. */
  readonly rowCount: number
}

/** Runs one statement at a time; int8 comes as number and is refused when it is not safe. */
export interface Queryable {
  query<Row = Record<string, unknown>>(statement: Statement): Promise<QueryResult<Row>>
}

/** What a transaction's body gets. */
export type Transaction = Queryable

/**
 * A database as services see it. A lost or unreachable database is `unavailable` (DATABASE_UNAVAILABLE), an exhausted one
 * `unavailable` (DATABASE_BUSY); any other error is Postgres' own, for `sqlState` to tell.
 */
export interface Postgres extends Component, Queryable {
  start(): Promise<void>
  stop(): Promise<void>
  /** A lone write whose connection broke may have happened: use a transaction where that matters. */
  query<Row = Record<string, unknown>>(statement: Statement): Promise<QueryResult<Row>>
  /** Commits what `run` did, or nothing when it throws; throws CommitUnknown when nobody can tell. */
  transaction<T>(run: (transaction: Transaction) => Promise<T>): Promise<T>
  /** Asks the database now; never throws. */
  ping(): Promise<boolean>
  /** Says within 1 s whether the database answers: asks it when its last answer is older than 1 s, so that one that is frozen while idle is noticed. For health checks; never throws. */
  healthCheck(): Promise<boolean>
  /** The last known state; while it is false it is asked again every second. */
  readonly healthy: boolean
}
