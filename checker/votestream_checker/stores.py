"""The stores as they were dumped when all was quiet, and the settings of the run."""
from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple, TypeVar

from .history import State, state_of
from .lines import InputError, Row, parse_object, read_rows, read_text, trimmed

STATUSES = ("open", "closing", "closed")
RESULTS_KEY = re.compile(r"(?:.*:)?results:([1-9][0-9]*)", re.DOTALL)


class LogRecord(NamedTuple):
    partition: int
    offset: int
    value: bytes
    line: int

    def where(self) -> str:
        return f"kafka.jsonl:{self.line}: partition {self.partition}, offset {self.offset}"


class VoteRow(NamedTuple):
    poll: int
    key: str
    vote_id: str
    choice: int


class ResultsRow(NamedTuple):
    poll: int
    version: int
    total: int
    counts: Tuple[int, ...]
    status: str


class RejectionRow(NamedTuple):
    poll: int
    vote_id: str
    reason: str


class QuarantineRow(NamedTuple):
    log_id: str
    partition: int
    offset: int


class BookmarkRow(NamedTuple):
    log_id: str
    partition: int
    next_offset: int


class StoreLog(NamedTuple):
    kind: str
    log_id: str
    partitions: int


class Shown(NamedTuple):
    """What somebody shows at the end; `who` says where."""

    who: str
    state: State
    status: Optional[str]


class Tables(NamedTuple):
    """The tables of PostgreSQL, in the order of their files."""

    votes: List[VoteRow]
    results: List[ResultsRow]
    rejections: List[RejectionRow]
    quarantine: List[QuarantineRow]
    bookmarks: List[BookmarkRow]


class Settings(NamedTuple):
    options: Dict[int, int]
    partitions: int
    seed: Any
    limited: frozenset


@dataclass
class Stores:
    log: List[LogRecord]
    store_logs: List[StoreLog]
    tables: Tables
    refolded: Tables
    redis: List[Shown]
    streams: List[Shown]
    reads: List[Shown]


Parsed = TypeVar("Parsed")


def read_all(folder: Path, name: str, parse: Callable[[Row], Parsed]) -> List[Parsed]:
    return [parse(row) for row in read_rows(folder, name)]


def log_record(row: Row) -> LogRecord:
    text = row.text_or_none("value_hex") or ""
    try:
        value = bytes.fromhex(text)
    except ValueError:
        raise row.wrong('"value_hex" must be hexadecimal digits') from None
    return LogRecord(row.number("partition"), row.number("offset"), value, row.line)


def redis_key(row: Row) -> Shown:
    """`[poll, version, status, as_of, counts]`, as packages/bus writes it."""
    key = RESULTS_KEY.fullmatch(row.text("key"))
    value = row.fields.get("value")
    if type(value) is str:
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not key or type(value) is not list or len(value) != 5 or type(value[4]) is not list:
        raise row.wrong("is no results:<poll> with [poll, version, status, as_of, counts]")
    numbers = [*value[:2], value[3], *value[4]]
    if any(type(number) is not int for number in numbers) or value[2] not in STATUSES or value[0] != int(key[1]):
        raise row.wrong("is no results:<poll> with [poll, version, status, as_of, counts]")
    counts = trimmed(iter(value[4]))
    return Shown(f"redis.jsonl:{row.line}", State(value[0], value[1], counts, sum(counts), False), value[2])


def shown(who: str) -> Callable[[Row], Shown]:
    return lambda row: Shown(f"{row.file}:{row.line}: {row.fields.get(who, '')}", state_of(row), None)


def read_tables(folder: Path, below: str) -> Tables:
    return Tables(
        read_all(folder, f"{below}/votes.jsonl", lambda row: VoteRow(
            row.number("poll_id"), row.uuid("ballot_key"), row.uuid("vote_id"), row.number("choice"))),
        read_all(folder, f"{below}/results.jsonl", lambda row: ResultsRow(
            row.number("poll_id"), row.number("version"), row.number("total_votes"), row.counts("counts"),
            row.one_of("status", STATUSES))),
        read_all(folder, f"{below}/rejections.jsonl", lambda row: RejectionRow(
            row.number("poll_id"), row.uuid("vote_id"), row.text("reason"))),
        read_all(folder, f"{below}/quarantine.jsonl", lambda row: QuarantineRow(
            row.uuid("log_id"), row.number("partition"), row.number("log_offset"))),
        read_all(folder, f"{below}/bookmarks.jsonl", lambda row: BookmarkRow(
            row.uuid("log_id"), row.number("partition"), row.number("next_offset"))),
    )


def read_stores(folder: Path) -> Stores:
    """Reads every file of stores/; one that is missing is an error, one that is empty is not."""
    return Stores(
        log=read_all(folder, "stores/kafka.jsonl", log_record),
        store_logs=read_all(folder, "stores/store-log.jsonl", lambda row: StoreLog(
            row.text("kind"), row.uuid("log_id"), row.number("partitions"))),
        tables=read_tables(folder, "stores"),
        refolded=read_tables(folder, "stores/refolded"),
        redis=read_all(folder, "stores/redis.jsonl", redis_key),
        streams=read_all(folder, "stores/streams.jsonl", shown("client")),
        reads=read_all(folder, "stores/reads.jsonl", shown("gateway")),
    )


def read_settings(folder: Path) -> Settings:
    name = "settings.json"
    row = Row(name, 1, parse_object(read_text(folder, name), name))
    options, limited = row.fields.get("options"), row.fields.get("limited")
    if type(options) is not dict or not all(
        poll.isdigit() and type(count) is int and count > 0 for poll, count in options.items()
    ):
        raise InputError(f'{name}: "options" must say of each poll how many it has')
    if type(limited) is not list or not all(type(poll) is int for poll in limited):
        raise InputError(f'{name}: "limited" must be a list of polls')
    partitions = row.whole("partitions")
    if partitions == 0:
        raise InputError(f'{name}: "partitions" must be at least 1')
    by_poll = {int(poll): count for poll, count in options.items()}
    return Settings(by_poll, partitions, row.fields.get("seed"), frozenset(limited))
