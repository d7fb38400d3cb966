import { setTimeout as sleep } from 'node:timers/promises'
import type { CountedVote, Poll, Results } from './documents.js'
import type { Answer, Rest } from './rest.js'

let made = 0

/** A poll's content that no other poll of this process has. */
export const aPoll = (content: { theme?: string; question?: string; options?: readonly string[] } = {}) => {
  made += 1
  const { question = `Which way, the ${made}th time?`, options = ['left', 'right', 'straight on'] } = content
  return {
    question,
    ...(content.theme === undefined ? {} : { theme: content.theme }),
    options: options.map((text) => ({ text })),
  }
}

/** Creates a poll and resolves to it; rejects unless it was answered 201. */
export const createPoll = async (rest: Rest, content = aPoll()): Promise<Poll> =>
  (await createOwnPoll(rest, content)).poll

/** The same, for who wants to manage it. */
export const createOwnPoll = async (
  rest: Rest,
  content: object = aPoll(),
): Promise<{ readonly poll: Poll; readonly manageToken: string }> => {
  const { body } = await expectStatus(rest.post('/polls', content), 201)
  const { manage_token: manageToken, ...poll } = body as Poll & { readonly manage_token: string }
  return { poll, manageToken }
}

/** Asks for the end of a poll, whatever the answer. */
export const closePoll = (rest: Rest, pollId: number, manageToken: string): Promise<Answer> =>
  rest.send(`/polls/${pollId}/close`, {
    method: 'POST',
    headers: { authorization: `Bearer ${manageToken}` },
  })

/** Votes and resolves to the outcome; rejects unless the vote was answered 200. */
export const vote = async (
  rest: Rest,
  pollId: number,
  choice: number,
  key?: string,
): Promise<CountedVote> => {
  const headers = key === undefined ? {} : { 'idempotency-key': key }
  return (await expectStatus(rest.post(`/polls/${pollId}/vote`, { choice }, headers), 200))
    .body as CountedVote
}

/** Votes as a client does that does as it is told: one that is shed (503: nothing was recorded) comes again; resolves once it is counted. */
export const voteUntilCounted = async (
  rest: Rest,
  pollId: number,
  choice: number,
  key?: string,
): Promise<CountedVote> => {
  const headers = key === undefined ? {} : { 'idempotency-key': key }
  // Without a key a vote that may have been recorded must not be sent again.
  const mayComeAgain = key === undefined ? [503] : [202, 503, 504]
  for (let attempt = 1; ; attempt += 1) {
    const answer = await rest.post(`/polls/${pollId}/vote`, { choice }, headers)
    if (attempt === MOST_ATTEMPTS || !mayComeAgain.includes(answer.status))
      return (await expectStatus(Promise.resolve(answer), 200)).body as CountedVote
    await sleep(1_000 * Number(answer.headers['retry-after'] ?? 1))
  }
}

/** Far more than a burst of a thousand votes needs. */
const MOST_ATTEMPTS = 30

/** Reads a poll's results; rejects unless they were answered 200. */
export const readResults = async (rest: Rest, pollId: number): Promise<Results> =>
  (await expectStatus(rest.get(`/polls/${pollId}/results`), 200)).body as Results

/** Votes for each choice, in order. */
export const countsOf = (results: Results): number[] => results.options.map(({ votes }) => votes)

const expectStatus = async (answering: Promise<Answer>, status: number): Promise<Answer> => {
  const answer = await answering
  if (answer.status !== status)
    throw new Error(`answered ${answer.status} instead of ${status}: ${answer.text}`)
  return answer
}
