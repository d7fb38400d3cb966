import type { Logger } from '@votestream/runtime'
import type { Admit } from '../admission.js'
import { makePipeStream } from './pipe-stream.js'
import { OpenStreams, type Pipes } from './pipes.js'
import { makeProxyEvents } from './proxy-events.js'
import type { Upstream } from './upstream.js'

interface Deps {
  readonly upstream: Upstream
  readonly admit: Admit
  readonly assertPoll: (pollId: number, requestId: string) => Promise<unknown>
  readonly logger: Logger
}

export const realtimePipes = ({ upstream, admit, assertPoll, logger }: Deps): Pipes => {
  const open = new OpenStreams()
  return {
    upgrade: makePipeStream({ upstream, admit, open, logger }),
    events: makeProxyEvents({ upstream, assertPoll, open }),
    close: () => open.close(),
  }
}
