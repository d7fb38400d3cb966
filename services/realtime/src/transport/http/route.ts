import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.js'

/** One stream that somebody asks for. */
export interface Route {
  readonly kind: 'stream' | 'events'
  readonly pollId: number
}

const PATH = /^\/polls\/([^/]+)\/(stream|events)$/
const POLL_ID = /^[1-9][0-9]{0,15}$/

/** The stream that a request asks for; throws 404 `NOT_FOUND`, 405 `METHOD_NOT_ALLOWED`, or 404 `POLL_NOT_FOUND` for an id that no poll can have. */
export const routeOf = ({ url = '', method }: Pick<IncomingMessage, 'url' | 'method'>): Route => {
  const [path = ''] = url.split('?', 1)
  const [, id, kind] = PATH.exec(path) ?? []
  if (id === undefined) throw new Problem(404, 'NOT_FOUND', 'There is nothing at this path.')
  if (method !== 'GET' && method !== 'HEAD')
    throw new Problem(405, 'METHOD_NOT_ALLOWED', 'This path takes GET, HEAD.', { Allow: 'GET, HEAD' })
  const pollId = POLL_ID.test(id) ? Number(id) : NaN
  if (!Number.isSafeInteger(pollId)) throw new Problem(404, 'POLL_NOT_FOUND', 'There is no such poll.')
  return { kind: kind as Route['kind'], pollId }
}
