"""What differs between the inputs of scenarios: dotted paths with the value on each side."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sim.scenario.models import Scenario
from sim.scenario.paths import full_path
from sim.scenario.plain import plain_data

#: Parts of a scenario that no replication reads: names, the record it is judged by, how many runs there are.
APART = frozenset({
    "format", "name", "title", "description", "variants", "record", "recorded_events", "recorded_series",
    "calibration", "experiment.replications", "experiment.band",
})  # fmt: skip
#: Annotations of a number, which say where it comes from.
REMARKS = frozenset({"source", "note", "confidence", "as_of", "label", "name", "title"})
#: Stands where a side has nothing.
NOTHING = "-"
#: Parts a number's path from what is annotated beside its value.
RANGE = "#"
#: Longest text of a value that is a whole block.
LONGEST = 60
_MISSING: Any = object()


@dataclass(frozen=True)
class InputDifference:
    """One input that is not the same on every side."""

    path: str
    #: As text, one for each side; "-" where a side has none.
    values: tuple[str, ...]
    #: Whether a replication may read it (names, sources and the record are read by nobody).
    bears: bool


def input_differences(scenarios: Sequence[Scenario]) -> list[InputDifference]:
    """Return the inputs that differ between *scenarios*, in the order of the file's shape."""
    drawn = {full_path(path) for scenario in scenarios for path in scenario.uncertain}
    found = _walk([plain_data(scenario) for scenario in scenarios], ())
    return [
        InputDifference(path.replace(RANGE, "."), tuple(map(_text, values)), _bears(path, drawn))
        for path, values in found
    ]


def _walk(
    values: Sequence[Any], path: tuple[str, ...], beside: bool = False
) -> Iterator[tuple[str, Sequence[Any]]]:
    if all(_same(value, values[0]) for value in values[1:]):
        return
    if all(isinstance(value, dict) for value in values):
        yield from _walk_blocks(values, path)
    elif all(isinstance(value, list) for value in values) and len({len(value) for value in values}) == 1:
        for place in range(len(values[0])):
            yield from _walk([value[place] for value in values], (*path, str(place)))
    elif beside:
        yield f"{'.'.join(path[:-1])}{RANGE}{path[-1]}", values
    else:
        yield ".".join(path), values


def _walk_blocks(values: Sequence[Any], path: tuple[str, ...]) -> Iterator[tuple[str, Sequence[Any]]]:
    keys = list(dict.fromkeys(key for value in values for key in value))
    annotated = all("value" in value for value in values)
    if annotated:
        numbers = [_number(value) for value in values]
        if any(number != numbers[0] for number in numbers[1:]):
            yield ".".join(path), values
        keys = [key for key in keys if key not in ("value", "unit")]
    for key in keys:
        yield from _walk([value.get(key, _MISSING) for value in values], (*path, key), beside=annotated)


def _same(one: Any, other: Any) -> bool:
    """Return whether two values are the same; a bare number is the same as an annotated one."""
    return bool(one == other) or (isinstance(one, dict) != isinstance(other, dict) and (
        _number(one) is not None and _number(one) == _number(other)
    ))  # fmt: skip


def _number(value: Any) -> tuple[float, str] | None:
    """Return number and unit of a bare ("36.0 h") or an annotated one; none for anything else."""
    if isinstance(value, dict):
        known = isinstance(value.get("value"), (int, float))
        return (float(value["value"]), str(value.get("unit", ""))) if known else None
    number, _, unit = str(value).partition(" ")
    try:
        return float(number), unit
    except ValueError:
        return None


def _text(value: Any) -> str:
    if value is _MISSING:
        return NOTHING
    found = _number(value) if not isinstance(value, bool) else None
    if found is not None:
        return f"{found[0]:.12g} {found[1]}".rstrip()
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        value = {key: item for key, item in value.items() if key not in REMARKS}
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]} ..."


def _bears(path: str, drawn: Collection[str]) -> bool:
    number, mark, remark = path.partition(RANGE)
    if mark and remark in ("low", "high"):
        return number in drawn  # the range of a number that is not drawn is read by nobody
    parts = path.replace(RANGE, ".").split(".")
    tops = {parts[0], ".".join(parts[:2])}
    return not tops & APART and not REMARKS & set(parts[-2:])
