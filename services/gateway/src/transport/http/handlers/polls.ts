import { z } from 'zod'
import { CALL_WITHIN_MS } from '../../../app/budgets.js'
import type { KeyedRead } from '../../../app/keyed-reads.js'
import type { Poll, PollQuery } from '../../../domain/poll.js'
import type { Call, PollsService } from '../../../domain/ports.js'
import type { Answer, Exchange } from '../exchange.js'
import { readIdempotencyKey } from '../idempotency-key.js'
import { nextPageLink, readPollQuery } from '../poll-query.js'
import { readPollId } from '../poll-id.js'
import { readManageToken } from '../manage-token.js'
import { NO_BODY_BYTES, POLL_BODY_BYTES, readJson, readNoBody } from '../read-body.js'
import { time } from '../read-time.js'
import type { Handler } from '../routes.js'
import { readThemeName } from '../theme-name.js'
import { validate } from '../validate.js'
import { pollDocument, themesDocument } from './documents.js'

/** Only the shape: polls owns the rules for texts and themes. An empty theme is no theme's name, and protobuf would take it for none. */
const pollBody = z.strictObject({
  question: z.string(),
  theme: z.string().min(1).nullable().optional(),
  options: z.array(z.strictObject({ text: z.string() })),
  opens_at: time(),
  closes_at: time(),
})

const callOf = ({ requestId }: Exchange): Call => ({ timeoutMs: CALL_WITHIN_MS, requestId })

/** POST /polls. */
export const makePostPoll =
  (polls: Pick<PollsService, 'createPoll'>): Handler =>
  async (exchange) => {
    const body = validate(pollBody, await readJson(exchange, POLL_BODY_BYTES))
    const { question, theme = null, options, opens_at: opensAtUs = null, closes_at: closesAtUs = null } = body
    const key = readIdempotencyKey(exchange.request.headers['idempotency-key'])
    const draft = { question, theme, options: options.map(({ text }) => text), opensAtUs, closesAtUs }
    const { poll, manageToken } = await polls.createPoll(draft, key, callOf(exchange))
    return {
      status: 201,
      headers: { Location: `/polls/${poll.id}` },
      json: { ...pollDocument(poll), manage_token: manageToken },
    }
  }

/** POST /polls/{id}/close. 202 while it takes longer; it is then finished by itself. */
export const makeClosePoll =
  (polls: Pick<PollsService, 'closePoll'>): Handler =>
  async (exchange, id = '') => {
    await readNoBody(exchange, NO_BODY_BYTES)
    const manageToken = readManageToken(exchange.request.headers.authorization)
    const poll = await polls.closePoll(readPollId(id), manageToken, callOf(exchange))
    return { status: poll.status === 'closed' ? 200 : 202, json: pollDocument(poll) }
  }

/** GET /polls/{id}. */
export const makeGetPollHandler =
  (getPoll: KeyedRead<Poll>): Handler =>
  async (exchange, id = '') => ({
    status: 200,
    json: pollDocument(await getPoll(readPollId(id), exchange.requestId)),
  })

const listPage = async (
  polls: Pick<PollsService, 'listPolls'>,
  exchange: Exchange,
  query: PollQuery,
): Promise<Answer> => {
  const page = await polls.listPolls(query, callOf(exchange))
  const link = page.nextAfter === undefined ? {} : { Link: nextPageLink(exchange.target, page.nextAfter) }
  return { status: 200, headers: link, json: page.polls.map(pollDocument) }
}

/** GET /polls. */
export const makeListPollsHandler =
  (polls: Pick<PollsService, 'listPolls'>): Handler =>
  (exchange) =>
    listPage(polls, exchange, readPollQuery(exchange.target.query))

/** GET /themes. */
export const makeListThemesHandler =
  (polls: Pick<PollsService, 'listThemes'>): Handler =>
  async (exchange) => ({ status: 200, json: themesDocument(await polls.listThemes(callOf(exchange))) })

/** GET /themes/{theme}/polls. */
export const makeListThemePollsHandler =
  (polls: Pick<PollsService, 'listPolls'>): Handler =>
  (exchange, theme = '') => {
    const query = readPollQuery(exchange.target.query)
    return listPage(polls, exchange, { ...query, theme: readThemeName(theme) })
  }
