import { describe, expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Poll, Problem } from '../client/documents.js'
import { aPoll, closePoll, countsOf, createOwnPoll, readResults } from '../client/polls.js'
import type { Answer, Rest } from '../client/rest.js'
import { openSocket } from '../client/streams.js'
import type { PublicSubject } from './subject.js'

const VOTERS = 200
/** They come one after the other, so that the end falls among them. */
const VOTE_EVERY_MS = 10
const CLOSED_WITHIN_MS = 30_000
/** What may be answered while something is down; the same key asks again. */
const AGAIN = [0, 202, 503, 504]

interface Ballot {
  readonly key: string
  readonly choice: number
}

const reasonOf = (answer: Answer): string => (answer.body as Problem).reason

const cast = (rest: Rest, pollId: number, { key, choice }: Ballot): Promise<Answer> =>
  rest
    .post(`/polls/${pollId}/vote`, { choice }, { 'idempotency-key': key })
    .catch(() => ({ status: 0, headers: {}, text: '', body: undefined }))

const castUntilDecided = async (rest: Rest, pollId: number, ballot: Ballot): Promise<Answer> => {
  for (;;) {
    const answer = await cast(rest, pollId, ballot)
    if (!AGAIN.includes(answer.status)) return answer
    await sleep(200)
  }
}

const statusOf = async (rest: Rest, pollId: number): Promise<Poll['status']> =>
  ((await rest.get(`/polls/${pollId}`)).body as Poll).status

/** Lets voters come while `end` ends the poll, and resolves to what each was told in the end. */
const voteAcrossTheEnd = async (
  rest: Rest,
  pollId: number,
  end: () => Promise<unknown>,
): Promise<readonly (readonly [Ballot, Answer])[]> => {
  const ballots = Array.from({ length: VOTERS }, (_, index) => ({ key: randomUUID(), choice: index % 3 }))
  const voting = ballots.map(async (ballot, index) => {
    await sleep(index * VOTE_EVERY_MS)
    return [ballot, await castUntilDecided(rest, pollId, ballot)] as const
  })
  await sleep((VOTERS / 2) * VOTE_EVERY_MS)
  await end()
  return Promise.all(voting)
}

/**
 * The end of a poll, as its voters and viewers see it. `disturb` is called in the middle of the vote: whatever it breaks must not change what the
 * numbers say.
 */
export const closing = (
  subject: PublicSubject,
  disturb: () => Promise<void> = () => Promise.resolve(),
): void => {
  describe('a poll that ends', () => {
    test('among its voters: who was told 200 is counted, who was told POLL_CLOSED is not, and the results are final', async () => {
      const { rest, mesh } = subject
      const { poll, manageToken } = await createOwnPoll(rest)
      await using socket = await openSocket(mesh.url, poll.id)

      const told = await voteAcrossTheEnd(rest, poll.id, async () => {
        await disturb()
        const { status } = await closePoll(rest, poll.id, manageToken)
        expect([200, 202]).toContain(status)
      })

      await eventually(async () => expect(await statusOf(rest, poll.id)).toBe('closed'), {
        timeoutMs: CLOSED_WITHIN_MS,
      })
      const counted = told.filter(([, { status }]) => status === 200).map(([ballot]) => ballot)
      const late = told.filter(([, { status }]) => status === 409)
      expect(counted.length + late.length).toBe(VOTERS)
      expect([counted.length, late.length].every((count) => count > 0)).toBe(true)
      expect(new Set(late.map(([, answer]) => reasonOf(answer)))).toEqual(new Set(['POLL_CLOSED']))

      const results = await readResults(rest, poll.id)
      const expected = [0, 1, 2].map((choice) => counted.filter((ballot) => ballot.choice === choice).length)
      expect(results).toMatchObject({ status: 'closed', final: true, stale: false })
      expect(countsOf(results)).toEqual(expected)
      expect(results.version).toBe(counted.length + 2)
      const shown = await socket.sightings.until(({ final }) => final)
      expect({ ...shown, as_of: '', stale: false }).toEqual({ ...results, as_of: '' })

      // Asked again, each is told the same, and nothing changes any more.
      const again = await Promise.all(
        [...counted.slice(0, 5), ...late.slice(0, 5).map(([ballot]) => ballot)].map((ballot) =>
          castUntilDecided(rest, poll.id, ballot),
        ),
      )
      expect(again.map(({ status }) => status)).toEqual([
        ...counted.slice(0, 5).map(() => 200),
        ...late.slice(0, 5).map(() => 409),
      ])
      expect((await closePoll(rest, poll.id, manageToken)).status).toBe(200)
      expect(await readResults(rest, poll.id)).toMatchObject({ version: results.version })
    })

    test('by itself when its time has come', async () => {
      const { rest } = subject
      const closesAt = new Date(Date.now() + 1_500).toISOString()
      const { poll } = await createOwnPoll(rest, { ...aPoll(), closes_at: closesAt })
      expect((await cast(rest, poll.id, { key: 'early', choice: 0 })).status).toBe(200)

      await eventually(async () => expect(await statusOf(rest, poll.id)).toBe('closed'), {
        timeoutMs: CLOSED_WITHIN_MS,
      })

      const { body } = await rest.get(`/polls/${poll.id}`)
      const { closed_at: closedAt = '' } = body as Poll
      expect(body).toMatchObject({ closes_at: closesAt })
      expect(Date.parse(closedAt)).toBeGreaterThanOrEqual(Date.parse(closesAt))
      expect(reasonOf(await castUntilDecided(rest, poll.id, { key: 'late', choice: 0 }))).toBe('POLL_CLOSED')
      expect(await readResults(rest, poll.id)).toMatchObject({ final: true, total_votes: 1, version: 3 })
    })

    test('takes no vote before its beginning, and says when to come back', async () => {
      const { rest } = subject
      const opensAt = Date.now() + 2_000
      const { poll } = await createOwnPoll(rest, { ...aPoll(), opens_at: new Date(opensAt).toISOString() })

      const early = await castUntilDecided(rest, poll.id, { key: 'k', choice: 1 })
      await sleep(Math.max(0, opensAt - Date.now()) + 50)
      const inTime = await castUntilDecided(rest, poll.id, { key: 'k', choice: 1 })

      expect([early.status, reasonOf(early)]).toEqual([403, 'POLL_NOT_OPEN'])
      expect(Number(early.headers['retry-after'])).toBeGreaterThan(0)
      expect(inTime.status).toBe(200)
      expect(await readResults(rest, poll.id)).toMatchObject({ total_votes: 1, status: 'open' })
    })

    test('is ended by its owner only', async () => {
      const { rest } = subject
      const [own, other] = [await createOwnPoll(rest), await createOwnPoll(rest)]

      const answers = await Promise.all([
        rest.post(`/polls/${own.poll.id}/close`, {}),
        closePoll(rest, own.poll.id, other.manageToken),
        closePoll(rest, 999_999_999, own.manageToken),
      ])

      expect(answers.map((answer) => [answer.status, reasonOf(answer)])).toEqual([
        [401, 'MANAGE_TOKEN_REQUIRED'],
        [403, 'MANAGE_TOKEN_WRONG'],
        [404, 'POLL_NOT_FOUND'],
      ])
      expect(await statusOf(rest, own.poll.id)).toBe('open')
    })
  })
}
