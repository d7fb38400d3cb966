import type { IncomingMessage } from 'node:http'
import type { Exchange } from '../exchange.js'
import { readPollId } from '../poll-id.js'
import type { Handler } from '../routes.js'
import type { OpenStreams } from './pipes.js'
import type { ReachRealtime } from './reach-realtime.js'
import { endToEndHeaders, withOurs } from './relay-head.js'

interface Deps {
  readonly reach: ReachRealtime
  /** Throws POLL_NOT_FOUND when there is no such poll. */
  readonly assertPoll: (pollId: number, requestId: string) => Promise<unknown>
  readonly open: OpenStreams
}

const EVENT_STREAM = 'text/event-stream'

/** Makes the proxy for Server-Sent Events: what realtime writes is passed on at once, and a client that leaves ends its stream there. */
export const makeProxyEvents =
  ({ reach, assertPoll, open }: Deps): Handler =>
  async (exchange, id = '') => {
    const pollId = readPollId(id)
    const { request, target, address, requestId } = exchange
    if (request.method === 'HEAD') {
      // A stream has no end: asked for its head only, realtime would go on writing the rest.
      await assertPoll(pollId, requestId)
      return { status: 200, headers: { 'Content-Type': EVENT_STREAM } }
    }
    const { 'content-length': _length, 'content-type': _type, ...headers } = endToEndHeaders(request.headers)
    const left = new AbortController()
    exchange.response.once('close', () => left.abort())
    const asked = { path: target.path, headers, address, requestId }
    relay((await reach(asked, left.signal)).answer, exchange, open)
    return undefined
  }

const relay = (answer: IncomingMessage, exchange: Exchange, open: OpenStreams): void => {
  const { response, headers } = exchange
  if (!exchange.claim()) {
    answer.destroy()
    return
  }
  const { 'Cache-Control': _ours, ...ours } = headers
  response.writeHead(answer.statusCode ?? 502, withOurs(endToEndHeaders(answer.headers), ours))
  response.flushHeaders()
  answer.once('error', () => response.destroy())
  answer.pipe(response)

  const end = (): void => void response.end()
  open.add(end)
  response.once('close', () => open.remove(end))
}
