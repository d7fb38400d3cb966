from __future__ import annotations

from . import encoder
from .mesh import LOG_ID, Cast
from .rule_case import RuleCase
from .run import Run, a_run, dumped

OTHER = "99999999-0000-4000-8000-000000000000"
VOTER = "20000000-0000-4000-8000-000000000001"


def rival_run() -> Run:
    run = Run()
    run.vote("a", poll=2, choice=1, voter=VOTER, lane="grpc")
    run.vote("b", poll=2, choice=0, voter=VOTER, lane="grpc")
    return run


class OneVotePerVoter(RuleCase):
    rule = "one_vote_per_voter"

    def test_a_key_has_two_rows(self) -> None:
        run = dumped(a_run())
        run.stores["votes"].append({**run.stores["votes"][0], "vote_id": OTHER})
        self.assert_breaks(self.rule, run)

    def test_a_voter_was_told_of_two_votes(self) -> None:
        run = rival_run()
        run.history[-1].update(type="ok", status="counted", reason=None, version=1)
        self.assert_breaks(self.rule, run)

    def test_one_idempotency_key_fills_two_rows(self) -> None:
        run = Run()
        run.vote(key="k")
        run.vote(key="k", vote_id=OTHER, answer="504")
        self.assert_breaks(self.rule, run, "one key .k. fills 2 rows")

    def test_a_vote_that_was_counted_for_two_choices(self) -> None:
        run = Run()
        run.vote("a", key="k")
        run.vote("b", key="k", choice=1).update(type="ok", status=200, reason=None, version=1)
        self.assert_breaks(self.rule, run)

    def test_a_voter_may_vote_in_two_polls_and_retry(self) -> None:
        run = Run()
        run.limited = [1, 2]
        vote_id = run.vote("a", poll=2, voter=VOTER, lane="grpc")["vote_id"]
        run.vote("a", poll=2, voter=VOTER, lane="grpc", vote_id=vote_id)
        run.vote("a", poll=1, voter=VOTER, lane="grpc")
        self.assert_fine(run)


class FirstInTheLogWins(RuleCase):
    rule = "first_in_the_log_wins"

    def test_the_later_voter_has_the_row(self) -> None:
        run = dumped(rival_run())
        loser = [one for one in run.log if one[3]][1][3]
        run.stores["votes"][0].update(vote_id=loser.vote_id, choice=loser.choice)
        self.assert_breaks(self.rule, run)

    def test_the_later_choice_has_the_row(self) -> None:
        run = Run()
        run.vote("a", key="k", choice=0)
        run.vote("b", key="k", choice=1)
        dumped(run).stores["votes"][0]["choice"] = 1
        self.assert_breaks(self.rule, run)

    def test_a_retry_behind_a_rival_is_fine(self) -> None:
        run = rival_run()
        run.vote("a", poll=2, choice=1, voter=VOTER, lane="grpc", vote_id=run.history[0]["vote_id"])
        self.assert_fine(run)


class VotesEqualTheFold(RuleCase):
    rule = "votes_equal_the_fold"

    def test_a_row_is_missing(self) -> None:
        run = dumped(a_run())
        run.stores["votes"].pop()
        self.assert_breaks(self.rule, run)

    def test_a_row_has_another_choice(self) -> None:
        run = dumped(a_run())
        run.stores["votes"][0]["choice"] = 2
        self.assert_breaks(self.rule, run)

    def test_a_latecomer_has_a_row_too(self) -> None:
        run = dumped(rival_run())
        loser = [one for one in run.log if one[3]][1][3]
        run.stores["votes"].append(
            {"poll_id": 2, "ballot_key": loser.vote_id, "vote_id": loser.vote_id, "choice": loser.choice})
        self.assert_breaks(self.rule, run)

    def test_rows_in_any_order_are_fine(self) -> None:
        run = dumped(a_run())
        run.stores["votes"].reverse()
        self.assert_fine(run)


class EachRowIsCountedOnce(RuleCase):
    rule = "each_row_is_counted_once"

    def test_a_vote_is_counted_twice(self) -> None:
        run = dumped(a_run())
        row = run.stores["results"][0]
        row.update(counts=[str(int(row["counts"][0]) + 1), *row["counts"][1:]], total_votes=row["total_votes"] + 1)
        self.assert_breaks(self.rule, run)

    def test_a_vote_is_counted_for_another_choice(self) -> None:
        run = dumped(a_run())
        run.stores["results"][0]["counts"].reverse()
        run.stores["results"][0]["counts"].insert(0, 0)
        self.assert_breaks(self.rule, run)

    def test_a_poll_has_two_rows(self) -> None:
        run = dumped(a_run())
        run.stores["results"].append(dict(run.stores["results"][0]))
        self.assert_breaks(self.rule, run)

    def test_zeros_at_the_end_are_fine(self) -> None:
        run = dumped(a_run())
        for row in run.stores["results"]:
            row["counts"] = [*map(int, row["counts"]), 0, 0]
        self.assert_fine(run)


class ResultsEqualTheFold(RuleCase):
    rule = "results_equal_the_fold"

    def test_a_poll_has_no_results(self) -> None:
        run = dumped(a_run())
        run.stores["results"].pop()
        self.assert_breaks(self.rule, run)

    def test_rows_and_results_agree_on_a_lost_vote(self) -> None:
        run = Run()
        run.vote()
        run.vote(answer="504")
        run.stores = {}
        run.dump()
        run.stores["votes"].pop()
        run.stores["results"][0].update(counts=[1], total_votes=1, version=1)
        self.assert_breaks(self.rule, run)

    def test_the_version_is_not_the_number_of_votes(self) -> None:
        run = dumped(a_run())
        run.stores["results"][0]["version"] += 1
        self.assert_breaks(self.rule, run)

    def test_a_change_of_status_raises_the_version(self) -> None:
        run = Run()
        run.vote()
        run.end(1, 0)
        run.end(1, 1)
        self.assert_fine(run)


