import express, { type ErrorRequestHandler, type Express, type Request } from 'express'
import type { IncomingMessage } from 'node:http'
import type { Logger } from '@votestream/runtime'
import type { Exchange } from './exchange.js'
import type { Page } from './page.js'
import { methodNotAllowed, pathNotFound, Problem } from './problem.js'
import { expressPattern, type Route } from './routes.js'
import { problemBehind, type Serve } from './serve.js'

interface Deps {
  readonly routes: readonly Route[]
  readonly page: Page
  readonly serve: Serve
  readonly logger: Logger
}

/** Makes the Express side: every route without a lane, the page, and 404 for the rest. */
export const makeExpressApp = ({ routes, page, serve, logger }: Deps): ((exchange: Exchange) => void) => {
  const exchanges = new WeakMap<IncomingMessage, Exchange>()
  const exchangeOf = (request: Request): Exchange => {
    const exchange = exchanges.get(request)
    if (exchange === undefined) throw new Error('a request came to Express past the front')
    return exchange
  }

  const app: Express = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', false) // queries are parsed strictly, where they are needed
  for (const route of routes)
    app.all(expressPattern(route), async (request) => {
      await serve(exchangeOf(request), route)
    })
  app.use((request, response, next) => {
    const exchange = exchangeOf(request)
    if (!page.has(exchange.target.path)) throw pathNotFound()
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed('GET, HEAD')
    for (const [name, value] of Object.entries(exchange.headers)) response.setHeader(name, value)
    response.setHeader('Cache-Control', 'no-cache')
    page.serve(request, response, next)
  })
  app.use(() => {
    throw pathNotFound()
  })
  const onError: ErrorRequestHandler = async (error: unknown, request, _response, _next) => {
    const exchange = exchangeOf(request)
    const about = { requestId: exchange.requestId, route: exchange.template }
    await exchange.answerProblem(problemBehind(asProblem(error), about, logger))
  }
  app.use(onError)

  return (exchange) => {
    exchanges.set(exchange.request, exchange)
    app(exchange.request, exchange.response)
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
