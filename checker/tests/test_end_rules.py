from __future__ import annotations

from .rule_case import RuleCase
from .run import Run, a_run, dumped


class RedisEqualsTheFold(RuleCase):
    rule = "redis_equals_the_fold"

    def test_a_key_is_older(self) -> None:
        run = dumped(a_run())
        run.stores["redis"][0]["value"] = '[1,1,"open",7,[1,0,0]]'
        self.assert_breaks(self.rule, run)

    def test_a_key_was_added_to_twice(self) -> None:
        run = dumped(a_run())
        run.stores["redis"][1]["value"] = '[2,2,"open",7,[0,2,0]]'
        self.assert_breaks(self.rule, run)

    def test_a_key_has_another_status(self) -> None:
        run = dumped(a_run())
        run.stores["redis"][1]["value"] = '[2,1,"closed",7,[0,1,0]]'
        self.assert_breaks(self.rule, run)

    def test_a_key_may_be_missing_and_another_have_a_prefix(self) -> None:
        run = dumped(a_run())
        run.stores["redis"] = [{"key": "mesh:results:2", "value": [2, 1, "open", 7, [0, 1]]}]
        self.assert_fine(run)


class StreamsEqualTheFold(RuleCase):
    rule = "streams_equal_the_fold"

    def test_a_stream_lacks_the_last_vote(self) -> None:
        run = dumped(a_run())
        run.stores["streams"][0].update(version=1, counts=[1, 0, 0], total=1)
        self.assert_breaks(self.rule, run)

    def test_a_stream_shows_nothing(self) -> None:
        run = dumped(a_run())
        run.stores["streams"][1].update(version=0, counts=[0, 0, 0], total=0)
        self.assert_breaks(self.rule, run)

    def test_a_poll_that_nobody_voted_on_is_shown_as_zero(self) -> None:
        self.assert_fine(Run())


class LastReadsEqualTheFold(RuleCase):
    rule = "last_reads_equal_the_fold"

    def test_a_gateway_has_fewer_votes(self) -> None:
        run = dumped(a_run())
        run.stores["reads"][0].update(version=1, counts=[1, 0, 0], total=1)
        self.assert_breaks(self.rule, run)

    def test_a_gateway_has_more_votes(self) -> None:
        run = dumped(a_run())
        run.stores["reads"][1].update(version=9, counts=[0, 9, 0], total=9)
        self.assert_breaks(self.rule, run)

    def test_a_stale_answer_with_the_right_numbers_is_fine(self) -> None:
        run = dumped(a_run())
        run.stores["reads"][0]["stale"] = True
        self.assert_fine(run)
