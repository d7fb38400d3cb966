import { toAppError, unavailable } from '@votestream/errors'
import type { Clock, Logger } from '@votestream/runtime'
import type { Answer, Exchange } from './exchange.js'
import { methodNotAllowed, Problem, problemOf } from './problem.js'
import { allowedMethods, handlerFor, type Handler, type Route } from './routes.js'

/** Runs the route of a request and answers, whatever comes of it. Never rejects. */
export type Serve = (exchange: Exchange, route: Route) => Promise<void>

/** The budget of HTTP: a read that takes longer is worth less than a retry. Votes keep their own time. */
const READ_WITHIN_MS = 3_000

/** The problem behind whatever was thrown; an internal error is logged here, once, with its request. */
export const problemBehind = (
  error: unknown,
  about: { readonly requestId: string; readonly route: string | undefined },
  logger: Logger,
): Problem => {
  if (error instanceof Problem) return error
  const known = toAppError(error)
  if (known.code === 'internal') logger.error({ err: known.cause ?? known, ...about }, 'internal error')
  return problemOf(known)
}

export const makeServe = ({ logger, clock }: { logger: Logger; clock: Clock }): Serve => {
  const run = (handler: Handler, exchange: Exchange): Promise<Answer | undefined> => {
    const answer = handler(exchange, ...exchange.parts)
    return exchange.request.method === 'POST' ? answer : withinBudget(answer, clock)
  }

  return async (exchange, route) => {
    try {
      const handler = handlerFor(route, exchange.request.method)
      if (handler === undefined) throw methodNotAllowed(allowedMethods(route))
      const answer = await run(handler, exchange)
      if (answer !== undefined) await exchange.answer(answer)
    } catch (error) {
      const about = { requestId: exchange.requestId, route: route.template }
      await exchange.answerProblem(problemBehind(error, about, logger))
    }
  }
}

const withinBudget = <T>(answer: Promise<T>, clock: Clock): Promise<T> =>
  new Promise((resolve, reject) => {
    const late = (): void => reject(unavailable('UNAVAILABLE', 'The answer took too long: retry.'))
    const timer = clock.setTimeout(late, READ_WITHIN_MS)
    answer.finally(() => timer.cancel()).then(resolve, reject)
  })
