import { Problem } from './problem.js'

const VISIBLE_ASCII = /^[\x21-\x7e]{1,128}$/

/** The Idempotency-Key header; undefined without one. Throws 400 INVALID_IDEMPOTENCY_KEY. */
export const readIdempotencyKey = (header: string | string[] | undefined): string | undefined => {
  if (header === undefined) return undefined
  // Node joins a repeated header with a comma and a space, and a space is not visible.
  if (typeof header === 'string' && VISIBLE_ASCII.test(header)) return header
  throw new Problem(
    400,
    'INVALID_IDEMPOTENCY_KEY',
    'An Idempotency-Key has 1 to 128 visible ASCII characters and comes once.',
  )
}
