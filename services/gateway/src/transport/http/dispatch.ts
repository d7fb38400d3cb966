import type { Clock, Logger } from '@votestream/runtime'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Admit } from './admission.js'
import { Exchange } from './exchange.js'
import { readRequestId } from './request-id.js'
import type { FindRoute, Route } from './routes.js'
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
  readonly serveRest: (exchange: Exchange, route: Route | undefined) => void
  readonly logger: Logger
  readonly clock: Clock
}

/** A request that has arrived; `run` judges it as a whole, takes it from its budget and hands it to its lane. It never rejects. */
export interface Arrival {
  readonly exchange: Exchange
  readonly run: () => Promise<void>
}

/** Where every request passes first, in whatever lane it is served. */
export type Dispatch = (request: IncomingMessage, response: ServerResponse) => Arrival

export const makeDispatch = (deps: Deps): Dispatch => {
  const run = async (exchange: Exchange, route: Route | undefined): Promise<void> => {
    const { request, target, headers, requestId } = exchange
    const unmatched = deps.isPage(target.path) ? undefined : 'ip'
    try {
      const budget = route === undefined ? unmatched : route.budget
      exchange.address = await deps.admit(request, budget, headers)
    } catch (error) {
      const problem = problemBehind(error, { requestId, route: route?.template }, deps.logger)
      if (problem.status === 429) deps.onRateLimited(route?.template)
      await exchange.answerProblem(problem)
      return
    }
    if (route?.lane === true) await deps.serve(exchange, route)
    else deps.serveRest(exchange, route)
  }

  return (request, response) => {
    const target = readTarget(request.url ?? '')
    const { route, parts = [] } = deps.findRoute(target.path) ?? {}
    const exchange = new Exchange(request, response, {
      requestId: readRequestId(request.headers['x-request-id']),
      target,
      template: route?.template,
      parts,
      startedAtMs: deps.clock.monotonicMs(),
    })
    return { exchange, run: () => run(exchange, route) }
  }
}
