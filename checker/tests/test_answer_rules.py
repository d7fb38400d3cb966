from __future__ import annotations

from .mesh import Row
from .rule_case import RuleCase
from .run import Run, a_run, dumped

OTHER = "99999999-0000-4000-8000-000000000000"
VOTER = "20000000-0000-4000-8000-000000000001"


def without_vote(run: Run, vote_id: str, everywhere: bool = False) -> Run:
    """As if the vote had been lost; `everywhere`: from the log as well, and quite consistently."""
    gone = next(cast for *_, cast in run.log if cast and cast.vote_id == vote_id)
    run.store.rows.pop((gone.poll, gone.key))
    run.store.counts[gone.poll][gone.choice] -= 1
    if everywhere:
        run.log = [record for record in run.log if record[3] is not gone]
        run.store.next = {partition: 1 for partition in range(run.partitions)}
    return dumped(run)


class AcknowledgedVotesAreKept(RuleCase):
    rule = "acknowledged_votes_are_kept"

    def test_a_row_is_lost(self) -> None:
        run = Run()
        self.assert_breaks(self.rule, without_vote(run, run.vote()["vote_id"]))

    def test_a_vote_is_lost_everywhere(self) -> None:
        run = Run()
        self.assert_breaks(self.rule, without_vote(run, run.vote()["vote_id"], everywhere=True))

    def test_a_pending_vote_is_lost(self) -> None:
        run = Run()
        run.vote(answer="202", recorded=False)
        self.assert_breaks(self.rule, run)

    def test_a_row_has_another_choice(self) -> None:
        run = Run()
        run.vote(choice=1)
        dumped(run).stores["votes"][0]["choice"] = 2
        self.assert_breaks(self.rule, run)

    def test_the_results_have_not_reached_its_version(self) -> None:
        run = Run()
        run.vote()["version"] = 2
        self.assert_breaks(self.rule, run)

    def test_a_vote_was_said_to_be_counted_and_has_no_row(self) -> None:
        run = a_run()
        run.verdict(OTHER, verdict="counted")
        self.assert_breaks(self.rule, run)

    def test_an_acknowledged_vote_was_said_not_to_exist(self) -> None:
        for answer in ("", "202"):
            run = Run()
            run.verdict(run.vote(answer=answer)["vote_id"], status=404)
            self.assert_breaks(self.rule, run)

    def test_an_unknown_vote_may_be_lost(self) -> None:
        run = Run()
        sent = run.vote(answer="504", recorded=False)
        run.verdict(sent["vote_id"], status=404)
        run.vote(key="k", answer="202")
        run.vote(key="k")
        self.assert_fine(run)


class RejectedOnlyWhenAnotherWon(RuleCase):
    rule = "rejected_only_when_another_won"

    def rejected(self, run: Run, sent: Row, reason: str) -> Run:
        sent.update(type="fail", status=409, reason=reason, version=None)
        return run

    def test_the_vote_itself_is_the_row(self) -> None:
        run = Run()
        self.assert_breaks(self.rule, self.rejected(run, run.vote(), "ALREADY_VOTED"))

    def test_nobody_holds_the_key(self) -> None:
        run = Run()
        sent = run.vote(answer="504", recorded=False)
        self.assert_breaks(self.rule, self.rejected(run, sent, "ALREADY_VOTED"))

    def test_a_key_is_said_to_be_reused_and_another_id_won(self) -> None:
        run = Run()
        run.vote("a", poll=2, voter=VOTER, lane="grpc")
        run.vote("b", poll=2, voter=VOTER, lane="grpc")["reason"] = "IDEMPOTENCY_KEY_REUSED"
        self.assert_breaks(self.rule, run)

    def test_another_voter_is_said_to_have_won_and_it_is_the_same_id(self) -> None:
        run = Run()
        run.vote("a", key="k")
        run.vote("b", key="k", choice=1)["reason"] = "ALREADY_VOTED"
        self.assert_breaks(self.rule, run)

    def test_the_winner_came_behind_it(self) -> None:
        run = Run()
        run.vote("a", poll=2, choice=0, voter=VOTER, lane="grpc")
        run.vote("b", poll=2, choice=1, voter=VOTER, lane="grpc")
        first, second = [one for one in run.log if one[3]]
        run.log[run.log.index(first)] = first[:2] + second[2:]
        run.log[run.log.index(second)] = second[:2] + first[2:]
        dumped(run)
        self.assert_breaks(self.rule, run)

    def test_the_winner_was_sent_only_later(self) -> None:
        run = Run()
        run.vote("a", key="k", choice=0)
        run.vote("b", key="k", choice=1)
        for event in run.history[:2]:
            event["ns"] += 1_000_000
        self.assert_breaks(self.rule, run)

    def test_the_poll_is_open(self) -> None:
        run = Run()
        sent = run.vote(answer="504", recorded=False)
        self.assert_breaks(self.rule, self.rejected(run, sent, "POLL_CLOSED"))

    def test_a_good_vote_is_said_to_be_in_quarantine(self) -> None:
        run = Run()
        sent = run.vote(answer="504", recorded=False)
        self.assert_breaks(self.rule, self.rejected(run, sent, "QUARANTINED"))

    def test_a_counted_vote_was_said_to_be_rejected(self) -> None:
        run = Run()
        sent = run.vote(answer="504")
        run.verdict(sent["vote_id"], verdict="rejected", reason="ALREADY_VOTED")
        self.assert_breaks(self.rule, run)

    def test_who_lost_may_hear_so_before_the_winner_hears_anything(self) -> None:
        run = Run()
        run.vote("a", key="k", choice=0)
        run.vote("b", key="k", choice=1)
        run.history[1]["ns"] += 1_000_000
        late = run.vote("c", poll=2, voter=VOTER, lane="grpc", answer="cut")
        run.vote("d", poll=2, voter=VOTER, lane="grpc")
        self.assertIsNone(late["version"])
        self.assert_fine(run)

    def test_a_latecomer_may_be_asked_for_by_its_id(self) -> None:
        run = Run()
        run.vote("a", poll=2, voter=VOTER, lane="grpc")
        late = run.vote("b", poll=2, voter=VOTER, lane="grpc", answer="504")
        run.verdict(late["vote_id"] or OTHER, poll=2, verdict="rejected", reason="ALREADY_VOTED")
        self.assert_fine(run)


