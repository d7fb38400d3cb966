import type { Exchange } from './exchange.js'
import { assertJson } from './content-type.js'
import { hasBody } from './discard-body.js'
import { badRequest, bodyTooLarge, invalidBody } from './problem.js'
import { parseStrictJson } from './strict-json.js'

/** API.md: a vote is one number; a poll is 20 options of 120 characters in any script, escaped too. */
export const VOTE_BODY_BYTES = 4 * 1024
export const POLL_BODY_BYTES = 32 * 1024
/** Of calls that take nothing: room for `{}` with white space. */
export const NO_BODY_BYTES = 256

/** Reads a body as strict JSON. Faults in their order: 413, 415, 400 INVALID_BODY. */
export const readJson = async (exchange: Exchange, limitBytes: number): Promise<unknown> => {
  const body = await readBody(exchange, limitBytes)
  assertJson(exchange.request.headers)
  return parseStrictJson(body)
}

/** Of a call that takes nothing: no body, or an empty object. Faults as readJson's. */
export const readNoBody = async (exchange: Exchange, limitBytes: number): Promise<void> => {
  if (!hasBody(exchange.request)) return
  const body = await readJson(exchange, limitBytes)
  const isEmptyObject =
    typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 0
  if (!isEmptyObject) throw invalidBody('This takes no body, or {}.')
}

const readBody = (exchange: Exchange, limitBytes: number): Promise<Buffer> => {
  const { request, response } = exchange
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw bodyTooLarge(limitBytes)
  if (exchange.awaitsContinue) {
    exchange.awaitsContinue = false
    response.writeContinue()
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const take = (chunk: Buffer): void => {
      bytes += chunk.length
      if (bytes <= limitBytes) chunks.push(chunk)
      else {
        request.off('data', take)
        request.pause()
        reject(bodyTooLarge(limitBytes))
      }
    }
    request.on('data', take)
    request.once('end', () => resolve(Buffer.concat(chunks, bytes)))
    request.once('close', () => {
      if (!request.complete) reject(badRequest('The body ended too early.'))
    })
  })
}
