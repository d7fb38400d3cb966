"""What everybody shows when all is quiet."""
from __future__ import annotations

from typing import Iterator, List

from ..case import Case
from ..stores import Shown
from .rule import Look, Rule, Violation, broken, rule

RULES: List[Rule] = []


def differing(case: Case, shown: List[Shown], look: Look) -> Iterator[Violation]:
    """Those that do not show what the log says."""
    for one in shown:
        look(1)
        poll, row = one.state.poll, case.results.get(one.state.poll)
        counts = case.tallies.get(poll, ())
        version = row.version if row else 0
        if one.state.counts != counts or one.state.total != sum(counts) or one.state.version != version:
            yield broken(
                f"poll {poll} is shown at version {one.state.version} as {list(one.state.counts)}, and the log says "
                f"{list(counts)}, the results version {version}",
                [one.who],
            )
        elif one.status is not None and one.status != (row.status if row else "open"):
            yield broken(f"poll {poll} is shown as {one.status}", [one.who])


@rule(RULES, "C6", "keys")
def redis_equals_the_fold(case: Case, look: Look) -> Iterator[Violation]:
    """Every results key that is present in Redis is what an independent fold of the log says.

    Sound: a key that is missing is unknown, not zero, so only those that are there are compared. Complete for those.
    """
    yield from differing(case, case.stores.redis, look)


@rule(RULES, "C6", "streams")
def streams_equal_the_fold(case: Case, look: Look) -> Iterator[Violation]:
    """Every stream that is open at the end shows what an independent fold of the log says.

    Sound: a stream shows the last state once all has been quiet for 10 s; whether it knows that it does (`stale`)
    is not asked. Complete for every stream that was open.
    """
    yield from differing(case, case.stores.streams, look)


@rule(RULES, "C6", "reads")
def last_reads_equal_the_fold(case: Case, look: Look) -> Iterator[Violation]:
    """Every gateway answers at the end what an independent fold of the log says.

    Sound: nothing is appended any more. Complete for every poll that was read then.
    """
    yield from differing(case, case.stores.reads, look)
