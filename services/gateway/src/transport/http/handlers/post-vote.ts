import type { CastVote, VoteRequest } from '../../../app/cast-vote.js'
import { readIdempotencyKey } from '../idempotency-key.js'
import { readPollId } from '../poll-id.js'
import { prefersAsync, RESPOND_ASYNC } from '../prefers-async.js'
import { invalidBody } from '../problem.js'
import { readJson, VOTE_BODY_BYTES } from '../read-body.js'
import type { Handler } from '../routes.js'

/** A vote in a healthy log is counted within milliseconds; a second is soon enough to ask. */
const ASK_AGAIN_AFTER = '1'

/** POST /polls/{id}/vote. */
export const makePostVote =
  (castVote: (vote: VoteRequest) => Promise<CastVote>): Handler =>
  async (exchange, id = '') => {
    const choice = readChoice(await readJson(exchange, VOTE_BODY_BYTES))
    const { headers } = exchange.request
    const idempotencyKey = readIdempotencyKey(headers['idempotency-key'])
    const respondAsync = prefersAsync(headers.prefer)
    const pollId = readPollId(id)
    const { voteId, version } = await castVote({
      pollId,
      choice,
      idempotencyKey,
      requestId: exchange.requestId,
      respondAsync,
    })
    if (version === undefined)
      return {
        status: 202,
        headers: {
          'Retry-After': ASK_AGAIN_AFTER,
          ...(respondAsync && { 'Preference-Applied': RESPOND_ASYNC }),
        },
        json: { status: 'pending', vote_id: voteId },
      }
    return { status: 200, json: { status: 'ok', vote_id: voteId, poll_id: pollId, choice, version } }
  }

/** By hand: a schema library costs more than the rest of the parse. Nothing is coerced. */
const readChoice = (body: unknown): number => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidBody('A vote is an object.', [{ path: '', message: 'must be an object' }])
  if (!('choice' in body))
    throw invalidBody('A vote has a choice.', [{ path: 'choice', message: 'is required' }])
  if (Object.keys(body).length > 1)
    throw invalidBody('A vote has only a choice.', [{ path: '', message: 'must have no other keys' }])
  const { choice } = body
  if (typeof choice !== 'number' || !Number.isSafeInteger(choice) || choice < 0)
    throw invalidBody('A choice is an option by its index.', [
      { path: 'choice', message: 'must be a whole number from 0 on' },
    ])
  return choice + 0 // -0 is 0
}
