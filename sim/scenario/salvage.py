"""The sound rest of a faulty scenario, so that faults which lean on the whole are told with the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError

from sim.scenario.marks import Key
from sim.scenario.models import Scenario
from sim.scenario.quantities import Measure, Quantity
from sim.scenario.shapes import child, measure_of, options

#: Parts of a scenario that can be left out, and of which one faulty item can be.
SPARE = (
    "uncertain", "variants", "record", "recorded_events", "recorded_series", "calibration", "sweep", "crises",
)  # fmt: skip


def salvaged(data: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> Scenario | None:
    """Return the scenario in *data* without what is faulty; None where it makes no sense without.

    Unknown keys and spare parts are left out; numbers, words of a fixed choice and texts that are wrong or
    missing are replaced by any that may stand there. Nothing but the names in the result has a meaning.

    Args:
        data: plain data, left as it is.
        findings: all that the validator finds wrong with it.
    """
    for finding in findings:
        found = _mended(data, tuple(finding["loc"]), Scenario, finding["type"] == "extra_forbidden")
        if not isinstance(found, Mapping):
            return None
        data = found
    try:
        return Scenario.model_validate(dict(data))
    except ValidationError:
        return None


def _mended(data: Any, loc: tuple[Key, ...], shape: Any, strange: bool) -> Any:
    """Return a copy of *data* with what stands at *loc* left out or replaced; None where it cannot be.

    Args:
        data: what is read as a *shape*.
        loc: where in it the fault is.
        shape: its type.
        strange: the last key at *loc* is one that may not stand there.
    """
    if measure_of(shape) is not None:
        return _any_number(measure_of(shape))
    if not loc:
        words = (get_args(option) for option in options(shape) if get_origin(option) is Literal)
        return next((choice[0] for choice in words), "x" if str in options(shape) else None)
    key, rest = loc[0], loc[1:]
    if not isinstance(data, (dict, list)):
        return None
    if shape is Scenario and key in SPARE:
        return _without_item(data, str(key), rest[0] if rest else None)
    if isinstance(data, dict) and strange and not rest:
        return {name: item for name, item in data.items() if name != key}
    below = child(shape, key)
    if below is None:  # a part that the validator puts in (the tag of a form) names nothing
        return _mended(data, rest, shape, strange) if rest else None
    held = data.get(key) if isinstance(data, dict) else data[int(key)]
    mended = _mended(held, rest, below, strange)
    if mended is None:
        return None
    if isinstance(data, dict):
        return {**data, key: mended}
    return [mended if place == key else item for place, item in enumerate(data)]


def _any_number(measure: Measure | None) -> Quantity:
    assert measure is not None
    # 1 lies within the limits of every measure.
    return Quantity(1.0, unit=measure.base)


def _without_item(data: Any, part: str, key: Key | None) -> Any:
    """Return the scenario's *data* without the item *key* of a *part*, or the part where it is no mapping."""
    held = data.get(part)
    if key is not None and isinstance(held, dict):
        return {**data, part: {name: item for name, item in held.items() if str(name) != str(key)}}
    return {name: item for name, item in data.items() if name != part}
