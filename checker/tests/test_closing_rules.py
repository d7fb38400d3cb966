from __future__ import annotations

import unittest

from votestream_checker.protobuf import PollEnd, decode_record

from . import encoder
from .rule_case import RuleCase
from .run import Run, dumped

VOTER = "20000000-0000-4000-8000-000000000001"
OTHER = "99999999-0000-4000-8000-000000000000"


def closed_run() -> Run:
    """Poll 1 ends: a vote before, one while it is closing, one after, and the retry of a counted one."""
    run = Run()
    run.vote("a", key="k1", choice=1)
    run.end(1, 0)
    run.see()
    for number in range(6):  # some fall into the partition that has ended, and some do not
        run.vote("b", key=f"closing {number}", choice=0)
    run.end(1, 1)
    run.end(1, 1)
    run.see()
    run.vote("c", key="k2", choice=2)
    run.vote("a", key="k1", choice=1)
    run.vote("a", key="k1", choice=0)
    run.read()
    return run


class Closing(RuleCase):
    def test_a_poll_that_ends_breaks_no_rule(self) -> None:
        run = closed_run()
        reasons = [one.get("reason") for one in run.history]
        self.assertIn("POLL_CLOSED", reasons)
        self.assertIn("IDEMPOTENCY_KEY_REUSED", reasons)
        self.assert_fine(run)

    def test_a_poll_that_nobody_voted_on_may_end(self) -> None:
        run = Run()
        run.end(1, 0)
        run.end(1, 1)
        self.assert_fine(run)

    def test_a_ballot_behind_the_end_has_a_row(self) -> None:
        run = dumped(closed_run())
        late = next(one for one in run.history if one.get("reason") == "POLL_CLOSED")
        run.stores["votes"].append({"poll_id": 1, "ballot_key": late["vote_id"], "vote_id": late["vote_id"], "choice": 0})
        self.assert_breaks("votes_equal_the_fold", run)

    def test_a_ballot_before_the_end_was_told_that_it_is_too_late(self) -> None:
        run = Run()
        told = run.vote("a", key="k1", recorded=True, answer="504")
        told.update(type="fail", status=409, reason="POLL_CLOSED")
        run.end(1, 0)
        run.end(1, 1)
        self.assert_breaks("rejected_only_when_another_won", run)

    def test_who_was_not_given_to_the_log_was_told_too_early(self) -> None:
        run = Run()
        run.end(1, 0)
        told = run.vote("a", key="k1", answer="503")
        told.update(type="fail", status=409, reason="POLL_CLOSED")
        self.assert_breaks("rejected_only_when_another_won", run)

    def test_who_was_not_given_to_the_log_of_a_closed_poll_is_fine(self) -> None:
        run = Run()
        run.end(1, 0)
        run.end(1, 1)
        told = run.vote("a", key="k1", answer="503")
        told.update(type="fail", status=409, reason="POLL_CLOSED")
        self.assert_fine(run)

    def test_a_latecomer_is_not_remembered(self) -> None:
        run = dumped(closed_run())
        run.stores["rejections"].pop()
        self.assert_breaks("rejections_equal_the_fold", run)

    def test_a_poll_is_closed_before_it_has_ended_everywhere(self) -> None:
        run = Run()
        run.vote()
        run.end(1, 0)
        dumped(run).stores["results"][0]["status"] = "closed"
        self.assert_breaks("results_equal_the_fold", run, "is closed, and the log says closing")

    def test_the_end_did_not_raise_the_version(self) -> None:
        run = dumped(closed_run())
        run.stores["results"][0]["version"] -= 1
        self.assert_breaks("results_equal_the_fold", run)

    def test_a_version_counts_more_than_votes_and_two_changes(self) -> None:
        run = closed_run()
        run.history[-1]["version"] += 1
        self.assert_breaks("totals_add_up", run)


class Decoding(unittest.TestCase):
    def test_an_end_is_read(self) -> None:
        self.assertEqual(decode_record(encoder.poll_closed(7, OTHER)), PollEnd(7))

    def test_what_is_no_end_is_passed(self) -> None:
        short = encoder.data(3, encoder.number(1, 7) + encoder.data(2, b"short"))
        for record in (short, encoder.poll_closed(0, OTHER), encoder.poll_closed(2**53, OTHER)):
            self.assertIsNone(decode_record(record))
