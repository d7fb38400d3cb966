import { demoPolls } from './demo-polls.js'
import type { PublicApi } from './public-api.js'

/**
 * Creates the demo's polls and their first votes, as any client would. Every request has a key of its own, so that
 * filling in twice changes nothing. Some forty requests: within the burst that the rate limit allows one address.
 */
export async function fillDemo(api: PublicApi): Promise<void> {
  for (const { key, theme, question, options, votes } of demoPolls) {
    const body = { question, theme, options: options.map((text) => ({ text })) }
    const { id } = await api.createPoll({ body, idempotencyKey: `demo-${key}` })
    for (const [index, choice] of votes.entries())
      await api.vote(id, { body: { choice }, idempotencyKey: `demo-${key}-${index}` })
  }
}
