import { connectivityState } from '@grpc/grpc-js'
import type { ChannelInterface } from '@grpc/grpc-js'
import type { Logger } from '@votestream/runtime'

/** Reconnects are at most about a second apart (C7); a look costs nothing. */
const LOOK_INTERVAL_MS = 1_000

/**
 * Keeps a client connected, and logs when its connection comes up and when it is lost, once each; ends when the channel is closed. By itself a channel whose
 * name had no address at the first look rests until somebody calls, and that call fails.
 */
export function keepConnected(channel: ChannelInterface, logger: Logger, client: string): void {
  const nudging = setInterval(() => nudge(channel), LOOK_INTERVAL_MS).unref()
  let connected = false
  const look = () => {
    const state = channel.getConnectivityState(false)
    if (state === connectivityState.SHUTDOWN) {
      clearInterval(nudging)
      return
    }
    if (state === connectivityState.READY && !connected) {
      connected = true
      logger.info({ client, target: channel.getTarget() }, 'connected')
    }
    if (state === connectivityState.TRANSIENT_FAILURE && connected) {
      connected = false
      logger.warn({ client, target: channel.getTarget() }, 'connection lost')
    }
    channel.watchConnectivityState(state, Infinity, look)
  }
  channel.getConnectivityState(true)
  look()
}

const nudge = (channel: ChannelInterface): void => {
  const state = channel.getConnectivityState(false)
  if (state === connectivityState.IDLE || state === connectivityState.TRANSIENT_FAILURE)
    channel.getConnectivityState(true)
}
