"""All states of a poll are states of one sequence, which only grows."""
from __future__ import annotations

from collections import defaultdict
from typing import Dict, Iterator, List, Optional, Tuple

from ..case import Case, Showing
from ..history import Read, Seen
from .rule import Look, Rule, Violation, broken, rule

RULES: List[Rule] = []


@rule(RULES, "C5", "states shown")
def nobody_sees_a_version_go_back(case: Case, look: Look) -> Iterator[Violation]:
    """On one stream neither the version nor the total ever goes back, and of two reads of one client the one that
    was asked for after the other was answered has no lower version, stale or not.

    Held to PROTOCOL.md, guarantee 3: forward only is promised for one stream. After a reconnection another replica
    may lag by an interval, and a client must drop what is older; so streams of one client are not compared with
    each other, nor with its reads. Reads are held to C5 as it stands, `for any observer`: each gateway remembers
    what it has said, also against copies of the live view. Sound: reads that overlap are not compared. Complete for
    each stream and each client by itself; fresh reads of different clients are `fresh_reads_include_what_was_told`.
    """
    streams: Dict[Tuple[str, int, int], List[Seen]] = defaultdict(list)
    for seen in case.history.seen:
        look(1)
        streams[seen.client, seen.stream, seen.state.poll].append(seen)
    for documents in streams.values():
        # Of one instant any order is possible.
        documents.sort(key=lambda one: (one.ns, one.state.version, one.state.total))
        for before, after in zip(documents, documents[1:]):
            if after.state.version < before.state.version or after.state.total < before.state.total:
                yield broken(
                    f"poll {after.state.poll} went back from version {before.state.version} to {after.state.version} "
                    f"on stream {after.stream}",
                    [before.where(), after.where()],
                )
    clients: Dict[Tuple[str, int], List[Read]] = defaultdict(list)
    for read in case.history.reads:
        if read.state is not None:
            look(1)
            clients[read.client, read.poll].append(read)
    for reads in clients.values():
        yield from reads_that_fall(reads)


def reads_that_fall(reads: List[Read]) -> Iterator[Violation]:
    answered = sorted(reads, key=lambda one: one.end_ns)
    highest: Optional[Read] = None
    at = 0
    for read in reads:
        while answered[at].end_ns < read.ns:
            if highest is None or version_of(answered[at]) > version_of(highest):
                highest = answered[at]
            at += 1
        if highest is not None and version_of(read) < version_of(highest):
            yield broken(
                f"{read.client} read poll {read.poll} at version {version_of(highest)} and then at {version_of(read)}",
                [highest.where(), read.where()],
            )


def version_of(read: Read) -> int:
    return read.state.version if read.state else 0


@rule(RULES, "C5", "states shown")
def one_version_is_one_state(case: Case, look: Look) -> Iterator[Violation]:
    """All states of a poll, wherever they were shown, are states of one sequence: a version has one set of counts,
    and a higher version has no lower count of any choice.

    Sound: a results row is written by one transaction after the other and only ever added to. Complete: reads,
    streams, Redis, and what is shown and stored at the end are compared with each other.
    """
    by_poll: Dict[int, Dict[int, Showing]] = defaultdict(dict)
    for showing in case.showings:
        look(1)
        known = by_poll[showing.state.poll].setdefault(showing.state.version, showing)
        if (known.state.counts, known.state.total) != (showing.state.counts, showing.state.total):
            yield broken(
                f"version {showing.state.version} of poll {showing.state.poll} was {list(known.state.counts)} and "
                f"{list(showing.state.counts)}",
                [known.where(), showing.where()],
            )
    for poll, states in by_poll.items():
        in_order_of_version = [states[version] for version in sorted(states)]
        for before, after in zip(in_order_of_version, in_order_of_version[1:]):
            if has_lower_count(before.state.counts, after.state.counts):
                yield broken(
                    f"poll {poll} lost votes from version {before.state.version}, {list(before.state.counts)}, to "
                    f"{after.state.version}, {list(after.state.counts)}",
                    [before.where(), after.where()],
                )


def has_lower_count(before: Tuple[int, ...], after: Tuple[int, ...]) -> bool:
    return len(after) < len(before) or any(late < early for early, late in zip(before, after))


@rule(RULES, "C5", "states shown")
def totals_add_up(case: Case, look: Look) -> Iterator[Violation]:
    """In every state the total is the sum of the counts, no choice is beyond the poll's options, and the version
    counts the votes.

    Sound: changes of status raise the version too, twice at most, so it must equal the total only in a poll that is
    open at the end, and is never below it. Complete: every state that anybody was shown, or that a store holds, is looked at.
    """
    for showing in case.showings:
        look(1)
        state = showing.state
        options = case.settings.options.get(state.poll)
        wrong = state.total != sum(state.counts) or min(state.counts, default=0) < 0 or not 0 <= state.version - state.total <= 2
        if wrong or (case.is_open(state.poll) and state.version != state.total):
            yield broken(f"poll {state.poll} has version {state.version}, the total {state.total} and the counts "
                         f"{list(state.counts)}", [showing.where()])
        if options is not None and len(state.counts) > options:
            yield broken(
                f"poll {state.poll} has {options} options and the counts {list(state.counts)}",
                [showing.where()],
            )
