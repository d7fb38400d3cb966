"""The rows of votes and results, against the log and against each other."""
from __future__ import annotations

from collections import Counter, defaultdict
from typing import Dict, Iterator, List, Set, Tuple

from ..case import Case
from ..protobuf import Ballot
from .rule import Look, Rule, Violation, broken, rule

RULES: List[Rule] = []


@rule(RULES, "C2", "rows and acknowledged votes")
def one_vote_per_voter(case: Case, look: Look) -> Iterator[Violation]:
    """A ballot key has at most one row in a poll, a voter is told of at most one vote, and one key never fills two
    rows.

    Sound: where voters are not limited the ballot key is the vote id, so two rows of one `Idempotency-Key` mean
    that it got two ids. Complete for votes whose ids were told; the log's own doubles are seen by
    `first_in_the_log_wins`.
    """
    tables = case.stores.tables
    look(len(tables.votes))
    for (poll, key), count in Counter((row.poll, row.key) for row in tables.votes).items():
        if count > 1:
            yield broken(f"poll {poll} has {count} rows of the ballot key {key}", ["stores/votes.jsonl"])
    told: Dict[Tuple[object, ...], Set[Ballot]] = defaultdict(set)
    for vote in case.votes.all:
        for attempt in vote.answered("counted"):
            look(1)
            ballot = case.votes.ballot_of(attempt)
            if ballot:
                told[vote.seat].add(ballot)
    for seat, ballots in told.items():
        if len(ballots) > 1:
            lines = [line for one in ballots for vote in case.votes.by_ballot[one] for line in vote.where()]
            yield broken(f"{len(ballots)} votes of one {seat[0]} ({seat[-1]}) in one poll were acknowledged", lines)
    for owner, ids in case.votes.ids_of.items():
        poll = next(iter(ids.values())).poll
        rows = [row for vote_id in ids for row in case.rows_of_id.get((poll, vote_id), [])]
        if len(ids) > 1 and len(rows) > 1:
            yield broken(
                f"one {owner[0]} ({owner[-1]}) fills {len(rows)} rows",
                [f"stores/votes.jsonl: {row}" for row in rows],
            )


@rule(RULES, "C2", "ballot keys")
def first_in_the_log_wins(case: Case, look: Look) -> Iterator[Violation]:
    """The vote that counts is the first of its (poll, ballot key) in the log.

    Sound: one partition has one order, and PostgreSQL takes each key once. Complete: every key of the log is looked
    at. A key without a row is `votes_equal_the_fold`'s.
    """
    for key, winner in case.fold.winners.items():
        look(1)
        row = case.rows.get(key)
        if row is not None and Ballot(*row) != winner.ballot:
            others = [one.where() for one in case.fold.by_ballot.get(Ballot(*row), [])[:1]]
            yield broken(
                f"in poll {key[0]} vote {row.vote_id}, choice {row.choice}, holds the key {key[1]}, and "
                f"{winner.ballot.vote_id}, choice {winner.ballot.choice}, came first",
                [winner.where(), *others],
            )


@rule(RULES, "C6", "rows")
def votes_equal_the_fold(case: Case, look: Look) -> Iterator[Violation]:
    """The rows of votes are exactly those that an independent fold of the log makes.

    Sound and complete at rest: folding is by key, so neither batches nor replays nor the order of partitions change
    the rows.
    """
    expected = {Ballot(*winner.ballot) for winner in case.fold.winners.values()}
    rows = {Ballot(*row) for row in case.stores.tables.votes}
    look(len(expected | rows))
    for ballot in sorted(expected - rows):
        yield broken(f"vote {ballot.vote_id} in poll {ballot.poll} is in the log and has no row",
                     [case.fold.winners[ballot.poll, ballot.key].where()])
    for ballot in sorted(rows - expected):
        yield broken(
            f"the row of vote {ballot.vote_id} in poll {ballot.poll}, choice {ballot.choice}, should not be there",
            [one.where() for one in case.fold.by_ballot.get(ballot, [])],
        )


@rule(RULES, "C2", "polls")
def each_row_is_counted_once(case: Case, look: Look) -> Iterator[Violation]:
    """A poll's results are the number of its rows: no row is counted twice, and none is left out.

    Sound: rows and results change in one transaction and the dump is made at rest. Complete: every poll of either
    is looked at.
    """
    by_poll: Dict[int, Counter] = defaultdict(Counter)
    for row in case.stores.tables.votes:
        by_poll[row.poll][row.choice] += 1
    results = case.results
    if len(results) != len(case.stores.tables.results):
        yield broken("a poll has two rows of results", ["stores/results.jsonl"])
    for poll in sorted(set(by_poll) | set(results)):
        look(1)
        votes, row = by_poll[poll], results.get(poll)
        counts = tuple(votes[choice] for choice in range(max(votes, default=-1) + 1))
        shown = row.counts if row else ()
        if counts != shown or sum(counts) != (row.total if row else 0):
            yield broken(f"poll {poll} has the rows {list(counts)} and the results {list(shown)}, in total "
                         f"{row.total if row else 0}", ["stores/votes.jsonl", "stores/results.jsonl"])


@rule(RULES, "C6", "polls")
def results_equal_the_fold(case: Case, look: Look) -> Iterator[Violation]:
    """Results are those of an independent fold of the log: counts, status, and a version that counts the votes and the
    changes of status.

    Sound: zeros at the end of the counts say nothing. Complete: every poll of either is looked at.
    """
    partitions = case.settings.partitions
    for poll in sorted(set(case.tallies) | set(case.fold.ended) | set(case.results)):
        look(1)
        counts, row = case.tallies.get(poll, ()), case.results.get(poll)
        if row is None:
            yield broken(f"poll {poll} has votes in the log, {list(counts)}, or an end, and no results")
        elif row.counts != counts or row.total != sum(counts):
            yield broken(
                f"poll {poll}: the log says {list(counts)}, the results {list(row.counts)}, in total {row.total}",
                [f"stores/results.jsonl: {row}"],
            )
        elif row.version != row.total + case.fold.changes(poll, partitions):
            yield broken(
                f"poll {poll} has version {row.version} and {row.total} votes",
                [f"stores/results.jsonl: {row}"],
            )
        elif row.status != case.fold.status(poll, partitions):
            yield broken(
                f"poll {poll} is {row.status}, and the log says {case.fold.status(poll, partitions)}",
                [f"stores/results.jsonl: {row}"],
            )
