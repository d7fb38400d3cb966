from __future__ import annotations

import unittest

from votestream_checker.protobuf import Ballot, Genesis, decode_record
from votestream_checker.partition import partition_of

from .encoder import data, genesis, number, uuid_bytes, varint, vote_cast

KEY = "0191d2c4-0000-7000-8000-00000000002a"
ID = "00000000-0000-4000-8000-000000000001"


class ARecord(unittest.TestCase):
    def test_reads_as_the_ballot_that_was_written(self) -> None:
        self.assertEqual(Ballot(2**53 - 1, KEY, ID, 19), decode_record(vote_cast(2**53 - 1, KEY, ID, 19)))

    def test_has_zeros_where_nothing_is_written(self) -> None:
        self.assertEqual(Ballot(1, KEY, ID, 0), decode_record(vote_cast(1, KEY, ID, 0)))

    def test_reads_as_the_genesis_that_was_written(self) -> None:
        self.assertEqual(Genesis(ID, 24), decode_record(genesis(ID, 24)))

    def test_may_have_fields_that_nobody_knows(self) -> None:
        group = varint(9 << 3 | 3) + number(1, 7) + varint(8 << 3 | 3) + varint(8 << 3 | 4) + varint(9 << 3 | 4)
        fixed = varint(102 << 3 | 5) + b"1234" + varint(103 << 3 | 1) + b"12345678"
        unknown = number(100, 5) + data(101, b"new") + fixed
        body = data(3, uuid_bytes(ID)) + unknown + number(4, 2) + group + data(2, uuid_bytes(KEY)) + number(1, 1)
        self.assertEqual(Ballot(1, KEY, ID, 2), decode_record(group + unknown + data(2, body) + unknown))

    def test_means_its_last_value_when_a_field_comes_twice(self) -> None:
        parts = data(2, number(1, 7) + data(2, uuid_bytes(KEY))) + data(2, number(1, 8) + data(3, uuid_bytes(ID)))
        self.assertEqual(Ballot(8, KEY, ID, 0), decode_record(parts))

    def test_means_its_last_event_when_there_are_two(self) -> None:
        self.assertEqual(Genesis(ID, 3), decode_record(vote_cast(1, KEY, ID, 0) + genesis(ID, 3)))

    def test_is_nothing_when_it_is_malformed(self) -> None:
        whole = vote_cast(1, KEY, ID, 1)
        for at in range(len(whole)):
            self.assertIsNone(decode_record(whole[:at]), at)
        for broken in (b"\x0f", b"\x12\xff", b"\x00\x01", varint(9 << 3 | 4), b"\xff" * 11, data(2, number(1, 1))):
            self.assertIsNone(decode_record(broken), broken)

    def test_is_nothing_when_its_ids_are_not_16_bytes(self) -> None:
        body = number(1, 1) + data(2, b"short") + data(3, uuid_bytes(ID))
        self.assertIsNone(decode_record(data(2, body)))
        self.assertIsNone(decode_record(data(1, data(1, b"short") + number(2, 3))))


class ABallot(unittest.TestCase):
    def test_belongs_to_the_partition_that_the_service_pins(self) -> None:
        self.assertEqual(11, partition_of(1, KEY, 24))

    def test_is_spread_evenly(self) -> None:
        counts = [0] * 6
        for number_of in range(6_000):
            counts[partition_of(1, f"00000000-0000-4000-8000-{number_of * 2654435761 % 16**12:012x}", 6)] += 1
        self.assertGreater(min(counts), 800)
