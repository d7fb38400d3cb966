"""Acknowledgements, and the ids that they name."""
from __future__ import annotations

from collections import defaultdict
from typing import Dict, Iterator, List, Set, Tuple

from ..case import Case
from ..history import COUNTED, PENDING, Attempt
from ..protobuf import Ballot
from .rule import Look, Rule, Violation, broken, rule

RULES: List[Rule] = []


@rule(RULES, "C1", "acknowledgements")
def acknowledged_votes_are_kept(case: Case, look: Look) -> Iterator[Violation]:
    """A vote that was answered 200 has its row, its ballot in the log, and a version that the results have reached;
    one that was answered 202 is in the log; and no vote that was acknowledged is later said not to exist.

    Sound: a 200 is said after the commit of the fold, a 202 after the log's acknowledgement; a vote of a limited
    poll cannot be asked for by its id alone, so a 404 says nothing there. Complete: every acknowledgement of the
    history is looked at, and every `counted` of GET votes. A 202 without a vote id cannot be followed.
    """
    for attempt in case.history.attempts:
        ballot = case.votes.ballot_of(attempt)
        if ballot is None or attempt.answer not in (COUNTED, PENDING):
            continue
        look(1)
        if ballot not in case.fold.by_ballot:
            yield broken(f"vote {ballot.vote_id} was {attempt.answer} and is not in the log", [attempt.where()])
        if attempt.answer == COUNTED:
            yield from broken_count(case, attempt, ballot)
    yield from broken_verdicts(case, look)


def broken_count(case: Case, attempt: Attempt, ballot: Ballot) -> Iterator[Violation]:
    row, results = case.rows.get((ballot.poll, ballot.key)), case.results.get(ballot.poll)
    if row is None:
        yield broken(f"vote {ballot.vote_id} was acknowledged and has no row", [attempt.where()])
    elif Ballot(*row) != ballot:
        yield broken(
            f"vote {ballot.vote_id} was acknowledged, and its key is held by vote {row.vote_id}, choice {row.choice}",
            [attempt.where()],
        )
    if results is not None and (attempt.version or 0) > results.version:
        yield broken(
            f"vote {ballot.vote_id} was acknowledged at version {attempt.version}, and the last is {results.version}",
            [attempt.where()],
        )


def broken_verdicts(case: Case, look: Look) -> Iterator[Violation]:
    acknowledged: Dict[Tuple[int, str], Attempt] = {}
    for attempt in case.history.attempts:
        ballot = case.votes.ballot_of(attempt)
        if ballot and ballot.key == ballot.vote_id and attempt.answer in (COUNTED, PENDING):
            first = acknowledged.setdefault((ballot.poll, ballot.vote_id), attempt)
            if attempt.end_ns < first.end_ns:
                acknowledged[ballot.poll, ballot.vote_id] = attempt
    for read in case.history.verdicts:
        look(1)
        if read.verdict == COUNTED and not case.rows_of_id.get((read.poll, read.vote_id)):
            yield broken(f"vote {read.vote_id} was said to be counted and has no row", [read.where()])
        told = acknowledged.get((read.poll, read.vote_id))
        if read.kind == "fail" and read.status == 404 and told and told.end_ns < read.ns:
            yield broken(
                f"vote {read.vote_id} was {told.answer} and then said not to exist",
                [told.where(), read.where()],
            )


@rule(RULES, "C3", "votes with an id")
def one_key_one_id(case: Case, look: Look) -> Iterator[Violation]:
    """One `Idempotency-Key` has one vote id in a poll, whichever replica is asked, and two keys never share one.

    Sound: the id is a hash of poll, voter and key; a vote without a key gets an id of its own. What a gRPC client
    chose itself is its own affair, so shared ids are looked for in the REST lane alone. Complete for every id that
    some answer named.
    """
    owners: Dict[str, Set[Tuple[object, ...]]] = defaultdict(set)
    for owner, ids in case.votes.ids_of.items():
        look(1)
        if len(ids) > 1:
            yield broken(f"one {owner[0]} ({owner[-1]}) got {len(ids)} vote ids: {', '.join(sorted(ids))}",
                         [one.where() for one in ids.values()])
        for vote_id, attempt in ids.items():
            if attempt.lane == "rest":
                owners[vote_id].add(owner)
    for vote_id, sharing in owners.items():
        if len(sharing) > 1:
            lines = [case.votes.ids_of[owner][vote_id].where() for owner in sharing]
            yield broken(f"{len(sharing)} different votes share the id {vote_id}", sorted(lines))