class RejectionsEqualTheFold(RuleCase):
    rule = "rejections_equal_the_fold"

    def test_a_latecomer_is_forgotten(self) -> None:
        run = dumped(rival_run())
        run.stores["rejections"].pop()
        self.assert_breaks(self.rule, run)

    def test_a_counted_vote_is_rejected_as_well(self) -> None:
        run = dumped(a_run())
        vote = run.stores["votes"][0]
        run.stores["rejections"].append({"poll_id": 1, "vote_id": vote["vote_id"], "reason": "ALREADY_VOTED"})
        self.assert_breaks(self.rule, run)

    def test_a_reused_key_is_remembered(self) -> None:
        run = Run()
        vote_id = run.vote("a", key="k")["vote_id"]
        run.vote("b", key="k", choice=1)
        dumped(run).stores["rejections"].append(
            {"poll_id": 1, "vote_id": vote_id, "reason": "IDEMPOTENCY_KEY_REUSED"})
        self.assert_breaks(self.rule, run)

    def test_a_latecomer_is_remembered_twice(self) -> None:
        run = dumped(rival_run())
        run.stores["rejections"].append(dict(run.stores["rejections"][0]))
        self.assert_breaks(self.rule, run, "rejected twice")

    def test_after_a_day_it_may_be_forgotten(self) -> None:
        run = rival_run()
        run.ns += 25 * 3_600 * 10**9
        run.vote()
        dumped(run).stores["rejections"].pop()
        self.assert_fine(run)


class QuarantineEqualsTheFold(RuleCase):
    rule = "quarantine_equals_the_fold"

    def poisoned(self) -> Run:
        run = Run()
        vote_id = run.new_uuid()
        run.options[1] = 30
        run.vote(choice=20, vote_id=vote_id, answer="504")
        return run

    def test_a_good_record_is_in_quarantine(self) -> None:
        run = dumped(a_run())
        run.stores["quarantine"].append({"log_id": LOG_ID, "partition": 0, "log_offset": 1})
        self.assert_breaks(self.rule, run)

    def test_a_record_that_the_tables_refuse_is_not(self) -> None:
        run = dumped(self.poisoned())
        run.stores["quarantine"].pop()
        self.assert_breaks(self.rule, run)

    def test_a_record_of_another_log_is(self) -> None:
        run = dumped(self.poisoned())
        run.stores["quarantine"][0]["log_id"] = OTHER
        self.assert_breaks(self.rule, run)

    def test_a_record_that_the_tables_refuse_is_fine_there(self) -> None:
        run = self.poisoned()
        run.append_bytes(0, b"\xff\xff")
        self.assert_fine(run)


class BookmarksAreWithinTheLog(RuleCase):
    rule = "bookmarks_are_within_the_log"

    def test_a_bookmark_is_beyond_the_end(self) -> None:
        run = dumped(a_run())
        run.stores["bookmarks"][1]["next_offset"] += 1
        self.assert_breaks(self.rule, run)

    def test_a_bookmark_of_another_log(self) -> None:
        run = dumped(a_run())
        run.stores["bookmarks"][0]["log_id"] = OTHER
        self.assert_breaks(self.rule, run)

    def test_a_bookmark_of_no_partition(self) -> None:
        run = dumped(a_run())
        run.stores["bookmarks"].append({"log_id": LOG_ID, "partition": 2, "next_offset": 1})
        self.assert_breaks(self.rule, run)

    def test_a_bookmark_behind_a_genesis_alone_is_fine(self) -> None:
        self.assert_fine(Run(6))


class EverythingIsFolded(RuleCase):
    rule = "everything_is_folded"

    def test_a_record_is_not_folded(self) -> None:
        run = a_run()
        run.append(Cast(1, OTHER, OTHER, 0))
        self.assert_breaks(self.rule, run)

    def test_a_partition_has_no_bookmark(self) -> None:
        run = dumped(a_run())
        run.stores["bookmarks"].pop()
        self.assert_breaks(self.rule, run)

    def test_an_unreadable_record_at_the_end_is_passed(self) -> None:
        run = a_run()
        run.append_bytes(1, encoder.data(9, b"of a newer release"))
        self.assert_fine(run)


class RefoldingGivesTheSameTables(RuleCase):
    rule = "refolding_gives_the_same_tables"

    def test_a_row_is_missing(self) -> None:
        for name in ("votes", "results", "rejections", "bookmarks"):
            with self.subTest(name):
                run = dumped(a_run())
                run.stores[f"refolded/{name}"].pop()
                self.assert_breaks(self.rule, run)

    def test_a_row_is_new(self) -> None:
        run = dumped(a_run())
        run.stores["refolded/quarantine"].append({"log_id": LOG_ID, "partition": 0, "log_offset": 1})
        self.assert_breaks(self.rule, run)

    def test_a_vote_went_to_another_one(self) -> None:
        run = dumped(rival_run())
        run.stores["refolded/votes"][0]["choice"] = 0
        self.assert_breaks(self.rule, run)

    def test_another_order_and_more_zeros_are_fine(self) -> None:
        run = dumped(a_run())
        run.stores["refolded/votes"].reverse()
        run.stores["refolded/results"][0]["counts"].append(0)
        self.assert_fine(run)
