from __future__ import annotations

from . import encoder
from .mesh import LOG_ID, Cast
from .rule_case import RuleCase
from .run import Run, a_run, dumped

OTHER_LOG = "99999999-0000-4000-8000-000000000000"


class LogIsWhole(RuleCase):
    rule = "log_is_whole"

    def test_a_record_is_missing(self) -> None:
        run = dumped(a_run())
        del run.stores["kafka"][3]
        self.assert_breaks(self.rule, run)

    def test_a_record_is_there_twice(self) -> None:
        run = dumped(a_run())
        run.stores["kafka"].append(dict(run.stores["kafka"][4]))
        self.assert_breaks(self.rule, run)

    def test_a_partition_does_not_begin_with_a_genesis(self) -> None:
        run = dumped(a_run())
        run.stores["kafka"][0]["value_hex"] = ""
        self.assert_breaks(self.rule, run)

    def test_a_later_genesis_is_of_another_log(self) -> None:
        run = a_run()
        run.append_bytes(0, encoder.genesis(OTHER_LOG, 2))
        self.assert_breaks(self.rule, run)

    def test_the_store_belongs_to_another_log(self) -> None:
        run = dumped(a_run())
        run.stores["store-log"][0]["log_id"] = OTHER_LOG
        self.assert_breaks(self.rule, run)

    def test_the_store_belongs_to_two_logs_or_to_none(self) -> None:
        run = dumped(a_run())
        run.stores["store-log"].append(dict(run.stores["store-log"][0]))
        self.assert_breaks(self.rule, run, "belongs to 2 logs")
        run.stores["store-log"] = []
        self.assert_breaks(self.rule, run, "belongs to 0 logs")

    def test_the_store_has_another_number_of_partitions_than_the_run(self) -> None:
        run = dumped(a_run())
        run.partitions = 3
        self.assert_breaks(self.rule, run, "the store's log has 2 partitions, settings.json says 3")

    def test_a_record_lies_in_no_partition(self) -> None:
        run = dumped(a_run())
        run.stores["kafka"].append({**run.stores["kafka"][0], "partition": 2})
        self.assert_breaks(self.rule, run, "there is no partition 2")

    def test_a_genesis_that_was_written_twice_is_fine(self) -> None:
        run = Run()
        run.append_bytes(1, encoder.genesis(LOG_ID, 2))
        run.vote()
        self.assert_fine(run)


class BallotsLieInTheirPartition(RuleCase):
    rule = "ballots_lie_in_their_partition"

    def moved(self, moved_key: str) -> Run:
        run = Run()
        run.vote("a", vote_id=moved_key)
        (ballot,) = [record for record in run.log if record[3]]
        run.log.remove(ballot)
        run.log.append((1 - ballot[0], 1, ballot[2], ballot[3]))
        run.store.next = {0: 1, 1: 1, 1 - ballot[0]: 2}
        return run

    def test_a_ballot_lies_in_another_one(self) -> None:
        self.assert_breaks(self.rule, self.moved("00000000-0000-4000-8000-0000000000aa"))

    def test_a_ballot_lies_beyond_all(self) -> None:
        run = Run()
        run.vote()
        dumped(run).stores["kafka"][-1]["partition"] = 5
        self.assert_breaks(self.rule, run)

    def test_ballots_of_one_partition_are_fine(self) -> None:
        run = Run(1)
        run.vote()
        run.vote(choice=1)
        self.assert_fine(run)


class NothingIsInvented(RuleCase):
    rule = "nothing_is_invented"

    def invented(self, run: Run, cast: Cast) -> Run:
        run.store.fold(*run.append(cast), cast)
        return run

    def test_a_row_is_not_in_the_log(self) -> None:
        run = dumped(a_run())
        run.stores["votes"].append({"poll_id": 1, "ballot_key": OTHER_LOG, "vote_id": OTHER_LOG, "choice": 0})
        self.assert_breaks(self.rule, run)

    def test_a_ballot_was_never_sent(self) -> None:
        run = self.invented(Run(), Cast(1, OTHER_LOG, OTHER_LOG, 0))
        self.assert_breaks(self.rule, run)

    def test_a_retry_got_another_id_and_was_not_told(self) -> None:
        run = Run()
        run.vote(key="k")
        self.assert_breaks(self.rule, self.invented(run, Cast(1, OTHER_LOG, OTHER_LOG, 0)))

    def test_a_ballot_has_another_choice_than_was_sent(self) -> None:
        run = Run()
        sent = run.vote(answer="504", recorded=False)["vote_id"]
        run.vote(choice=1, answer="cut", recorded=False)
        self.assert_breaks(self.rule, self.invented(run, Cast(1, sent, sent, 1)))

    def test_more_ballots_than_nameless_votes(self) -> None:
        run = Run()
        run.vote(answer="cut")
        self.assert_breaks(self.rule, self.invented(run, Cast(1, OTHER_LOG, OTHER_LOG, 0)))

    def test_a_vote_that_was_refused_namelessly_explains_no_ballot(self) -> None:
        run = Run()
        run.vote(answer="503", recorded=True)["vote_id"] = None
        self.assert_breaks(self.rule, run)

    def test_a_vote_that_nobody_was_told_about_is_fine(self) -> None:
        run = Run()
        run.vote(key="k", answer="cut")
        run.vote(key="k", answer="cut")
        run.vote(answer="cut")
        run.history.pop()
        self.assert_fine(run)


class WhatWasRefusedIsNotRecorded(RuleCase):
    rule = "what_was_refused_is_not_recorded"

    def test_a_vote_was_refused_and_recorded(self) -> None:
        run = Run()
        run.vote(answer="503", recorded=True)
        self.assert_breaks(self.rule, run)

    def test_a_grpc_ballot_was_refused_every_time_and_recorded(self) -> None:
        run = Run()
        run.vote(key="k", lane="grpc", answer="503")
        run.vote(key="k", lane="grpc", answer="503", recorded=True)
        self.assert_breaks(self.rule, run)

    def test_a_vote_was_said_not_to_exist_and_is_counted(self) -> None:
        run = Run()
        sent = run.vote(answer="504")
        run.verdict(sent["vote_id"], status=404)
        self.assert_breaks(self.rule, run)

    def test_a_refusal_and_then_a_success_are_fine(self) -> None:
        run = Run()
        run.vote(key="k", answer="503")
        run.vote(key="k")
        run.vote(key="k", answer="503", recorded=True)
        self.assert_fine(run)

    def test_a_vote_that_may_still_be_on_its_way_may_not_be_found(self) -> None:
        run = Run()
        sent = run.vote(key="k", answer="504", recorded=False)
        run.verdict(sent["vote_id"], status=404)
        run.vote(key="k", answer="cut")
        self.assert_fine(run)
