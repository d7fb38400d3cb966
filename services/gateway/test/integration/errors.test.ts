import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { AppError, errorMapping, type ErrorCode } from '@votestream/errors'
import type { Outcome } from '@votestream/proto'
import { openWorld, told, type World } from '../world.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
})
beforeEach(() => {
  world.polls.handlers = {}
  world.votes.handlers = {}
})

const codes = Object.keys(errorMapping) as ErrorCode[]

/** What a customer sees of an error that a service throws in a read: what may pass is retried, internals stay inside. */
const seenOf = (code: ErrorCode): { status: number; reason: string } => {
  if (code === 'internal') return { status: 500, reason: 'INTERNAL' }
  if (code === 'unavailable' || code === 'deadline_exceeded') return { status: 503, reason: 'UNAVAILABLE' }
  if (code === 'resource_exhausted') return { status: 503, reason: 'OVERLOADED' }
  return { status: errorMapping[code].http, reason: 'SOME_REASON' }
}

const details = [{ path: 'options[1].text', message: 'must differ' }]

describe('every error code, thrown by a service, is a problem of the gateway', () => {
  test.each(codes)('%s', async (code) => {
    world.polls.handlers.ListThemes = () =>
      Promise.reject(new AppError(code, 'SOME_REASON', 'some message', { details }))

    const response = await world.fetch('/themes', { headers: { 'X-Request-Id': 'the-request' } })

    const { status, type, body } = await told(response)
    const seen = seenOf(code)
    expect({ status, type }).toEqual({ status: seen.status, type: 'application/problem+json' })
    expect(body).toMatchObject({
      type: 'about:blank',
      status: seen.status,
      reason: seen.reason,
      title: expect.any(String),
      detail: expect.any(String),
      request_id: 'the-request',
    })
    if (seen.reason === 'SOME_REASON') expect(body).toMatchObject({ errors: details })
    expect(response.headers.get('x-request-id')).toBe('the-request')
    if (status === 503) expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  })

  test.each([
    ['unavailable', 503, 'UNAVAILABLE'],
    ['deadline_exceeded', 504, 'OUTCOME_UNKNOWN'],
    ['internal', 500, 'INTERNAL'],
    ['out_of_range', 422, 'SOME_REASON'],
  ] as const)('a poll that could not be created: %s', async (code, status, reason) => {
    world.polls.handlers.CreatePoll = () => Promise.reject(new AppError(code, 'SOME_REASON', 'some message'))

    const response = await world.fetch('/polls', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ question: 'q', options: [{ text: 'a' }, { text: 'b' }] }),
    })

    expect(await told(response)).toMatchObject({ status, body: { reason } })
  })
})

describe('what becomes of a vote', () => {
  const refused = (reason: string, retryAfterMs = 0): Outcome => ({
    status: 'OUTCOME_STATUS_REFUSED',
    reason,
    retryAfterMs,
  })
  const rejected = (reason: string): Outcome => ({ status: 'OUTCOME_STATUS_REJECTED', reason })

  test.each<[string, Outcome, number, Record<string, unknown>]>([
    ['counted', { status: 'OUTCOME_STATUS_COUNTED', version: 17 }, 200, { status: 'ok', version: 17 }],
    ['pending', { status: 'OUTCOME_STATUS_PENDING' }, 202, { status: 'pending' }],
    ['no such poll', refused('POLL_NOT_FOUND'), 404, { reason: 'POLL_NOT_FOUND' }],
    ['no such option', refused('CHOICE_OUT_OF_RANGE'), 422, { reason: 'CHOICE_OUT_OF_RANGE' }],
    ['overload', refused('OVERLOADED', 1_500), 503, { reason: 'OVERLOADED' }],
    ['no database', refused('UNAVAILABLE', 900), 503, { reason: 'UNAVAILABLE' }],
    ['a refusal of a later version', refused('NEW_REASON'), 503, { reason: 'UNAVAILABLE' }],
    ['a final result', refused('POLL_CLOSED'), 409, { reason: 'POLL_CLOSED' }],
    ['behind the close', rejected('POLL_CLOSED'), 409, { reason: 'POLL_CLOSED' }],
    ['a second vote', rejected('ALREADY_VOTED'), 409, { reason: 'ALREADY_VOTED' }],
    ['a key used twice', rejected('IDEMPOTENCY_KEY_REUSED'), 422, { reason: 'IDEMPOTENCY_KEY_REUSED' }],
    ['a quarantined record', rejected('QUARANTINED'), 409, { reason: 'QUARANTINED' }],
    ['nobody knows', { status: 'OUTCOME_STATUS_UNKNOWN' }, 504, { reason: 'OUTCOME_UNKNOWN' }],
    [
      'a status of a later version',
      { status: 'OUTCOME_STATUS_UNSPECIFIED' },
      504,
      { reason: 'OUTCOME_UNKNOWN' },
    ],
  ])('%s', async (_what, outcome, status, expected) => {
    world.votes.outcomeOf = () => outcome

    const response = await world.vote(1, { choice: 0 }, { 'Idempotency-Key': 'k' })

    const answer = await told(response)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ ...expected, vote_id: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(answer.type).toBe(status < 300 ? 'application/json' : 'application/problem+json')
    const retryAfter = response.headers.get('retry-after')
    if (outcome.reason === 'OVERLOADED') expect(retryAfter).toBe('2')
    else if (status === 202 || status === 503) expect(retryAfter).toBe('1')
    else expect(retryAfter).toBeNull()
  })
})
