import type { OutgoingHttpHeaders } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Rest, SendOptions } from '../client/rest.js'

/** One request and what came of it. */
export interface Entry {
  readonly kind: 'vote' | 'question' | 'read' | 'health' | 'other'
  readonly sentMs: number
  /** Infinity, and no answer, while it is not answered and when it never was. */
  readonly tookMs: number
  readonly answer: Answer | undefined
}

/** A client that notes everything. */
export interface Diary extends Rest {
  /** What was sent from one moment on and before another one. */
  sent(kind: Entry['kind'], fromMs: number, toMs?: number): readonly Entry[]
  /** Sends one request, a POST where there is a value, and resolves to its entry. */
  ask(path: string, value?: unknown): Promise<Entry>
}

/** Lets a client note what it does; whoever disposes of the diary disposes of the client. */
export const keepDiary = (rest: Rest): Diary => {
  const entries: Entry[] = []
  const noted = async (kind: Entry['kind'], path: string, options: SendOptions): Promise<Entry> => {
    const entry = {
      kind,
      sentMs: performance.now(),
      tookMs: Infinity,
      answer: undefined as Answer | undefined,
    }
    entries.push(entry)
    entry.answer = await rest.send(path, options).catch(() => undefined)
    if (entry.answer) entry.tookMs = performance.now() - entry.sentMs
    return entry
  }
  const send = async (path: string, options: SendOptions = {}): Promise<Answer> => {
    const { answer } = await noted(kindOf(options.method ?? 'GET', path), path, options)
    if (answer === undefined) throw new Error(`no answer from ${path}`)
    return answer
  }
  return {
    ...{ url: rest.url, send },
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, value, headers = {}) => send(path, aPost(value, headers)),
    ask: (path, value) => noted('other', path, value === undefined ? {} : aPost(value)),
    sent: (kind, fromMs, toMs = Infinity) =>
      entries.filter((entry) => entry.kind === kind && entry.sentMs >= fromMs && entry.sentMs < toMs),
    [Symbol.dispose]: () => rest[Symbol.dispose](),
  }
}

const aPost = (value: unknown, headers: OutgoingHttpHeaders = {}): SendOptions => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
})

const kindOf = (method: string, path: string): Entry['kind'] => {
  if (path === '/health') return 'health'
  if (method === 'POST') return path.endsWith('/vote') ? 'vote' : 'other'
  if (path.endsWith('/results')) return 'read'
  return /\/votes\/[^/]+$/.test(path) ? 'question' : 'other'
}

/** Asks `GET /health` again and again, until it is disposed of. */
export const watchHealth = (rest: Rest, everyMs: number): AsyncDisposable => {
  const over = new AbortController()
  const watching = (async () => {
    while (!over.signal.aborted) {
      await rest.get('/health').catch(() => undefined)
      await sleep(everyMs, undefined, { signal: over.signal }).catch(() => undefined)
    }
  })()
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort()
      await watching
    },
  }
}

/** How many were answered how; 0 is not at all. */
export const countedByStatus = (entries: readonly Entry[]): Readonly<Record<number, number>> => {
  const counts: Record<number, number> = {}
  for (const { answer } of entries) counts[answer?.status ?? 0] = (counts[answer?.status ?? 0] ?? 0) + 1
  return counts
}

/** How long it took until a share of the entries was answered; Infinity where there are none. */
export const quantileMs = (entries: readonly Entry[], share: number): number => {
  const sorted = entries.map(({ tookMs }) => tookMs).sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Infinity
}
