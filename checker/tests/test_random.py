from __future__ import annotations

import unittest

from votestream_checker.report import as_table

from .corruptions import CORRUPTIONS
from .run import broken_by, report_of
from .simulator import Simulation

HISTORIES = 300
# Each corruption is tried on that many histories.
CORRUPTED = 12


class RandomHistories(unittest.TestCase):
    def test_of_a_correct_mesh_break_no_rule(self) -> None:
        for seed in range(HISTORIES):
            report = report_of(Simulation(seed).run())
            self.assertTrue(report.holds(require_all=False), f"seed {seed}\n{as_table(report, False, False)}")

    def test_with_one_thing_corrupted_break_some(self) -> None:
        for corrupt in CORRUPTIONS:
            done = 0
            for seed in range(HISTORIES):
                run = Simulation(seed).run()
                if not corrupt(run):
                    continue
                self.assertNotEqual({}, broken_by(run), f"{corrupt.__name__}, seed {seed}")
                done += 1
                if done == CORRUPTED:
                    break
            self.assertEqual(CORRUPTED, done, f"{corrupt.__name__} found too little to corrupt")
