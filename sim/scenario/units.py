"""Units of measure, numbers read with theirs, and counts told with their nouns."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, LiteralString

from pydantic_core import PydanticCustomError

#: Factor from each unit to the base unit of its dimension; the first unit listed is the base.
UNITS: dict[str, dict[str, float]] = {
    "time": {"h": 1.0, "hours": 1.0, "hour": 1.0, "min": 1 / 60, "days": 24.0, "day": 24.0, "weeks": 168.0},
    "distance": {"km": 1.0, "m": 0.001},
    "speed": {"km/h": 1.0},
    "mass": {"t": 1.0},
    "rate": {"per h": 1.0, "per hour": 1.0, "per day": 1 / 24, "per year": 1 / 8766},
    "people": {
        "people": 1.0, "persons": 1.0, "troops": 1.0, "deputies": 1.0, "votes": 1.0, "officers": 1.0,
    },
    "count": {
        "items": 1.0, "vehicles": 1.0, "aircraft": 1.0, "flights": 1.0, "facilities": 1.0, "slots": 1.0,
        "sites": 1.0, "chalks": 1.0, "incidents": 1.0,
    },
    "share": {"": 1.0, "%": 0.01, "percent": 0.01},
    "ratio": {"": 1.0},
    "score": {"": 1.0},
}  # fmt: skip
_BASES = {dimension: next(iter(units)) for dimension, units in UNITS.items()}
#: Dimensions whose plain numbers would be ambiguous, so the unit must be written.
UNIT_REQUIRED = ("time", "distance", "speed", "mass", "rate")
_SCALAR = re.compile(r"\s*([-+]?(?:[0-9]+(?:_[0-9]{3})*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)\s*(.*)")


def fault(template: LiteralString, kind: LiteralString = "quantity", **context: Any) -> PydanticCustomError:
    """Return a fault of the user's; *context* fills the {names} in *template*."""
    return PydanticCustomError(kind, template, context)


def plain(value: float | None) -> str:
    """Return *value* as a person would write it."""
    return "none" if value is None else f"{value:.10g}"


def count(number: float, one: str, many: str = "") -> str:
    """Return a number with its noun, as in '1 flight', '1,400 troops'; *many* is a plural that takes no s."""
    whole = round(number)
    return f"{whole:,} {one if whole == 1 else many or one + 's'}"


def shown(raw: Any) -> str:
    """Return *raw* as it is shown in a message."""
    if raw is None:
        return "an empty value"
    if isinstance(raw, Mapping):
        return "a mapping"
    if isinstance(raw, (list, tuple)):
        return "a list"
    return cut(repr(raw[:70] if isinstance(raw, str) else raw))


def cut(text: str) -> str:
    """Return *text*, shortened where it is too long for a message."""
    return text if len(text) <= 60 else text[:57] + "..."


def base_unit(dimension: str) -> str:
    """Return the unit that numbers of *dimension* are kept in."""
    return _BASES[dimension]


def read_unit(raw: Any, dimension: str) -> str | None:
    """Return *raw* if it is a unit of *dimension* (or None).

    Raises:
        PydanticCustomError: for any other unit.
    """
    if raw is None or (isinstance(raw, str) and raw in UNITS[dimension]):
        return raw
    units = [unit for unit in UNITS[dimension] if unit]
    cure = f"write {', '.join(map(repr, units))}" if units else "write the bare number"
    raise fault(
        "'{unit}' is no unit of {dimension}; {cure}", unit=cut(str(raw)), dimension=dimension, cure=cure
    )


def read_number(raw: Any, unit: str | None, dimension: str) -> float:
    """Return *raw* (a number, or a text that may end in a unit) in the base unit of *dimension*.

    Args:
        raw: what the file says.
        unit: unit of numbers that do not carry their own.
        dimension: a key of `UNITS`.

    Raises:
        PydanticCustomError: when it is no finite number in a unit of the dimension.
    """
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        raise fault("{shown} is not a number; write {cure}", shown=shown(raw), cure=_example(dimension))
    if isinstance(raw, str):
        match = _SCALAR.fullmatch(raw)
        if not match:
            message = "{shown} is not a number with a unit; write {cure}"
            raise fault(message, shown=shown(raw), cure=_example(dimension))
        number, unit = float(match[1].replace("_", "")), match[2].strip() or unit
    else:
        try:
            number = float(raw)
        except OverflowError:
            number = math.inf
    if not math.isfinite(number):
        raise fault("{shown} is not finite; write {cure}", shown=shown(raw), cure=_example(dimension))
    if unit is None:
        if dimension in UNIT_REQUIRED:
            raise fault(
                "{shown} needs a unit; write {cure}", shown=shown(raw), cure=_example(dimension, number)
            )
        return number
    known = UNITS[dimension]
    if unit.__class__ is not str or unit not in known:
        read_unit(unit, dimension)
    return number * known[unit]


def _example(dimension: str, number: float | None = None) -> str:
    base = base_unit(dimension)
    value = plain(number) if number is not None else "0.5" if dimension == "share" else "12"
    return f"'{value} {base}'" if dimension in UNIT_REQUIRED else value
