from __future__ import annotations

import re
import unittest
from pathlib import Path

from votestream_checker.report import as_table
from votestream_checker.rules import RULES

from .run import Run, a_run, report_of

TESTS = Path(__file__).parent


class AWholeRun(unittest.TestCase):
    def test_that_is_consistent_breaks_no_rule_and_gives_each_something_to_look_at(self) -> None:
        report = report_of(a_run())
        self.assertTrue(report.holds(require_all=True), as_table(report, True, False))

    def test_that_is_empty_proves_nothing(self) -> None:
        run = Run()
        run.options, run.limited = {}, []
        report = report_of(run)
        self.assertTrue(report.holds(require_all=False))
        self.assertFalse(report.holds(require_all=True))
        words = {one.rule.name: one.word for one in report.findings}
        self.assertEqual("nothing to check", words["acknowledged_votes_are_kept"])
        self.assertIn("not proven: nothing to check for", as_table(report, True, False))

    def test_shows_ten_violations_of_a_rule_and_counts_the_rest(self) -> None:
        run = Run()
        for _ in range(13):
            run.vote()
            run.see(total=99)
        (finding,) = [one for one in report_of(run).findings if one.rule.name == "totals_add_up"]
        self.assertEqual((13, 10), (finding.violations, len(finding.shown)))
        self.assertIn("  - and 3 more", as_table(report_of(run), False, False))

    def test_names_the_lines_that_show_a_violation(self) -> None:
        run = Run()
        run.vote(answer="503", recorded=True)
        text = as_table(report_of(run), False, False)
        self.assertIn("history.jsonl:1 and 2: op 1 of a, ns 1000 to 2000, fail 503", text)
        self.assertRegex(text, r"kafka\.jsonl:3: partition [01], offset 1: vote 0{8}")

    def test_has_colours_only_where_they_are_wanted(self) -> None:
        report = report_of(a_run())
        self.assertIn("\x1b[32m", as_table(report, False, True))
        self.assertNotIn("\x1b", as_table(report, False, False))


class EveryRule(unittest.TestCase):
    def test_says_what_it_promises_why_it_is_sound_and_how_complete(self) -> None:
        for rule in RULES:
            with self.subTest(rule.name):
                self.assertRegex(rule.promise, "^C[1-8]$")
                self.assertRegex(rule.check.__doc__ or "", "Sound")
                self.assertRegex(rule.check.__doc__ or "", "[Cc]omplete")

    def test_has_two_planted_violations_and_a_near_miss(self) -> None:
        texts = "".join(path.read_text() for path in TESTS.glob("test_*_rules.py"))
        classes = re.split(r"\nclass ", texts)
        for rule in RULES:
            with self.subTest(rule.name):
                (own,) = [text for text in classes if f'rule = "{rule.name}"' in text]
                self.assertGreaterEqual(own.count("assert_breaks"), 2)
                self.assertGreaterEqual(own.count("assert_fine"), 1)
