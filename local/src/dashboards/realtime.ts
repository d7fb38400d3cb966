import type { Dashboard } from './dashboard.js'
import { graph, perSecond, q, quantiles } from './queries.js'

/** What audiences see. */
export const realtime: Dashboard = {
  uid: 'realtime',
  title: 'Realtime',
  description: 'Open streams, what is sent to them, and how fresh it is.',
  rows: [
    {
      title: 'Streams',
      panels: [
        graph(
          'Open streams',
          'short',
          [q('sum by (pod) (votestream_realtime_connections{})', '{{pod}}')],
          'Over all transports.',
          {
            stacked: true,
          },
        ),
        graph(
          'Room that is taken',
          'percentunit',
          [q('votestream_realtime_connections{} / votestream_realtime_max_connections{}', '{{pod}}')],
          'Of MAX_CONNECTIONS.',
          {
            limits: { warning: 0.7, critical: 0.9 },
          },
        ),
        graph(
          'Handshakes refused',
          'ops',
          [q(perSecond('votestream_realtime_refused_total{}', 'reason'), '{{reason}}')],
          'By reason.',
        ),
        graph(
          'Slow readers',
          'ops',
          [
            q(perSecond('votestream_realtime_skipped_total{}'), 'left out of a flush'),
            q(perSecond('votestream_realtime_dismissed_total{}'), 'closed'),
          ],
          'Who has too much to read gets the newest state later; who stays so is closed.',
        ),
        graph(
          'Watched polls',
          'short',
          [q('sum by (pod) (votestream_realtime_rooms{})', '{{pod}}')],
          'One room each, per replica.',
        ),
      ],
    },
    {
      title: 'Fan-out',
      panels: [
        graph(
          'Messages sent',
          'ops',
          [q(perSecond('votestream_realtime_messages_sent_total{}', 'pod'), '{{pod}}')],
          'To streams.',
        ),
        graph(
          'Time of a flush',
          's',
          quantiles('votestream_realtime_fanout_seconds'),
          'Writing one state to all streams of its poll.',
        ),
        graph(
          'Event loops',
          'percentunit',
          [
            q(
              'max by (pod) (rate(votestream_event_loop_active_seconds_total{service="realtime"}[$__rate_interval]))',
              '{{pod}}',
            ),
          ],
          'The pace of flushes stretches so that this stays below half.',
          {
            limits: { critical: 0.9 },
          },
        ),
      ],
    },
    {
      title: 'Freshness',
      panels: [
        graph(
          'Oldest confirmation',
          's',
          [q('max by (pod) (votestream_realtime_oldest_confirmation_seconds{})', '{{pod}}')],
          'Time since a shown number was last confirmed.',
          {
            limits: { critical: 5 },
          },
        ),
        graph(
          'Stale polls',
          'none',
          [q('sum by (pod) (votestream_realtime_stale_rooms{})', '{{pod}}')],
          'They say so to their viewers.',
        ),
        graph(
          'Confirmations',
          'ops',
          [q(perSecond('votestream_realtime_resyncs_total{}', 'outcome'), '{{outcome}}')],
          'Reads of watched results from their owner.',
        ),
        graph(
          'Heard on the bus',
          'ops',
          [
            q(
              perSecond('votestream_bus_messages_received_total{}', 'service, topic'),
              '{{service}} {{topic}}',
            ),
          ],
          'Messages that were heard.',
        ),
        graph(
          'Lost on the bus',
          'ops',
          [
            q(perSecond('votestream_bus_items_dropped_total{}', 'topic, cause'), '{{topic}} {{cause}}'),
            q(perSecond('votestream_bus_messages_malformed_total{}', 'topic'), '{{topic}} malformed'),
          ],
          'Costs freshness and nothing else.',
        ),
        graph(
          'Hears the bus',
          'bool_on_off',
          [q('min by (pod) (votestream_bus_connected{service!="polls"})', '{{pod}}')],
          'polls only speaks on it.',
        ),
      ],
    },
  ],
}
