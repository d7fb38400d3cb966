import { notFound, permissionDenied } from '@votestream/errors'
import type {
  Ballot__Output,
  Outcome,
  Poll,
  PollsServiceDefinition,
  VotesServiceDefinition,
} from '@votestream/proto'
import { pollsService, pollsServiceName, votesService, votesServiceName } from '@votestream/proto'
import { bindService, rpcServer, type CallContext, type Handlers, type RpcServer } from '@votestream/rpc'
import { aRegistry, silentLogger } from '@votestream/testing'

export const aPoll = (poll: Partial<Poll> = {}): Poll => ({
  id: 1,
  question: 'Tabs or spaces?',
  theme: 'OnTrend',
  status: 'POLL_STATUS_OPEN',
  options: ['Tabs', 'Spaces'],
  createdAtUs: Date.UTC(2026, 10, 23, 10, 0, 0, 123) * 1_000,
  ...poll,
})

export const MANAGE_TOKEN = `vsm_${'a'.repeat(43)}`

export const theTheme = {
  key: 'OnTrend',
  slug: 'on-trend',
  name: 'On trend',
  description: 'What everybody talks about',
  color: '#e4572e',
  icon: '🔥',
  pollCount: 3,
}

/** Handlers that a test replaces. */
type Replaceable<H> = { -readonly [M in keyof H]?: H[M] }
type PollsHandlers = Handlers<PollsServiceDefinition>
type VotesHandlers = Handlers<VotesServiceDefinition>

/** What a fake is told to do instead of the usual, and what it was asked. */
export interface FakePolls {
  handlers: Replaceable<PollsHandlers>
  polls: Poll[]
  readonly asked: { readonly method: string; readonly request: unknown; readonly context: CallContext }[]
  health: Record<string, boolean | null>
}

export interface FakeVotes {
  handlers: Replaceable<VotesHandlers>
  /** What becomes of a ballot. */
  outcomeOf: (ballot: Ballot__Output) => Outcome
  readonly cast: Ballot__Output[]
  calls: number
  health: Record<string, boolean | null>
}

export const aFakePolls = (): FakePolls => ({
  handlers: {},
  polls: [aPoll()],
  asked: [],
  health: { '': true, postgres: true },
})

export const aFakeVotes = (): FakeVotes => ({
  handlers: {},
  outcomeOf: () => ({ status: 'OUTCOME_STATUS_COUNTED', version: 17 }),
  cast: [],
  calls: 0,
  health: { '': true, postgres: true, kafka: null, redis: null },
})

const options = (port: number) => ({
  host: '127.0.0.1',
  port,
  logger: silentLogger,
  registry: aRegistry(),
  shutdownGraceMs: 0,
})

const healthOf = (fake: { health: Record<string, boolean | null> }, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, () => fake.health[name] ?? null]))

export const servePolls = (fake: FakePolls, port = 0): RpcServer => {
  const usual: PollsHandlers = {
    CreatePoll: ({ question, theme, options: texts, opensAtUs, closesAtUs }) =>
      Promise.resolve({
        poll: aPoll({ id: 7, question, theme, options: texts, opensAtUs, closesAtUs }),
        manageToken: MANAGE_TOKEN,
      }),
    ClosePoll: ({ pollId, manageToken }) =>
      manageToken === MANAGE_TOKEN
        ? Promise.resolve({ poll: aPoll({ id: pollId, status: 'POLL_STATUS_CLOSED' }) })
        : Promise.reject(permissionDenied('MANAGE_TOKEN_WRONG', 'this token is not that of the poll')),
    GetPolls: ({ ids }) =>
      Promise.resolve({ polls: fake.polls.filter(({ id }) => ids.includes(Number(id))) }),
    ListPolls: ({ theme }) => {
      if (!['', 'OnTrend', 'on-trend'].includes(theme))
        return Promise.reject(notFound('THEME_NOT_FOUND', 'there is no such theme'))
      return Promise.resolve({ polls: fake.polls, nextAfterId: 0 })
    },
    ListThemes: () => Promise.resolve({ themes: [theTheme] }),
    GetStats: () => Promise.resolve({ totalPolls: 3 }),
  }
  const ask = (method: keyof PollsHandlers) => (request: never, context: CallContext) => {
    fake.asked.push({ method, request, context })
    return (fake.handlers[method] ?? usual[method])(request, context)
  }
  const handlers = Object.fromEntries(
    (Object.keys(usual) as (keyof PollsHandlers)[]).map((method) => [method, ask(method)]),
  ) as unknown as PollsHandlers
  return rpcServer({
    ...options(port),
    services: [bindService(pollsService, handlers)],
    health: healthOf(fake, ['', pollsServiceName, 'postgres']),
    ready: () => true,
  })
}

export const serveVotes = (fake: FakeVotes, port = 0): RpcServer => {
  const usual: VotesHandlers = {
    async *CastVotes({ ballots }) {
      fake.calls += 1
      fake.cast.push(...ballots)
      await Promise.resolve()
      yield { outcomes: ballots.map((ballot, index) => ({ index, ...fake.outcomeOf(ballot) })) }
    },
    GetResults: ({ pollIds }) =>
      Promise.resolve({
        results: pollIds.map((pollId) => ({
          pollId,
          version: 17,
          counts: [9, 8],
          status: 'POLL_STATUS_OPEN' as const,
          asOfUs: Date.UTC(2026, 10, 23, 10, 0, 0, 123) * 1_000,
        })),
      }),
    GetVote: () => Promise.resolve({ status: 'OUTCOME_STATUS_COUNTED' }),
    ClosePoll: () => Promise.resolve({ final: true }),
    GetStats: () => Promise.resolve({ totalVotes: 1_201, pollsWithVotes: 2 }),
  }
  const ask = (method: keyof VotesHandlers) => (request: never, context: CallContext) =>
    (fake.handlers[method] ?? usual[method])(request, context)
  const handlers = Object.fromEntries(
    (Object.keys(usual) as (keyof VotesHandlers)[]).map((method) => [method, ask(method)]),
  ) as unknown as VotesHandlers
  return rpcServer({
    ...options(port),
    services: [bindService(votesService, handlers)],
    health: healthOf(fake, ['', votesServiceName, 'postgres', 'kafka', 'redis']),
    ready: () => true,
  })
}
