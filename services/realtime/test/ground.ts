import type { Bus } from '@votestream/bus'
import type { Config } from '../src/config.js'

/** What the bus of a mesh stands on. */
export interface Ground extends AsyncDisposable {
  /** realtime's own way to the bus. */
  readonly realtimeBus: Config['bus']
  /** A bus as votes and the gateway have it. */
  makeBus(): Bus
}
