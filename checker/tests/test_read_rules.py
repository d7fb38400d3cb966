from __future__ import annotations

from .mesh import Row
from .rule_case import RuleCase
from .run import Run, a_run, dumped

VOTER = "20000000-0000-4000-8000-000000000001"


def state(*counts: int) -> Row:
    return {"version": sum(counts), "counts": list(counts), "total": sum(counts)}


class ReadsAreWithinTheirBounds(RuleCase):
    rule = "reads_are_within_their_bounds"

    def test_an_acknowledged_vote_is_missing(self) -> None:
        run = Run()
        run.vote()
        run.read(**state(0, 0, 0))
        self.assert_breaks(self.rule, run)

    def test_an_acknowledged_vote_is_shown_for_another_choice(self) -> None:
        run = Run()
        run.vote(choice=2)
        run.vote(choice=1, answer="504", recorded=False)
        run.read(**state(0, 1, 0))
        self.assert_breaks(self.rule, run)

    def test_a_stream_shows_a_vote_before_it_was_sent(self) -> None:
        run = Run()
        run.see(**state(1, 0, 0))
        run.vote()
        self.assert_breaks(self.rule, run)

    def test_a_stale_read_shows_a_vote_that_was_refused(self) -> None:
        run = Run()
        run.vote(answer="503")
        run.read(stale=True, **state(1, 0, 0))
        self.assert_breaks(self.rule, run)

    def test_a_vote_that_was_rejected_is_shown(self) -> None:
        run = Run()
        run.vote("a", key="k")
        run.vote("b", key="k", choice=1)
        run.read(**state(1, 1, 0))
        self.assert_breaks(self.rule, run)

    def test_a_vote_is_acknowledged_at_a_version_beyond_all_votes(self) -> None:
        run = Run()
        run.vote()["version"] = 5
        self.assert_breaks(self.rule, run)

    def test_a_vote_that_is_under_way_may_be_shown_or_not(self) -> None:
        for counts in ((0, 0, 0), (1, 0, 0)):
            run = Run()
            run.read(**state(*counts))
            run.vote()
            run.history[2]["ns"] = run.history[0]["ns"]  # asked together
            run.history[3]["ns"] += 1_000
            self.assert_fine(run)

    def test_a_vote_without_an_answer_may_be_shown_and_a_stale_read_may_lag(self) -> None:
        run = Run()
        run.vote()
        run.vote(answer="cut")
        run.read()
        run.read("other", stale=True, **state(1, 0, 0))
        self.assert_fine(run)


class FreshReadsIncludeWhatWasTold(RuleCase):
    rule = "fresh_reads_include_what_was_told"

    def test_an_own_write_is_missing(self) -> None:
        run = Run()
        run.vote()
        run.vote()
        run.read(**state(1, 0, 0))
        self.assert_breaks(self.rule, run)

    def test_another_client_was_shown_more(self) -> None:
        run = Run()
        run.vote(answer="cut")
        run.see()
        run.read(**state(0, 0, 0))
        self.assert_breaks(self.rule, run)

    def test_a_vote_is_said_to_be_in_a_version_from_before_it(self) -> None:
        run = Run()
        run.vote()
        run.see()
        run.vote()["version"] = 1
        self.assert_breaks(self.rule, run)

    def test_a_stale_read_and_a_stream_may_lag(self) -> None:
        run = Run()
        run.see()
        run.vote()
        run.read(stale=True, **state(0, 0, 0))
        run.see(**state(0, 0, 0))
        self.assert_fine(run)

    def test_a_read_that_overlaps_may_be_older(self) -> None:
        run = Run()
        run.read(**state(0, 0, 0))
        run.vote()
        run.see()
        run.history[1]["ns"] = run.tick()
        self.assert_fine(run)


class NobodySeesAVersionGoBack(RuleCase):
    rule = "nobody_sees_a_version_go_back"

    def test_a_stream_goes_back(self) -> None:
        run = Run()
        run.vote()
        run.see()
        run.see(stale=True, **state(0, 0, 0))
        self.assert_breaks(self.rule, run)

    def test_a_total_goes_back(self) -> None:
        run = Run()
        run.vote()
        run.see()
        run.see(counts=[0, 0, 0], total=0)
        self.assert_breaks(self.rule, run)

    def test_a_client_reads_a_lower_version(self) -> None:
        run = Run()
        run.vote()
        run.read()
        run.read(stale=True, **state(0, 0, 0))
        self.assert_breaks(self.rule, run)

    def test_a_new_stream_another_client_and_another_poll_may_lag(self) -> None:
        run = Run()
        run.vote()
        run.see("w", stream=1)
        run.see("w", stream=2, **state(0, 0, 0))
        run.read("r")
        run.read("s", stale=True, **state(0, 0, 0))
        run.see("w", stream=1, poll=2)
        self.assert_fine(run)


class OneVersionIsOneState(RuleCase):
    rule = "one_version_is_one_state"

    def test_two_streams_show_one_version_differently(self) -> None:
        run = Run()
        run.vote(choice=0)
        run.vote(choice=1)
        run.see(**state(1, 0, 0))
        run.see("x", **state(0, 1, 0))
        self.assert_breaks(self.rule, run)

    def test_a_higher_version_has_fewer_votes_for_a_choice(self) -> None:
        run = Run()
        run.vote(choice=0)
        run.vote(choice=1)
        run.vote(choice=1)
        run.see(**state(1, 0, 0))
        run.see(**state(0, 2, 0))
        self.assert_breaks(self.rule, run)

    def test_redis_differs_from_a_read(self) -> None:
        run = dumped(a_run())
        run.stores["redis"][0]["value"] = '[1,5,"open",7,[2,1,2]]'
        self.assert_breaks(self.rule, run)

    def test_the_same_state_may_be_stale_and_have_more_zeros(self) -> None:
        run = Run()
        run.vote()
        run.see(stale=True)
        run.see(counts=[1])
        run.read()
        self.assert_fine(run)


class TotalsAddUp(RuleCase):
    rule = "totals_add_up"

    def test_the_total_is_not_the_sum(self) -> None:
        run = Run()
        run.vote()
        run.see(total=2)
        self.assert_breaks(self.rule, run)

    def test_the_version_is_beyond_the_votes(self) -> None:
        run = Run()
        run.vote()
        run.read(version=2)
        self.assert_breaks(self.rule, run)

    def test_the_version_is_below_the_votes(self) -> None:
        run = Run()
        run.vote()
        run.read(version=0)
        self.assert_breaks(self.rule, run)

    def test_a_choice_is_beyond_the_options(self) -> None:
        run = Run()
        run.vote(choice=5)
        run.options[1] = 6
        run.dump()
        run.options[1] = 3
        self.assert_breaks(self.rule, run, "has 3 options and the counts")

    def test_a_poll_that_is_not_open_may_have_a_higher_version(self) -> None:
        run = Run()
        run.vote()
        run.end(1, 0)
        run.read()
        self.assert_fine(run)
