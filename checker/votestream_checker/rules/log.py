"""The log itself, and what of it may have come from a client."""
from __future__ import annotations

from collections import defaultdict
from typing import Dict, Iterator, List, Set, Tuple

from ..case import Case
from ..history import REFUSED
from ..logical import LogicalVote
from ..partition import partition_of
from ..protobuf import Ballot
from .rule import Look, Rule, Violation, broken, rule

RULES: List[Rule] = []


@rule(RULES, "C6", "records")
def log_is_whole(case: Case, look: Look) -> Iterator[Violation]:
    """Every partition of the log begins with its Genesis and holds every record since, once, and all are of the
    store's one log.

    Sound: the topic is neither compacted nor expired and takes no transactions, so its offsets have no gaps;
    replicas that open an empty topic at once may write its Genesis twice, so a later one of the same log is fine.
    Complete as far as it goes: a record that was lost at the end of a partition leaves no gap;
    `acknowledged_votes_are_kept` misses what somebody was told.
    """
    partitions = case.settings.partitions
    look(len(case.stores.log))
    if case.stores.log and len(case.stores.store_logs) != 1:
        yield broken(f"the store belongs to {len(case.stores.store_logs)} logs, not to one")
    genesis_at = {(record.partition, record.offset): said for record, said in case.fold.genesis}
    for log in case.stores.store_logs:
        if log.partitions != partitions:
            yield broken(f"the store's log has {log.partitions} partitions, settings.json says {partitions}")
        for record, said in case.fold.genesis:
            if said.log_id != log.log_id or said.partitions != log.partitions:
                yield broken(
                    f"a Genesis names the log {said.log_id} of {said.partitions} partitions, the store {log.log_id} of "
                    f"{log.partitions}", [record.where()])
    offsets: Dict[int, int] = defaultdict(int)
    for record in sorted(case.stores.log, key=lambda one: (one.partition, one.offset)):
        if not 0 <= record.partition < partitions:
            yield broken(f"there is no partition {record.partition}", [record.where()])
        if record.offset != offsets[record.partition]:
            yield broken(f"offset {offsets[record.partition]} should come next", [record.where()])
        offsets[record.partition] = record.offset + 1
    for partition in range(partitions if case.stores.log else 0):
        if (partition, 0) not in genesis_at:
            yield broken(f"partition {partition} does not begin with a Genesis")


@rule(RULES, "C2", "ballots")
def ballots_lie_in_their_partition(case: Case, look: Look) -> Iterator[Violation]:
    """One voter's ballots in one poll meet in one partition, the one that their hash names: only there is a first one.

    Sound and complete: the hash (FNV-1a over `poll/key`) is part of the log's format, and every ballot is hashed anew.
    """
    look(len(case.fold.placed))
    for placed in case.fold.placed:
        expected = partition_of(placed.ballot.poll, placed.ballot.key, case.settings.partitions)
        if placed.record.partition != expected:
            yield broken(f"the ballot of key {placed.ballot.key} belongs to partition {expected}", [placed.where()])


@rule(RULES, "C2", "rows and ballots")
def nothing_is_invented(case: Case, look: Look) -> Iterator[Violation]:
    """Every row comes from a ballot in the log, and every ballot in the log from a vote that somebody sent.

    A ballot whose vote id some answer named must be that vote: same poll, voter and choice. Others can only come
    from votes whose id nobody was told (a cut connection). Sound: each such vote has one id, however often it is
    sent, so of one poll, voter and choice there are at most as many unknown ids as such votes. Complete up to that:
    an invented ballot can hide behind a vote that was sent, never answered, and not recorded, of the same poll,
    voter and choice.
    """
    look(len(case.stores.tables.votes) + len(case.fold.by_ballot))
    for row in case.stores.tables.votes:
        if Ballot(*row) not in case.fold.by_ballot:
            yield broken(f"the row of vote {row.vote_id} in poll {row.poll}, choice {row.choice}, is not in the log",
                         [f"stores/votes.jsonl: {row}"])
    strangers: Dict[Tuple[object, ...], List[Ballot]] = defaultdict(list)
    for ballot in case.fold.by_ballot:
        if ballot in case.votes.by_ballot:
            continue
        known = case.votes.by_id.get((ballot.poll, ballot.vote_id))
        if known:
            lines = [line for vote in known for line in vote.where()]
            yield broken(f"vote {ballot.vote_id} lies in the log as it was never sent",
                         [case.fold.by_ballot[ballot][0].where(), *lines])
        else:
            voter = None if ballot.key == ballot.vote_id else ballot.key
            strangers[ballot.poll, voter, ballot.choice].append(ballot)
    nameless = nameless_votes(case)
    for place, ballots in strangers.items():
        senders = nameless.get(place, 0)
        if len(ballots) > senders:
            evidence = [case.fold.by_ballot[one][0].where() for one in ballots]
            yield broken(
                f"{len(ballots)} ballots of poll {place[0]}, choice {place[2]}, have ids that no answer named, and "
                f"{senders} votes were sent that may be theirs",
                evidence,
            )


def nameless_votes(case: Case) -> Dict[Tuple[object, ...], int]:
    """How many votes may be in the log under an id that nobody was told, by poll, voter and choice."""
    found: Dict[Tuple[object, ...], int] = defaultdict(int)
    for vote in case.votes.all:
        if not vote.ids and vote.sent_ns is not None:
            found[vote.poll, vote.voter, vote.choice] += 1
    return found


@rule(RULES, "C3", "recorded votes")
def what_was_refused_is_not_recorded(case: Case, look: Look) -> Iterator[Violation]:
    """A vote that was only ever answered 503, 429 or another definite refusal is not in the log, and neither is one
    of which somebody was told, once all was answered, that there is no such vote.

    Sound: an attempt without an answer, or with one that leaves it open, may have recorded the vote, and then
    nothing is said here; the 404 counts only against votes whose attempts had all been answered 504 or refused
    before the question was asked, for which the contract says it when it is certain. Complete for every vote whose
    id some answer named; of the others `nothing_is_invented` counts only those that may have been recorded.
    """
    for ballot, placed in case.fold.by_ballot.items():
        votes = case.votes.by_ballot.get(ballot, [])
        look(1 if votes else 0)
        if votes and all(vote.sent_ns is None for vote in votes):
            yield broken(f"vote {ballot.vote_id} was refused and is in the log",
                         [placed[0].where(), *(line for vote in votes for line in vote.where())])
    in_log: Set[Tuple[int, str]] = {(ballot.poll, ballot.vote_id) for ballot in case.fold.by_ballot}
    for read in case.history.verdicts:
        votes = case.votes.by_id.get((read.poll, read.vote_id), [])
        if read.kind != "fail" or read.status != 404 or not votes or (read.poll, read.vote_id) not in in_log:
            continue
        if all(is_settled_before(vote, read.ns) for vote in votes):
            yield broken(f"there was said to be no vote {read.vote_id}, and it is in the log",
                         [read.where(), *(line for vote in votes for line in vote.where())])


def is_settled_before(vote: LogicalVote, ns: int) -> bool:
    """Whether nothing of it can still have been on its way at that moment, by what its answers promise."""
    # Of a limited poll a vote cannot be asked for by its id alone.
    if vote.voter is not None:
        return False
    return all(
        one.kind is not None and one.end_ns < ns and (one.answer == REFUSED or one.status == 504)
        for one in vote.attempts
    )
