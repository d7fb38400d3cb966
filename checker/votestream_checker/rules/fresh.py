"""What whoever asks must be told, because it was told before."""
from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from itertools import accumulate
from typing import Dict, Iterator, List, NamedTuple

from ..case import END_OF_HISTORY, Case, Showing
from ..history import COUNTED
from .rule import Look, Rule, Violation, broken, rule

RULES: List[Rule] = []


class Told(NamedTuple):
    ns: float
    version: int
    source: object

    def where(self) -> str:
        return self.source.where()  # type: ignore[attr-defined]


def told_by_poll(case: Case) -> Dict[int, List[Told]]:
    """Every version that anybody was told, by poll, in the order of its time."""
    told: Dict[int, List[Told]] = defaultdict(list)
    for showing in case.showings:
        if showing.ns != END_OF_HISTORY:
            told[showing.state.poll].append(Told(showing.ns, showing.state.version, showing.source))
    for attempt in case.history.attempts:
        if attempt.answer == COUNTED:
            told[attempt.poll].append(Told(attempt.end_ns, attempt.version or 0, attempt))
    for read in case.history.verdicts:
        if read.verdict == COUNTED and read.version is not None:
            told[read.poll].append(Told(read.end_ns, read.version, read))
    for versions in told.values():
        versions.sort(key=lambda one: one.ns)
    return told


@rule(RULES, "C5", "reads and acknowledgements")
def fresh_reads_include_what_was_told(case: Case, look: Look) -> Iterator[Violation]:
    """A read that is not stale has at least every version that anybody, anywhere, was told before it was asked for:
    in an answer to a vote (read your writes), in another read, or on a stream. And no vote is said to be in a
    version that had been shown before it was sent.

    Sound: a version is told only after its commit, and a read that is not stale is one query that starts after the
    question; the live view's copies are marked stale and not held to it, nor are streams, which may lag by an
    interval. Complete for versions; the bounds of counts are `reads_are_within_their_bounds`.
    """
    told = told_by_poll(case)
    highest = {poll: list(accumulate(ones, max_by_version)) for poll, ones in told.items()}
    times = {poll: [one.ns for one in ones] for poll, ones in told.items()}
    for read in case.history.reads:
        if read.state is None or read.state.stale:
            continue
        look(1)
        before = bisect_left(times.get(read.poll, []), read.ns)
        if before and highest[read.poll][before - 1].version > read.state.version:
            most = highest[read.poll][before - 1]
            yield broken(
                f"poll {read.poll} was read at version {read.state.version} after version {most.version} had been told",
                [most.where(), read.where()],
            )
    yield from votes_before_they_were_sent(case, look)


def max_by_version(first: Told, second: Told) -> Told:
    return second if second.version > first.version else first


def votes_before_they_were_sent(case: Case, look: Look) -> Iterator[Violation]:
    shown: Dict[int, List[Showing]] = defaultdict(list)
    for showing in case.showings:
        shown[showing.state.poll].append(showing)
    earliest: Dict[int, List[Showing]] = {}
    versions: Dict[int, List[int]] = {}
    for poll, states in shown.items():
        states.sort(key=lambda one: one.state.version)
        versions[poll] = [one.state.version for one in states]
        # From the highest version down: when that or a higher one was shown first.
        earliest[poll] = list(accumulate(reversed(states), lambda a, b: b if b.ns < a.ns else a))[::-1]
    for vote in case.votes.all:
        for attempt in vote.answered(COUNTED):
            look(1)
            at = bisect_left(versions.get(vote.poll, []), attempt.version or 0)
            if at == len(versions.get(vote.poll, [])) or vote.sent_ns is None:
                continue
            first = earliest[vote.poll][at]
            if first.ns < vote.sent_ns:
                yield broken(
                    f"a vote is said to be in version {attempt.version}, and version {first.state.version} was shown "
                    "before it was sent",
                    [first.where(), attempt.where()],
                )
