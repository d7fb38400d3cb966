import type { Answer, Exchange } from './exchange.js'

/**
 * Serves one request of a route; `parts` are what stands for the template's variables, undecoded. Undefined when it wrote the answer
 * itself. Throws Problems and AppErrors.
 */
export type Handler = (exchange: Exchange, ...parts: readonly string[]) => Promise<Answer | undefined>

export interface Route {
  /** The path as API.md writes it, such as `/polls/{id}`; also the label in metrics. */
  readonly template: string
  /** What a request takes from; undefined when the route is free. */
  readonly budget: 'ip' | 'streams' | undefined
  /** Served in front of Express, which would cost more than the rest of the request. */
  readonly lane?: boolean
  readonly methods: Readonly<Partial<Record<'GET' | 'POST', Handler>>>
}

export interface RouteMatch {
  readonly route: Route
  readonly parts: readonly string[]
}

/** Finds the route of a raw path. Nothing is decoded: an id is digits, literally. */
export type FindRoute = (path: string) => RouteMatch | undefined

export const makeFindRoute = (routes: readonly Route[]): FindRoute => {
  const patterns = routes.map((route) => ({
    route,
    pattern: new RegExp(`^${route.template.replaceAll(/\{\w+\}/g, '([^/]+)')}$`),
  }))
  return (path) => {
    for (const { route, pattern } of patterns) {
      const match = pattern.exec(path)
      if (match !== null) return { route, parts: match.slice(1) }
    }
    return undefined
  }
}

/** The handler for a method (HEAD is GET without its body); undefined when the route does not take it. */
export const handlerFor = ({ methods }: Route, method: string | undefined): Handler | undefined => {
  if (method === 'GET' || method === 'HEAD') return methods.GET
  return method === 'POST' ? methods.POST : undefined
}

/** The value of Allow. */
export const allowedMethods = ({ methods }: Route): string =>
  [
    ...(methods.GET === undefined ? [] : ['GET', 'HEAD']),
    ...(methods.POST === undefined ? [] : ['POST']),
  ].join(', ')
