import { totalmem } from 'node:os'

const MIB = 1024 * 1024

/**
 * 512 MB is what the measurements ask for at millions of votes (128 MB doubles a fold's cost at 3 million rows). Pages
 * take memory only once they are used, so a small event stays small; an eighth keeps a small machine usable.
 */
const MOST_SHARED_BUFFERS_MB = 512
const LEAST_SHARED_BUFFERS_MB = 64
const SHARE_OF_MEMORY = 1 / 8

/** Four services need under 30 connections: their pools and listeners. */
const FOUR_SERVICES_CONNECTIONS = 60
/** A pool of six, a listener, and as many again while a replica takes the place of one that was killed. */
const REPLICA_CONNECTIONS = 14

/** How many connections a mesh of so many services may have. */
export const meshConnections = (services: number): number =>
  FOUR_SERVICES_CONNECTIONS + REPLICA_CONNECTIONS * Math.max(0, services - 4)

/** Suites run side by side, and some open dozens of pools. */
export const TEST_CONNECTIONS = 250

export interface ServerOptions {
  readonly port: number
  readonly maxConnections: number
}

/** The server's settings, given on its command line: the data folder holds none of ours. Durability stays at its defaults, on. */
export function serverSettings({ port, maxConnections }: ServerOptions): Readonly<Record<string, string>> {
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '', // no lock files in /tmp, and nothing to clean
    max_connections: String(maxConnections),
    shared_buffers: `${sharedBuffersMb(totalmem() / MIB)}MB`,
    max_wal_size: '2GB', // fewer checkpoints, each of which writes whole pages again
    wal_compression: 'off', // costs more of the processor than it saves of the disk here
    jit: 'off', // our statements are short: compiling one takes longer than running it
    ...quietSettings,
    ...logSettings,
  }
}

/** How much of `memoryMb` the server may use for its cache, in MB. */
export const sharedBuffersMb = (memoryMb: number): number =>
  Math.round(Math.min(MOST_SHARED_BUFFERS_MB, Math.max(LEAST_SHARED_BUFFERS_MB, memoryMb * SHARE_OF_MEMORY)))

/** One server on one machine: no standby, no parallel plans, no processes that wait for such work and wake up meanwhile. */
const quietSettings = {
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  max_parallel_workers_per_gather: '0',
  io_method: 'sync',
}

/** A log line never quotes a row or a statement: both may name a voter. */
const logSettings = {
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  log_autovacuum_min_duration: '-1',
  log_line_prefix: '',
  log_timezone: 'UTC',
  timezone: 'UTC',
}
