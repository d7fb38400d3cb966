"""
A decoder of votestream.events.v1.Record (proto/votestream/events/v1/events.proto), written anew from the wire
format: unknown fields, and known ones of another wire type, are skipped; the last value of a field wins; of a oneof
only the last member stands.
"""
from __future__ import annotations

from typing import Iterator, NamedTuple, Optional, Tuple, Union

VARINT, FIXED64, BYTES, GROUP_START, GROUP_END, FIXED32 = 0, 1, 2, 3, 4, 5
MAX_VARINT_BYTES = 10
MAX_GROUP_DEPTH = 100
UUID_BYTES = 16

# Numbers in events.proto.
RECORD_GENESIS, RECORD_VOTE_CAST, RECORD_POLL_CLOSED = 1, 2, 3
GENESIS_LOG_ID, GENESIS_PARTITIONS = 1, 2
CLOSED_POLL_ID, CLOSED_CLOSE_ID = 1, 2
VOTE_POLL_ID, VOTE_BALLOT_KEY, VOTE_ID, VOTE_CHOICE = 1, 2, 3, 4

UINT32 = 0xFFFFFFFF
# What a program in JavaScript can hold: an end of a poll beyond it is passed.
HIGHEST_POLL = 2**53 - 1
UINT64 = 0xFFFFFFFFFFFFFFFF


class Malformed(ValueError):
    """Not a message."""


class Genesis(NamedTuple):
    log_id: str
    partitions: int


class PollEnd(NamedTuple):
    """The end of a poll in its partition."""

    poll: int


class Ballot(NamedTuple):
    """What a record casts."""

    poll: int
    key: str
    vote_id: str
    choice: int


def read_varint(data: bytes, at: int) -> Tuple[int, int]:
    value = 0
    for index in range(MAX_VARINT_BYTES):
        if at + index >= len(data):
            raise Malformed("a number is cut short")
        byte = data[at + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value & UINT64, at + index + 1
    raise Malformed("a number is too long")


def read_fields(data: bytes) -> Iterator[Tuple[int, int, Union[int, bytes]]]:
    """Field number, wire type and value of each field; groups are skipped."""
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        number, wire = tag >> 3, tag & 7
        if number == 0 or number > UINT32 >> 3:
            raise Malformed("no such field number")
        if wire == GROUP_START:
            at = skip_group(data, at, number, 1)
        elif wire == GROUP_END:
            raise Malformed("a group ends that has not begun")
        else:
            value, at = read_value(data, at, wire)
            yield number, wire, value


def read_value(data: bytes, at: int, wire: int) -> Tuple[Union[int, bytes], int]:
    if wire == VARINT:
        return read_varint(data, at)
    if wire == BYTES:
        length, at = read_varint(data, at)
    elif wire == FIXED64:
        length = 8
    elif wire == FIXED32:
        length = 4
    else:
        raise Malformed(f"no such wire type: {wire}")
    if at + length > len(data):
        raise Malformed("a field is cut short")
    return data[at:at + length], at + length


def skip_group(data: bytes, at: int, group: int, depth: int) -> int:
    if depth > MAX_GROUP_DEPTH:
        raise Malformed("groups are nested too deeply")
    while True:
        tag, at = read_varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == GROUP_END:
            if number != group:
                raise Malformed("another group ends than has begun")
            return at
        at = skip_group(data, at, number, depth + 1) if wire == GROUP_START else read_value(data, at, wire)[1]


def uuid_text(data: bytes) -> str:
    digits = data.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def decode_record(data: bytes) -> Optional[Union[Genesis, Ballot, PollEnd]]:
    """What a record says; None when it says nothing that the fold can read: that is passed, neither counted nor
    kept.
    """
    try:
        member, body = 0, b""
        for number, wire, value in read_fields(data):
            if wire != BYTES or number not in (RECORD_GENESIS, RECORD_VOTE_CAST, RECORD_POLL_CLOSED):
                continue
            # Parts of one message that come apart are one message; another member of the oneof replaces it.
            body = body + bytes(value) if number == member else bytes(value)  # type: ignore[arg-type]
            member = number
        if member == RECORD_GENESIS:
            return decode_genesis(body)
        if member == RECORD_POLL_CLOSED:
            return decode_poll_closed(body)
        return decode_vote_cast(body) if member == RECORD_VOTE_CAST else None
    except Malformed:
        return None


def decode_genesis(body: bytes) -> Optional[Genesis]:
    log_id, partitions = b"", 0
    for number, wire, value in read_fields(body):
        if number == GENESIS_LOG_ID and wire == BYTES:
            log_id = value  # type: ignore[assignment]
        elif number == GENESIS_PARTITIONS and wire == VARINT:
            partitions = value & UINT32  # type: ignore[operator]
    return Genesis(uuid_text(log_id), partitions) if len(log_id) == UUID_BYTES else None


def decode_poll_closed(body: bytes) -> Optional[PollEnd]:
    poll, close_id = 0, b""
    for number, wire, value in read_fields(body):
        if number == CLOSED_POLL_ID and wire == VARINT:
            poll = value  # type: ignore[assignment]
        elif number == CLOSED_CLOSE_ID and wire == BYTES:
            close_id = value  # type: ignore[assignment]
    return PollEnd(poll) if len(close_id) == UUID_BYTES and 0 < poll <= HIGHEST_POLL else None


def decode_vote_cast(body: bytes) -> Optional[Ballot]:
    poll, key, vote_id, choice = 0, b"", b"", 0
    for number, wire, value in read_fields(body):
        if number == VOTE_POLL_ID and wire == VARINT:
            poll = value  # type: ignore[assignment]
        elif number == VOTE_BALLOT_KEY and wire == BYTES:
            key = value  # type: ignore[assignment]
        elif number == VOTE_ID and wire == BYTES:
            vote_id = value  # type: ignore[assignment]
        elif number == VOTE_CHOICE and wire == VARINT:
            choice = value & UINT32  # type: ignore[operator]
    if len(key) != UUID_BYTES or len(vote_id) != UUID_BYTES:
        return None
    return Ballot(poll, uuid_text(key), uuid_text(vote_id), choice)
