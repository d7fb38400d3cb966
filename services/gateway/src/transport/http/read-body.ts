import type { Exchange } from './exchange.js'
import { assertJson } from './content-type.js'
import { badRequest, bodyTooLarge } from './problem.js'
import { parseStrictJson } from './strict-json.js'

/** API.md: a vote is one number; a poll is 20 options of 120 characters in any script, escaped too. */
export const VOTE_BODY_BYTES = 4 * 1024
export const POLL_BODY_BYTES = 32 * 1024

/** Reads a body as strict JSON. Faults in their order: 413, 415, 400 INVALID_BODY. */
export const readJson = async (exchange: Exchange, limitBytes: number): Promise<unknown> => {
  const body = await readBody(exchange, limitBytes)
  assertJson(exchange.request.headers)
  return parseStrictJson(body)
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
