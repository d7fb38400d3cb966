"""
Single corruptions of a run that was correct, each of a kind that must be seen. Each says whether it found something
to corrupt.
"""
from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Optional

from .encoder import genesis, vote_cast
from .mesh import Cast, Row
from .simulator import Simulation

OTHER = "99999999-0000-4000-8000-000000000000"

Corruption = Callable[[Simulation], bool]
CORRUPTIONS: List[Corruption] = []


def corruption(one: Corruption) -> Corruption:
    CORRUPTIONS.append(one)
    return one


def some(run: Simulation, rows: List[Row]) -> Optional[Row]:
    return run.random.choice(rows) if rows else None


def answers(run: Simulation, op: str, kind: str) -> List[Row]:
    return [one for one in run.history if one["op"] == op and one["type"] == kind]


def invoke_of(run: Simulation, answer: Row) -> Row:
    return next(one for one in run.history if one["type"] == "invoke" and one["id"] == answer["id"])


@corruption
def a_row_is_lost(run: Simulation) -> bool:
    row = some(run, run.stores["votes"])
    if row:
        run.stores["votes"].remove(row)
    return row is not None


@corruption
def a_row_is_invented(run: Simulation) -> bool:
    run.stores["votes"].append({"poll_id": 1, "ballot_key": OTHER, "vote_id": OTHER, "choice": 1})
    return True


@corruption
def a_row_changes_its_choice(run: Simulation) -> bool:
    row = some(run, run.stores["votes"])
    if row:
        row["choice"] = (row["choice"] + 1) % 3
    return row is not None


@corruption
def a_row_changes_its_vote(run: Simulation) -> bool:
    row = some(run, run.stores["votes"])
    if row:
        row["vote_id"] = OTHER
    return row is not None


@corruption
def a_vote_counts_twice(run: Simulation) -> bool:
    row = some(run, run.stores["results"])
    if row:
        row["counts"][-1] = str(int(row["counts"][-1]) + 1)
        row["total_votes"] += 1
        row["version"] += 1
    return row is not None


@corruption
def a_version_is_skipped(run: Simulation) -> bool:
    row = some(run, run.stores["results"])
    if row:
        row["version"] += 1
    return row is not None


@corruption
def a_bookmark_moves(run: Simulation) -> bool:
    row = some(run, run.stores["bookmarks"])
    if row:
        row["next_offset"] += run.random.choice([-1, 1])
    return row is not None


@corruption
def a_record_is_lost(run: Simulation) -> bool:
    row = some(run, run.stores["kafka"])
    if row:
        run.stores["kafka"].remove(row)
    return row is not None


@corruption
def two_records_change_places(run: Simulation) -> bool:
    """Of one partition, where the first ballot of a key and another one's stand side by side."""
    rivals = [
        (first, second) for first in run.log for second in run.log
        if first[3] and second[3] and first[0] == second[0] and first[1] < second[1] and first[3] != second[3]
        and run.store.rows.get(first[3][:2]) == first[3] and first[3][:2] == second[3][:2]
        and not any(one[3] == first[3] and one[1] < first[1] for one in run.log if one[0] == first[0])
    ]
    if not rivals:
        return False
    first, second = run.random.choice(rivals)
    rows: Dict[object, Row] = {(row["partition"], row["offset"]): row for row in run.stores["kafka"]}
    one, two = rows[first[:2]], rows[second[:2]]
    one["value_hex"], two["value_hex"] = two["value_hex"], one["value_hex"]
    return True


@corruption
def another_log_is_mixed_in(run: Simulation) -> bool:
    run.stores["kafka"][0]["value_hex"] = genesis(OTHER, run.partitions).hex()
    return True


@corruption
def a_record_changes_its_choice(run: Simulation) -> bool:
    """The first one of its key: a later copy of it decides nothing."""
    first: Dict[object, Any] = {}
    for record in run.log:
        if record[3]:
            first.setdefault(record[3][:2], record)
    if not first:
        return False
    partition, offset, _, cast = run.random.choice(list(first.values()))
    row = next(one for one in run.stores["kafka"] if (one["partition"], one["offset"]) == (partition, offset))
    row["value_hex"] = vote_cast(cast.poll, cast.key, cast.vote_id, (cast.choice + 1) % 3).hex()
    return True


@corruption
def a_vote_is_invented_and_counted_everywhere(run: Simulation) -> bool:
    cast = Cast(2, OTHER, run.new_uuid(), 1)
    run.store.fold(*run.append(cast), cast)
    run.dump()
    return True


@corruption
def redis_lags(run: Simulation) -> bool:
    row = some(run, run.stores["redis"])
    if row:
        poll, version, status, as_of, counts = json.loads(row["value"])
        choice = max(range(len(counts)), key=lambda one: counts[one])
        counts[choice] -= 1
        row["value"] = json.dumps([poll, version - 1, status, as_of, counts])
    return row is not None


@corruption
def what_is_shown_at_the_end_lags(run: Simulation) -> bool:
    rows = [row for row in run.stores["streams"] + run.stores["reads"] if row["total"]]
    row = some(run, rows)
    if row:
        choice = max(range(len(row["counts"])), key=lambda one: row["counts"][one])
        row["counts"][choice] -= 1
        row.update(version=row["version"] - 1, total=row["total"] - 1)
    return row is not None


