import { eventually } from '@votestream/testing'
import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { WebSocket, type ClientOptions } from 'ws'
import type { ResultsDocument } from '../src/domain/results.js'

/** One who watches a poll over a WebSocket. */
export interface StreamClient extends AsyncDisposable {
  readonly ws: WebSocket
  /** The answer to the handshake. */
  readonly response: IncomingMessage
  readonly documents: ResultsDocument[]
  /** Until the stream has ended: how. 1006 is an end without a word. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  versions(): number[]
  /** Waits until this version was shown. */
  sees(version: number): Promise<ResultsDocument>
}

/** Opens a stream, and waits until it is open. */
export const watch = async (
  url: string,
  path: string,
  options: ClientOptions = {},
): Promise<StreamClient> => {
  const ws = new WebSocket(`${url}${path}`, options)
  const documents: ResultsDocument[] = []
  ws.on('message', (message: Buffer) => documents.push(JSON.parse(message.toString()) as ResultsDocument))
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  )
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    ws.on('error', reject)
    ws.on('upgrade', (answer) => ws.once('open', () => resolve(answer)))
  })
  const versions = (): number[] => documents.map(({ version }) => version)
  return {
    ws,
    response,
    documents,
    closed,
    versions,
    sees: (version) =>
      eventually(() => {
        const found = documents.find((document) => document.version === version)
        if (found === undefined) throw new Error(`saw ${versions().join()} and not ${version}`)
        return found
      }),
    [Symbol.asyncDispose]: async () => {
      ws.terminate()
      await closed
    },
  }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Asks once, with whatever headers, and gives the answer. */
export const ask = (
  url: string,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: OutgoingHttpHeaders } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asking = request(`${url}${path}`, { method, headers, agent: false }, (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      )
    })
    asking.on('upgrade', (_response, socket) => {
      socket.destroy()
      reject(new Error('the handshake succeeded'))
    })
    asking.on('error', reject)
    asking.end()
  })

/** The headers of a handshake. */
export const handshake = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
}
