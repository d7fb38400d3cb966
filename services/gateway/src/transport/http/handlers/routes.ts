import type { CastVote, VoteRequest } from '../../../app/cast-vote.js'
import type { Health } from '../../../app/get-health.js'
import type { PollResults } from '../../../app/get-results.js'
import type { Stats } from '../../../app/get-stats.js'
import type { KeyedRead } from '../../../app/keyed-reads.js'
import type { Summary } from '../../../app/summarize.js'
import type { Poll } from '../../../domain/poll.js'
import type { Call, MetricsSource, PollsService, VotesService } from '../../../domain/ports.js'
import { upgradeRequired } from '../pipes/pipe-stream.js'
import { EVENTS_TEMPLATE, STREAM_TEMPLATE } from '../pipes/pipes.js'
import { readPollId } from '../poll-id.js'
import type { Handler, Route } from '../routes.js'
import { makeGetResultsHandler } from './get-results.js'
import { makeGetVoteHandler } from './get-vote.js'
import { makeHealthHandler, makeMetricsHandler, makeStatsHandler } from './monitoring.js'
import {
  makeClosePoll,
  makeGetPollHandler,
  makeListPollsHandler,
  makeListThemePollsHandler,
  makeListThemesHandler,
  makePostPoll,
} from './polls.js'
import { makePostVote } from './post-vote.js'

export const VOTE_TEMPLATE = '/polls/{id}/vote'

export interface UseCases {
  readonly castVote: (vote: VoteRequest) => Promise<CastVote>
  readonly getResults: KeyedRead<PollResults>
  readonly getPoll: KeyedRead<Poll>
  readonly polls: Pick<PollsService, 'createPoll' | 'closePoll' | 'listPolls' | 'listThemes'>
  readonly votes: Pick<VotesService, 'getVote'>
  readonly getStats: (call: Call) => Promise<Stats>
  readonly getHealth: () => Promise<Health>
  readonly metrics: Pick<MetricsSource, 'exposition'>
  readonly summarize: (requestId: string) => Promise<Summary>
  readonly events: Handler
}

/** The whole of API.md, in the order of what is asked for most. */
export const makeRoutes = (use: UseCases): readonly Route[] => [
  { template: VOTE_TEMPLATE, budget: 'ip', lane: true, methods: { POST: makePostVote(use.castVote) } },
  {
    template: '/polls/{id}/results',
    budget: 'ip',
    lane: true,
    methods: { GET: makeGetResultsHandler(use.getResults) },
  },
  { template: '/polls/{id}/close', budget: 'ip', methods: { POST: makeClosePoll(use.polls) } },
  { template: '/polls/{id}', budget: 'ip', methods: { GET: makeGetPollHandler(use.getPoll) } },
  {
    template: '/polls',
    budget: 'ip',
    methods: { GET: makeListPollsHandler(use.polls), POST: makePostPoll(use.polls) },
  },
  {
    template: '/polls/{id}/votes/{vote_id}',
    budget: 'ip',
    methods: { GET: makeGetVoteHandler((...asked) => use.votes.getVote(...asked)) },
  },
  { template: EVENTS_TEMPLATE, budget: 'streams', methods: { GET: use.events } },
  { template: STREAM_TEMPLATE, budget: 'streams', methods: { GET: refusePlainStream } },
  { template: '/themes', budget: 'ip', methods: { GET: makeListThemesHandler(use.polls) } },
  { template: '/themes/{theme}/polls', budget: 'ip', methods: { GET: makeListThemePollsHandler(use.polls) } },
  { template: '/stats', budget: 'ip', methods: { GET: makeStatsHandler(use.getStats) } },
  { template: '/metrics', budget: 'ip', methods: { GET: makeMetricsHandler(use) } },
  { template: '/health', budget: undefined, methods: { GET: makeHealthHandler(use.getHealth) } },
]

/** What asks for a stream without the handshake. */
const refusePlainStream: Handler = (_exchange, id = '') => {
  readPollId(id)
  throw upgradeRequired()
}
