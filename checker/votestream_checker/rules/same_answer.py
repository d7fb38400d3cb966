"""One vote, one outcome."""
from __future__ import annotations

from collections import defaultdict
from typing import Dict, Iterator, List, Optional, Tuple

from ..case import Case
from ..fold import ALREADY_VOTED
from ..history import COUNTED, PENDING, POLL_CLOSED, REJECTED, Attempt, VerdictRead
from ..protobuf import Ballot
from .rule import Look, Rule, Violation, broken, rule

RULES: List[Rule] = []


@rule(RULES, "C3", "final answers")
def same_id_same_answer(case: Case, look: Look) -> Iterator[Violation]:
    """Every final answer about one vote is the same, however often it is sent or asked for: never counted once and
    rejected at another time, never rejected for two reasons, never pending or a lower version after it was counted.

    Sound: answers are compared only for the same poll, voter, vote id and choice (a reused key has one answer for
    each of its choices); versions and `pending` only where one question was asked after the other was answered; a
    poll may have closed between two answers, so POLL_CLOSED is compared with `counted` alone. A limited poll's
    votes cannot be asked for by id, so only what was remembered as ALREADY_VOTED must be found there. Complete for
    every answer whose vote id is known.
    """
    by_ballot: Dict[Ballot, List[Attempt]] = defaultdict(list)
    for attempt in case.history.attempts:
        ballot = case.votes.ballot_of(attempt)
        if ballot and attempt.answer in (COUNTED, REJECTED):
            by_ballot[ballot].append(attempt)
    for ballot, attempts in by_ballot.items():
        look(len(attempts))
        answers = {one.answer for one in attempts}
        reasons = {one.reason for one in attempts if one.answer == REJECTED} - {POLL_CLOSED, None}
        if len(answers) > 1 or len(reasons) > 1:
            yield broken(f"vote {ballot.vote_id}, choice {ballot.choice}, was answered in different ways",
                         [one.where() for one in attempts])
        yield from versions_that_fall(ballot, [one for one in attempts if one.answer == COUNTED])
    yield from verdicts_that_differ(case, by_ballot, look)


def versions_that_fall(ballot: Ballot, attempts: List[Attempt]) -> Iterator[Violation]:
    """Each against all that were answered before it was asked."""
    highest: Optional[Attempt] = None
    answered = sorted(attempts, key=lambda one: one.end_ns)
    at = 0
    for attempt in sorted(attempts, key=lambda one: one.ns):
        while at < len(answered) and answered[at].end_ns < attempt.ns:
            if highest is None or (answered[at].version or 0) > (highest.version or 0):
                highest = answered[at]
            at += 1
        if highest is not None and (attempt.version or 0) < (highest.version or 0):
            yield broken(
                f"vote {ballot.vote_id} was counted at version {highest.version} and then at {attempt.version}",
                [highest.where(), attempt.where()],
            )


def verdicts_that_differ(case: Case, by_ballot: Dict[Ballot, List[Attempt]], look: Look) -> Iterator[Violation]:
    by_id: Dict[Tuple[int, str], List[Tuple[Ballot, Attempt]]] = defaultdict(list)
    for ballot, attempts in by_ballot.items():
        by_id[ballot.poll, ballot.vote_id] += [(ballot, attempt) for attempt in attempts]
    reads: Dict[Tuple[int, str], List[VerdictRead]] = defaultdict(list)
    for read in case.history.verdicts:
        reads[read.poll, read.vote_id].append(read)
    for key, asked in reads.items():
        told = by_id.get(key, [])
        final = [one for one in asked if one.verdict in (COUNTED, REJECTED)]
        look(len(final))
        if len({one.verdict for one in final}) > 1:
            yield broken(f"vote {key[1]} was said to be counted and to be rejected", [one.where() for one in final])
        for read in asked:
            others = [one for ballot, one in told if contradicts(read, ballot, one)]
            earlier = [one for one in final if one.end_ns < read.ns and has_gone_back(read, one)]
            if others or earlier:
                yield broken(
                    f"vote {key[1]} was said to be {read.verdict or 'unknown'}, and another answer says otherwise",
                    [read.where(), *(one.where() for one in others), *(one.where() for one in earlier)],
                )


def has_gone_back(read: VerdictRead, earlier: VerdictRead) -> bool:
    """A final verdict stays, for a day at least; 404 after `counted` too."""
    return read.verdict == PENDING or (read.kind == "fail" and read.status == 404 and earlier.verdict == COUNTED)


def contradicts(read: VerdictRead, ballot: Ballot, attempt: Attempt) -> bool:
    by_id = ballot.key == ballot.vote_id
    if attempt.answer == COUNTED and by_id:
        return read.verdict == REJECTED or (read.verdict == PENDING and attempt.end_ns < read.ns)
    if attempt.answer == REJECTED and attempt.reason == ALREADY_VOTED:
        return read.verdict == COUNTED or (read.verdict == PENDING and attempt.end_ns < read.ns)
    return False
