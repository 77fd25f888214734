"""Finding what stands at a path of raw data, and what may stand there."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sim.scenario.errors import did_you_mean
from sim.scenario.marks import Key
from sim.scenario.models import Scenario
from sim.scenario.quantities import ANNOTATIONS
from sim.scenario.shapes import child, is_open, names


class SettingError(Exception):
    """A path that leads nowhere or a setting that cannot be made, said in one sentence."""


def find(data: Any, parts: tuple[Key, ...]) -> tuple[Any, Any]:
    """Return what stands at *parts* now (None if nothing) and the type of what may stand there.

    Raises:
        SettingError: when nothing can stand there.
    """
    below: Any = Scenario
    for place, (part, (shape, is_free, below)) in enumerate(zip(parts, _shapes(parts), strict=False)):
        if below is None and isinstance(data, dict) and "value" in data and part in ANNOTATIONS:
            return data.get(part), None
        last = place == len(parts) - 1
        known_key = part in data if isinstance(data, dict) else _in_list(data, part)
        # A mapping with free keys may gain a last one; elsewhere an unknown name is a slip.
        if below is None or (is_free and not known_key and not last):
            known = names(shape, data)
            cure = did_you_mean(str(part), known) or _known(known)
            raise SettingError(f"there is no '{part}' here{cure}")
        if isinstance(data, list) and not known_key:
            raise SettingError(f"there is no item {part} here; the list has {len(data)}")
        data = data[part] if known_key else None
    return data, below


def shape_at(parts: tuple[Key, ...]) -> Any:
    """Return the type of what may stand at *parts* of a scenario; None if nothing can."""
    return _shapes(parts)[-1][2]


@lru_cache(maxsize=4096)
def _shapes(parts: tuple[Key, ...]) -> tuple[tuple[Any, bool, Any], ...]:
    """Return for each of *parts* the type it is sought in, whether that has free keys, and its own type.

    A part that names nothing has no type and is the last.
    """
    found: list[tuple[Any, bool, Any]] = []
    for place in range(len(parts)):
        found.append(_step(parts[: place + 1]))
        if found[-1][2] is None:
            break
    return tuple(found)


@lru_cache(maxsize=4096)
def _step(parts: tuple[Key, ...]) -> tuple[Any, bool, Any]:
    """Return what `_shapes` tells of the last of *parts*, those before it, which many share, being known."""
    shape = _step(parts[:-1])[2] if len(parts) > 1 else Scenario
    return shape, is_open(shape), child(shape, parts[-1])


def _in_list(data: Any, part: Key) -> bool:
    return isinstance(data, list) and isinstance(part, int) and part < len(data)


def _known(known: tuple[str, ...]) -> str:
    listed = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    return f"; known are {listed}" if known else "; nothing follows this"
