import { connectivityState } from '@grpc/grpc-js'
import type { ChannelInterface } from '@grpc/grpc-js'
import type { Logger } from '@votestream/runtime'

/** Logs when a client's connection comes up and when it is lost, once each; ends when the channel is closed. */
export function logConnection(channel: ChannelInterface, logger: Logger, client: string): void {
  let connected = false
  const look = () => {
    const state = channel.getConnectivityState(false)
    if (state === connectivityState.SHUTDOWN) return
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
  look()
}
