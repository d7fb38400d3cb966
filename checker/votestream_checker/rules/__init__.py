"""
The rules, in the order of a vote's way. The docstring of each says what is promised, why it raises no false alarm,
and what it cannot see.
"""
from __future__ import annotations

from typing import List

from . import answers, bounds, ends, folding, fresh, log, rejections, same_answer, sequence, tables
from .rule import Rule, Violation

MODULES = (log, tables, folding, answers, rejections, same_answer, bounds, fresh, sequence, ends)
RULES: List[Rule] = [rule for module in MODULES for rule in module.RULES]

__all__ = ["RULES", "Rule", "Violation"]
