"""
The history: what clients asked, were answered, and saw. Invokes and completions are paired, whatever their order in
the file.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Tuple, Union

from .lines import InputError, Row, read_rows

FILE = "history.jsonl"
OPS = ("vote", "read", "verdict", "see", "fault")
TYPES = ("invoke", "ok", "fail", "info")
LANES = ("rest", "grpc")

COUNTED, REJECTED, REFUSED, PENDING, UNKNOWN = "counted", "rejected", "refused", "pending", "unknown"
VERDICTS = (COUNTED, REJECTED, PENDING)
# What the log decides; any other definite no was said before the append.
DECIDED_BY_LOG = ("ALREADY_VOTED", "IDEMPOTENCY_KEY_REUSED", "QUARANTINED")
POLL_CLOSED = "POLL_CLOSED"


class State(NamedTuple):
    """A poll's results at one version, as somebody was shown them."""

    poll: int
    version: int
    counts: Tuple[int, ...]
    total: int
    stale: bool


@dataclass
class Operation:
    """One question of a client; `end_*` are of its answer, if there was one."""

    op_id: int
    client: str
    line: int
    ns: int
    poll: int
    kind: Optional[str] = None
    end_ns: int = 0
    end_line: int = 0
    status: Union[int, str, None] = None

    def where(self) -> str:
        """Where it stands: for a person who looks it up."""
        lines = f"{FILE}:{self.line}" + (f" and {self.end_line}" if self.kind else "")
        times = f"ns {self.ns}" + (f" to {self.end_ns}" if self.kind else ", never answered")
        said = f"{self.kind} {self.status if self.status is not None else ''}".strip() if self.kind else "no answer"
        return f"{lines}: op {self.op_id} of {self.client}, {times}, {said}"


@dataclass
class Attempt(Operation):
    """One vote as it was sent once."""

    choice: int = 0
    key: Optional[str] = None
    voter: Optional[str] = None
    lane: str = "rest"
    number: int = 0
    vote_id: Optional[str] = None
    reason: Optional[str] = None
    version: Optional[int] = None
    answer: str = UNKNOWN


@dataclass
class Read(Operation):
    state: Optional[State] = None


@dataclass
class VerdictRead(Operation):
    vote_id: str = ""
    verdict: Optional[str] = None
    reason: Optional[str] = None
    version: Optional[int] = None


@dataclass
class Seen:
    """A document on a stream."""

    client: str
    stream: int
    line: int
    ns: int
    state: State

    def where(self) -> str:
        return f"{FILE}:{self.line}: {self.client} on stream {self.stream}, ns {self.ns}"


@dataclass
class History:
    attempts: List[Attempt] = field(default_factory=list)
    reads: List[Read] = field(default_factory=list)
    verdicts: List[VerdictRead] = field(default_factory=list)
    seen: List[Seen] = field(default_factory=list)
    events: int = 0


def state_of(row: Row) -> State:
    return State(row.whole("poll"), row.whole("version"), row.counts("counts"), row.whole("total"), row.flag("stale"))


def read_history(folder: Path) -> History:
    """Reads history.jsonl; everything in it is ordered by ns, not by line."""
    history = History()
    asked: Dict[int, Operation] = {}
    answers: List[Row] = []
    for row in read_rows(folder, FILE):
        history.events += 1
        kind, op = row.one_of("type", TYPES), row.one_of("op", OPS)
        if op == "fault":
            continue
        if op == "see":
            if kind != "ok":
                raise row.wrong('"see" has only "ok"')
            history.seen.append(seen_of(row))
        elif kind == "invoke":
            operation = asked_of(row, op, history)
            if operation.op_id in asked:
                raise row.wrong(f"op {operation.op_id} was invoked on line {asked[operation.op_id].line} already")
            asked[operation.op_id] = operation
        else:
            answers.append(row)
    for row in answers:
        take_answer(asked, row)
    check_numbers(history.attempts)
    for part in (history.attempts, history.reads, history.verdicts, history.seen):
        part.sort(key=lambda one: (one.ns, one.line))  # type: ignore[attr-defined]
    return history


def seen_of(row: Row) -> Seen:
    return Seen(row.text("client"), row.whole("stream"), row.line, row.whole("ns"), state_of(row))


