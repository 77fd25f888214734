"""Plain scalars by the core schema of YAML 1.2: `NO`, `12:30` and dates are texts, `010` is ten."""

from __future__ import annotations

import math
import re
from typing import Any

#: Texts that stand for nothing or a truth value.
CONSTANTS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_BASED = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_NOT_FINITE = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")
#: First characters a number can have, none of which holds a space; any other plain scalar is a text at once.
NUMERIC = frozenset("+-.0123456789")


class NotFiniteError(ValueError):
    """A scalar that means no finite number."""


def core_scalar(text: str) -> Any:
    """Return a plain scalar's value under YAML 1.2's core schema.

    Raises:
        NotFiniteError: for infinities, not-a-number and numbers beyond a float's range.
    """
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text[0] not in NUMERIC or " " in text:
        return text
    if _INTEGER.match(text):
        # The length is checked first: converting very long integers takes quadratic time.
        if len(text) > 400 or math.isinf(float(text)):
            raise NotFiniteError(text)
        return int(text)
    if _FLOAT.match(text):
        number = float(text)
        if not math.isfinite(number):
            raise NotFiniteError(text)
        return number
    if _BASED.match(text) and len(text) < 20:
        return int(text, 0)
    if _NOT_FINITE.match(text):
        raise NotFiniteError(text)
    return text
