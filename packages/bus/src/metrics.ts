import { Counter, Gauge, type Registry } from '@votestream/runtime'

export interface BusMetrics {
  readonly sent: Counter<'topic'>
  readonly received: Counter<'topic'>
  readonly malformed: Counter<'topic'>
  /** `cause`: `full` (gave way to newer ones while nothing could be sent) or `oversized`. */
  readonly dropped: Counter<'topic' | 'cause'>
  readonly connected: Gauge
}

export const busMetrics = (registry: Registry): BusMetrics => {
  const registers = [registry]
  const byTopic = { labelNames: ['topic'] as const, registers }
  return {
    sent: new Counter({
      name: 'votestream_bus_messages_sent_total',
      help: 'Messages that were published',
      ...byTopic,
    }),
    received: new Counter({
      name: 'votestream_bus_messages_received_total',
      help: 'Messages that were heard',
      ...byTopic,
    }),
    malformed: new Counter({
      name: 'votestream_bus_messages_malformed_total',
      help: 'Messages that could not be read and were ignored',
      ...byTopic,
    }),
    dropped: new Counter({
      name: 'votestream_bus_items_dropped_total',
      help: 'Items that were not published, by cause',
      labelNames: ['topic', 'cause'] as const,
      registers,
    }),
    connected: new Gauge({
      name: 'votestream_bus_connected',
      help: 'Whether the bus hears what it listens to',
      registers,
    }),
  }
}
