import type { Clock, Logger } from '@votestream/runtime'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Admit } from './admission.js'
import { Exchange } from './exchange.js'
import { readRequestId } from './request-id.js'
import type { FindRoute } from './routes.js'
import { problemBehind, type Serve } from './serve.js'
import { readTarget } from './target.js'

interface Deps {
  readonly findRoute: FindRoute
  /** True for a file of the page: those are free. */
  readonly isPage: (path: string) => boolean
  readonly admit: Admit
  /** Told the route of each request whose address has used its budget up. */
  readonly onRateLimited: (route: string | undefined) => void
  readonly serve: Serve
  /** Serves what is not in a lane: Express. */
  readonly serveRest: (exchange: Exchange) => void
  readonly logger: Logger
  readonly clock: Clock
}

/** Where every request passes first, in whatever lane it is served. */
export interface Dispatch {
  open(request: IncomingMessage, response: ServerResponse): Exchange
  /** Judges the request as a whole, takes it from its budget and hands it to its lane. Never rejects. */
  run(exchange: Exchange): Promise<void>
}

export const makeDispatch = (deps: Deps): Dispatch => ({
  open(request, response) {
    const target = readTarget(request.url ?? '')
    return new Exchange(request, response, {
      requestId: readRequestId(request.headers['x-request-id']),
      target,
      route: deps.findRoute(target.path),
      startedAtMs: deps.clock.monotonicMs(),
    })
  },
  async run(exchange) {
    const { request, route, target, headers } = exchange
    const unmatched = deps.isPage(target.path) ? undefined : 'ip'
    try {
      const budget = route === undefined ? unmatched : route.route.budget
      exchange.address = await deps.admit(request, budget, headers)
    } catch (error) {
      const about = { requestId: exchange.requestId, route: route?.route.template }
      const problem = problemBehind(error, about, deps.logger)
      if (problem.status === 429) deps.onRateLimited(about.route)
      await exchange.answerProblem(problem)
      return
    }
    if (route?.route.lane === true) await deps.serve(exchange, route)
    else deps.serveRest(exchange)
  },
})
