"""Finding what stands at a path of raw data, and what may stand there."""

from __future__ import annotations

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
    shape: Any = Scenario
    for place, part in enumerate(parts):
        below = child(shape, part)
        if below is None and isinstance(data, dict) and "value" in data and part in ANNOTATIONS:
            return data.get(part), None
        last = place == len(parts) - 1
        known_key = part in data if isinstance(data, dict) else _in_list(data, part)
        # A mapping with free keys may gain a last one; elsewhere an unknown name is a slip.
        if below is None or (is_open(shape) and not known_key and not last):
            known = names(shape, data)
            cure = did_you_mean(str(part), known) or _known(known)
            raise SettingError(f"there is no '{part}' here{cure}")
        if isinstance(data, list) and not known_key:
            raise SettingError(f"there is no item {part} here; the list has {len(data)}")
        shape, data = below, data[part] if known_key else None
    return data, shape


def _in_list(data: Any, part: Key) -> bool:
    return isinstance(data, list) and isinstance(part, int) and part < len(data)


def _known(known: tuple[str, ...]) -> str:
    listed = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    return f"; known are {listed}" if known else "; nothing follows this"
