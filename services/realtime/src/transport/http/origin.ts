import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.js'

/** Refuses browsers on pages of other sites than the allowed ones; an empty list allows all, and who is no browser names no origin. */
export const checkOrigin = ({ headers: { origin } }: IncomingMessage, allowed: readonly string[]): void => {
  if (allowed.length === 0 || origin === undefined || allowed.includes(origin)) return
  throw new Problem(403, 'ORIGIN_NOT_ALLOWED', 'Pages of this site may not open streams here.')
}

/** What lets a browser hand events to a page of another site that is allowed to have them; a WebSocket needs no such word. */
export const originHeaders = (
  { headers }: IncomingMessage,
  allowed: readonly string[],
): Record<string, string> => {
  if (allowed.length === 0) return { 'Access-Control-Allow-Origin': '*' }
  return { ...(headers.origin && { 'Access-Control-Allow-Origin': headers.origin }), Vary: 'Origin' }
}
