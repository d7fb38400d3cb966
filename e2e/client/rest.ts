import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body read as JSON; undefined when there is none or it is something else. */
  readonly body: unknown
}

export interface SendOptions {
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  /** Sent as it is. */
  readonly body?: string | Buffer
  readonly timeoutMs?: number
}

/** A client that sends exactly what it is told to, unlike fetch: any method, any header, any bytes. */
export interface Rest extends Disposable {
  readonly url: string
  /** Resolves to whatever was answered; rejects only when nothing was. */
  send(path: string, options?: SendOptions): Promise<Answer>
  get(path: string, headers?: OutgoingHttpHeaders): Promise<Answer>
  /** Posts a value as JSON. */
  post(path: string, value: unknown, headers?: OutgoingHttpHeaders): Promise<Answer>
}

/** Far above the gateway's own 3 s: an answer that takes longer is lost. */
const TIMEOUT_MS = 10_000

/** Nobody waits in this process: what a suite sends is under way, also while a service hangs and each answer takes 3 s. */
const MOST_SOCKETS = 2_000

/** Opens a client that sends each request to the next of several addresses, as a load balancer does that knows nothing of health. */
export const openRests = (urls: readonly string[]): Rest => {
  const all = urls.map(openRest)
  let sent = 0
  const next = (): Rest => {
    const rest = all[sent % all.length]
    if (rest === undefined) throw new Error('there is no address')
    sent += 1
    return rest
  }
  return {
    url: urls[0] ?? '',
    send: (...request) => next().send(...request),
    get: (...request) => next().get(...request),
    post: (...request) => next().post(...request),
    [Symbol.dispose]: () => all.forEach((rest) => rest[Symbol.dispose]()),
  }
}

/** Opens a client with connections of its own, kept alive between requests. */
export const openRest = (url: string): Rest => {
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_SOCKETS })
  const send = (path: string, options: SendOptions = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { method = 'GET', headers = {}, body, timeoutMs = TIMEOUT_MS } = options
      const { hostname, port } = new URL(url)
      // The path is not parsed: what a test writes is what is sent.
      const call = request({
        agent,
        hostname,
        port,
        path,
        method,
        headers: { ...lengthOf(body, headers), ...headers },
      })
      const limit = setTimeout(() => call.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs)
      call.once('close', () => clearTimeout(limit))
      call.once('error', reject)
      call.once('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({
            ...{ status: response.statusCode ?? 0, headers: response.headers, text },
            body: parsed(text, response.headers['content-type']),
          })
        })
      })
      call.end(body)
    })
  return {
    url,
    send,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, value, headers = {}) =>
      send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(value),
      }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

const lengthOf = (body: string | Buffer | undefined, headers: OutgoingHttpHeaders): OutgoingHttpHeaders =>
  body === undefined || 'transfer-encoding' in headers ? {} : { 'content-length': Buffer.byteLength(body) }

const parsed = (text: string, contentType = ''): unknown =>
  /^application\/(problem\+)?json/.test(contentType) && text !== ''
    ? (JSON.parse(text) as unknown)
    : undefined
