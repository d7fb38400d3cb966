import { toAppError } from '@votestream/errors'
import { rpcVotes } from '@votestream/gateway/adapters/votes-client/rpc-votes.js'
import { voteIdOf } from '@votestream/gateway/app/vote-id.js'
import type { Ballot } from '@votestream/gateway/domain/vote.js'
import type { Checks } from './checks.js'
import type { SimProcess } from './kernel/process.js'
import type { Mesh } from './mesh.js'
import type { Plan, Step } from './plan.js'
import type { Gateway } from './processes/gateway.js'
import { OPTIONS, POISON_CHOICE, POISON_POLL } from './processes/poll-definitions.js'
import { votesClient } from './processes/rpc.js'
import type { Attempt, Ending } from './record.js'

/** A browser gives a request up after this; by then a gateway has answered or is gone. */
const PATIENCE_MS = 5_000
/** API.md: an answer comes within 3 s; what is on the way comes on top. */
const ANSWER_WITHIN_MS = 3_000
const CALL_WITHIN_MS = 2_700
const RETRY_MS = { from: 150, spread: 900 }
const UNKNOWN_POLL = 99

/** Step numbers that stand for something odd. */
const ODD = { poll: 7, choice: 5 }

interface Vote {
  readonly pollId: number
  readonly voter: number
  readonly choice: number
  readonly key: string
}

/** Voters, readers and askers: few of each, so that they get into each other's way. */
export class Clients {
  readonly #mesh: Mesh
  readonly #plan: Plan
  readonly #checks: Checks
  readonly #process: SimProcess
  readonly #direct: ReturnType<typeof rpcVotes>
  readonly #asked: Attempt[] = []
  /** Requests that a living gateway has not answered. */
  readonly #open = new Map<Attempt, SimProcess>()
  votes = 0

  constructor(mesh: Mesh, plan: Plan, checks: Checks) {
    this.#mesh = mesh
    this.#plan = plan
    this.#checks = checks
    this.#process = mesh.world.process('clients')
    this.#direct = rpcVotes(
      votesClient(mesh.world, this.#process, mesh.balancer) as Parameters<typeof rpcVotes>[0],
    )
  }

  /** Has a client take its step when it is due. */
  schedule(step: Step): void {
    this.#process.deliver(step.atMs, `step ${step.act}`, () => this.#take(step))
  }

