"""python3 checker FOLDER: decides whether a run kept its promises."""
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import List, Optional

sys.dont_write_bytecode = True

from votestream_checker.case import read_case  # noqa: E402
from votestream_checker.lines import InputError  # noqa: E402
from votestream_checker.report import as_json, as_table, check  # noqa: E402
from votestream_checker.rules import RULES  # noqa: E402

HOLDS, BROKEN, UNREADABLE = 0, 1, 2


def arguments(argv: Optional[List[str]]) -> argparse.Namespace:
    listed = "\n\n".join(f"  {rule.name} ({rule.promise})\n    {rule.summary}" for rule in RULES)
    parser = argparse.ArgumentParser(
        prog="python3 checker",
        description="Reads a history and the stores of a run, and decides whether the promises were kept.",
        epilog=f"exit codes: 0 all rules hold, 1 one is broken, 2 the input cannot be read\n\nrules:\n\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="has history.jsonl, settings.json and stores/")
    parser.add_argument("--json", action="store_true", help="answers with JSON instead of a table")
    parser.add_argument(
        "--rule", metavar="NAME", action="append", choices=[rule.name for rule in RULES],
        help="checks only this rule; may be given more than once")
    parser.add_argument(
        "--require-all", action="store_true", help="a rule that has nothing to check fails as well")
    return parser.parse_args(argv)


def main(argv: Optional[List[str]] = None) -> int:
    options = arguments(argv)
    try:
        case = read_case(options.folder)
    except InputError as error:
        print(f"checker: {options.folder}: {error}", file=sys.stderr)
        return UNREADABLE
    report = check(case, [rule for rule in RULES if not options.rule or rule.name in options.rule])
    if options.json:
        print(as_json(report, options.require_all))
    else:
        print(as_table(report, options.require_all, sys.stdout.isatty()))
    return HOLDS if report.holds(options.require_all) else BROKEN


if __name__ == "__main__":
    sys.exit(main())
