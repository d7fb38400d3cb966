import type { IncomingMessage } from 'node:http'
import type { ClientAddress } from './client-address.js'
import type { BudgetName, Limit } from './limits.js'
import { assertWellFormed } from './well-formed.js'

/**
 * Lets a request in, or throws a Problem. What is told of its budget is put into `headers` either way. Answers with the client's address.
 */
export type Admit = (
  request: IncomingMessage,
  budget: BudgetName | undefined,
  headers: Record<string, string>,
) => Promise<string>

export const makeAdmit =
  ({ clientAddress, limit }: { clientAddress: ClientAddress; limit: Limit }): Admit =>
  async (request, budget, headers) => {
    assertWellFormed(request)
    const address = clientAddress(request.socket.remoteAddress, forwardedFor(request))
    if (budget === undefined) return address
    const limited = await limit(budget, address)
    Object.assign(headers, limited.headers)
    if (limited.refusal !== undefined) throw limited.refusal
    return address
  }

/** Every line of X-Forwarded-For: Node joins them in their order. */
const forwardedFor = ({ headers }: IncomingMessage): string | undefined => {
  const value = headers['x-forwarded-for']
  return Array.isArray(value) ? value.join(',') : value
}
