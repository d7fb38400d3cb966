import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Says what the text is wherever it turns up, so that scanners for leaked secrets can find it. */
const PREFIX = 'vsm_'
/** Separates these from every other use of the secret; a change of it would make every token wrong. */
const DOMAIN = 'votestream manage token 1'

/** Who holds a poll's token owns the poll. Nothing is stored: a token can be made again from the secret and the poll's id. */
export interface ManageTokens {
  /** `vsm_` and 43 characters of base64url: HMAC-SHA256. */
  of(pollId: number): string
  /** Takes the same time whatever is wrong with the token. */
  isOf(pollId: number, token: string): boolean
}

export const makeManageTokens = (secret: string): ManageTokens => {
  const of = (pollId: number): string =>
    PREFIX + createHmac('sha256', secret).update(`${DOMAIN}\n${pollId}`).digest('base64url')
  return {
    of,
    // Hashes have one length, as the comparison needs.
    isOf: (pollId, token) => timingSafeEqual(hashOf(token), hashOf(of(pollId))),
  }
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()
