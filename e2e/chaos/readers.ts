import type { Results } from '../client/documents.js'
import type { Answer } from '../client/rest.js'
import { shown, type Completion } from './history.js'
import { steadily, type Clients, type Load } from './load.js'

const READERS = 4
const READS_A_SECOND = 5
const QUESTIONS_A_SECOND = 4
const TIMEOUT_MS = 5_000

/** Lets some read results again and again, and one ask what became of earlier votes. */
export const startReaders = (load: Load): Clients => {
  const all = [
    ...Array.from({ length: READERS }, (_, index) =>
      steadily(READS_A_SECOND, () => read(load, `reader-${index + 1}`)),
    ),
    steadily(QUESTIONS_A_SECOND, () => ask(load, 'questioner')),
  ]
  return { finish: () => Promise.all(all.map((each) => each.finish())).then(() => undefined) }
}

const read = async (load: Load, client: string): Promise<void> => {
  const poll = load.random.pick([...load.polls, ...load.limited])
  const begun = load.history.begin(client, 'read', { poll })
  const answer = await get(load, `/polls/${poll}/results`)
  const status = answer?.status ?? 0
  load.tally.answer('read', status)
  if (![0, 200, 503].includes(status))
    load.tally.complain(`a read was answered ${status} ${answer?.text ?? ''}`)
  begun.end(completionOf(status), { status, ...(status === 200 && shown(answer?.body as Results)) })
}

const ask = async (load: Load, client: string): Promise<void> => {
  const vote = load.recent.pick(load.random)
  if (vote === undefined) return
  const begun = load.history.begin(client, 'verdict', { poll: vote.poll, vote_id: vote.voteId })
  const answer = await get(load, `/polls/${vote.poll}/votes/${vote.voteId}`)
  const status = answer?.status ?? 0
  const body = (answer?.body ?? {}) as { status?: unknown; reason?: string; version?: number }
  const { reason = null, version = null } = body
  load.tally.answer('question', status === 200 ? String(body.status) : status)
  if (![0, 200, 404, 503, 504].includes(status))
    load.tally.complain(`a question was answered ${status} ${answer?.text ?? ''}`)
  begun.end(
    completionOf(status),
    status === 200 ? { verdict: body.status, reason, version } : { status, reason },
  )
}

const get = (load: Load, path: string): Promise<Answer | undefined> =>
  load.rest.send(path, { timeoutMs: TIMEOUT_MS }).catch(() => undefined)

/** Who reads changes nothing: only no answer at all is unknown. */
const completionOf = (status: number): Completion => {
  if (status === 200) return 'ok'
  return status === 0 ? 'info' : 'fail'
}
