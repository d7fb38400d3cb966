"""What the tests of rules share."""
from __future__ import annotations

import unittest

from .mesh import Mesh
from .run import broken_by, report_of


class RuleCase(unittest.TestCase):
    """Tests of rules: each plants one thing into a run that is otherwise fine."""

    def assert_breaks(self, rule: str, run: Mesh, saying: str = ".") -> None:
        """`saying` tells violations of one rule apart."""
        self.assertIn(rule, broken_by(run))
        found = next(one for one in report_of(run).findings if one.rule.name == rule)
        self.assertRegex("\n".join(one.message for one in found.shown), saying)

    def assert_fine(self, run: Mesh) -> None:
        """A near miss breaks nothing at all."""
        self.assertEqual({}, broken_by(run))
