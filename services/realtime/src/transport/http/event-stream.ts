import type { Clock } from '@votestream/runtime'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Viewer } from '../../domain/ports.js'
import type { Frame } from '../../domain/room.js'
import { originHeaders } from './origin.js'
import type { Reception, Welcome } from './reception.js'

/** How long a client waits before it comes back after an end that nobody announced. */
const RECONNECT_MS = 2_000
/** After a restart everybody comes back, but not at once. */
const RESTART_SPREAD_MS = 5_000
/** How long a reader that was too slow may take to read the end. */
const DISMISSAL_MS = 5_000

export interface EventStreamDeps {
  readonly welcome: Reception
  readonly allowedOrigins: readonly string[]
  readonly heartbeatMs: number
  readonly clock: Clock
}

/** Serves a poll's results as Server-Sent Events; throws before anything is sent. */
export type ServeEvents = (
  request: IncomingMessage,
  response: ServerResponse,
  pollId: number,
  requestId: string,
) => Promise<void>

const events = new WeakMap<Frame, Buffer>()

/** A frame as an event, encoded once for all; JSON has no line breaks. */
const eventOf = (frame: Frame): Buffer => {
  const event = events.get(frame) ?? Buffer.from(`id: ${frame.version}\ndata: ${frame.json.toString()}\n\n`)
  events.set(frame, event)
  return event
}

const viewerOf = (response: ServerResponse, clock: Clock): Viewer => ({
  get backlogBytes() {
    return response.writableLength
  },
  send: (frame) => {
    if (!response.writableEnded) response.write(eventOf(frame))
  },
  dismiss: () => {
    response.end()
    const cutOff = clock.setTimeout(() => response.destroy(), DISMISSAL_MS)
    response.once('close', () => cutOff.cancel())
  },
  terminate: () => response.destroy(),
})

/** Comments keep proxies from taking a quiet stream for a dead one. */
const keepAlive = (response: ServerResponse, everyMs: number, clock: Clock): void => {
  const beat = (): void => {
    if (response.writableEnded) return
    response.write(': still here\n\n')
    timer = clock.setTimeout(beat, everyMs)
  }
  let timer = clock.setTimeout(beat, everyMs)
  response.once('close', () => timer.cancel())
}

const serve = (
  response: ServerResponse,
  { place, admission, leave }: Welcome,
  deps: EventStreamDeps,
): void => {
  response.on('error', () => undefined) // 'close' follows
  response.once('close', leave)
  response.write(`retry: ${RECONNECT_MS}\n\n`)
  const seat = place.take(viewerOf(response, deps.clock))
  response.on('drain', () => seat.update())
  keepAlive(response, deps.heartbeatMs, deps.clock)
  admission.opened('events', () => {
    response.end(`retry: ${Math.round(Math.random() * RESTART_SPREAD_MS)}\n\n`)
  })
}

export const makeServeEvents =
  (deps: EventStreamDeps): ServeEvents =>
  async (request, response, pollId, requestId) => {
    const welcome = await deps.welcome(request, pollId, requestId)
    if (response.destroyed) {
      welcome.leave()
      return
    }
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no', // nginx would keep events back until its buffer is full
      'X-Request-Id': requestId,
      ...originHeaders(request, deps.allowedOrigins),
    })
    if (request.method === 'HEAD') {
      welcome.leave()
      response.end()
    } else serve(response, welcome, deps)
  }