  /** Once all is well a vote is counted and a read is current, through every gateway. */
  probe(): void {
    for (let pollId = 1; pollId <= this.#plan.polls; pollId++)
      this.#mesh.gateways.forEach((_, index) => {
        const vote = { pollId, voter: 100 + index, choice: index % OPTIONS, key: 'probe' }
        const isClosed = this.#plan.closings.some(({ poll }) => 1 + (poll % this.#plan.polls) === pollId)
        void this.#vote(vote, index).then((ending) => {
          const said = 'reason' in ending ? ending.reason : ending.status
          if (said !== (isClosed ? 'POLL_CLOSED' : 'counted'))
            this.#mesh.world.violated(`long after the last fault a vote is answered ${said}`)
        })
        void this.#read(pollId, index).then((version) => {
          if (version === undefined)
            this.#mesh.world.violated('long after the last fault results cannot be read')
        })
      })
  }

  /** Nobody waits for an answer that a living gateway owes. */
  assertAnswered(): void {
    for (const [{ voteId }, gateway] of this.#open)
      if (gateway.alive) this.#mesh.world.violated(`${gateway.name} never answered vote ${voteId}`)
  }

  #take({ act, voter, poll, choice, key, retries }: Step): void {
    const pollId = 1 + (poll % this.#plan.polls)
    const vote = { pollId, voter, choice: choice % OPTIONS, key: `key ${key}` }
    if (act === 'raw') void this.#raw(vote, poll === ODD.poll && key === 0, retries)
    else if (act === 'read') void this.#read(pollId, voter)
    else if (act === 'ask') void this.#askOf(voter, this.#asked[key % Math.max(1, this.#asked.length)])
    else {
      const odd = {
        pollId: poll === ODD.poll && key === 0 ? UNKNOWN_POLL : pollId,
        choice: choice === ODD.choice && key === 0 ? choice : vote.choice,
      }
      void this.#voteOn({ ...vote, ...odd }, retries)
    }
  }

  /** A voter who asks again until the answer is final, or changes their mind, or gives up. */
  async #voteOn(vote: Vote, retries: number): Promise<void> {
    const { random } = this.#mesh.world.kernel
    let next = vote
    for (let left = retries; ; left--) {
      const { status, attempt } = await this.#vote(next, vote.voter + left)
      if (status === 'counted' && random.chance(0.5)) void this.#read(vote.pollId, vote.voter)
      if (status === 'counted' || status === 'rejected') return
      if (left <= 0) return status === 'refused' ? undefined : this.#askOf(vote.voter, attempt)
      await this.#process.clock.sleep(RETRY_MS.from + random.next() * RETRY_MS.spread)
      if (left === 1) next = { ...vote, choice: (vote.choice + 1) % OPTIONS }
    }
  }

  async #vote(
    { pollId, voter, choice, key }: Vote,
    at: number,
  ): Promise<Ending & { readonly attempt: Attempt }> {
    const idempotencyKey = `${voter} ${key}`
    const voteId = voteIdOf(pollId, undefined, idempotencyKey)
    const attempt: Attempt = {
      pollId,
      voteId,
      ballotKey: voteId,
      choice,
      fromMs: this.#mesh.world.kernel.nowMs,
    }
    this.#begin(attempt)
    this.#asked.push(attempt)
    const cast = (gateway: Gateway): Promise<Ending> => {
      this.#open.set(attempt, gateway.process)
      const startedMs = this.#mesh.world.kernel.nowMs
      const request = { pollId, choice, idempotencyKey, requestId: 'vote', respondAsync: key === 'key 3' }
      return gateway.castVote(request).then(
        ({ version }): Ending =>
          this.#inTime(
            attempt,
            gateway,
            startedMs,
            version === undefined ? { status: 'pending' } : { status: 'counted', version },
          ),
        (error: unknown) => this.#inTime(attempt, gateway, startedMs, endingOf(error)),
      )
    }
    const ending = await this.#http(at, cast, { status: 'cut' })
    this.#mesh.world.coverage.count(`answer ${STATUS[ending.status]}`)
    this.#checks.answered(attempt, ending)
    return { ...ending, attempt }
  }

  #inTime(attempt: Attempt, { process }: Gateway, startedMs: number, ending: Ending): Ending {
    this.#open.delete(attempt)
    const tookMs = this.#mesh.world.kernel.nowMs - startedMs
    if (tookMs > ANSWER_WITHIN_MS && process.stoodStillMs < startedMs)
      this.#mesh.world.violated(`${process.name} took ${Math.round(tookMs)} ms for vote ${attempt.voteId}`)
    return ending
  }

  /** Ballots given to votes itself: the voters of this poll are limited, so that one voter's second vote comes too late. */
  async #raw({ pollId, voter, choice, key }: Vote, isPoison: boolean, more: number): Promise<void> {
    const { world } = this.#mesh
    const poll = isPoison ? POISON_POLL : pollId
    const attempts = Array.from({ length: 1 + (more % 3) }, (_, index): Attempt => ({
      ...{
        pollId: poll,
        ballotKey: voteIdOf(poll, undefined, `voter ${voter + (index % 2)}`),
        fromMs: world.kernel.nowMs,
      },
      voteId: voteIdOf(poll, String(voter + (index % 2)), key),
      choice: isPoison ? POISON_CHOICE : (choice + Math.floor(index / 2)) % OPTIONS,
    }))
    const expiresAt = this.#process.clock.now() + CALL_WITHIN_MS
    const ballots = attempts.map(({ pollId: id, ballotKey, voteId, choice: chosen }): Ballot => ({
      ...{ pollId: id, ballotKey, voteId, choice: chosen, requestId: 'raw', expiresAt },
    }))
    attempts.forEach((attempt) => this.#begin(attempt))
    for await (const outcomes of this.#direct.castVotes(ballots, { timeoutMs: CALL_WITHIN_MS }))
      for (const { index, outcome } of outcomes) {
        const attempt = attempts[index]
        if (attempt)
          this.#checks.answered(attempt, outcome.status === 'lost' ? { status: 'unknown' } : outcome)
      }
    for (const attempt of attempts)
      if (!attempt.ending) world.violated(`votes said nothing of vote ${attempt.voteId}`)
  }

  async #read(pollId: number, at: number): Promise<number | undefined> {
    const { database } = this.#mesh
    const read = async (gateway: Gateway): Promise<number | undefined> => {
      const reader = gateway.process.name
      const from = { committed: database.versionOf(pollId), given: this.#checks.newestRead(reader, pollId) }
      try {
        const { version, counts, stale } = await gateway.getResults(pollId)
        this.#checks.read({ reader, pollId, version, counts, stale }, from)
        return version
      } catch {
        return undefined
      }
    }
    return this.#http(at, read, undefined)
  }

  async #askOf(at: number, attempt: Attempt | undefined): Promise<void> {
    if (!attempt) return
    const { world } = this.#mesh
    const fromMs = world.kernel.nowMs
    const ask = async ({ votes }: Gateway): Promise<void> => {
      const call = { timeoutMs: CALL_WITHIN_MS }
      const said = await votes
        .getVote(attempt.pollId, attempt.voteId, call)
        .catch((error: unknown) => toAppError(error))
      if ('code' in said) {
        if (said.code === 'not_found') this.#checks.verdict(attempt, { status: 'not found' }, fromMs)
        return
      }
      if (said.status === 'pending') world.coverage.count('verdict pending')
      this.#checks.verdict(
        attempt,
        said.status === 'counted' ? { ...said, version: 0 } : (said as Ending),
        fromMs,
      )
    }
    await this.#http(at, ask, undefined)
  }

  #begin(attempt: Attempt): void {
    this.votes += 1
    this.#checks.attempts.push(attempt)
  }

  /** A request to a gateway over HTTP: it may be lost on its way, or its answer. */
  #http<T>(at: number, handle: (gateway: Gateway) => Promise<T>, cut: T): Promise<T> {
    const { world, gateways } = this.#mesh
    const { thereMs, backMs, lost } = world.climate.next('clients', 'http: request')
    const gateway = gateways[at % gateways.length]?.now
    return new Promise((resolve) => {
      const patience = this.#process.clock.setTimeout(() => resolve(cut), lost ? backMs : PATIENCE_MS)
      if (!gateway || lost === 'request') return
      gateway.process.deliver(thereMs, 'http: request', () => {
        void handle(gateway).then((answer) => {
          if (lost) return
          this.#process.deliver(backMs, 'http: answer', () => {
            patience.cancel()
            resolve(answer)
          })
        })
      })
    })
  }
}

const STATUS = { counted: 200, pending: 202, rejected: 409, refused: 503, unknown: 504, cut: 'cut' } as const

const endingOf = (error: unknown): Ending => {
  const { code, reason } = toAppError(error)
  if (reason === 'IDEMPOTENCY_KEY_REUSED' || code === 'failed_precondition')
    return { status: 'rejected', reason }
  return code === 'deadline_exceeded' || code === 'internal'
    ? { status: 'unknown' }
    : { status: 'refused', reason }
}
