import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express'
import type { IncomingMessage } from 'node:http'
import type { Logger } from '@votestream/runtime'
import type { Exchange } from './exchange.js'
import type { Page } from './page.js'
import { methodNotAllowed, pathNotFound, Problem } from './problem.js'
import type { Route } from './routes.js'
import { problemBehind, type Serve } from './serve.js'

interface Deps {
  readonly page: Page
  readonly serve: Serve
  readonly logger: Logger
}

/** Serves what is in no lane. */
export type ServeRest = (exchange: Exchange, route: Route | undefined) => void

interface Served {
  readonly exchange: Exchange
  readonly route: Route | undefined
}

/**
 * Makes the Express side: every route without a lane, the page, and 404 for the rest. Routes are matched before, once, because a request's
 * budget hangs on its route; and on the raw path, which Express would decode.
 */
export const makeExpressApp = ({ page, serve, logger }: Deps): ServeRest => {
  const arrivals = new WeakMap<IncomingMessage, Served>()
  const servedBy = (request: Request): Served => {
    const served = arrivals.get(request)
    if (served === undefined) throw new Error('a request came to Express without its exchange')
    return served
  }

  const app: Express = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', false) // queries are parsed strictly, where they are needed
  app.use(async (request, _response, next) => {
    const { exchange, route } = servedBy(request)
    if (route === undefined) next()
    else await serve(exchange, route)
  })
  app.use((request, response, next) => {
    const { exchange } = servedBy(request)
    if (!page.has(exchange.target.path)) throw pathNotFound()
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed('GET, HEAD')
    for (const [name, value] of Object.entries(exchange.headers)) response.setHeader(name, value)
    response.setHeader('Cache-Control', 'no-cache')
    page.serve(request, response, next)
  })
  app.use(() => {
    throw pathNotFound()
  })
  const answerFault = (exchange: Exchange, error: unknown): Promise<void> => {
    const about = { requestId: exchange.requestId, route: exchange.template }
    return exchange.answerProblem(problemBehind(asProblem(error), about, logger))
  }
  const onError: ErrorRequestHandler = (error: unknown, request, _response, _next) =>
    answerFault(servedBy(request).exchange, error)
  app.use(onError)

  return (exchange, route) => {
    arrivals.set(exchange.request, { exchange, route })
    // Express skips every handler, ours too, for a target that it cannot parse.
    const onUnhandled = (error?: unknown): void => void answerFault(exchange, error ?? pathNotFound())
    // Express adds what it needs to the objects that it is given; its types ask for the finished ones.
    app(exchange.request as Request, exchange.response as Response, onUnhandled)
  }
}

/** Faults that Express and its static files find themselves: 4xx with a status of their own. */
const asProblem = (error: unknown): unknown => {
  const { status } = error as { readonly status?: unknown }
  if (error instanceof Problem) return error
  if (typeof status !== 'number' || status < 400 || status >= 500) return error
  return new Problem(
    status,
    status === 404 ? 'NOT_FOUND' : 'BAD_REQUEST',
    'The page cannot be served like this.',
  )
}
