import type { Bus } from '@votestream/bus/bus.js'
import { directVoteLog } from '@votestream/votes/adapters/direct/direct-vote-log.js'
import { makeFoldVotes } from '@votestream/votes/app/fold-votes.js'
import { makeVerdictWaiters } from '@votestream/votes/app/verdict-waiters.js'
import type { LockModel } from '../world/process-lock-model.js'
import { VoteStoreModel } from '../world/vote-store-model.js'
import { votesMeter } from './meter.js'
import { replicaOf, type Surroundings, type VotesReplica } from './votes-process.js'

interface EmbeddedOptions extends Surroundings {
  readonly bus: Bus
  readonly locks: LockModel
}

/** Wires the one replica of the embedded mode as `ownLog` of votes' service.ts does. */
export const startEmbedded = (options: EmbeddedOptions): VotesReplica => {
  const { world, process, database, bus, locks, onFatal } = options
  const { clock, logger } = process
  const store = new VoteStoreModel(process, database)
  const meter = votesMeter(world)
  const waiters = makeVerdictWaiters({ clock, meter })
  const lock = locks.of(process)
  const log = directVoteLog({ store, lock, logger, clock, onFatal })
  log.run(makeFoldVotes({ store, waiters, publisher: bus, meter, clock }))
  void bus.start?.()
  void lock.start()
  void log.start()
  world.coverage.count('direct log')
  const isOpen = (): boolean => log.open
  return replicaOf(options, { log, waiters, store, foldIsDown: () => false, isOpen })
}
