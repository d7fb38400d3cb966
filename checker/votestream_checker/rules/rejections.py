"""Answers that say no for ever."""
from __future__ import annotations

from typing import Iterator, List, Optional, Tuple

from ..case import Case
from ..fold import ALREADY_VOTED, KEY_REUSED, QUARANTINED, TOO_LATE, Placed
from ..history import POLL_CLOSED, REJECTED, VerdictRead
from ..protobuf import Ballot
from .rule import Look, Rule, Violation, broken, rule

RULES: List[Rule] = []
Why = Tuple[str, List[str]]


@rule(RULES, "C4", "rejections")
def rejected_only_when_another_won(case: Case, look: Look) -> Iterator[Violation]:
    """A 409 (or a 422 for a reused key) is said only of a vote that has lost: ALREADY_VOTED when a vote with
    another id holds its ballot key, IDEMPOTENCY_KEY_REUSED when the same vote id does with another choice, and the
    winner lies before it in the log.

    Sound: a row is never changed or removed, so who had lost then has lost at the end; a rejection without a vote
    id is looked at only where the id is known from another answer. POLL_CLOSED is said only of what lies behind the
    end of the poll in its partition, or, once it has ended in all of them, of what was not given to the log. Complete for those: the tables, the log and the
    time are all looked at; a winner that was sent only after the rejection was heard cannot have won.
    """
    for attempt in case.history.attempts:
        if attempt.answer != REJECTED:
            continue
        ballot = case.votes.ballot_of(attempt)
        if ballot is None:
            continue
        look(1)
        for why, more in why_not_lost(case, ballot, attempt.reason, attempt.end_ns):
            yield broken(f"vote {ballot.vote_id}, choice {ballot.choice}, was rejected as {attempt.reason}, and {why}",
                         [attempt.where(), *more])
    for read in case.history.verdicts:
        if read.verdict != REJECTED:
            continue
        look(1)
        verdicts = {one.verdict for one in ballots_of_id(case, read)}
        if verdicts and (read.reason not in verdicts or is_held_by_its_id(case, read)):
            yield broken(
                f"vote {read.vote_id} was said to be rejected as {read.reason}, and the log says "
                f"{', '.join(sorted(verdicts))}",
                [read.where(), *(one.where() for one in ballots_of_id(case, read))],
            )


def ballots_of_id(case: Case, read: VerdictRead) -> List[Placed]:
    votes = case.votes.by_id.get((read.poll, read.vote_id), [])
    ballots = {ballot for vote in votes for ballot in vote.ballots()} | {
        Ballot(*row) for row in case.rows_of_id.get((read.poll, read.vote_id), [])
    }
    return [placed for ballot in sorted(ballots) for placed in case.fold.by_ballot.get(ballot, [])]


def is_held_by_its_id(case: Case, read: VerdictRead) -> bool:
    """Where voters are not limited a vote that counts is found by its id, whatever else came under it."""
    row = case.rows.get((read.poll, read.vote_id))
    return row is not None and row.vote_id == read.vote_id


def why_not_lost(case: Case, ballot: Ballot, reason: Optional[str], told_ns: int) -> Iterator[Why]:
    row = case.rows.get((ballot.poll, ballot.key))
    placed = case.fold.by_ballot.get(ballot, [])
    if row is not None and Ballot(*row) == ballot:
        yield "it holds its key itself", [one.where() for one in placed[:1]]
    elif reason == POLL_CLOSED:
        if not is_too_late(case, ballot, placed):
            yield "it is not behind the end of the poll", [one.where() for one in placed]
    elif reason == QUARANTINED:
        if not is_quarantined(case, ballot):
            yield "it is not in quarantine", [one.where() for one in placed]
    elif row is None:
        yield "nobody holds its key", [one.where() for one in placed]
    elif reason == ALREADY_VOTED and row.vote_id == ballot.vote_id:
        yield f"its own id holds the key, with choice {row.choice}", []
    elif reason == KEY_REUSED and row.vote_id != ballot.vote_id:
        yield f"the key is held by another id, {row.vote_id}", []
    else:
        yield from why_winner_is_none(case, ballot, Ballot(*row), told_ns)


def is_too_late(case: Case, ballot: Ballot, placed: List[Placed]) -> bool:
    """Behind the end in its partition; or in no log at all, which is right once the results are final."""
    if placed:
        return any(one.verdict == TOO_LATE for one in placed)
    return case.fold.status(ballot.poll, case.settings.partitions) == "closed"


def is_quarantined(case: Case, ballot: Ballot) -> bool:
    kept = {(row.partition, row.offset) for row in case.stores.tables.quarantine}
    return any((one.record.partition, one.record.offset) in kept for one in case.fold.by_ballot.get(ballot, []))


def why_winner_is_none(case: Case, ballot: Ballot, winner: Ballot, told_ns: int) -> Iterator[Why]:
    """Whoever holds the key now must have come first, in the log and in time."""
    first, lost = case.fold.by_ballot.get(winner, []), case.fold.by_ballot.get(ballot, [])
    if first and lost and first[0].record[:2] > lost[0].record[:2]:
        yield "the winner came behind it in the log", [lost[0].where(), first[0].where()]
    sent = [vote.sent_ns for vote in case.votes.by_ballot.get(winner, []) if vote.sent_ns is not None]
    if sent and min(sent) > told_ns:
        lines = [line for vote in case.votes.by_ballot[winner] for line in vote.where()]
        yield "the winner was sent only later", lines
