"""Reading of JSON lines: every value is checked, and a complaint names the file and the line."""
from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Tuple

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
DIGITS = re.compile(r"-?[0-9]{1,19}")


class InputError(Exception):
    """The input cannot be read; the message names file and line."""


class Row:
    """One line of a file, an object whose fields are asked for by their type."""

    __slots__ = ("file", "line", "fields")

    def __init__(self, file: str, line: int, fields: Dict[str, Any]) -> None:
        self.file = file
        self.line = line
        self.fields = fields

    def wrong(self, why: str) -> InputError:
        return InputError(f"{self.file}:{self.line}: {why}")

    def _expected(self, name: str, what: str) -> InputError:
        if name not in self.fields:
            return self.wrong(f'"{name}" is missing: it must be {what}')
        return self.wrong(f'"{name}" must be {what}, not {json.dumps(self.fields[name])[:60]}')

    def whole(self, name: str) -> int:
        """A whole number from 0 on."""
        value = self.fields.get(name)
        if type(value) is not int or value < 0:
            raise self._expected(name, "a whole number from 0 on")
        return value

    def whole_or_none(self, name: str) -> Optional[int]:
        return None if self.fields.get(name) is None else self.whole(name)

    def number(self, name: str) -> int:
        """A whole number, also as digits: drivers give a bigint as text."""
        value = self.fields.get(name)
        if type(value) is str and DIGITS.fullmatch(value):
            return int(value)
        if type(value) is not int:
            raise self._expected(name, "a whole number")
        return value

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        if type(value) is not str:
            raise self._expected(name, "a string")
        return value

    def text_or_none(self, name: str) -> Optional[str]:
        return None if self.fields.get(name) is None else self.text(name)

    def uuid(self, name: str) -> str:
        value = self.fields.get(name)
        if type(value) is not str or not UUID.fullmatch(value):
            raise self._expected(name, "a uuid in lower case")
        return value

    def uuid_or_none(self, name: str) -> Optional[str]:
        return None if self.fields.get(name) is None else self.uuid(name)

    def flag(self, name: str) -> bool:
        value = self.fields.get(name)
        if type(value) is not bool:
            raise self._expected(name, "true or false")
        return value

    def one_of(self, name: str, words: Tuple[str, ...]) -> str:
        value = self.fields.get(name)
        if value not in words or type(value) is not str:
            raise self._expected(name, "one of " + ", ".join(words))
        return value

    def counts(self, name: str) -> Tuple[int, ...]:
        """Votes by choice, without the zeros at the end: whether they are written says nothing."""
        value = self.fields.get(name)
        if type(value) is not list:
            raise self._expected(name, "a list of whole numbers")
        return trimmed(self._count(name, one) for one in value)

    def _count(self, name: str, value: Any) -> int:
        if type(value) is str and DIGITS.fullmatch(value):
            return int(value)
        if type(value) is not int:
            raise self._expected(name, "a list of whole numbers")
        return value


def trimmed(counts: Iterator[int]) -> Tuple[int, ...]:
    """Counts without the zeros at the end."""
    kept = list(counts)
    while kept and kept[-1] == 0:
        kept.pop()
    return tuple(kept)


def read_text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: is no UTF-8, from byte {error.start} on") from error


def read_rows(folder: Path, name: str) -> Iterator[Row]:
    """The objects of a file, one a line; only the very last line may be empty."""
    lines = read_text(folder, name).split("\n")
    if lines[-1] == "":
        lines.pop()
    for number, line in enumerate(lines, 1):
        yield Row(name, number, parse_object(line, f"{name}:{number}"))


def parse_object(text: str, where: str) -> Dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: is no JSON: {error}") from error
    if type(value) is not dict:
        raise InputError(f"{where}: must be a JSON object")
    return value