def asked_of(row: Row, op: str, history: History) -> Operation:
    base = (row.whole("id"), row.text("client"), row.line, row.whole("ns"), row.whole("poll"))
    if op == "vote":
        attempt = Attempt(*base, choice=row.whole("choice"), key=row.text_or_none("key"))
        attempt.voter, attempt.lane = row.uuid_or_none("voter"), row.one_of("lane", LANES)
        attempt.number, attempt.vote_id = row.whole("vote"), row.uuid_or_none("vote_id")
        history.attempts.append(attempt)
        return attempt
    if op == "read":
        read = Read(*base)
        history.reads.append(read)
        return read
    verdict = VerdictRead(*base, vote_id=row.uuid("vote_id"))
    history.verdicts.append(verdict)
    return verdict


def take_answer(asked: Dict[int, Operation], row: Row) -> None:
    op_id, op = row.whole("id"), row.fields["op"]
    operation = asked.get(op_id)
    if operation is None:
        raise row.wrong(f"op {op_id} is answered and was never invoked")
    if operation.kind is not None:
        raise row.wrong(f"op {op_id} was answered on line {operation.end_line} already")
    expected = {Attempt: "vote", Read: "read", VerdictRead: "verdict"}[type(operation)]
    if op != expected or row.text("client") != operation.client:
        raise row.wrong(f"op {op_id} is another operation, or another client's, than on line {operation.line}")
    operation.kind, operation.end_ns, operation.end_line = row.fields["type"], row.whole("ns"), row.line
    if operation.end_ns < operation.ns:
        raise row.wrong(f"op {op_id} is answered before it was invoked on line {operation.line}")
    operation.status = row.fields.get("status")
    if type(operation.status) not in (int, str, type(None)):
        raise row.wrong('"status" must be a number, a word or null')
    if isinstance(operation, Attempt):
        take_vote_answer(operation, row)
    elif isinstance(operation, Read):
        take_read_answer(operation, row)
    elif isinstance(operation, VerdictRead):
        take_verdict_answer(operation, row)


def take_vote_answer(attempt: Attempt, row: Row) -> None:
    attempt.reason, attempt.version = row.text_or_none("reason"), row.whole_or_none("version")
    vote_id = row.uuid_or_none("vote_id")
    if attempt.lane == "grpc" and vote_id and attempt.vote_id and vote_id != attempt.vote_id:
        raise row.wrong(f"vote {attempt.vote_id} of line {attempt.line} is answered as {vote_id}")
    attempt.vote_id = vote_id or attempt.vote_id
    attempt.answer = answer_of(attempt, row)
    if attempt.answer == COUNTED and (attempt.vote_id is None or attempt.version is None):
        raise row.wrong('a counted vote needs its "vote_id" and "version"')


def answer_of(attempt: Attempt, row: Row) -> str:
    """What an answer means; a word that does not fit its type would make the whole history worthless, so it is
    refused.
    """
    kind, status, reason = attempt.kind, attempt.status, attempt.reason
    if kind == "ok" and status in (200, "counted"):
        return COUNTED
    if kind == "info" and status not in (200, "counted", 409, "rejected", 503, "refused", 429):
        return PENDING if status in (202, "pending") else UNKNOWN
    if kind == "fail":
        if status in (409, "rejected"):
            return REJECTED
        if status == 422 and reason is None:
            raise row.wrong('a 422 needs its "reason": it is a refusal or the word of the log')
        if status == 422 and reason in DECIDED_BY_LOG:
            return REJECTED
        if status in (503, "refused") or (type(status) is int and 400 <= status < 500):
            return REFUSED
    raise row.wrong(f"an answer of type {kind} cannot have the status {status!r}")


def take_read_answer(read: Read, row: Row) -> None:
    if read.kind == "ok":
        read.state = state_of(row)
        if read.state.poll != read.poll:
            raise row.wrong(f"poll {read.poll} was asked for on line {read.line}")


def take_verdict_answer(read: VerdictRead, row: Row) -> None:
    if read.kind != "ok":
        return
    read.verdict, read.reason = row.one_of("verdict", VERDICTS), row.text_or_none("reason")
    read.version = row.whole_or_none("version")


def check_numbers(attempts: List[Attempt]) -> None:
    """Attempts of one number are one vote sent again: they must be the same vote."""
    first: Dict[Tuple[str, int], Attempt] = {}
    for attempt in attempts:
        other = first.setdefault((attempt.client, attempt.number), attempt)
        if (attempt.poll, attempt.choice, attempt.key, attempt.voter) != (
            other.poll, other.choice, other.key, other.voter
        ):
            raise InputError(
                f"{FILE}:{attempt.line}: vote {attempt.number} of {attempt.client} is another one than on line "
                f"{other.line}"
            )