@corruption
def a_table_is_refolded_differently(run: Simulation) -> bool:
    row = some(run, run.stores["refolded/votes"] + run.stores["refolded/results"] + run.stores["refolded/rejections"])
    for name in ("votes", "results", "rejections"):
        if row in run.stores[f"refolded/{name}"]:
            run.stores[f"refolded/{name}"].remove(row)
            return True
    return False


@corruption
def a_rejection_is_forgotten(run: Simulation) -> bool:
    row = some(run, run.stores["rejections"])
    if row:
        run.stores["rejections"].remove(row)
    return row is not None


@corruption
def a_state_shows_one_vote_too_many(run: Simulation) -> bool:
    """A total that is not the sum; or a sum beyond every vote that was ever sent."""
    row = some(run, answers(run, "see", "ok") + answers(run, "read", "ok"))
    if row:
        if run.random.random() < 0.5:
            row["total"] += 1
        else:
            row.update(counts=[one + 1_000 for one in row["counts"]], total=row["total"] + 3_000,
                       version=row["version"] + 3_000)
    return row is not None


@corruption
def a_state_shows_its_votes_for_other_choices(run: Simulation) -> bool:
    """Of a version that is shown in another place as well, here at the end."""
    final = {row["poll_id"]: row["version"] for row in run.stores["results"]}
    rows = [row for row in answers(run, "see", "ok") + answers(run, "read", "ok")
            if row["version"] and row["version"] == final.get(row["poll"]) and len(set(row["counts"])) == 3]
    row = some(run, rows)
    if row:
        row["counts"] = [*row["counts"][1:], row["counts"][0]]
    return row is not None


@corruption
def a_stream_goes_back_to_nothing(run: Simulation) -> bool:
    rows = [row for row in answers(run, "see", "ok") if row["version"]]
    row = some(run, rows)
    if row:
        run.event(**{**row, "ns": row["ns"] + 1, "version": 0, "total": 0, "counts": [0, 0, 0]})
    return row is not None


@corruption
def a_fresh_read_shows_nothing_after_an_acknowledgement(run: Simulation) -> bool:
    row = some(run, answers(run, "vote", "ok"))
    if row:
        read = {"op": "read", "id": 10_000, "client": "late", "poll": invoke_of(run, row)["poll"]}
        run.event(ns=row["ns"] + 1, type="invoke", **read)
        run.event(ns=row["ns"] + 2, type="ok", version=0, total=0, counts=[0, 0, 0], stale=False, status=200, **read)
    return row is not None


@corruption
def a_counted_vote_is_answered_409(run: Simulation) -> bool:
    row = some(run, answers(run, "vote", "ok"))
    if row:
        status = 409 if invoke_of(run, row)["lane"] == "rest" else "rejected"
        row.update(type="fail", status=status, reason="ALREADY_VOTED", version=None)
    return row is not None


@corruption
def a_rejected_vote_is_acknowledged(run: Simulation) -> bool:
    row = some(run, [one for one in answers(run, "vote", "fail") if one["reason"]])
    if row:
        invoke = invoke_of(run, row)
        row.update(type="ok", status=200 if invoke["lane"] == "rest" else "counted", reason=None,
                   version=run.store.version(invoke["poll"]))
    return row is not None


@corruption
def a_counted_vote_is_answered_503(run: Simulation) -> bool:
    """One that was sent only once: after a retry a 503 may stand beside a 200."""
    rows = [one for one in answers(run, "vote", "ok") if is_sent_once(run, invoke_of(run, one))]
    row = some(run, rows)
    if row:
        status = 503 if invoke_of(run, row)["lane"] == "rest" else "refused"
        row.update(type="fail", status=status, version=None)
    return row is not None


def is_sent_once(run: Simulation, invoke: Row) -> bool:
    same = [one for one in run.history if one["type"] == "invoke" and one["op"] == "vote"
            and (one["client"], one["vote"]) == (invoke["client"], invoke["vote"])]
    others = [one for one in run.history if one["type"] == "invoke" and one["op"] == "vote" and one["key"]
              and (one["key"], one["poll"]) == (invoke["key"], invoke["poll"])]
    return len(same) == 1 and len(others) <= 1


@corruption
def a_pending_vote_is_of_another_id(run: Simulation) -> bool:
    row = some(run, [one for one in answers(run, "vote", "info")
                     if one["status"] == 202 and invoke_of(run, one)["lane"] == "rest"])
    if row:
        row["vote_id"] = OTHER
    return row is not None


@corruption
def an_acknowledgement_names_another_id(run: Simulation) -> bool:
    row = some(run, [one for one in answers(run, "vote", "ok") if invoke_of(run, one)["lane"] == "rest"])
    if row:
        row["vote_id"] = OTHER
    return row is not None


@corruption
def an_acknowledgement_names_a_version_that_never_was(run: Simulation) -> bool:
    row = some(run, answers(run, "vote", "ok"))
    if row:
        row["version"] = run.random.choice([0, run.store.version(invoke_of(run, row)["poll"]) + 1])
    return row is not None
