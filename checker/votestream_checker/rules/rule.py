"""What a rule is."""
from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Iterable, Iterator, List, NamedTuple, Tuple

if TYPE_CHECKING:
    from ..case import Case

# Called with how many things a rule has looked at: what looked at nothing proves nothing.
Look = Callable[[int], None]
Check = Callable[["Case", Look], Iterator["Violation"]]


class Violation(NamedTuple):
    """A broken promise, with the lines that show it."""

    message: str
    evidence: Tuple[str, ...] = ()


class Rule(NamedTuple):
    name: str
    promise: str
    what: str
    check: Check

    @property
    def summary(self) -> str:
        """The first paragraph of the docstring."""
        return " ".join((self.check.__doc__ or "").strip().split("\n\n")[0].split())


def rule(rules: List[Rule], promise: str, what: str) -> Callable[[Check], Check]:
    """Adds a function to a list of rules; `what` are the things that it counts."""

    def add(check: Check) -> Check:
        rules.append(Rule(check.__name__, promise, what, check))
        return check

    return add


# So many lines of evidence are enough to look a violation up.
EVIDENCE_SHOWN = 6


def broken(message: str, evidence: Iterable[str] = ()) -> Violation:
    return Violation(message, tuple(evidence)[:EVIDENCE_SHOWN])
