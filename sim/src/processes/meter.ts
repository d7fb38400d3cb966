import type { VoteMeter } from '@votestream/votes/domain/ports.js'
import type { World } from '../world/world.js'

/** Votes' meter: what is counted there must have happened in some run. */
export const votesMeter = (world: World): VoteMeter => ({
  received: () => undefined,
  refused: (reason) => world.coverage.count(`refused ${reason}`),
  appended: () => undefined,
  folded: () => undefined,
  foldFailed: () => undefined,
  quarantined: () => world.coverage.count('quarantined'),
  decided: (way) => world.coverage.count(`decided by ${way}`),
  unrecorded: () => world.violated('a ballot was folded and left no trace'),
})
