import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'
import type { Component } from './lifecycle.js'
import type { Logger } from './logger.js'

export interface OpsServerOptions {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  readonly registry: Registry
  /** True when the service can do its work, otherwise false or the reason why not. */
  readonly ready: () => boolean | string
  readonly logger: Logger
}

/** Probes and metrics, on a port that no customer sees. */
export interface OpsServer extends Component {
  start(): Promise<void>
  stop(): Promise<void>
  /** The bound port; 0 while there is none. */
  readonly port: number
  /** What /readyz says: true, or why not. */
  readonly readiness: true | string
  /** From now on /readyz answers 503, so that nobody sends new work; /livez stays 200. */
  setDraining(): void
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}
type Find = () => Answer | Promise<Answer>
type Answers = ReadonlyMap<string, Find>

// A probe or a scrape is one short request on a near network.
const REQUEST_TIMEOUT_MS = 5_000

const OK: Answer = { status: 200, body: 'ok\n' }
const NOT_FOUND: Answer = { status: 404, body: 'not found\n' }
const METHOD_NOT_ALLOWED: Answer = {
  status: 405,
  body: 'method not allowed\n',
  headers: { allow: 'GET, HEAD' },
}

const readinessAnswer = (readiness: true | string): Answer =>
  readiness === true ? OK : { status: 503, body: `${readiness}\n` }

const answer = async (
  answers: Answers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const { status, body, headers } = isRead ? ((await answers.get(path)?.()) ?? NOT_FOUND) : METHOD_NOT_ALLOWED
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...headers,
  })
  response.end(body) // Node leaves it out for HEAD
}

/** Serves GET /livez (always 200), /readyz (200, or 503 and the reason) and /metrics. */
export const opsServer = ({ host, port, registry, ready, logger }: OpsServerOptions): OpsServer => {
  let draining = false
  const readiness = (): true | string => {
    if (draining) return 'draining'
    const now = ready()
    return now === false ? 'not ready' : now
  }
  const metrics = async (): Promise<Answer> => ({
    status: 200,
    body: await registry.metrics(),
    headers: { 'content-type': registry.contentType },
  })
  const answers: Answers = new Map<string, Find>([
    ['/livez', () => OK],
    ['/readyz', () => readinessAnswer(readiness())],
    ['/metrics', metrics],
  ])

  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    request.resume()
    answer(answers, request, response).catch((error: unknown) => {
      logger.error({ err: error, path: request.url }, 'ops request failed')
      response.writeHead(500).end('internal error\n')
    })
  })

  return {
    get port() {
      return (server.address() as AddressInfo | null)?.port ?? 0
    },
    get readiness() {
      return readiness()
    },
    setDraining: () => {
      draining = true
    },
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen({ host, port }, () => {
          server.off('error', reject)
          resolve()
        })
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
