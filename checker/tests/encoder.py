"""A tiny encoder of votestream.events.v1, so that the decoder is tested on bytes that it did not make."""
from __future__ import annotations

from typing import List


def varint(value: int) -> bytes:
    out: List[int] = []
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def data(field: int, value: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(value)) + value


def uuid_bytes(uuid: str) -> bytes:
    return bytes.fromhex(uuid.replace("-", ""))


def genesis(log_id: str, partitions: int) -> bytes:
    return data(1, data(1, uuid_bytes(log_id)) + number(2, partitions))


def poll_closed(poll: int, close_id: str) -> bytes:
    return data(3, number(1, poll) + data(2, uuid_bytes(close_id)))


def vote_cast(poll: int, key: str, vote_id: str, choice: int) -> bytes:
    body = number(1, poll) + data(2, uuid_bytes(key)) + data(3, uuid_bytes(vote_id))
    # proto3 does not write a zero.
    return data(2, body + (number(4, choice) if choice else b"") + data(5, b"request"))
