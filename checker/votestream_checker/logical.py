"""
Which attempts are one vote.

A vote that is sent again under its key with the same choice is the same logical vote, and so is a ballot sent again
under a vote id that the client chose (gRPC). Without either, every attempt is a vote of its own: that is the
contract. The vote ids of a key are gathered over all its choices, because a vote id is made from poll, voter and
key alone.
"""
from __future__ import annotations

from collections import defaultdict
from typing import Dict, Iterable, List, Optional, Set, Tuple

from .history import COUNTED, REFUSED, REJECTED, Attempt
from .protobuf import Ballot

# What tells the votes of one voter or key from all others: at most one of them counts.
Owner = Tuple[object, ...]


def owner_of(attempt: Attempt) -> Owner:
    if attempt.key is not None:
        return ("key", attempt.poll, attempt.voter, attempt.key)
    if attempt.lane == "grpc" and attempt.vote_id is not None:
        return ("id", attempt.poll, attempt.voter, attempt.vote_id)
    return ("op", attempt.op_id)


class LogicalVote:
    """One vote of one choice, with every attempt to cast it, in the order of their invokes."""

    __slots__ = ("owner", "poll", "choice", "voter", "attempts", "ids")

    def __init__(self, owner: Owner, first: Attempt) -> None:
        self.owner = owner
        self.poll, self.choice, self.voter = first.poll, first.choice, first.voter
        self.attempts: List[Attempt] = []
        self.ids: Set[str] = set()

    @property
    def seat(self) -> Owner:
        """What at most one vote can count for."""
        return self.owner if self.voter is None else ("voter", self.poll, self.voter)

    def answered(self, answer: str) -> List[Attempt]:
        return [attempt for attempt in self.attempts if attempt.answer == answer]

    @property
    def sent_ns(self) -> Optional[int]:
        """The first invoke after which the vote may be in the log; None when every attempt was refused."""
        return min((one.ns for one in self.attempts if one.answer != REFUSED), default=None)

    @property
    def may_count(self) -> bool:
        if any(one.answer == COUNTED for one in self.attempts):
            return True
        return self.sent_ns is not None and all(one.answer != REJECTED for one in self.attempts)

    def ballots(self) -> Iterable[Ballot]:
        """What the log may hold of it, as far as its ids are known."""
        return (Ballot(self.poll, self.voter or vote_id, vote_id, self.choice) for vote_id in self.ids)

    def where(self) -> List[str]:
        return [attempt.where() for attempt in self.attempts]


class LogicalVotes:
    """All logical votes of a history."""

    def __init__(self, attempts: Iterable[Attempt]) -> None:
        self.ids_of: Dict[Owner, Dict[str, Attempt]] = defaultdict(dict)
        votes: Dict[Tuple[Owner, int], LogicalVote] = {}
        self.by_op: Dict[int, LogicalVote] = {}
        for attempt in attempts:
            owner = owner_of(attempt)
            vote = votes.setdefault((owner, attempt.choice), LogicalVote(owner, attempt))
            vote.attempts.append(attempt)
            self.by_op[attempt.op_id] = vote
            if attempt.vote_id is not None:
                self.ids_of[owner].setdefault(attempt.vote_id, attempt)
        self.all = list(votes.values())
        self.by_ballot: Dict[Ballot, List[LogicalVote]] = defaultdict(list)
        self.by_id: Dict[Tuple[int, str], List[LogicalVote]] = defaultdict(list)
        for vote in self.all:
            vote.ids.update(self.ids_of.get(vote.owner, {}))
            for ballot in vote.ballots():
                self.by_ballot[ballot].append(vote)
                self.by_id[ballot.poll, ballot.vote_id].append(vote)

    def ballot_of(self, attempt: Attempt) -> Optional[Ballot]:
        """What an attempt put into the log, if it did; None when its vote id was never told, or two of them were."""
        if attempt.vote_id is not None:
            return Ballot(attempt.poll, attempt.voter or attempt.vote_id, attempt.vote_id, attempt.choice)
        ids = self.by_op[attempt.op_id].ids
        if len(ids) != 1:
            return None
        (vote_id,) = ids
        return Ballot(attempt.poll, attempt.voter or vote_id, vote_id, attempt.choice)
