"""Small runs by hand: each step happens at once, one after the other, as a mesh without faults would do it."""
from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional

from votestream_checker.case import read_case
from votestream_checker.report import Report, check

from .mesh import Cast, Mesh, Row

STEP_NS = 1_000
# status and type of each kind of answer, by lane.
ANSWERS = {
    "202": ("info", 202, "pending"),
    "504": ("info", 504, "unknown"),
    "503": ("fail", 503, "refused"),
    "cut": ("info", None, "error"),
}


class Run(Mesh):
    """Times grow by a step with every event."""

    def __init__(self, partitions: int = 2) -> None:
        super().__init__(partitions)
        self.ns = 0
        self.vote_numbers: Dict[Any, int] = {}
        self.key_ids: Dict[Any, str] = {}

    def tick(self) -> int:
        self.ns += STEP_NS
        return self.ns

    def vote(
        self, client: str = "a", poll: int = 1, choice: int = 0, key: Optional[str] = None, voter: Optional[str] = None,
        answer: str = "", recorded: Optional[bool] = None, lane: str = "rest", vote_id: Optional[str] = None,
    ) -> Row:
        """Sends a vote; the returned row is its completion. `answer` is what is said instead of its outcome."""
        op, ns = self.next_op(), self.tick()
        vote_id = vote_id or (self.key_ids.setdefault((poll, voter, key), self.new_uuid()) if key else self.new_uuid())
        same = (client, poll, choice, key, voter) if key else (client, op)
        number = self.vote_numbers.setdefault(same, len(self.vote_numbers))
        invoke = self.event(ns=ns, client=client, type="invoke", op="vote", id=op, poll=poll, choice=choice, key=key,
                            voter=voter, lane=lane, vote=number)
        if lane == "grpc":
            invoke["vote_id"] = vote_id
        said, reason = "refused", None
        if recorded if recorded is not None else answer != "503":
            cast = Cast(poll, voter or vote_id, vote_id, choice)
            said, reason = self.store.fold(*self.append(cast), cast)
        return self.event(ns=self.tick(), client=client, op="vote", id=op,
                          **self.told(answer, lane, said, reason, vote_id, poll))

    def told(self, answer: str, lane: str, said: str, reason: Optional[str], vote_id: str, poll: int) -> Row:
        if answer:
            kind, status, word = ANSWERS[answer]
            shown = None if answer == "cut" else vote_id
            return {"type": kind, "status": status if lane == "rest" else word, "reason": None, "vote_id": shown,
                    "version": None}
        if said == "counted":
            status, kind = 200, "ok"
        else:
            status, kind = 422 if reason == "IDEMPOTENCY_KEY_REUSED" else 409, "fail"
        return {"type": kind, "status": status if lane == "rest" else said, "reason": reason, "vote_id": vote_id,
                "version": self.store.version(poll) if kind == "ok" else None}

    def next_op(self) -> int:
        self.ops += 1
        return self.ops

    def read(self, client: str = "r", poll: int = 1, stale: bool = False, **wrong: Any) -> Row:
        op = self.next_op()
        self.event(ns=self.tick(), client=client, type="invoke", op="read", id=op, poll=poll)
        state = {**self.state(poll, stale), **wrong}
        return self.event(ns=self.tick(), client=client, type="ok", op="read", id=op, status=200, **state)

    def see(self, client: str = "w", stream: int = 1, poll: int = 1, **wrong: Any) -> Row:
        state = {**self.state(poll), **wrong}
        return self.event(ns=self.tick(), client=client, type="ok", op="see", stream=stream, **state)

    def verdict(self, vote_id: str, poll: int = 1, verdict: Optional[str] = None, reason: Optional[str] = None,
                status: int = 200) -> Row:
        op = self.next_op()
        self.event(ns=self.tick(), client="v", type="invoke", op="verdict", id=op, poll=poll, vote_id=vote_id)
        answer = {"type": "ok", "verdict": verdict, "reason": reason, "version": None} if verdict else {"type": "fail"}
        return self.event(ns=self.tick(), client="v", op="verdict", id=op, status=status, **answer)


def a_run() -> Run:
    """A run in which everything happens once: retries, a reused key, a double voter, unknowns, refusals, reads and
    streams.
    """
    run = Run()
    run.see()
    run.vote("a", key="k1", choice=0)
    run.read()
    run.vote("a", key="k1", choice=0)
    run.vote("b", key="k1", choice=1)
    run.see()
    run.vote("b", choice=2)
    run.vote("c", key="k2", choice=1, answer="503")
    run.vote("c", key="k2", choice=1, answer="504")
    counted = run.vote("c", key="k2", choice=1)
    run.verdict(counted["vote_id"], verdict="counted")
    run.vote("d", poll=2, choice=1, voter="20000000-0000-4000-8000-000000000001", lane="grpc")
    run.vote("d", poll=2, choice=0, voter="20000000-0000-4000-8000-000000000001", lane="grpc")
    run.vote("e", choice=0, answer="202")
    run.vote("e", choice=0, answer="cut")
    run.vote("e", choice=0, answer="cut", recorded=False)
    run.read(poll=2)
    run.read(stale=True)
    run.see()
    run.see("w", stream=2)
    run.event(ns=run.tick(), client="chaos", type="info", op="fault", what="kill -9", target="votes")
    return run


def report_of(run: Mesh) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        if not run.stores:
            run.dump()
        run.write(Path(folder))
        return check(read_case(Path(folder)))


def broken_by(run: Mesh) -> Dict[str, int]:
    """The rules that are broken, and how often."""
    return {one.rule.name: one.violations for one in report_of(run).findings if one.violations}


def dumped(run: Run) -> Run:
    run.dump()
    return run


def rows(run: Run, name: str) -> List[Row]:
    return run.stores[name]
