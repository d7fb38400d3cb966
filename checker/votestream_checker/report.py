"""Runs the rules and says what they found: as a table for people, as JSON for programs."""
from __future__ import annotations

import json
from typing import Dict, List, NamedTuple, Sequence, Tuple

from .case import Case
from .rules import RULES, Rule, Violation

# So many are told of each rule; a broken promise usually breaks often, and the rest is counted.
VIOLATIONS_SHOWN = 10
GREEN, RED, YELLOW, PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[0m"


class Finding(NamedTuple):
    """What one rule says."""

    rule: Rule
    looked_at: int
    violations: int
    shown: Tuple[Violation, ...]

    @property
    def word(self) -> str:
        if self.violations:
            return "broken"
        return "holds" if self.looked_at else "nothing to check"


class Report(NamedTuple):
    findings: Sequence[Finding]
    events: int
    records: int

    def holds(self, require_all: bool) -> bool:
        """With `require_all` a rule that had nothing to look at fails as well: what was not looked at is not proven."""
        return not any(one.violations or (require_all and not one.looked_at) for one in self.findings)


def run_rule(rule: Rule, case: Case) -> Finding:
    looked = [0]
    shown: List[Violation] = []
    count = 0

    def look(more: int) -> None:
        looked[0] += more

    for violation in rule.check(case, look):
        count += 1
        if count <= VIOLATIONS_SHOWN:
            shown.append(violation)
    return Finding(rule, looked[0], count, tuple(shown))


def check(case: Case, rules: Sequence[Rule] = RULES) -> Report:
    return Report([run_rule(rule, case) for rule in rules], case.history.events, len(case.stores.log))


def as_json(report: Report, require_all: bool) -> str:
    def of(finding: Finding) -> Dict[str, object]:
        return {
            "rule": finding.rule.name,
            "promise": finding.rule.promise,
            "result": finding.word,
            "looked_at": finding.looked_at,
            "violations": finding.violations,
            "shown": [{"message": one.message, "evidence": list(one.evidence)} for one in finding.shown],
        }

    answer = {
        "holds": report.holds(require_all),
        "events": report.events,
        "records": report.records,
        "rules": [of(finding) for finding in report.findings],
    }
    return json.dumps(answer, indent=2)


def as_table(report: Report, require_all: bool, colours: bool) -> str:
    lines = [f"{report.events} events, {report.records} records", ""]
    width = max((len(one.rule.name) for one in report.findings), default=0)
    for one in report.findings:
        looked = f"{one.looked_at} {one.rule.what}"
        result = f"{one.violations} VIOLATIONS" if one.violations else one.word
        lines.append(f"{one.rule.promise}  {one.rule.name:<{width}}  {looked:<34}  {coloured(result, one, colours)}")
    for one in report.findings:
        if one.violations:
            lines += ["", *told(one)]
    lines += ["", closing(report, require_all)]
    return "\n".join(lines)


def coloured(result: str, finding: Finding, colours: bool) -> str:
    if not colours:
        return result
    colour = RED if finding.violations else GREEN if finding.looked_at else YELLOW
    return f"{colour}{result}{PLAIN}"


def told(finding: Finding) -> List[str]:
    lines = [f"{finding.rule.name} ({finding.rule.promise}): {finding.rule.summary}"]
    for violation in finding.shown:
        lines += [f"  - {violation.message}", *(f"      {line}" for line in violation.evidence)]
    if finding.violations > len(finding.shown):
        lines.append(f"  - and {finding.violations - len(finding.shown)} more")
    return lines


def closing(report: Report, require_all: bool) -> str:
    broken = sum(1 for one in report.findings if one.violations)
    idle = [one.rule.name for one in report.findings if not one.looked_at and not one.violations]
    if broken:
        return f"{broken} of {len(report.findings)} rules are broken"
    if idle and require_all:
        return f"not proven: nothing to check for {', '.join(idle)}"
    words = f"{len(report.findings) - len(idle)} of {len(report.findings)} rules hold"
    return words + (f"; nothing to check for {', '.join(idle)}" if idle else "")
