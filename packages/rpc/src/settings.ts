import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js'
import type { ChannelOptions } from '@grpc/grpc-js'

/** No call may live longer, whatever its caller asks for; the longest of the mesh is the gateway's 2.7 s. */
export const MAX_DEADLINE_MS = 8_000

/** How often a connection is probed: above the longest deadline (a PING after GOAWAY ends draining calls), and with its timeout still inside the 15 s of C7. */
const KEEPALIVE_TIME_MS = 10_000
const KEEPALIVE_TIMEOUT_MS = 3_000

/** Far above 20 options or a full batch of ballots; bounds what one call can cost. */
const MAX_MESSAGE_BYTES = 1024 * 1024

/** The first attempt to reconnect comes fast; jitter adds a fifth, so 800 keeps every wait below the 1 s that C7 allows. */
const INITIAL_RECONNECT_BACKOFF_MS = 100
const MAX_RECONNECT_BACKOFF_MS = 800

/** New replicas are found within this; shorter would load the cluster's DNS. */
const MIN_TIME_BETWEEN_RESOLUTIONS_MS = 5_000

/** A connection is renewed after this, or clients would never find replicas that were added later. */
export const DEFAULT_MAX_CONNECTION_AGE_MS = 60_000

/** How long stop() waits for running calls; below the process's own limit of 10 s. */
export const DEFAULT_SHUTDOWN_GRACE_MS = 5_000

export const clientOptions: ChannelOptions = {
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
  'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  'grpc.initial_reconnect_backoff_ms': INITIAL_RECONNECT_BACKOFF_MS,
  'grpc.max_reconnect_backoff_ms': MAX_RECONNECT_BACKOFF_MS,
  'grpc.dns_min_time_between_resolutions_ms': MIN_TIME_BETWEEN_RESOLUTIONS_MS,
  'grpc.service_config_disable_resolution': 1,
  // The mesh talks directly; a proxy of the environment is for the world outside.
  'grpc.enable_http_proxy': 0,
  // Nobody reads channelz, and it costs on every call.
  'grpc.enable_channelz': 0,
}

export const serverOptions = (maxConnectionAgeMs: number): ChannelOptions => ({
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_connection_age_ms': maxConnectionAgeMs,
  'grpc.max_connection_age_grace_ms': MAX_DEADLINE_MS,
  // channelz stays on: grpc-js 1.14 keeps the list of sessions that forceShutdown() ends with it only.
})

/** Keeps grpc-js from writing to the console: whatever fails is thrown to us, and its lines are not JSON. */
export const silenceGrpc = (): void => setLogVerbosity(logVerbosity.NONE)