class SameIdSameAnswer(RuleCase):
    rule = "same_id_same_answer"

    def test_counted_once_and_rejected_at_another_time(self) -> None:
        run = Run()
        run.vote(key="k")
        run.vote(key="k").update(type="fail", status=409, reason="ALREADY_VOTED", version=None)
        self.assert_breaks(self.rule, run)

    def test_rejected_for_two_reasons(self) -> None:
        run = Run()
        run.vote("a", key="k")
        run.vote("b", key="k", choice=1)
        run.vote("b", key="k", choice=1).update(status=409, reason="ALREADY_VOTED")
        self.assert_breaks(self.rule, run)

    def test_counted_and_then_pending(self) -> None:
        run = Run()
        run.verdict(run.vote()["vote_id"], verdict="pending")
        self.assert_breaks(self.rule, run)

    def test_counted_and_then_said_to_be_rejected(self) -> None:
        run = Run()
        run.verdict(run.vote()["vote_id"], verdict="rejected", reason="ALREADY_VOTED")
        self.assert_breaks(self.rule, run)

    def test_said_to_be_counted_and_said_to_be_rejected(self) -> None:
        run = Run()
        vote_id = run.vote(answer="504")["vote_id"]
        run.verdict(vote_id, verdict="counted")
        run.verdict(vote_id, verdict="rejected", reason="ALREADY_VOTED")
        self.assert_breaks(self.rule, run, "said to be counted and to be rejected")

    def test_said_to_be_counted_and_then_not_to_exist(self) -> None:
        run = Run()
        vote_id = run.vote(answer="504")["vote_id"]
        run.verdict(vote_id, verdict="counted")
        run.verdict(vote_id, status=404)
        self.assert_breaks(self.rule, run, "another answer says otherwise")

    def test_counted_at_a_version_and_then_at_a_lower_one(self) -> None:
        run = Run()
        run.vote()
        run.vote(key="k")
        run.vote(key="k")["version"] = 1
        self.assert_breaks(self.rule, run)

    def test_a_higher_version_and_an_answer_on_its_way_are_fine(self) -> None:
        run = Run()
        run.vote(key="k")
        sent = run.vote()
        run.vote("b", key="k", choice=1)
        run.vote(key="k")
        run.verdict(sent["vote_id"], verdict="pending")
        run.history[-2]["ns"] = sent["ns"] - 1
        self.assert_fine(run)


class OneKeyOneId(RuleCase):
    rule = "one_key_one_id"

    def test_a_retry_gets_another_id(self) -> None:
        run = Run()
        run.vote(key="k")
        run.vote(key="k", vote_id=OTHER, answer="504", recorded=False)
        self.assert_breaks(self.rule, run)

    def test_another_choice_gets_another_id(self) -> None:
        run = Run()
        run.vote("a", key="k", answer="503")
        run.vote("b", key="k", choice=1, vote_id=OTHER)
        self.assert_breaks(self.rule, run)

    def test_two_keys_get_one_id(self) -> None:
        run = Run()
        run.vote(key="k1", vote_id=OTHER)
        run.vote(key="k2", vote_id=OTHER)
        self.assert_breaks(self.rule, run)

    def test_votes_without_a_key_get_one_id(self) -> None:
        run = Run()
        run.vote(vote_id=OTHER)
        run.vote(vote_id=OTHER)
        self.assert_breaks(self.rule, run)

    def test_one_key_in_two_polls_is_fine(self) -> None:
        run = Run()
        run.limited = []
        run.vote(poll=1, key="k")
        run.vote(poll=2, key="k")
        run.vote("b", poll=2, key="k")
        self.assert_fine(run)
