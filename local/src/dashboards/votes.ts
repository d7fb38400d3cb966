import type { Dashboard } from './dashboard.js'
import { graph, p99By, perSecond, q, quantiles, VOTE_REQUESTS } from './queries.js'

/** The vote's way in detail. */
export const votes: Dashboard = {
  uid: 'votes',
  title: 'Votes',
  description: 'A vote from the request to its row: gateway, CastVotes, the log, the fold.',
  rows: [
    {
      title: 'Gateway',
      panels: [
        graph(
          'Requests to vote, by status',
          'ops',
          [
            q(
              perSecond(`votestream_http_request_duration_seconds_count{${VOTE_REQUESTS}}`, 'status'),
              '{{status}}',
            ),
          ],
          'As voters see them.',
          {
            stacked: true,
          },
        ),
        graph(
          'Answers',
          'ops',
          [q(perSecond('votestream_votes_answered_total{}', 'status, reason'), '{{status}} {{reason}}')],
          'What became of votes; OTHER is a reason that this gateway does not know.',
          {
            stacked: true,
          },
        ),
        graph(
          'Latency',
          's',
          quantiles('votestream_http_request_duration_seconds', VOTE_REQUESTS),
          'From the head of the request to the answer.',
        ),
        graph(
          'Shed',
          'ops',
          [q(perSecond('votestream_votes_shed_total{}', 'reason'), '{{reason}}')],
          'RATE_LIMITED: one address asks too often. OVERLOADED: the queue is full. EXPIRED: it waited too long in the queue.',
        ),
        graph(
          'Queue and calls in flight',
          'short',
          [
            q('sum by (pod) (votestream_votes_queued{})', 'queued {{pod}}'),
            q('sum by (pod) (votestream_vote_batches_in_flight{})', 'in flight {{pod}}'),
          ],
          'Votes that wait for a call, and calls that hold a slot.',
        ),
        graph(
          'Ballots in one call',
          'short',
          quantiles('votestream_vote_batch_size'),
          'Grows with the load: that is what makes votes cheap.',
        ),
      ],
    },
    {
      title: 'The log',
      panels: [
        graph(
          'Ballots',
          'ops',
          [
            q(perSecond('votestream_ballots_received_total{}'), 'received'),
            q(perSecond('votestream_ballots_appended_total{}'), 'appended'),
            q(perSecond('votestream_ballots_folded_total{}'), 'folded'),
          ],
          'The same three numbers when all is well.',
        ),
        graph(
          'Refused before the log',
          'ops',
          [q(perSecond('votestream_ballots_refused_total{}', 'reason'), '{{reason}}')],
          'These never count.',
        ),
        graph(
          'Verdicts',
          'ops',
          [q(perSecond('votestream_ballots_folded_total{}', 'verdict'), '{{verdict}}')],
          'What folds decided.',
          {
            stacked: true,
          },
        ),
        graph(
          'Lag by partition',
          'short',
          [q('max by (partition) (votestream_fold_lag_records{})', '{{partition}}')],
          'Ballots in the log that are not counted yet.',
        ),
        graph(
          'Oldest uncounted vote by partition',
          's',
          [q('max by (partition) (votestream_fold_waiting_seconds{})', '{{partition}}')],
          'A few seconds are normal.',
          {
            limits: { critical: 30 },
          },
        ),
        graph(
          'Who waits',
          'short',
          [
            q('sum(votestream_log_unfolded_ballots{})', 'ballots in the log'),
            q('sum(votestream_verdict_waiters{})', 'callers'),
          ],
          'Ballots that are not folded, and callers that wait for a verdict.',
        ),
      ],
    },
    {
      title: 'The fold',
      panels: [
        graph('Time of a fold', 's', quantiles('votestream_fold_seconds'), 'One transaction with one fsync.'),
        graph('Ballots in a fold', 'short', quantiles('votestream_fold_ballots'), 'Grows with the load.'),
        graph(
          'What went wrong',
          'ops',
          [
            q(perSecond('votestream_fold_failures_total{}'), 'failed and repeated'),
            q(perSecond('votestream_fold_fenced_total{}'), 'fenced'),
            q(perSecond('votestream_fold_busy_total{}'), 'busy'),
            q(perSecond('votestream_quarantined_total{}'), 'quarantined'),
            q(perSecond('votestream_unrecorded_ballots_total{}'), 'unrecorded'),
          ],
          'fenced: folded already; busy: another replica holds the partition. Both heal by themselves; quarantined and unrecorded do not.',
        ),
        graph(
          'Where verdicts came from',
          'ops',
          [q(perSecond('votestream_verdicts_told_total{}', 'way'), '{{way}}')],
          'fold: this process; progress: another replica said so; lookup: read from the database.',
          {
            stacked: true,
          },
        ),
        graph(
          'Statements, p99',
          's',
          [p99By('votestream_postgres_statement_duration_seconds', 'statement')],
          'By statement, over all services.',
        ),
        graph(
          'Published',
          'ops',
          [q(perSecond('votestream_bus_messages_sent_total{}', 'topic'), '{{topic}}')],
          'Messages on the bus.',
        ),
      ],
    },
  ],
}
