"""
The independent fold: what the raw log says, by the rules of DESIGN.md and nothing of the services' code.

The order within a partition is the only order there is, and a poll's ballot key always meets in one partition. So:
the first ballot of each (poll, ballot key) counts; the same vote id with the same choice again is that vote again;
the same vote id with another choice is a reused key; any other vote id came too late. A record without a readable
ballot is passed, neither counted nor kept. A ballot that the table refuses (a choice beyond its 20 options, an id
that is no bigint above 0) goes to quarantine wherever it lies, and never holds a key: PostgreSQL checks a row
before it looks for a conflict. Behind the end of its poll in its partition no ballot takes a key that nobody holds: it
came too late; one whose key is held is judged as before the end.
"""
from __future__ import annotations

from collections import defaultdict
from typing import Dict, List, NamedTuple, Optional, Set, Tuple

from .protobuf import Ballot, Genesis, PollEnd, decode_record
from .stores import LogRecord

# services/votes/migrations/0001_votes.sql: CHECK (choice BETWEEN 0 AND 19), CHECK (poll_id > 0), bigint.
HIGHEST_CHOICE = 19
HIGHEST_BIGINT = 2**63 - 1

COUNTED = "counted"
ALREADY_VOTED = "ALREADY_VOTED"
KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
QUARANTINED = "QUARANTINED"
TOO_LATE = "POLL_CLOSED"


class Placed(NamedTuple):
    """A ballot, where it lies, and what the log decided about it."""

    record: LogRecord
    ballot: Ballot
    verdict: str

    def where(self) -> str:
        return f"{self.record.where()}: vote {self.ballot.vote_id}, choice {self.ballot.choice}, {self.verdict}"


class Fold(NamedTuple):
    placed: List[Placed]
    genesis: List[Tuple[LogRecord, Genesis]]
    unreadable: List[LogRecord]
    # The first ballot of each (poll, ballot key).
    winners: Dict[Tuple[int, str], Placed]
    # Every ballot by what it casts, in the order of the log.
    by_ballot: Dict[Ballot, List[Placed]]
    # Where each partition ends: the offset that its next record gets.
    ends: Dict[int, int]
    # In which partitions each poll has ended.
    ended: Dict[int, Set[int]]

    def tallies(self) -> Dict[int, Tuple[int, ...]]:
        """Votes by choice of every poll that has votes, without zeros at the end."""
        votes: Dict[int, Dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for (poll, _), winner in self.winners.items():
            votes[poll][winner.ballot.choice] += 1
        return {poll: tuple(by[choice] for choice in range(max(by) + 1)) for poll, by in votes.items()}

    def rejections(self) -> Set[Tuple[int, str, str]]:
        """Only latecomers are remembered: the vote id of a reused key is that of a counted vote."""
        return {
            (one.ballot.poll, one.ballot.vote_id, one.verdict)
            for one in self.placed
            if one.verdict in (ALREADY_VOTED, TOO_LATE)
        }

    def status(self, poll: int, partitions: int) -> str:
        """Open before its first end is folded, closed with the last one."""
        count = len(self.ended.get(poll, ()))
        return "open" if count == 0 else "closed" if count == partitions else "closing"

    def changes(self, poll: int, partitions: int) -> int:
        """How often the status has raised the version: with the first end, and with the last one."""
        count = len(self.ended.get(poll, ()))
        return (count > 0) + (count == partitions)


def is_refused_by_table(ballot: Ballot) -> bool:
    return ballot.choice > HIGHEST_CHOICE or not 0 < ballot.poll <= HIGHEST_BIGINT


def judge(ballot: Ballot, winner: Optional[Ballot]) -> str:
    if winner is None or winner == ballot:
        return COUNTED
    return KEY_REUSED if winner.vote_id == ballot.vote_id else ALREADY_VOTED


def fold_log(log: List[LogRecord]) -> Fold:
    fold = Fold([], [], [], {}, defaultdict(list), {}, defaultdict(set))
    for record in sorted(log, key=lambda one: (one.partition, one.offset)):
        fold.ends[record.partition] = record.offset + 1
        said = decode_record(record.value)
        if said is None:
            fold.unreadable.append(record)
        elif isinstance(said, Genesis):
            fold.genesis.append((record, said))
        elif isinstance(said, PollEnd):
            fold.ended[said.poll].add(record.partition)
        else:
            take_ballot(fold, record, said)
    return fold


def take_ballot(fold: Fold, record: LogRecord, ballot: Ballot) -> None:
    key = (ballot.poll, ballot.key)
    if key not in fold.winners and record.partition in fold.ended.get(ballot.poll, ()):
        placed = Placed(record, ballot, TOO_LATE)
    elif is_refused_by_table(ballot):
        placed = Placed(record, ballot, QUARANTINED)
    else:
        winner = fold.winners.get(key)
        placed = Placed(record, ballot, judge(ballot, winner.ballot if winner else None))
        fold.winners.setdefault(key, placed)
    fold.placed.append(placed)
    fold.by_ballot[ballot].append(placed)
