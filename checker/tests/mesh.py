"""A mesh as it should be, as small as can be: one log, one table, one fold. It writes what the checker reads."""
from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

from votestream_checker.partition import partition_of

from . import encoder

LOG_ID = "10000000-0000-4000-8000-000000000000"
Row = Dict[str, Any]


class Cast(NamedTuple):
    poll: int
    key: str
    vote_id: str
    choice: int


class Store:
    """Folds one ballot after the other, and keeps the tables."""

    def __init__(self, partitions: int) -> None:
        self.rows: Dict[Tuple[int, str], Cast] = {}
        self.counts: Dict[int, List[int]] = defaultdict(lambda: [0] * 20)
        self.rejections: Dict[Tuple[int, str], str] = {}
        self.quarantine: List[Tuple[int, int]] = []
        self.next: Dict[int, int] = {}
        self.ended: Dict[int, set] = defaultdict(set)
        self.partitions = partitions

    def fold(self, partition: int, offset: int, cast: Union[Cast, int, None]) -> Tuple[str, Optional[str]]:
        """The verdict and its reason; a number is the end of that poll."""
        self.next[partition] = offset + 1
        if cast is None:
            return "passed", None
        if isinstance(cast, int):
            self.ended[cast].add(partition)
            return "passed", None
        if (cast.poll, cast.key) not in self.rows and partition in self.ended[cast.poll]:
            self.rejections[cast.poll, cast.vote_id] = "POLL_CLOSED"
            return "rejected", "POLL_CLOSED"
        if cast.choice > 19:
            self.quarantine.append((partition, offset))
            return "rejected", "QUARANTINED"
        holder = self.rows.get((cast.poll, cast.key))
        if holder is None:
            self.rows[cast.poll, cast.key] = cast
            self.counts[cast.poll][cast.choice] += 1
        elif holder.vote_id != cast.vote_id:
            self.rejections[cast.poll, cast.vote_id] = "ALREADY_VOTED"
            return "rejected", "ALREADY_VOTED"
        elif holder.choice != cast.choice:
            return "rejected", "IDEMPOTENCY_KEY_REUSED"
        return "counted", None

    def version(self, poll: int) -> int:
        count = len(self.ended[poll])
        return sum(self.counts[poll]) + (count > 0) + (count == self.partitions)

    def status(self, poll: int) -> str:
        count = len(self.ended[poll])
        return "open" if count == 0 else "closed" if count == self.partitions else "closing"

    def dump(self) -> Dict[str, List[Row]]:
        return {
            "votes": [
                {"poll_id": one.poll, "ballot_key": one.key, "vote_id": one.vote_id, "choice": one.choice}
                for one in self.rows.values()
            ],
            # bigint[] comes as text from a driver, and only as long as it must be.
            "results": [
                {"poll_id": poll, "version": self.version(poll), "total_votes": sum(counts), "status": self.status(poll),
                 "counts": [str(count) for count in counts[:max((i for i in range(20) if counts[i]), default=-1) + 1]]}
                for poll, counts in list(self.counts.items()) if any(counts) or self.ended[poll]
            ],
            "rejections": [
                {"poll_id": poll, "vote_id": vote_id, "reason": reason}
                for (poll, vote_id), reason in self.rejections.items()
            ],
            "quarantine": [
                {"log_id": LOG_ID, "partition": partition, "log_offset": offset}
                for partition, offset in self.quarantine
            ],
            "bookmarks": [
                {"log_id": LOG_ID, "partition": partition, "next_offset": offset}
                for partition, offset in self.next.items()
            ],
        }


class Mesh:
    """The log and its store; a history beside them. Polls 1 and 2 have three options; poll 2 limits its voters."""

    def __init__(self, partitions: int = 2) -> None:
        self.partitions = partitions
        self.options = {1: 3, 2: 3}
        self.limited = [2]
        self.history: List[Row] = []
        self.log: List[Tuple[int, int, bytes, Union[Cast, int, None]]] = []
        self.ends: Dict[int, int] = defaultdict(int)
        self.store = Store(partitions)
        self.stores: Dict[str, List[Row]] = {}
        self.ops = 0
        self.ids = 0
        for partition in range(partitions):
            self.append_bytes(partition, encoder.genesis(LOG_ID, partitions))

    def new_uuid(self) -> str:
        self.ids += 1
        return f"00000000-0000-4000-8000-{self.ids:012x}"

    def append_bytes(self, partition: int, value: bytes, cast: Union[Cast, int, None] = None) -> Tuple[int, int]:
        offset = self.ends[partition]
        self.ends[partition] += 1
        self.log.append((partition, offset, value, cast))
        if cast is None or isinstance(cast, int):
            self.store.fold(partition, offset, cast)
        return partition, offset

    def end(self, poll: int, partition: int) -> None:
        """Ends a poll in one partition."""
        self.store.counts[poll]
        self.append_bytes(partition, encoder.poll_closed(poll, self.new_uuid()), poll)

    def append(self, cast: Cast) -> Tuple[int, int]:
        return self.append_bytes(partition_of(cast.poll, cast.key, self.partitions), encoder.vote_cast(*cast), cast)

    def event(self, **fields: Any) -> Row:
        self.history.append(fields)
        return fields

    def state(self, poll: int, stale: bool = False) -> Row:
        counts = self.store.counts[poll][: self.options.get(poll, 3)]
        return {"poll": poll, "version": self.store.version(poll), "counts": list(counts), "total": sum(counts), "stale": stale}

    def dump(self, streams: int = 2) -> None:
        """Fills `stores` as they are at rest."""
        again = Store(self.partitions)
        for poll in self.store.counts:
            again.counts[poll]
        for partition, offset, _, cast in sorted(self.log, key=lambda one: (one[1], one[0])):
            again.fold(partition, offset, cast)
        polls = sorted(self.options)
        self.stores = {
            "kafka": [{"partition": p, "offset": o, "value_hex": value.hex()} for p, o, value, _ in self.log],
            "store-log": [{"kind": "kafka", "log_id": LOG_ID, "partitions": self.partitions}],
            "redis": [
                {"key": f"results:{poll}",
                 "value": json.dumps([poll, self.store.version(poll), self.store.status(poll), 7, self.state(poll)["counts"]])}
                for poll in polls if self.store.version(poll)
            ],
            "streams": [{"client": f"w{n}", **self.state(poll)} for n in range(streams) for poll in polls],
            "reads": [{"gateway": "g0", **self.state(poll)} for poll in polls],
            **self.store.dump(),
            **{f"refolded/{name}": rows for name, rows in again.dump().items()},
        }

    def write(self, folder: Path) -> None:
        (folder / "stores" / "refolded").mkdir(parents=True, exist_ok=True)
        settings = {"options": self.options, "partitions": self.partitions, "seed": 1, "limited": self.limited}
        (folder / "settings.json").write_text(json.dumps(settings))
        (folder / "history.jsonl").write_text(lines(self.history))
        for name, rows in self.stores.items():
            (folder / "stores" / f"{name}.jsonl").write_text(lines(rows))


def lines(rows: List[Row]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)
