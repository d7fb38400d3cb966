from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from votestream_checker.case import read_case
from votestream_checker.lines import InputError

from .run import Run, a_run, dumped


class Input(unittest.TestCase):
    def assert_refused(self, run: Run, message: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            run.write(Path(folder))
            with self.assertRaisesRegex(InputError, message):
                read_case(Path(folder))

    def run_with(self, event: int, **fields: object) -> Run:
        run = dumped(a_run())
        run.history[event].update(fields)
        return run

    def test_a_line_that_is_no_object(self) -> None:
        for line in ("{", "[]", "", "7", '{"ns": NaN'):
            with tempfile.TemporaryDirectory() as folder:
                dumped(a_run()).write(Path(folder))
                with (Path(folder) / "stores" / "votes.jsonl").open("a") as file:
                    file.write(line + "\n")
                with self.assertRaisesRegex(InputError, r"stores/votes\.jsonl:7: "):
                    read_case(Path(folder))

    def test_a_file_that_is_missing(self) -> None:
        run = dumped(a_run())
        del run.stores["refolded/results"]
        self.assert_refused(run, r"stores/refolded/results\.jsonl: cannot be read: No such file")

    def test_a_value_of_another_kind(self) -> None:
        self.assert_refused(self.run_with(1, ns="5"), r'history\.jsonl:2: "ns" must be a whole number .*, not "5"')
        self.assert_refused(self.run_with(1, choice=True), r'history\.jsonl:2: "choice" must be')
        self.assert_refused(self.run_with(1, voter="AB"), r'history\.jsonl:2: "voter" must be a uuid in lower case')
        self.assert_refused(self.run_with(1, op="vot"), r'history\.jsonl:2: "op" must be one of vote, read')

    def test_a_value_that_is_missing(self) -> None:
        run = dumped(a_run())
        del run.history[1]["choice"]
        self.assert_refused(run, r'history\.jsonl:2: "choice" is missing')

    def test_answers_without_a_question_or_with_two(self) -> None:
        self.assert_refused(self.run_with(2, id=77), r"history\.jsonl:3: op 77 is answered and was never invoked")
        self.assert_refused(self.run_with(6, id=1), r"history\.jsonl:7: op 1 was answered on line 3 already")
        self.assert_refused(self.run_with(5, id=1), r"history\.jsonl:6: op 1 was invoked on line 2 already")

    def test_an_answer_before_its_question(self) -> None:
        self.assert_refused(self.run_with(2, ns=1), r"history\.jsonl:3: op 1 is answered before it was invoked")

    def test_an_answer_that_does_not_fit_its_type(self) -> None:
        self.assert_refused(self.run_with(2, status=504), "an answer of type ok cannot have the status 504")
        self.assert_refused(self.run_with(2, type="info"), "an answer of type info cannot have the status 200")
        self.assert_refused(self.run_with(2, type="fail", status=500), "of type fail cannot have the status 500")
        self.assert_refused(self.run_with(2, type="fail", status=422), 'a 422 needs its "reason"')
        self.assert_refused(self.run_with(2, version=None), 'a counted vote needs its "vote_id" and "version"')

    def test_two_votes_of_one_number(self) -> None:
        self.assert_refused(self.run_with(5, choice=2), r"history\.jsonl:6: vote 0 of a is another one than on line 2")

    def test_settings_that_say_nothing(self) -> None:
        run = dumped(a_run())
        run.options = {1: 0}
        self.assert_refused(run, 'settings.json: "options" must say')

    def test_a_redis_key_of_another_kind(self) -> None:
        run = dumped(a_run())
        run.stores["redis"][0]["key"] = "results:2"
        self.assert_refused(run, r"stores/redis\.jsonl:1: is no results:<poll>")

    def test_lines_in_any_order_are_fine(self) -> None:
        run = dumped(a_run())
        run.history.reverse()
        with tempfile.TemporaryDirectory() as folder:
            run.write(Path(folder))
            self.assertEqual(len(run.history), read_case(Path(folder)).history.events)
