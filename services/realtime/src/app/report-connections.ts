import type { Clock, Component, Scheduled } from '@votestream/runtime'
import type { ConnectionsBoard } from '../domain/ports.js'

/** Readers forget a replica after 10 s; three reports in that time survive a lost one. */
const REPEAT_MS = 3_000

/** Many streams that open together are one report. */
const GATHER_MS = 100

export interface ConnectionReports extends Component {
  /** Says that the number may have changed. */
  readonly changed: () => void
  stop(): Promise<void>
}

/** Tells the board how many streams are open: soon after each change, again and again while there are some, and 0 at the end. */
export const reportConnections = (deps: {
  board: ConnectionsBoard
  replica: string
  count: () => number
  clock: Clock
}): ConnectionReports => {
  const { board, replica, count, clock } = deps
  let reported = 0
  let next: { readonly timer: Scheduled; readonly isRepeat: boolean } | undefined

  const reportIn = (ms: number, isRepeat: boolean): void => {
    next?.timer.cancel()
    next = { timer: clock.setTimeout(report, ms), isRepeat }
  }
  const report = (): void => {
    next = undefined
    reported = count()
    board.publishConnections(replica, reported)
    if (reported > 0) reportIn(REPEAT_MS, true)
  }

  return {
    changed: () => {
      if (next === undefined || next.isRepeat) reportIn(GATHER_MS, false)
    },
    stop: () => {
      next?.timer.cancel()
      if (reported > 0) board.publishConnections(replica, 0)
      return Promise.resolve()
    },
  }
}
