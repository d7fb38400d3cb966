import { beforeAll, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { readRows } from '../accounts/rows.js'
import type { CountedVote, Problem } from '../client/documents.js'
import { countsOf, createPoll, readResults, vote, voteUntilCounted } from '../client/polls.js'
import type { Answer, Rest } from '../client/rest.js'
import type { PublicSubject } from './subject.js'

/** A vote that was acknowledged is counted, and counted once. */
export const exactlyOnce = (subject: PublicSubject): void => {
  let rest: Rest

  beforeAll(() => {
    ;({ rest } = subject)
  })

  const times = <T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => run(index)))

  const rowsOf = async (pollId: number): Promise<number> =>
    (await readRows(await subject.stores())).filter((row) => row.pollId === pollId).length

  test('one key 200 times at once counts once, and every answer is the same 200', async () => {
    const poll = await createPoll(rest)
    const key = randomUUID()

    const votes = await times(200, () => voteUntilCounted(rest, poll.id, 1, key))

    expect(new Set(votes.map(({ vote_id: voteId }) => voteId)).size).toBe(1)
    expect(countsOf(await readResults(rest, poll.id))).toEqual([0, 1, 0])
    expect(await rowsOf(poll.id)).toBe(1)
  })

  test('one key with two choices, at once, has one winner: the others hear that the key is taken', async () => {
    const poll = await createPoll(rest)
    const headers = { 'idempotency-key': randomUUID() }

    const answers = await times(100, async (index) => {
      const choice = index % 2
      return { choice, answer: await rest.post(`/polls/${poll.id}/vote`, { choice }, headers) }
    })

    const counts = countsOf(await readResults(rest, poll.id))
    const winner = counts.indexOf(1)
    const verdictOf = ({ status, body }: Answer): unknown =>
      status === 200 ? 200 : [status, (body as Problem).reason]
    expect([...counts].sort()).toEqual([0, 0, 1])
    expect(answers.map(({ answer }) => verdictOf(answer))).toEqual(
      answers.map(({ choice }) => (choice === winner ? 200 : [422, 'IDEMPOTENCY_KEY_REUSED'])),
    )
  })

  test('one key at 20 polls at once is 20 votes', async () => {
    const polls = await times(20, () => createPoll(rest))
    const key = randomUUID()

    const votes = await Promise.all(polls.map((poll) => voteUntilCounted(rest, poll.id, 0, key)))

    const totals = await Promise.all(
      polls.map(async (poll) => (await readResults(rest, poll.id)).total_votes),
    )
    expect(new Set(votes.map(({ vote_id: voteId }) => voteId)).size).toBe(20)
    expect(totals).toEqual(polls.map(() => 1))
  })

  test('500 votes at once without a key are 500 votes', async () => {
    const poll = await createPoll(rest)

    const votes = await times(500, (index) => voteUntilCounted(rest, poll.id, index % 3))

    const results = await readResults(rest, poll.id)
    expect(new Set(votes.map(({ vote_id: voteId }) => voteId)).size).toBe(500)
    expect([results.total_votes, countsOf(results)]).toEqual([500, [167, 167, 166]])
    expect(results.version).toBe(500)
    expect(await rowsOf(poll.id)).toBe(500)
  })

  test('500 keys, each of them three times at once, are 500 votes', async () => {
    const poll = await createPoll(rest)
    const keys = Array.from({ length: 500 }, () => randomUUID())

    const votes = await Promise.all(
      [...keys, ...keys, ...keys].map((key) => voteUntilCounted(rest, poll.id, 0, key)),
    )

    const idsOf = (from: number): string[] =>
      votes.slice(from, from + 500).map(({ vote_id: voteId }) => voteId)
    expect(new Set(idsOf(0)).size).toBe(500)
    expect([idsOf(500), idsOf(1_000)]).toEqual([idsOf(0), idsOf(0)])
    expect((await readResults(rest, poll.id)).total_votes).toBe(500)
  })

  test('a read that starts after a 200 includes that vote, in each of 400 cases side by side', async () => {
    const poll = await createPoll(rest)

    const late = await times(20, async () => {
      const missed: string[] = []
      for (let round = 0; round < 20; round += 1) {
        const counted: CountedVote = await vote(rest, poll.id, round % 3)
        const results = await readResults(rest, poll.id)
        if (results.version < counted.version || results.stale)
          missed.push(`version ${results.version} after ${counted.version}`)
      }
      return missed
    })

    const results = await readResults(rest, poll.id)
    expect(late.flat()).toEqual([])
    expect([results.version, results.total_votes]).toEqual([400, 400])
  })

  test('a vote is found by its id as soon as it is answered', async () => {
    const poll = await createPoll(rest)

    const found = await times(100, async () => {
      const { vote_id: voteId } = await vote(rest, poll.id, 0, randomUUID())
      return (await rest.get(`/polls/${poll.id}/votes/${voteId}`)).body
    })

    expect(new Set(found.map((body) => (body as { status: string }).status))).toEqual(new Set(['counted']))
  })
}
