"""How many votes may have been shown at a moment, at least and at most."""
from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import Dict, Iterator, List, NamedTuple, Tuple

from ..case import END_OF_HISTORY, Case
from ..history import COUNTED, Read
from ..logical import Owner
from .rule import Look, Rule, Violation, broken, rule

RULES: List[Rule] = []
# Stands for all choices of a poll together.
TOTAL = -1

Tally = Dict[Tuple[int, int], List[int]]


class Bounds(NamedTuple):
    """When votes were acknowledged, and when they were sent, in order, by poll and choice."""

    counted: Tally
    sent: Tally

    def least(self, poll: int, choice: int, ns: int) -> int:
        return bisect_left(self.counted.get((poll, choice), []), ns)

    def most(self, poll: int, choice: int, ns: float) -> int:
        return bisect_right(self.sent.get((poll, choice), []), ns)


def bounds_of(case: Case) -> Bounds:
    counted: Dict[Tuple[int, int], Dict[object, int]] = defaultdict(dict)
    sent: Dict[Tuple[int, int], Dict[Owner, int]] = defaultdict(dict)

    def note(tally: Dict, poll: int, choice: int, who: object, ns: int) -> None:
        for slot in ((poll, choice), (poll, TOTAL)):
            tally[slot][who] = min(ns, tally[slot].get(who, ns))

    settled = {vote.seat for vote in case.votes.all if vote.answered(COUNTED)}
    for vote in case.votes.all:
        acknowledged = vote.answered(COUNTED)
        for attempt in acknowledged:
            note(counted, vote.poll, vote.choice, vote.seat, attempt.end_ns)
        # Of one voter or key only what was acknowledged can ever count.
        if vote.sent_ns is not None and vote.may_count and (acknowledged or vote.seat not in settled):
            note(sent, vote.poll, vote.choice, vote.seat, vote.sent_ns)
    for read in case.history.verdicts:
        rows = case.rows_of_id.get((read.poll, read.vote_id), [])
        votes = case.votes.by_id.get((read.poll, read.vote_id), [])
        if read.verdict == COUNTED and len(rows) == 1 and votes:
            note(counted, read.poll, rows[0].choice, votes[0].seat, read.end_ns)
    return Bounds(in_order(counted), in_order(sent))


def in_order(tally: Dict[Tuple[int, int], Dict]) -> Tally:
    return {slot: sorted(by.values()) for slot, by in tally.items()}


@rule(RULES, "C5", "states shown")
def reads_are_within_their_bounds(case: Case, look: Look) -> Iterator[Violation]:
    """A read shows at least the votes that were acknowledged before it was asked for, unless it is stale, and
    nothing ever shows more than the votes that had been sent by then; both hold for every choice and for the total,
    and for the versions of answers.

    Sound: what ends and begins at the same instant may have been in either order. Below, only acknowledged votes
    are counted, each once however often it was sent. Above, each vote counts from its first attempt that was not
    definitely refused; one that was rejected never counts, and of one voter or key only the acknowledged choice
    does. A stream's document has no question, so only what it must not exceed is known. Complete up to votes whose
    fate nobody was told: a wrong number hides between the bounds by no more than those and the ones that were under
    way.
    """
    bounds = bounds_of(case)
    for showing in case.showings:
        if showing.ns == END_OF_HISTORY:
            continue
        look(1)
        state = showing.state
        asked = showing.source.ns if isinstance(showing.source, Read) and not state.stale else None
        # Zeros at the end were cut off, and may be what is wrong.
        missing = max(0, case.settings.options.get(state.poll, 0) - len(state.counts))
        numbers = [state.total, *state.counts, *[0] * missing]
        for choice, votes in enumerate(numbers, TOTAL):
            name = "votes in total" if choice == TOTAL else f"votes for choice {choice}"
            most = bounds.most(state.poll, choice, showing.ns)
            if votes > most:
                yield broken(
                    f"poll {state.poll} showed {votes} {name}, and at most {most} had been sent",
                    [showing.where()],
                )
            least = 0 if asked is None else bounds.least(state.poll, choice, asked)
            if votes < least:
                yield broken(
                    f"poll {state.poll} showed {votes} {name}, and {least} had been acknowledged",
                    [showing.where()],
                )
    yield from versions_beyond_votes(case, bounds)


def versions_beyond_votes(case: Case, bounds: Bounds) -> Iterator[Violation]:
    for attempt in case.history.attempts:
        if attempt.answer != COUNTED or not case.is_open(attempt.poll):
            continue
        most = bounds.most(attempt.poll, TOTAL, attempt.end_ns)
        if not 1 <= (attempt.version or 0) <= most:
            yield broken(
                f"a vote was acknowledged at version {attempt.version}, and 1 to {most} is possible",
                [attempt.where()],
            )
