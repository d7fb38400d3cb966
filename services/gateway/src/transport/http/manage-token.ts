import { Problem } from './problem.js'

/** RFC 6750 section 2.1, bounded: a token that was made here has 47 characters. */
const BEARER = /^Bearer +([\w.~+/-]{1,128}=*)$/i

/** The owner's token, from the header only: URLs end up in logs. Throws 401 MANAGE_TOKEN_REQUIRED. */
export const readManageToken = (authorization: string | undefined): string => {
  const token = BEARER.exec(authorization ?? '')?.[1]
  if (token !== undefined) return token
  throw new Problem(
    401,
    'MANAGE_TOKEN_REQUIRED',
    'This needs "Authorization: Bearer" with the manage token of the poll.',
    {
      headers: { 'WWW-Authenticate': 'Bearer' },
    },
  )
}
