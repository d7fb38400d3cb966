"""Everything that the rules look at, read once."""
from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Dict, List, NamedTuple, Tuple

from .fold import Fold, fold_log
from .history import History, State, read_history
from .logical import LogicalVotes
from .stores import ResultsRow, Settings, Stores, VoteRow, read_settings, read_stores


class Showing(NamedTuple):
    """A state that somebody was shown, and when: `ns` is its completion, None for what was read at the very end."""

    ns: float
    state: State
    source: object

    def where(self) -> str:
        where = getattr(self.source, "where", None)
        return where() if where else str(self.source)


END_OF_HISTORY = float("inf")


class Case:
    """A history and the stores, with what can be derived from them."""

    def __init__(self, settings: Settings, history: History, stores: Stores) -> None:
        self.settings, self.history, self.stores = settings, history, stores
        self.fold: Fold = fold_log(stores.log)
        self.tallies: Dict[int, Tuple[int, ...]] = self.fold.tallies()
        self.votes = LogicalVotes(history.attempts)
        self.rows: Dict[Tuple[int, str], VoteRow] = {}
        self.rows_of_id: Dict[Tuple[int, str], List[VoteRow]] = defaultdict(list)
        for row in stores.tables.votes:
            self.rows.setdefault((row.poll, row.key), row)
            self.rows_of_id[row.poll, row.vote_id].append(row)
        self.results: Dict[int, ResultsRow] = {row.poll: row for row in stores.tables.results}
        self.showings: List[Showing] = self._showings()

    def _showings(self) -> List[Showing]:
        reads = [Showing(one.end_ns, one.state, one) for one in self.history.reads if one.state is not None]
        seen = [Showing(one.ns, one.state, one) for one in self.history.seen]
        stores = self.stores
        end = [Showing(END_OF_HISTORY, one.state, one.who) for one in stores.redis + stores.streams + stores.reads]
        rows = [
            Showing(END_OF_HISTORY, State(row.poll, row.version, row.counts, row.total, False),
                    f"stores/results.jsonl: poll {row.poll}")
            for row in stores.tables.results
        ]
        return reads + seen + end + rows

    def is_open(self, poll: int) -> bool:
        """A poll without a row has no votes and is open."""
        row = self.results.get(poll)
        return row is None or row.status == "open"

    def is_limited(self, poll: int) -> bool:
        return poll in self.settings.limited


def read_case(folder: Path) -> Case:
    return Case(read_settings(folder), read_history(folder), read_stores(folder))
