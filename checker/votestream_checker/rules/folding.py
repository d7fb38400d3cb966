"""How far the log is folded, what the fold set aside, and whether folding it again gives the same."""
from __future__ import annotations

from collections import Counter
from typing import Iterator, List

from ..case import Case
from ..fold import QUARANTINED
from ..stores import RejectionRow
from .rule import Look, Rule, Violation, broken, rule

RULES: List[Rule] = []
DAY_NS = 24 * 3_600 * 1_000_000_000


@rule(RULES, "C4", "ballots")
def rejections_equal_the_fold(case: Case, look: Look) -> Iterator[Violation]:
    """Every ballot that came too late is remembered as rejected, for a day, and no other one is.

    Sound: rejections are forgotten after 24 h, so that none is missed only in a history that is shorter; a reused
    key is not kept, for its vote id is that of a counted vote. Complete: every ballot of the log and every row is
    looked at.
    """
    expected = {RejectionRow(*one) for one in case.fold.rejections()}
    rows = case.stores.tables.rejections
    look(len(case.fold.by_ballot) + len(rows))
    if len(set(rows)) != len(rows):
        yield broken("a vote is rejected twice", ["stores/rejections.jsonl"])
    for row in sorted(set(rows) - expected):
        yield broken(
            f"vote {row.vote_id} in poll {row.poll} is remembered as {row.reason}, and the log does not say so"
        )
    if spans_less_than_a_day(case):
        for row in sorted(expected - set(rows)):
            yield broken(f"vote {row.vote_id} in poll {row.poll} came too late and is not remembered")


def spans_less_than_a_day(case: Case) -> bool:
    times = [one.ns for part in (case.history.attempts, case.history.reads, case.history.seen) for one in part]
    return not times or max(times) - min(times) < DAY_NS


@rule(RULES, "C6", "records")
def quarantine_equals_the_fold(case: Case, look: Look) -> Iterator[Violation]:
    """Quarantine holds the ballots that the tables refuse, and no good one.

    Sound: a record that cannot be read at all is passed without a row, and one that is kept nevertheless does no
    harm; both are allowed. Complete: every record of the log and every row is looked at, also by its log.
    """
    log_ids = {log.log_id for log in case.stores.store_logs}
    rows = set(case.stores.tables.quarantine)
    look(len(case.stores.log) + len(rows))
    places = {(row.partition, row.offset) for row in rows}
    refused = {
        (one.record.partition, one.record.offset): one for one in case.fold.placed if one.verdict == QUARANTINED
    }
    allowed = set(refused) | {(record.partition, record.offset) for record in case.fold.unreadable}
    for row in sorted(rows):
        if row.log_id not in log_ids or (row.partition, row.offset) not in allowed:
            yield broken(
                f"offset {row.offset} of partition {row.partition} is in quarantine and nothing is wrong with it",
                [f"stores/quarantine.jsonl: {row}"],
            )
    for place in sorted(set(refused) - places):
        yield broken("a ballot that the tables refuse is not in quarantine", [refused[place].where()])


@rule(RULES, "C6", "bookmarks")
def bookmarks_are_within_the_log(case: Case, look: Look) -> Iterator[Violation]:
    """Each partition has one bookmark of the store's log, never beyond the log's end.

    Sound: a bookmark is born behind the Genesis, at 1, before that is written. Complete: one beyond the end means
    that what is appended there next is never counted.
    """
    log_ids = {log.log_id for log in case.stores.store_logs}
    rows = case.stores.tables.bookmarks
    look(len(rows))
    for partition, count in Counter(row.partition for row in rows).items():
        if count > 1 or not 0 <= partition < case.settings.partitions:
            yield broken(f"partition {partition} has {count} bookmarks, of {case.settings.partitions} partitions")
    for row in rows:
        end = case.fold.ends.get(row.partition, 0)
        if row.next_offset > max(end, 1) or row.next_offset < 1 or row.log_id not in log_ids:
            yield broken(
                f"partition {row.partition} ends at {end}, and its bookmark is {row.next_offset} of {row.log_id}",
                [f"stores/bookmarks.jsonl: {row}"],
            )


@rule(RULES, "C6", "partitions")
def everything_is_folded(case: Case, look: Look) -> Iterator[Violation]:
    """At rest the fold has come to the end of every partition.

    Sound because the stores are dumped when all is quiet: nothing is appended any more, and the fold never leaves a
    record behind. Complete: a bookmark before the end means votes that are not counted, or not yet.
    """
    next_of = {row.partition: row.next_offset for row in case.stores.tables.bookmarks}
    for partition, end in sorted(case.fold.ends.items()):
        look(1)
        if next_of.get(partition, 0) < end:
            yield broken(f"partition {partition} ends at {end} and is folded up to {next_of.get(partition, 0)}")


@rule(RULES, "C6", "rows")
def refolding_gives_the_same_tables(case: Case, look: Look) -> Iterator[Violation]:
    """The tables are the same after PostgreSQL was wiped and the whole log folded again.

    Sound: folding is by key, so batches and replays change nothing; rows have no order, and the times that they
    carry are not compared; rejections may have been forgotten after a day. Complete: every row of every table is
    compared.
    """
    for name, first, second in zip(case.stores.tables._fields, case.stores.tables, case.stores.refolded):
        once, again = Counter(first), Counter(second)
        look(len(first) + len(second))
        for row in sorted((once - again).elements()):
            yield broken(f"{name}: after the second fold this row is missing: {row}", [f"stores/{name}.jsonl"])
        if name == "rejections" and not spans_less_than_a_day(case):
            continue
        for row in sorted((again - once).elements()):
            yield broken(
                f"{name}: after the second fold there is one more row: {row}",
                [f"stores/refolded/{name}.jsonl"],
            )
