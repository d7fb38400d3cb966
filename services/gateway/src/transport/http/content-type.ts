import type { IncomingHttpHeaders } from 'node:http'
import { unsupportedMediaType } from './problem.js'

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*(?:charset=(?:utf-8|"utf-8"))?[ \t]*)?$/i

/** Throws 415 unless a body is said to be plain JSON: `application/json`, at most with `charset=utf-8`, and no content coding. */
export const assertJson = (headers: IncomingHttpHeaders): void => {
  const coding = headers['content-encoding'] ?? 'identity'
  if (coding.trim().toLowerCase() !== 'identity')
    throw unsupportedMediaType('The body must not have a content coding.')
  if (!JSON_TYPE.test(headers['content-type'] ?? ''))
    throw unsupportedMediaType('The body must be application/json in UTF-8.')
}
