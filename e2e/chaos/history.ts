import { createWriteStream } from 'node:fs'
import { countsOf } from '../client/polls.js'
import type { Results } from '../client/documents.js'

/** `ok` is a definite yes and `fail` a definite no; what may have happened is `info`. */
export type Completion = 'ok' | 'fail' | 'info'

/** One operation that was begun. */
export interface Begun {
  /** Completes it, once. */
  end(type: Completion, fields: object): void
}

/** What every client did and saw, as lines of `history.jsonl`, for the checker. */
export interface History extends AsyncDisposable {
  readonly lines: number
  begin(client: string, op: 'vote' | 'read' | 'verdict', fields: object): Begun
  /** Notes a document on an observer's stream. */
  see(client: string, stream: number, document: Results): void
  /** Notes what is done to the mesh; the checker does not judge it. */
  fault(what: string, target: string): void
}

/** Writes a history to a file as it goes: a run has more of it than memory. */
export const openHistory = (file: string): History => {
  const stream = createWriteStream(file)
  let lines = 0
  let ids = 0
  let failure: Error | undefined
  stream.on('error', (error) => (failure = error))
  const nextId = (): number => (ids += 1)
  const write = (event: object): void => {
    lines += 1
    // As it is, whatever its size: a number of JavaScript would round it.
    stream.write(`{"ns":${process.hrtime.bigint()},${JSON.stringify(event).slice(1)}\n`)
  }
  return {
    get lines() {
      return lines
    },
    begin(client, op, fields) {
      const id = nextId()
      write({ client, type: 'invoke', op, id, ...fields })
      return { end: (type, outcome) => write({ client, type, op, id, ...outcome }) }
    },
    see: (client, connection, document) =>
      write({ client, type: 'ok', op: 'see', id: nextId(), stream: connection, ...shown(document) }),
    fault: (what, target) =>
      write({ client: 'chaos', type: 'info', op: 'fault', id: nextId(), what, target }),
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => stream.end(resolve))
      if (failure) throw failure
    },
  }
}

/** Results as the checker knows them. */
export const shown = (results: Results): object => ({
  poll: results.poll_id,
  version: results.version,
  counts: countsOf(results),
  total: results.total_votes,
  stale: results.stale,
})
