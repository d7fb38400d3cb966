import { request, type OutgoingHttpHeaders } from 'node:http'
import { createInterface } from 'node:readline'
import WebSocket from 'ws'
import type { Results } from './documents.js'
import { makeSightings, type Sightings } from './sightings.js'

/** One open stream of a poll's results. */
export interface Stream extends AsyncDisposable {
  readonly sightings: Sightings
  /** Resolves to the close code when the stream is over; 1006 when it just broke. */
  readonly closed: Promise<number>
  /** When each message arrived, on the monotonic clock. */
  readonly arrivals: readonly number[]
}

export interface SocketStream extends Stream {
  readonly socket: WebSocket
}

export interface EventStream extends Stream {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The `id:` of each event. */
  readonly ids: readonly string[]
}

/** The handshake was answered like a REST call. */
export class HandshakeRefused extends Error {
  override readonly name = 'HandshakeRefused'
  constructor(
    readonly status: number,
    readonly contentType: string,
    readonly text: string,
  ) {
    super(`the handshake was answered ${status}: ${text}`)
  }
}

const HANDSHAKE_TIMEOUT_MS = 10_000
const BROKEN = 1006

/** Opens the WebSocket of a poll; rejects with HandshakeRefused when it is turned away. */
export const openSocket = (
  url: string,
  pollId: number | string,
  sightings = makeSightings(),
  options: WebSocket.ClientOptions = {},
): Promise<SocketStream> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/polls/${pollId}/stream`, {
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      ...options,
    })
    const arrivals: number[] = []
    const closed = new Promise<number>((done) => socket.once('close', done))
    socket.on('message', (message: Buffer, isBinary) => {
      if (isBinary) throw new Error('a stream has text messages only')
      arrivals.push(performance.now())
      sightings.add(JSON.parse(message.toString('utf8')) as Results)
    })
    socket.on('error', reject) // after the handshake nobody listens any more, and 'close' follows
    socket.once('unexpected-response', (_request, response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.once('end', () => {
        reject(new HandshakeRefused(response.statusCode ?? 0, response.headers['content-type'] ?? '', text))
        socket.terminate()
      })
    })
    const dispose = async (): Promise<void> => {
      socket.terminate()
      await closed
    }
    const stream = { sightings, arrivals, closed, socket, [Symbol.asyncDispose]: dispose }
    socket.once('open', () => resolve(stream))
  })

/** Opens the Server-Sent Events of a poll; rejects with HandshakeRefused unless they are answered 200. */
export const openEvents = (
  url: string,
  pollId: number | string,
  sightings = makeSightings(),
  headers: OutgoingHttpHeaders = {},
): Promise<EventStream> =>
  new Promise((resolve, reject) => {
    const ids: string[] = []
    const arrivals: number[] = []
    const call = request(`${url}/polls/${pollId}/events`, {
      headers: { accept: 'text/event-stream', ...headers },
    })
    const limit = setTimeout(() => call.destroy(new Error('no answer')), HANDSHAKE_TIMEOUT_MS)
    const closed = new Promise<number>((done) => call.once('close', () => done(BROKEN)))
    call.once('close', () => clearTimeout(limit))
    call.on('error', reject) // after the handshake nobody listens any more, and 'close' follows
    call.once('response', (response) => {
      clearTimeout(limit)
      response.on('error', () => undefined) // a broken stream: 'close' follows
      if (response.statusCode !== 200) {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => (text += part))
        const contentType = response.headers['content-type'] ?? ''
        response.once('end', () => reject(new HandshakeRefused(response.statusCode ?? 0, contentType, text)))
        return
      }
      const readLine = eventReader(({ id, data }) => {
        ids.push(id)
        arrivals.push(performance.now())
        sightings.add(JSON.parse(data) as Results)
      })
      // A broken stream is an error of the lines, too.
      createInterface({ input: response })
        .on('line', readLine)
        .on('error', () => undefined)
      const dispose = async (): Promise<void> => {
        call.destroy()
        await closed
      }
      resolve({
        ...{ sightings, ids, arrivals, closed, headers: response.headers },
        [Symbol.asyncDispose]: dispose,
      })
    })
    call.end()
  })

/** Reads events as the standard says: fields by lines, an empty line ends an event, a line that begins with a colon is a comment. */
const eventReader = (onEvent: (event: { id: string; data: string }) => void): ((line: string) => void) => {
  let id = ''
  let data: string[] = []
  return (line) => {
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? []
    if (field === 'id') id = value
    if (field === 'data') data.push(value)
    if (line !== '' || data.length === 0) return
    onEvent({ id, data: data.join('\n') })
    data = []
  }
}
