import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { ExpectedFailure } from '../expected-failure.js'

export interface PostOptions {
  readonly body: unknown
  readonly idempotencyKey: string
}

/** A poll's answer, as far as the launcher looks at it. */
const poll = z.object({ id: z.int() })

/** The launcher as a client of the mesh: nothing but the public REST API. */
export interface PublicApi {
  /** The newest poll; undefined when there is none. */
  newestPoll(): Promise<z.output<typeof poll> | undefined>
  createPoll(options: PostOptions): Promise<z.output<typeof poll>>
  vote(pollId: number, options: PostOptions): Promise<void>
}

/** A restarting service answers 503 for a second or two; the rate limit refills within a minute. */
const MOST_ATTEMPTS = 20
const RETRY_LATER = [429, 503, 504]
const DEFAULT_RETRY_S = 1
const TIMEOUT_MS = 10_000

/** Speaks to the mesh at `url`; waits as long as `Retry-After` says when it is turned away. */
export function publicApi(url: string, signal: AbortSignal): PublicApi {
  const call = async (path: string, init: RequestInit): Promise<unknown> => {
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(`${url}${path}`, {
        ...init,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      })
      const text = await response.text()
      if (response.ok) return text === '' ? undefined : JSON.parse(text)
      if (!RETRY_LATER.includes(response.status) || attempt === MOST_ATTEMPTS)
        throw new ExpectedFailure(
          `${init.method ?? 'GET'} ${path} was answered ${response.status}: ${text.trim()}`,
        )
      const waitS = Number(response.headers.get('retry-after') ?? DEFAULT_RETRY_S)
      await sleep(1000 * (Number.isFinite(waitS) ? waitS : DEFAULT_RETRY_S), undefined, { signal })
    }
  }
  const post = (path: string, { body, idempotencyKey }: PostOptions): Promise<unknown> =>
    call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify(body),
    })
  return {
    newestPoll: async () => z.array(poll).parse(await call('/polls?limit=1', {}))[0],
    createPoll: async (options) => poll.parse(await post('/polls', options)),
    vote: async (pollId, options) => {
      await post(`/polls/${pollId}/vote`, options)
    },
  }
}
