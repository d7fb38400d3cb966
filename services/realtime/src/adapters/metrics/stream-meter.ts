import { Counter, Gauge, Histogram, type Clock, type Registry } from '@votestream/runtime'
import type { StreamMeter } from '../../domain/ports.js'

/** From one small room (0.1 ms) to a replica that is far too full. */
const FAN_OUT_BUCKETS_S = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]
const MS_PER_S = 1_000

/** Counts what happens to streams in a registry. */
export const prometheusStreamMeter = (registry: Registry): StreamMeter => {
  const counter = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({
      name: `votestream_realtime_${name}_total`,
      help,
      labelNames: [...labelNames],
      registers: [registry],
    })

  const sent = counter('messages_sent', 'Documents written to streams')
  const skipped = counter('skipped', 'Times that a stream was left out because it had too much to read')
  const dismissed = counter('dismissed', 'Streams that were closed because they read too slowly')
  const resyncs = counter('resyncs', 'Times that watched results were read from their owner', ['outcome'])
  const refused = counter('refused', 'Handshakes that were refused, by reason', ['reason'])
  const fanOut = new Histogram({
    name: 'votestream_realtime_fanout_seconds',
    help: 'Time that one flush spends on writing to streams',
    buckets: FAN_OUT_BUCKETS_S,
    registers: [registry],
  })
  return {
    sent: () => sent.inc(),
    skipped: () => skipped.inc(),
    dismissed: () => dismissed.inc(),
    fannedOut: (durationMs) => fanOut.observe(durationMs / MS_PER_S),
    resynced: (succeeded) => resyncs.inc({ outcome: succeeded ? 'ok' : 'failed' }),
    refused: (reason) => refused.inc({ reason }),
  }
}

interface Levels {
  readonly streams: { count(): number }
  readonly rooms: Iterable<{ readonly stale: boolean; readonly confirmedAtMs: number }> & {
    readonly size: number
  }
  readonly maxStreams: number
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/** Shows levels as they are when somebody looks. */
export const exposeStreamGauges = (registry: Registry, levels: Levels): void => {
  const { streams, rooms, maxStreams, clock } = levels
  const gauge = (name: string, help: string, level: () => number): void => {
    new Gauge({
      name: `votestream_realtime_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(level())
      },
    })
  }
  gauge('connections', 'Open streams', () => streams.count())
  gauge('max_connections', 'Open streams at most; more are refused', () => maxStreams)
  gauge(
    'oldest_confirmation_seconds',
    'Time since the number that is shown in a room was last confirmed, of the room where that is longest ago',
    () => oldestSeconds(rooms, clock.monotonicMs()),
  )
  gauge('rooms', 'Open rooms, one for each watched poll', () => rooms.size)
  gauge(
    'stale_rooms',
    'Rooms whose number cannot be confirmed',
    () => [...rooms].filter((room) => room.stale).length,
  )
}

/** A room that was never confirmed has no age; it is counted as stale. */
const oldestSeconds = (rooms: Levels['rooms'], nowMs: number): number =>
  [...rooms]
    .map(({ confirmedAtMs }) => (nowMs - confirmedAtMs) / MS_PER_S)
    .filter(Number.isFinite)
    .reduce((oldest, age) => Math.max(oldest, age), 0)
