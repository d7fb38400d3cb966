import type { RedisBus } from '@votestream/bus'
import { kafkaVoteLog } from '@votestream/votes/adapters/kafka/kafka-vote-log.js'
import { redisResultsCopies } from '@votestream/votes/adapters/redis/redis-results-copies.js'
import { makeAdmitBallots } from '@votestream/votes/app/admit-ballots.js'
import { makeCastVotes } from '@votestream/votes/app/cast-votes.js'
import { makeClosePoll } from '@votestream/votes/app/close-poll.js'
import { makeAppendOrJudge, makeFinalPolls } from '@votestream/votes/app/final-polls.js'
import { makeFoldVotes } from '@votestream/votes/app/fold-votes.js'
import { makeGetResults } from '@votestream/votes/app/get-results.js'
import { makeGetVote } from '@votestream/votes/app/get-vote.js'
import { makeRepublish } from '@votestream/votes/app/republish.js'
import { makeVerdictWaiters, type VerdictWaiters } from '@votestream/votes/app/verdict-waiters.js'
import { makeVotesInHand } from '@votestream/votes/app/votes-in-hand.js'
import type { ResultsCopies, VoteLog } from '@votestream/votes/domain/ports.js'
import { votesHandlers } from '@votestream/votes/transport/grpc/votes-handlers.js'
import type { SimProcess } from '../kernel/process.js'
import type { KafkaModel } from '../world/kafka-model.js'
import type { VoteDatabase } from '../world/vote-database.js'
import { VoteStoreModel } from '../world/vote-store-model.js'
import type { World } from '../world/world.js'
import { votesMeter } from './meter.js'
import { pollDefinitions } from './poll-definitions.js'

/** One replica of votes, as others and the checks see it. */
export interface VotesReplica {
  readonly process: SimProcess
  readonly handlers: ReturnType<typeof votesHandlers>
  readonly waiters: VerdictWaiters
  /** Where a client is sent by the balancer: false once it is known not to answer. */
  readonly isOpen: () => boolean
}

export interface Surroundings {
  readonly world: World
  readonly process: SimProcess
  readonly database: VoteDatabase
  readonly polls: number
  readonly onFatal: (error: Error) => void
}

interface FullOptions extends Surroundings {
  readonly kafka: KafkaModel
  readonly partitions: number
  readonly bus: RedisBus
}

/** Wires one replica as `sharedLog` of votes' service.ts does. */
export const startVotes = (options: FullOptions): VotesReplica => {
  const { world, process, database, kafka, partitions, bus, onFatal } = options
  const { clock, logger } = process
  const store = new VoteStoreModel(process, database)
  const meter = votesMeter(world)
  const waiters = makeVerdictWaiters({ clock, meter, shared: { store, logger } })
  const republish = makeRepublish({ store, publisher: bus, clock, logger })
  const log = kafkaVoteLog({
    ...{ brokers: [kafka.addressFor(process)], topic: 'votes', partitions, clientId: process.name },
    ...{ store, logger, clock, onFatal },
    oldestWaitMs: (partition) => waiters.oldestWaitMs(partition),
    onAssigned: () => republish.ask(),
  })
  const fold = makeFoldVotes({ store, waiters, publisher: bus, progress: bus, meter, clock })
  log.run(async (batches) => {
    const folded = await fold(batches)
    if (folded.fenced.length > 0) {
      world.coverage.count('republished')
      republish.ask()
    }
    return folded
  })
  bus.onProgress((progress) => waiters.heard(progress))
  bus.onReady(() => republish.ask())
  bus.onUnopposed((pollIds) => republish.again(pollIds))
  const foldIsDown = (): boolean => log.foldFailing || !store.healthy
  const copies = redisResultsCopies(bus)
  const parts = { log, waiters, store, copies, foldIsDown, isOpen: () => log.open }
  void bus.start?.()
  void log.start()
  return replicaOf(options, parts)
}

interface Parts {
  readonly log: VoteLog
  readonly waiters: VerdictWaiters
  readonly store: VoteStoreModel
  readonly copies?: ResultsCopies
  readonly foldIsDown: () => boolean
  readonly isOpen: () => boolean
}

/** What both ways have in common. */
export const replicaOf = ({ world, process, polls }: Surroundings, parts: Parts): VotesReplica => {
  const { log, store, copies, foldIsDown, isOpen } = parts
  const waiters = countingMemory(parts.waiters, world)
  const { clock } = process
  const meter = votesMeter(world)
  const inHand = makeVotesInHand()
  const definitions = pollDefinitions(process, polls)
  const admit = makeAdmitBallots(definitions, clock)
  const final = makeFinalPolls({ store, logger: process.logger })
  const handlers = votesHandlers({
    castVotes: makeCastVotes({
      ...{ definitions, admit, final, log, waiters, inHand, meter, clock, foldIsDown },
      appendOrJudge: makeAppendOrJudge({ final, log, store }),
    }),
    getResults: makeGetResults({ store, copies, storeIsDown: () => !store.healthy, clock }),
    getVote: makeGetVote({ store, log, inHand }),
    closePoll: makeClosePoll({ store, log, clock }),
    getStats: () => store.readTotals(),
  })
  return { process, handlers, waiters, isOpen }
}

/** Who need not wait, because the verdict came before the acknowledgement. */
const countingMemory = (waiters: VerdictWaiters, { coverage }: World): VerdictWaiters => {
  const wait: VerdictWaiters['wait'] = (ballot, onVerdict) => {
    let isWithin = true
    const stop = waiters.wait(ballot, (verdict) => {
      if (isWithin) coverage.count('decided by memory')
      onVerdict(verdict)
    })
    isWithin = false
    return stop
  }
  return {
    wait,
    settle: (folded) => waiters.settle(folded),
    heard: (progress) => waiters.heard(progress),
    oldestWaitMs: (partition) => waiters.oldestWaitMs(partition),
    get size() {
      return waiters.size
    },
  }
}
