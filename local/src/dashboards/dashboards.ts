import { dashboardModel } from './dashboard.js'
import { overview } from './overview.js'
import { realtime } from './realtime.js'
import { runtime } from './runtime.js'
import { votes } from './votes.js'

/** The text of every dashboard's file, by its name. */
export const dashboardFiles = (): ReadonlyMap<string, string> =>
  new Map(
    [overview, votes, realtime, runtime].map((dashboard) => [
      `${dashboard.uid}.json`,
      `${JSON.stringify(dashboardModel(dashboard), null, 2)}\n`,
    ]),
  )
