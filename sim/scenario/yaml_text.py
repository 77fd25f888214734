"""Plain data written as YAML, the very text that libyaml gives for it in a fraction of the time.

Only what a scenario's data consists of is written here: texts on one line, numbers, truth values,
mappings and lists. Data with anything else in it (line breaks, control characters, long keys) is left
to libyaml itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isfinite
from typing import Any

#: A line is broken at the first single space beyond this column.
WIDTH = 100
_SINGLE_SPACE = re.compile("(?<! ) (?! )")
#: What texts do not begin with, or hold, that stand without quotes.
_SIGNS, _MARKERS = frozenset("#,[]{}&*!|>'\"%@`"), ("- ", "? ", ": ", "---", "...")
#: Longer keys are written in a form of their own.
_LONGEST_KEY = 100


class BeyondError(Exception):
    """The data holds something that is left to libyaml."""


def yaml_text(data: dict[str, Any], is_text: Callable[[str], bool]) -> str:
    """Return *data* as block YAML, keys in their order, lines broken beyond `WIDTH`.

    Args:
        data: a mapping.
        is_text: whether a reader takes a text without quotes for that text, not for a number or the like.

    Raises:
        BeyondError: some of it must be written by libyaml.
    """
    if not data:
        raise BeyondError
    writer = _Writer(is_text)
    writer.mapping(data, 0)
    return "".join(writer.pieces)


class _Writer:
    """Writes one document; texts that come again are judged once."""

    def __init__(self, is_text: Callable[[str], bool]) -> None:
        self.is_text = is_text
        self.known: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.numbers: dict[float, str] = {}
        self.pieces: list[str] = []

    def mapping(self, data: dict[Any, Any], indent: int, lead: str | None = None) -> None:
        """Write a mapping whose keys stand at *indent*; *lead* is before the first one."""
        margin = " " * indent
        start = margin if lead is None else lead
        # Most of the time goes here: what was judged before is looked up without a call.
        keys, known, numbers, add = self.keys, self.known, self.numbers, self.pieces.append
        for key, value in data.items():
            head = start + (keys.get(key) or self.key(key))
            start = margin
            kind = value.__class__
            if kind is str:
                text = known.get(value) or self.text(value)
                if len(head) + len(text) >= WIDTH:
                    text = _folded(text, len(head) + 1, indent + 2)
                add(f"{head} {text}\n")
            elif kind is float:
                add(f"{head} {numbers.get(value) or self.number(value)}\n")
            elif kind is dict and value:
                add(f"{head}\n")
                self.mapping(value, indent + 2)
            elif kind is list and value:
                add(f"{head}\n")
                self.sequence(value, indent)
            else:
                add(f"{head} {self.scalar(value, len(head) + 1, indent + 2)}\n")

    def sequence(self, items: list[Any], indent: int, lead: str | None = None) -> None:
        """Write a list whose dashes stand at *indent*; *lead* is before the first one."""
        margin = " " * indent
        for value in items:
            head = f"{margin if lead is None else lead}- "
            lead = None
            if value.__class__ is dict and value:
                self.mapping(value, indent + 2, head)
            elif value.__class__ is list and value:
                self.sequence(value, indent + 2, head)
            else:
                self.pieces.append(f"{head}{self.scalar(value, indent + 2, indent + 2)}\n")

    def scalar(self, value: Any, column: int, indent: int) -> str:
        """Return *value* as it is written from *column* on; further lines begin at *indent*."""
        kind = value.__class__
        if kind is str:
            text = self.known.get(value) or self.text(value)
            return text if column + len(text) <= WIDTH else _folded(text, column, indent)
        if kind is float:
            return self.numbers.get(value) or self.number(value)
        if kind is bool:
            return "true" if value else "false"
        if kind is int:
            return str(value)
        if not value and kind in (dict, list):
            return "{}" if kind is dict else "[]"
        raise BeyondError

    def key(self, key: Any) -> str:
        """Return a key of a mapping with its colon."""
        if type(key) is not str or len(key) > _LONGEST_KEY:
            raise BeyondError
        written = self.keys[key] = f"{self.text(key)}:"
        return written

    def number(self, value: float) -> str:
        """Return a number with a point, by which every reader takes it for a float."""
        if not isfinite(value):
            raise BeyondError
        number = repr(value)
        written = number.replace("e", ".0e") if "." not in number else number
        if value:  # 0.0 and -0.0, which are written apart, are one key
            self.numbers[value] = written
        return written

    def text(self, text: str) -> str:
        """Return *text* on one line, in quotes where it needs them."""
        written = self.known.get(text)
        if written is None:
            written = self.known[text] = self._judged(text)
        return written

    def _judged(self, text: str) -> str:
        if not text.isprintable() or text[:1] == " " or text[-1:] == " ":
            raise BeyondError
        if not text.isascii() and max(text) > "\ud7ff":
            raise BeyondError
        if text and self.is_text(text) and not _needs_quotes(text):
            return text
        return "'" + text.replace("'", "''") + "'"


def _needs_quotes(text: str) -> bool:
    """Return whether *text* would be read as something else, or not at all, if it stood without quotes."""
    return (
        text[0] in _SIGNS
        or text[-1] == ":"
        or ": " in text
        or " #" in text
        or text in ("-", "?")
        or text.startswith(_MARKERS)
    )


def _folded(text: str, column: int, indent: int) -> str:
    """Return *text*, which begins at *column*, with lines broken at the first single space beyond `WIDTH`."""
    lines = []
    start = 0
    # What stands before the limit need not be looked at.
    while space := _SINGLE_SPACE.search(text, start + max(0, WIDTH + 1 - column)):
        lines.append(text[start : space.start()])
        start, column = space.end(), indent
    lines.append(text[start:])
    return f"\n{' ' * indent}".join(lines)
