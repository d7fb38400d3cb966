import type { Dashboard } from './dashboard.js'
import { graph, perSecond, q, quantiles, stat, VOTE_REQUESTS } from './queries.js'

const VOTES = `votestream_http_request_duration_seconds_count{${VOTE_REQUESTS}}`
const FAILED_VOTES = `votestream_http_request_duration_seconds_count{${VOTE_REQUESTS},status=~"5.."}`
const P99 = quantiles('votestream_http_request_duration_seconds', VOTE_REQUESTS)[1]?.expr ?? ''

/** What is looked at first, at 3 a.m.: from left to right, is anything wrong, and where on a vote's way. */
export const overview: Dashboard = {
  uid: 'overview',
  title: 'Overview',
  description:
    'Is it healthy, and if not, where on the way of a vote is it stuck? Each alert names its runbook.',
  rows: [
    {
      title: 'Is it healthy?',
      panels: [
        stat(
          'Alerts',
          'none',
          'count(ALERTS{alertname=~"VoteStream.*",alertstate="firing",namespace=~"$namespace|"}) or vector(0)',
          'Firing now.',
          { critical: 1 },
        ),
        stat('Votes answered', 'ops', perSecond(VOTES), 'Requests to vote, whatever was answered.'),
        stat(
          'Votes failed',
          'percentunit',
          `(${perSecond(FAILED_VOTES)} or vector(0)) / ${perSecond(VOTES)}`,
          'Votes answered 5xx. The promise is less than 0.1 % in 30 days.',
          { warning: 0.001, critical: 0.0144 },
        ),
        stat('Vote latency, p99', 's', P99, 'From the head of the request to the answer.', {
          warning: 0.5,
          critical: 1,
        }),
        stat(
          'Oldest uncounted vote',
          's',
          'max(votestream_fold_waiting_seconds{})',
          'For how long a ballot in the log has been waiting for its fold. A few seconds are normal.',
          { warning: 10, critical: 30 },
        ),
        stat(
          'Stale polls',
          'none',
          'sum(votestream_realtime_stale_rooms{})',
          'Watched polls whose number cannot be confirmed.',
          {
            critical: 1,
          },
        ),
        stat(
          'Engines out of reach',
          'none',
          'count(votestream_engine_up{} == 0) or vector(0)',
          'Counted for each replica and engine.',
          {
            critical: 1,
          },
        ),
        stat(
          'Log lost or foreign',
          'none',
          'max(votestream_log_foreign{})',
          '1: no vote is accepted until a person has decided.',
          {
            critical: 1,
          },
        ),
        stat(
          'Breakers open',
          'none',
          'sum(votestream_breaker_open{})',
          'append: votes are 503; fold: votes are 202; shared_rate_limits: each gateway counts by itself.',
          {
            critical: 1,
          },
        ),
        stat(
          'Open streams',
          'short',
          'sum(votestream_realtime_connections{})',
          'WebSocket and Server-Sent Events.',
        ),
        stat(
          'Busiest process',
          'percentunit',
          'max(rate(votestream_event_loop_active_seconds_total{}[$__rate_interval]))',
          'The share of time in which its event loop is busy.',
          {
            warning: 0.7,
            critical: 0.9,
          },
        ),
        stat(
          'Processes',
          'none',
          'count(votestream_event_loop_active_seconds_total{})',
          'Those that are scraped.',
        ),
      ],
    },
    {
      title: 'The way of a vote',
      panels: [
        graph(
          'Funnel',
          'ops',
          [
            q(perSecond('votestream_votes_received_total{}'), 'received'),
            q(perSecond('votestream_ballots_appended_total{}'), 'appended'),
            q(perSecond('votestream_ballots_folded_total{}'), 'folded'),
            q(perSecond('votestream_ballots_folded_total{verdict="counted"}'), 'counted'),
            q(perSecond('votestream_votes_answered_total{}'), 'answered'),
            q(perSecond('votestream_votes_shed_total{}'), 'shed'),
          ],
          'The lines lie on each other when all is well. Where the first gap opens is where votes are stuck.',
        ),
        graph(
          'Vote latency',
          's',
          quantiles('votestream_http_request_duration_seconds', VOTE_REQUESTS),
          'A vote waits for one fsync.',
          {
            limits: { warning: 0.5, critical: 1 },
          },
        ),
        graph(
          'Votes that did not count, by reason',
          'ops',
          [
            q(perSecond('votestream_votes_answered_total{reason!=""}', 'reason'), '{{reason}}'),
            q(
              perSecond('votestream_votes_answered_total{status=~"pending|unknown"}', 'status'),
              '{{status}}',
            ),
          ],
          'UNAVAILABLE and OVERLOADED are ours; the other reasons are the voters’. pending is 202, unknown is 504.',
          { stacked: true },
        ),
        graph(
          'Fold lag by partition',
          'short',
          [q('max by (partition) (votestream_fold_lag_records{})', '{{partition}}')],
          'Ballots in the log that are not counted yet.',
        ),
        graph(
          'Oldest uncounted vote by partition',
          's',
          [q('max by (partition) (votestream_fold_waiting_seconds{})', '{{partition}}')],
          'One line that rises alone is a partition that nobody folds.',
          {
            limits: { critical: 30 },
          },
        ),
        graph(
          'Freshness of what is shown',
          's',
          [q('max by (pod) (votestream_realtime_oldest_confirmation_seconds{})', '{{pod}}')],
          'Time since a shown number was last confirmed; from 4.75 s on it says that it is stale.',
          { limits: { critical: 5 } },
        ),
      ],
    },
    {
      title: 'What it stands on',
      panels: [
        graph(
          'Engines',
          'bool_on_off',
          [q('min by (engine) (votestream_engine_up{})', '{{engine}}')],
          'Off when one replica cannot reach it.',
        ),
        graph(
          'Breakers',
          'bool_on_off',
          [q('max by (breaker) (votestream_breaker_open{})', '{{breaker}}')],
          'On while what it protects is not asked.',
        ),
        graph(
          'Processes by service',
          'none',
          [q('count by (service) (votestream_event_loop_active_seconds_total{})', '{{service}}')],
          'Those that are scraped.',
        ),
        graph(
          'Event loops',
          'percentunit',
          [
            q(
              'max by (pod) (rate(votestream_event_loop_active_seconds_total{}[$__rate_interval]))',
              '{{pod}}',
            ),
          ],
          'Near 100 % everything in that process waits.',
          {
            limits: { critical: 0.9 },
          },
        ),
        graph(
          'Answers by status',
          'ops',
          [q(perSecond('votestream_http_request_duration_seconds_count{}', 'status'), '{{status}}')],
          'All of REST.',
          {
            stacked: true,
          },
        ),
        graph(
          'Calls between services that failed',
          'ops',
          [q(perSecond('votestream_rpc_client_handled_total{code!="ok"}', 'code'), '{{code}}')],
          'As the callers saw them.',
        ),
      ],
    },
  ],
}
