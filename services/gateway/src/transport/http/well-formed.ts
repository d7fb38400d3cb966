import type { IncomingMessage } from 'node:http'
import { badRequest } from './problem.js'

/**
 * Throws 400 for what Node's parser accepts though two readers could understand it differently: no Host or more than one (RFC 9112 section
 * 3.2), or a transfer coding besides chunked.
 */
export const assertWellFormed = ({ rawHeaders, headers, httpVersion }: IncomingMessage): void => {
  let hosts = 0
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.toLowerCase() === 'host') hosts += 1
  if (hosts > 1 || (hosts === 0 && httpVersion !== '1.0'))
    throw badRequest('A request has exactly one Host header.')
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    throw badRequest('The only transfer coding here is chunked.')
}
