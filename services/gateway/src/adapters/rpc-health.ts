import type { RpcClient } from '@votestream/rpc'
import type { HealthProbe } from '../domain/ports.js'

/** A replica that is well answers within milliseconds, and within a second while it waits for an engine. */
const ASK_AGAIN_AFTER_MS = 400

/**
 * Asks a service over grpc.health.v1; '' is the service as a whole. A replica that hangs or dies must not speak for the others: a question
 * without an answer is asked twice more, one right after the other, so that calls in turn come to two replicas; the first answer counts.
 */
export const rpcHealth = (client: Pick<RpcClient<object>, 'health'>): HealthProbe => ({
  async check(name, timeoutMs) {
    const ask = (withinMs: number): Promise<boolean | null> =>
      client.health(name === 'service' ? '' : name, withinMs)
    const first = ask(timeoutMs)
    if (await isAnsweredWithin(first, ASK_AGAIN_AFTER_MS)) return first
    const leftMs = timeoutMs - ASK_AGAIN_AFTER_MS
    return Promise.any([first, ask(leftMs), ask(leftMs)])
  },
})

const isAnsweredWithin = async (answer: Promise<unknown>, ms: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)))
  const isAnswered = answer.then(
    () => true,
    () => false,
  )
  return Promise.race([isAnswered, late]).finally(() => clearTimeout(timer))
}
