import { describe, expect, test } from '@jest/globals'
import { pollsService, votesService } from '@votestream/proto'
import type { Outcome__Output, VotesServiceDefinition } from '@votestream/proto'
import { bindService, rpcClient, rpcServer } from '@votestream/rpc'
import type { RpcClient, RpcServer } from '@votestream/rpc'
import { aRegistry, eventually, openDatabase, silentLogger } from '@votestream/testing'
import { randomBytes } from 'node:crypto'
import { createVotes } from '../../src/service.js'

const OPTIONS = ['Python', 'Go']
const unused = () => Promise.reject(new Error('not used here'))

/** A polls service that knows poll 1 only. */
const aPollsServer = (port = 0): RpcServer =>
  rpcServer({
    ...{
      host: '127.0.0.1',
      port,
      logger: silentLogger,
      registry: aRegistry(),
      health: {},
      ready: () => true,
      shutdownGraceMs: 100,
    },
    services: [
      bindService(pollsService, {
        GetPolls: ({ ids }) =>
          Promise.resolve({ polls: ids.filter((id) => id === 1).map((id) => ({ id, options: OPTIONS })) }),
        ...{ CreatePoll: unused, ListPolls: unused, ListThemes: unused, GetStats: unused, ClosePoll: unused },
      }),
    ],
  })

const openService = async () => {
  const database = await openDatabase()
  const polls = aPollsServer()
  await polls.start()
  const config = {
    ...{ host: '127.0.0.1', grpcPort: 0, opsPort: 0, drainDelayMs: 0, databasePoolSize: 4 },
    ...{ database: { url: database.urlFor('votes') }, pollsAddress: `127.0.0.1:${polls.port}` },
  }
  const votes = createVotes({ config, logger: silentLogger })
  await votes.start()
  const client = rpcClient(votesService, {
    ...{ addresses: `127.0.0.1:${votes.ports().grpc}`, name: 'votes', timeoutMs: 8_000 },
    ...{ logger: silentLogger, registry: aRegistry() },
  })
  await client.start()
  await eventually(async () => expect(await client.health('', 500)).toBe(true))
  return {
    ...{ votes, client, polls, database },
    [Symbol.asyncDispose]: async () => {
      await client.stop()
      await votes.stop()
      await polls.stop()
      await database[Symbol.asyncDispose]()
    },
  }
}

const aBallot = (o: { pollId?: number; choice?: number; voteId?: Buffer } = {}) => {
  const voteId = o.voteId ?? randomBytes(16)
  return { pollId: o.pollId ?? 1, choice: o.choice ?? 0, voteId, ballotKey: voteId, requestId: 'test' }
}

const cast = async (
  client: RpcClient<VotesServiceDefinition>,
  ballots: ReturnType<typeof aBallot>[],
): Promise<Outcome__Output[]> => {
  const outcomes: Outcome__Output[] = []
  for await (const message of client.stream('CastVotes', { ballots })) outcomes.push(...message.outcomes)
  return outcomes.sort((a, b) => a.index - b.index)
}

describe('VotesService', () => {
  test('counts what is good and refuses the rest of one call by name', async () => {
    await using world = await openService()

    const outcomes = await cast(world.client, [
      aBallot({ choice: 1 }),
      aBallot({ choice: 2 }),
      aBallot({ pollId: 404 }),
    ])

    expect(outcomes).toMatchObject([
      { status: 'OUTCOME_STATUS_COUNTED', version: 1 },
      { status: 'OUTCOME_STATUS_REFUSED', reason: 'CHOICE_OUT_OF_RANGE' },
      { status: 'OUTCOME_STATUS_REFUSED', reason: 'POLL_NOT_FOUND' },
    ])
  })

  test('counts one vote id once, sent 200 times in parallel calls', async () => {
    await using world = await openService()
    const ballot = aBallot()

    const outcomes = await Promise.all(Array.from({ length: 200 }, () => cast(world.client, [ballot])))

    expect(outcomes.flat().every(({ status }) => status === 'OUTCOME_STATUS_COUNTED')).toBe(true)
    const { results } = await world.client.call('GetResults', { pollIds: [1] })
    expect(results).toMatchObject([{ version: 1, counts: [1], status: 'POLL_STATUS_OPEN' }])
  })

  test('never answers a read with an older state than a vote acknowledged before it', async () => {
    await using world = await openService()
    const lags: number[] = []

    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const [outcome] = await cast(world.client, [aBallot()])
        const { results } = await world.client.call('GetResults', { pollIds: [1] })
        lags.push((outcome?.version ?? 0) - (results[0]?.version ?? 0))
      }),
    )

    expect(Math.max(...lags)).toBeLessThanOrEqual(0)
  })

  test('answers reads of many polls in the order asked for, repeated ones too', async () => {
    await using world = await openService()
    await cast(world.client, [aBallot()])

    const { results } = await world.client.call('GetResults', { pollIds: [7, 1, 7] })

    expect(results.map(({ pollId, version }) => [pollId, version])).toEqual([
      [7, 0],
      [1, 1],
      [7, 0],
    ])
  })

  test('says what became of a vote, and that a vote never was', async () => {
    await using world = await openService()
    const ballot = aBallot()
    await cast(world.client, [ballot, { ...ballot, choice: 1 }])

    const vote = await world.client.call('GetVote', { pollId: 1, voteId: ballot.voteId })

    expect(vote).toEqual({ status: 'OUTCOME_STATUS_COUNTED', reason: '' })
    await expect(world.client.call('GetVote', { pollId: 1, voteId: randomBytes(16) })).rejects.toMatchObject({
      reason: 'VOTE_NOT_FOUND',
    })
    await expect(world.client.call('GetVote', { pollId: 1, voteId: randomBytes(3) })).rejects.toMatchObject({
      ...{ code: 'invalid_argument', details: [{ path: 'vote_id', message: 'must be 16 bytes' }] },
    })
    expect(await world.client.call('GetStats', {})).toEqual({ totalVotes: 1, pollsWithVotes: 1 })
  })

  test('goes on with the polls it knows while polls is away, and refuses others for now', async () => {
    await using world = await openService()
    await cast(world.client, [aBallot()])
    await world.polls.stop()

    const outcomes = await cast(world.client, [aBallot(), aBallot({ pollId: 2 })])

    expect(outcomes).toMatchObject([
      { status: 'OUTCOME_STATUS_COUNTED' },
      { status: 'OUTCOME_STATUS_REFUSED', reason: 'UNAVAILABLE', retryAfterMs: 1_000 },
    ])
  })

  test('names its engines in its health', async () => {
    await using world = await openService()

    const health = await Promise.all(
      ['', 'postgres', 'kafka', 'redis'].map((name) => world.client.health(name, 500)),
    )

    expect(health).toEqual([true, true, null, null])
  })

  test('exposes the steps of the vote’s way', async () => {
    await using world = await openService()
    await cast(world.client, [aBallot(), aBallot({ choice: 7 })])

    const text = await (await fetch(`http://127.0.0.1:${world.votes.ports().ops}/metrics`)).text()

    expect(text).toContain('votestream_ballots_received_total{service="votes"} 2')
    expect(text).toContain('votestream_ballots_appended_total{service="votes"} 1')
    expect(text).toContain('votestream_ballots_folded_total{verdict="counted",service="votes"} 1')
    expect(text).toContain('votestream_ballots_refused_total{reason="CHOICE_OUT_OF_RANGE",service="votes"} 1')
  })
})
