import { votesService, type VotesServiceDefinition } from '@votestream/proto'
import { rpcClient, type RpcClient } from '@votestream/rpc'
import { aRegistry, silentLogger } from '@votestream/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { CALL_TIMEOUT_MS, castBatch, type Told } from './cast-batch.js'
import { votesOfOne, type DoubleVote } from './double-vote.js'
import { steadily, type Clients, type Load } from './load.js'

/** Of some 220 votes a second a twentieth. */
const VOTERS_A_SECOND = 11
const BATCHES_A_SECOND = 10
/** Sent once more although the outcome is known: it must be the same. */
const ASKED_AGAIN = 0.05
/** What an outage piles up. */
const MOST_OPEN = 200
const MOST_BALLOTS = 50
const RETRY_MS = 300
const MOST_RETRY_MS = 2_500
const LOOK_EVERY_MS = 50
/** Logical votes of the other lane have numbers of their own, below this. */
const FIRST_VOTE = 1_000_000_000

/** Lets voters of limited polls vote two or three times, over all votes replicas: there are no such voters over REST yet. */
export const startDoubleVoters = (load: Load, addresses: readonly string[]): Clients => {
  const { random, history, tally } = load
  const clients = addresses.map(clientOf)
  const waiting = new Set<DoubleVote>()
  let [lastVote, open] = [FIRST_VOTE, 0]
  const voters = steadily(VOTERS_A_SECOND, () => {
    if (open >= MOST_OPEN) return undefined
    for (const vote of votesOfOne(load, lastVote)) {
      lastVote = vote.vote
      open += 1
      waiting.add(vote)
      tally.begin('double')
    }
    return undefined
  })
  const tell = (vote: DoubleVote, told: Told): void => {
    note(load, vote, told)
    const isFinal = told.status === 'counted' || told.status === 'rejected'
    const isOver = isFinal ? !random.chance(ASKED_AGAIN) : performance.now() > vote.giveUpMs
    if (isOver) {
      open -= 1
      tally.finish(told.status === 'counted' || told.status === 'rejected' ? told.status : 'unknown')
      return
    }
    const backOffMs = Math.min(MOST_RETRY_MS, RETRY_MS * 2 ** vote.attempts)
    vote.attempts += 1
    vote.dueMs = performance.now() + Math.max(told.retryAfterMs, backOffMs) * random.between(1, 1.5)
    waiting.add(vote)
  }
  const batches = steadily(BATCHES_A_SECOND, async () => {
    const due = [...waiting].filter(({ dueMs }) => dueMs <= performance.now()).slice(0, MOST_BALLOTS)
    for (const vote of due) waiting.delete(vote)
    const parts = clients.map((client) => ({ client, votes: [] as DoubleVote[] }))
    for (const vote of due) random.pick(parts).votes.push(vote)
    const some = parts.filter(({ votes }) => votes.length > 0)
    await Promise.all(some.map(({ client, votes }) => castBatch(client, votes, history, tell)))
  })
  return {
    async finish() {
      await voters.finish()
      while (open > 0) await sleep(LOOK_EVERY_MS)
      await batches.finish()
      await Promise.all(clients.map((client) => client.stop()))
    },
  }
}

const clientOf = (address: string): RpcClient<VotesServiceDefinition> => {
  const client = rpcClient(votesService, {
    ...{ addresses: address, name: 'votes', timeoutMs: CALL_TIMEOUT_MS },
    ...{ logger: silentLogger, registry: aRegistry() },
  })
  void client.start()
  return client
}

const note = ({ tally, recent }: Load, { poll, voteId }: DoubleVote, { status, reason }: Told): void => {
  tally.answer('double', reason === null ? status : `${status} ${reason}`)
  recent.add({ poll, voteId })
  if (status === 'rejected' && reason !== 'ALREADY_VOTED')
    tally.complain(`a second vote was rejected as ${reason ?? 'nothing'}`)
}
