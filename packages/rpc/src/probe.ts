import { Client, credentials } from '@grpc/grpc-js'
import type { ChannelInterface } from '@grpc/grpc-js'
import { healthDefinition } from './health-service.js'

/** A server that cannot say "no such service" within this is stuck; with the time until it is suspected, a frozen replica costs its callers 1.5 s. */
const PROBE_TIMEOUT_MS = 1_000

/** This process was held up itself when its timer is this late, and the answer may lie unread. */
const LATE_MS = 100

// No server lists it, so it is answered without a look at any engine.
const NAME = 'votestream.probe'

/** Asks over one connection whether anybody is there; true for any end of the call that comes in time, an error too. */
export const answersProbe = (channel: ChannelInterface, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const { path, requestSerialize, responseDeserialize } = healthDefinition.Check
    // The connection stands, over TLS or not: these credentials are not used.
    const client = new Client(channel.getTarget(), credentials.createInsecure(), { channelOverride: channel })
    const end = (answered: boolean) => {
      clearTimeout(limit)
      signal.removeEventListener('abort', giveUp)
      resolve(answered)
      if (!answered) call.cancel()
    }
    const giveUp = () => end(false)
    const expire = (dueAtMs: number) => {
      if (performance.now() > dueAtMs + LATE_MS) limit = expireLater()
      else giveUp()
    }
    const expireLater = () => {
      const dueAtMs = performance.now() + PROBE_TIMEOUT_MS
      return setTimeout(() => expire(dueAtMs), PROBE_TIMEOUT_MS).unref()
    }
    // No deadline of gRPC's: over a single connection it leaves its timer behind.
    const call = client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service: NAME }, () =>
      end(true),
    )
    let limit = expireLater()
    signal.addEventListener('abort', giveUp)
  })
