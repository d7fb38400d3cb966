import type { Clock, Logger } from '@votestream/runtime'
import type { Admit } from '../admission.js'
import { makePipeStream } from './pipe-stream.js'
import { OpenStreams, type Pipes } from './pipes.js'
import { makeProxyEvents } from './proxy-events.js'
import { makeReachRealtime } from './reach-realtime.js'
import { makeReplicas } from './replicas.js'
import type { Upstream } from './upstream.js'

interface Deps {
  /** The replicas of realtime. */
  readonly upstreams: readonly Upstream[]
  readonly admit: Admit
  readonly assertPoll: (pollId: number, requestId: string) => Promise<unknown>
  readonly clock: Clock
  readonly logger: Logger
}

export const realtimePipes = ({ upstreams, admit, assertPoll, clock, logger }: Deps): Pipes => {
  const open = new OpenStreams()
  const reach = makeReachRealtime(makeReplicas(upstreams, clock), clock)
  return {
    upgrade: makePipeStream({ reach, admit, open, logger }),
    events: makeProxyEvents({ reach, assertPoll, open }),
    close: () => open.close(),
  }
}
