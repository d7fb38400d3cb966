import type { Dashboard } from './dashboard.js'
import { graph, p99By, perSecond, q } from './queries.js'

/** Processes, pools and calls. */
export const runtime: Dashboard = {
  uid: 'runtime',
  title: 'Runtime',
  description: 'Saturation: event loops, memory, pools, calls between services, engines by replica.',
  rows: [
    {
      title: 'Processes',
      panels: [
        graph(
          'Event loop busy',
          'percentunit',
          [
            q(
              'max by (pod) (rate(votestream_event_loop_active_seconds_total{}[$__rate_interval]))',
              '{{pod}}',
            ),
          ],
          'The share of time in which the loop is not waiting for events.',
          {
            limits: { warning: 0.7, critical: 0.9 },
          },
        ),
        graph(
          'Event loop delay, p99',
          's',
          [q('max by (pod) (clamp_min(nodejs_eventloop_lag_p99_seconds{} - 0.1, 0))', '{{pod}}')],
          'Beyond the 0.1 s between two measurements.',
        ),
        graph(
          'CPU',
          'percentunit',
          [q(perSecond('process_cpu_seconds_total{}', 'pod'), '{{pod}}')],
          'Of one core.',
        ),
        graph(
          'Resident memory',
          'bytes',
          [q('max by (pod) (process_resident_memory_bytes{})', '{{pod}}')],
          'Of the process.',
        ),
        graph('Heap', 'bytes', [q('max by (pod) (nodejs_heap_size_used_bytes{})', '{{pod}}')], 'In use.'),
        graph(
          'Garbage collection',
          'percentunit',
          [q(perSecond('nodejs_gc_duration_seconds_sum{}', 'pod'), '{{pod}}')],
          'The share of time spent on it.',
        ),
        graph(
          'Open files',
          'percentunit',
          [q('max by (pod) (process_open_fds{} / process_max_fds{})', '{{pod}}')],
          'Of those that the process may open; streams are files.',
          {
            limits: { critical: 0.9 },
          },
        ),
        graph(
          'Age of a process',
          's',
          [q('time() - max by (pod) (process_start_time_seconds{})', '{{pod}}')],
          'A line that falls is a restart.',
        ),
      ],
    },
    {
      title: 'Engines',
      panels: [
        graph(
          'Reached',
          'bool_on_off',
          [q('min by (pod, engine) (votestream_engine_up{})', '{{pod}} {{engine}}')],
          'By replica.',
        ),
        graph(
          'Breakers',
          'bool_on_off',
          [q('max by (pod, breaker) (votestream_breaker_open{})', '{{pod}} {{breaker}}')],
          'By replica.',
        ),
        graph(
          'Database connections',
          'short',
          [q('sum by (pod, state) (votestream_postgres_connections{})', '{{pod}} {{state}}')],
          'waiting: callers without one.',
        ),
        graph(
          'Statements',
          'ops',
          [
            q(
              perSecond('votestream_postgres_statement_duration_seconds_count{}', 'statement'),
              '{{statement}}',
            ),
          ],
          'Finished, by statement.',
        ),
        graph(
          'Statements, p99',
          's',
          [p99By('votestream_postgres_statement_duration_seconds', 'statement')],
          'From having a connection to the last row.',
        ),
        graph(
          'Failed statements',
          'ops',
          [q(perSecond('votestream_postgres_failures_total{}', 'kind'), '{{kind}}')],
          'kind: unavailable, or the class of the SQLSTATE.',
        ),
      ],
    },
    {
      title: 'Calls',
      panels: [
        graph(
          'REST by route',
          'ops',
          [q(perSecond('votestream_http_request_duration_seconds_count{}', 'route'), '{{route}}')],
          'Answered requests.',
        ),
        graph(
          'REST, p99 by route',
          's',
          [p99By('votestream_http_request_duration_seconds', 'route')],
          'From the head of the request to the answer.',
        ),
        graph(
          'gRPC by method',
          'ops',
          [q(perSecond('votestream_rpc_server_handled_total{}', 'method'), '{{method}}')],
          'As the servers saw them.',
        ),
        graph(
          'gRPC, p99 by method',
          's',
          [p99By('votestream_rpc_server_duration_seconds', 'method')],
          'As the servers saw them.',
        ),
        graph(
          'gRPC, p99 by method, callers',
          's',
          [p99By('votestream_rpc_client_duration_seconds', 'method')],
          'Beyond the servers’: the network and the queues.',
        ),
        graph(
          'gRPC failures',
          'ops',
          [
            q(
              perSecond('votestream_rpc_client_handled_total{code!="ok"}', 'service, method, code'),
              '{{service}} {{method}} {{code}}',
            ),
          ],
          'As the callers saw them.',
        ),
        graph(
          "Polls' texts from memory",
          'ops',
          [q(perSecond('votestream_poll_text_reads_total{}', 'result'), '{{result}}')],
          'The gateway remembers them.',
        ),
        graph(
          'Addresses with a rate limit',
          'short',
          [q('sum by (pod) (votestream_rate_limited_addresses{})', '{{pod}}')],
          'That a gateway remembers in its own memory.',
        ),
      ],
    },
  ],
}
