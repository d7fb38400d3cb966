"""
A random mesh that is correct: votes overtake each other, are folded late, are answered late, or not at all; reads
are asked while votes are folded; copies lag; streams lose, repeat and reorder, and come back. What it writes must
break no rule.
"""
from __future__ import annotations

import heapq
import random
from typing import Any, Callable, Dict, List, Optional, Tuple

from .mesh import Cast, Mesh, Row

CLIENTS = 6
VOTERS = [f"20000000-0000-4000-8000-{number:012x}" for number in range(8)]


class Simulation(Mesh):
    """Everything that takes time is a step in a queue ordered by its time."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        super().__init__(self.random.choice([1, 2, 3, 6]))
        self.now = 0
        self.queue: List[Tuple[int, int, Callable[[], None]]] = []
        self.steps = 0
        # Positions that are not folded, and who waits for their verdicts.
        self.pending: Dict[int, List[Tuple[int, Cast]]] = {n: [] for n in range(self.partitions)}
        self.waiting: Dict[Tuple[int, int], Callable[[str, Optional[str], int], None]] = {}
        self.copies: Dict[int, Row] = {}
        self.said: Dict[int, int] = {}
        self.shown: Dict[Tuple[str, int], Tuple[int, int]] = {}
        self.votes = 0

    def after(self, delay: int, step: Callable[[], None]) -> None:
        self.steps += 1
        heapq.heappush(self.queue, (self.now + delay, self.steps, step))

    def soon(self) -> int:
        return self.random.randint(1, 500)

    def run(self) -> "Simulation":
        for client in range(CLIENTS):
            self.after(self.soon(), lambda client=client: self.act(f"c{client}", self.random.randint(3, 12)))
        for watcher in range(2):
            for poll in self.options:
                self.shown[f"w{watcher}", poll] = (watcher * 10, -1)
        self.after(1, self.fold_some)
        while self.queue:
            self.now, _, step = heapq.heappop(self.queue)
            step()
        while any(self.pending.values()):
            self.fold_some(everything=True)
        self.dump()
        self.random.shuffle(self.history)
        return self

    def act(self, client: str, left: int) -> None:
        if left == 0:
            return
        again = lambda: self.after(self.soon(), lambda: self.act(client, left - 1))  # noqa: E731
        if self.random.random() < 0.3:
            self.ask_results(client, self.random.choice([1, 2]), again)
        else:
            self.new_vote(client, again)

    def new_vote(self, client: str, then: Callable[[], None]) -> None:
        self.votes += 1
        poll = self.random.choice([1, 1, 2])
        voter = self.random.choice(VOTERS) if poll == 2 else None
        key = None if poll == 2 or self.random.random() < 0.3 else f"k{self.random.randint(0, 3)}-{client}"
        vote: Row = {"client": client, "poll": poll, "choice": self.random.randint(0, 2), "key": key, "voter": voter,
                     "lane": "grpc" if voter else "rest", "vote": self.votes}
        fixed = self.new_uuid() if voter else self.uuid_of_key(poll, key) if key else None
        self.send(vote, fixed, then, self.random.choice([0, 0, 1, 3]))

    def uuid_of_key(self, poll: int, key: str) -> str:
        digits = sum(ord(letter) * 257 ** index for index, letter in enumerate(f"{poll}/{key}")) % 16**12
        return f"30000000-0000-4000-8000-{digits:012x}"

    def send(self, vote: Row, fixed: Optional[str], then: Callable[[], None], retries: int) -> None:
        self.ops += 1
        op, vote_id = self.ops, fixed or self.new_uuid()
        invoke = self.event(ns=self.now, type="invoke", op="vote", id=op, **vote)
        if vote["lane"] == "grpc":
            invoke["vote_id"] = vote_id
        answered = [False]

        def answer(kind: str, status: Any, word: str, reason: Optional[str] = None, version: Optional[int] = None,
                   named: bool = True) -> None:
            if answered[0]:
                return
            answered[0] = True
            said = status if vote["lane"] == "rest" else word
            self.event(ns=self.now, type=kind, op="vote", id=op, client=vote["client"], status=said, reason=reason,
                       vote_id=vote_id if named else None, version=version)
            # Without a key nobody sends again: it would be another vote.
            if retries and fixed and (kind != "ok" or self.random.random() < 0.3):
                self.after(self.soon(), lambda: self.send(vote, fixed, then, retries - 1))
            else:
                self.ask_vote(vote, vote_id, kind, named, then)

        fate = self.random.random()
        if fate < 0.15:
            self.after(self.soon(), lambda: answer("fail", 503, "refused"))
        elif fate < 0.25:  # cut, or gone without a word, before or after the append
            if self.random.random() < 0.7:
                self.after(self.soon() * 3, lambda: self.take(vote, vote_id, lambda *_: None))
            if self.random.random() < 0.8:
                self.after(self.soon(), lambda: answer("info", None, "error", named=False))
            else:
                then()
        else:
            self.after(self.soon(), lambda: self.take(vote, vote_id, lambda verdict, reason, version: self.after(
                self.soon(), lambda: self.decided(answer, verdict, reason, version))))
            # 504 where the append was not acknowledged in time, 202 where it was.
            late = self.random.randint(1_000, 5_000)
            said = ("info", 202, "pending") if self.random.random() < 0.5 else ("info", 504, "unknown")
            self.after(late, lambda: answer(*said))

    def decided(self, answer: Callable[..., None], verdict: str, reason: Optional[str], version: int) -> None:
        if verdict == "counted":
            answer("ok", 200, "counted", version=version)
        else:
            answer("fail", 422 if reason == "IDEMPOTENCY_KEY_REUSED" else 409, "rejected", reason=reason)

    def take(self, vote: Row, vote_id: str, waiter: Callable[[str, Optional[str], int], None]) -> None:
        cast = Cast(vote["poll"], vote["voter"] or vote_id, vote_id, vote["choice"])
        for _ in range(self.random.choice([1, 1, 1, 2])):  # an append that is repeated may be there twice
            partition, offset = self.append(cast)
            self.pending[partition].append((offset, cast))
        self.waiting[partition, offset] = waiter

    def fold_some(self, everything: bool = False) -> None:
        touched = set()
        for partition, records in self.pending.items():
            count = len(records) if everything else self.random.randint(0, len(records))
            for offset, cast in records[:count]:
                verdict, reason = self.store.fold(partition, offset, cast)
                touched.add(cast.poll)
                waiter = self.waiting.pop((partition, offset), None)
                if waiter and not everything:
                    self.after(1, lambda w=waiter, v=verdict, r=reason, p=cast.poll: w(v, r, self.store.version(p)))
            del records[:count]
        for poll in touched:
            self.publish(poll, self.state(poll))
        if not everything and (self.queue or any(self.pending.values())):
            self.after(self.soon(), self.fold_some)

    def publish(self, poll: int, state: Row) -> None:
        def copy() -> None:
            if state["version"] > self.copies.get(poll, {"version": 0})["version"]:
                self.copies[poll] = {**state, "stale": True}

        if self.random.random() < 0.8:
            self.after(self.soon(), copy)
        for client, watched in list(self.shown):
            if watched == poll:
                for _ in range(self.random.choice([0, 1, 1, 2])):
                    self.after(self.soon(), lambda client=client: self.show(client, state))

    def show(self, client: str, state: Row) -> None:
        stream, version = self.shown[client, state["poll"]]
        if self.random.random() < 0.05:  # comes back, to a replica that may lag
            stream, version = stream + 1, -1
        if state["version"] >= version:
            self.shown[client, state["poll"]] = (stream, state["version"])
            self.event(ns=self.now, type="ok", op="see", client=client, stream=stream, **state)

    def ask_results(self, client: str, poll: int, then: Callable[[], None]) -> None:
        self.ops += 1
        op = self.ops
        self.event(ns=self.now, type="invoke", op="read", id=op, client=client, poll=poll)

        def query() -> None:
            copy = self.copies.get(poll)
            state = copy if copy and self.random.random() < 0.2 else self.state(poll)
            if state["version"] < self.said.get(poll, 0):  # a gateway does not go back behind what it has said
                state = self.state(poll)
            self.said[poll] = max(state["version"], self.said.get(poll, 0))
            self.after(self.soon(), lambda: answer(state))

        def answer(state: Row) -> None:
            self.event(ns=self.now, type="ok", op="read", id=op, client=client, status=200, **state)
            then()

        self.after(self.soon(), query)

    def ask_vote(self, vote: Row, vote_id: str, kind: str, named: bool, then: Callable[[], None]) -> None:
        """What becomes of a vote of an unlimited poll is asked for now and then; only once it is decided is that
        certain here.
        """
        row = self.store.rows.get((vote["poll"], vote_id))
        if vote["voter"] or not named or row is None or self.random.random() < 0.7:
            then()
            return
        self.ops += 1
        base = {"op": "verdict", "id": self.ops, "client": vote["client"]}
        self.event(ns=self.now, type="invoke", poll=vote["poll"], vote_id=vote_id, **base)
        self.event(ns=self.now + 5, type="ok", verdict="counted", reason=None, version=None, status=200, **base)
        then()
