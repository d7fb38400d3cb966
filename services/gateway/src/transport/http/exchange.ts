import type { IncomingMessage, ServerResponse } from 'node:http'
import { discardBody } from './discard-body.js'
import { type Problem, problemBody, problemHeaders } from './problem.js'
import { securityHeaders } from './security-headers.js'
import type { Target } from './target.js'

/** What a handler answers with. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is; `headers` name its type. */
  readonly text?: string
}

const JSON_TYPE = 'application/json'
const PROBLEM_TYPE = 'application/problem+json'

/** One request and its answer, in whatever lane it is served. */
export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestId: string
  readonly target: Target
  /** The route's template, and what stands for its variables, undecoded; undefined when no route matches. */
  readonly template: string | undefined
  readonly parts: readonly string[]
  /** By the gateway's own clock, in milliseconds. */
  readonly startedAtMs: number
  /** On the answer, whatever it will be; more may be added until then. */
  readonly headers: Record<string, string>
  /** True while the client waits for "100 Continue" before it sends the body. */
  awaitsContinue = false
  /** The client's; known once the request is let in. */
  address = 'unknown'
  #answered = false
  #broken = false

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    about: Pick<Exchange, 'requestId' | 'target' | 'template' | 'parts' | 'startedAtMs'>,
  ) {
    this.request = request
    this.response = response
    this.requestId = about.requestId
    this.target = about.target
    this.template = about.template
    this.parts = about.parts
    this.startedAtMs = about.startedAtMs
    this.headers = { ...securityHeaders, 'X-Request-Id': about.requestId, 'Cache-Control': 'no-store' }
  }

  /** Claims the answer for a handler that writes it itself; false when somebody has answered already. */
  claim(): boolean {
    if (this.#answered || this.response.headersSent || this.response.destroyed) return false
    this.#answered = true
    return true
  }

  /** Answers once, after the rest of the body is out of the way, so that the connection can go on. */
  async answer({ status, headers, json, text }: Answer): Promise<void> {
    if (!this.claim()) return
    const body = json === undefined ? text : JSON.stringify(json)
    await this.#write(
      status,
      {
        ...(json !== undefined && { 'Content-Type': JSON_TYPE }),
        ...headers,
      },
      body,
    )
  }

  async answerProblem(problem: Problem): Promise<void> {
    if (!this.claim()) return
    const headers = { 'Content-Type': PROBLEM_TYPE, ...problemHeaders(problem) }
    await this.#write(problem.status, headers, problemBody(problem, this.requestId))
  }

  /** Answers at once, and closes: the rest of the request cannot be read. */
  async abortWith(problem: Problem): Promise<void> {
    this.#broken = true
    await this.answerProblem(problem)
  }

  async #write(status: number, headers: Record<string, string>, body: string | undefined): Promise<void> {
    if (this.#broken || !(await discardBody(this.request, this.awaitsContinue))) headers.Connection = 'close'
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    this.response.writeHead(status, { ...this.headers, ...headers, ...length })
    this.response.end(this.request.method === 'HEAD' ? undefined : body)
  }
}
