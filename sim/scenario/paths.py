"""Reading and changing a scenario by dotted paths, as in `crisis.sites.<key>.forces`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from sim.scenario.distributions import Duration
from sim.scenario.models import Scenario
from sim.scenario.quantities import Quantity
from sim.scenario.shapes import split_path

#: First part of a shortened path, and what is put before it.
ALIASES: dict[str, str] = {
    "council": "alliance.organs",
    "members": "alliance",
    "fleets": "alliance",
    "airfields": "alliance",
    "treaty": "alliance",
    "organs": "alliance",
    "ties": "alliance",
    "airlift": "alliance",
    "instruments": "alliance",
    "sessions": "alliance",
    "standing": "alliance",
    "bases": "alliance",
    "exercises": "alliance",
    "partners": "alliance",
    "synthetic": "alliance",
    "effects": "crisis",
    "sites": "crisis",
    "injects": "crisis",
    "branches": "crisis",
    "decision": "response",
    "mandate": "response",
    "mission": "response",
    "offers": "response",
    "measures": "response",
}


def full_path(path: str) -> str:
    """Return *path* with a shortened beginning (see `ALIASES`) written out."""
    prefix = ALIASES.get(path.partition(".")[0])
    return f"{prefix}.{path}" if prefix else path


def read_path(scenario: Scenario, path: str) -> Any:
    """Return what stands at *path*; a duration that is certain is its number of hours.

    Raises:
        KeyError: when nothing stands there.
    """
    found: Any = scenario
    for part in split_path(full_path(path)):
        try:
            found = getattr(found, str(part)) if isinstance(found, BaseModel) else found[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            raise KeyError(f"nothing stands at {path!r} ({part!r} is unknown)") from None
    if isinstance(found, Duration) and found.certain is not None:
        return found.certain
    return found


Changes = dict[str | int, "Changes | float"]


def with_values(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """Return *scenario* with other numbers at some paths (base units), unchecked and fast.

    Every number keeps its annotations; everything not on a path is shared with *scenario*.

    Raises:
        KeyError: when no number stands at a path.
    """
    changes: Changes = {}
    for path, value in values.items():
        *parents, last = split_path(full_path(path))
        level = changes
        for part in parents:
            below = level.setdefault(part, {})
            if not isinstance(below, dict):
                raise KeyError(f"{path!r} lies inside a number that is also changed")
            level = below
        level[last] = value
    changed: Scenario = _changed(scenario, changes) if changes else scenario
    return changed


def _changed(old: Any, changes: Changes) -> Any:
    """Return a copy of *old* with *changes* made below it."""
    if isinstance(old, BaseModel):
        state = old.__dict__
        update = {str(part): _replaced(state, str(part), change) for part, change in changes.items()}
        # As model_copy(update=...), without its detour through copy().
        new = old.__class__.__new__(old.__class__)
        object.__setattr__(new, "__dict__", {**state, **update})
        object.__setattr__(new, "__pydantic_extra__", None)
        object.__setattr__(new, "__pydantic_fields_set__", old.__pydantic_fields_set__)
        object.__setattr__(new, "__pydantic_private__", None)
        return new
    if isinstance(old, dict):
        return {**old, **{part: _replaced(old, part, change) for part, change in changes.items()}}
    if isinstance(old, tuple):
        items = list(old)
        for part, change in changes.items():
            items[int(part)] = _replaced(old, part, change)
        return tuple(items)
    raise KeyError(f"no number stands at {'.'.join(map(str, changes))!r}")


def _replaced(holder: Any, part: Any, change: Changes | float) -> Any:
    try:
        old = holder[part]
    except (KeyError, IndexError, TypeError):
        raise KeyError(f"nothing stands at {part!r}") from None
    if isinstance(change, dict):
        return _changed(old, change)
    if isinstance(old, Quantity):
        return old.with_value(change)
    if isinstance(old, Duration) and old.certain is not None:
        return _changed(old, {"certain": change})
    if isinstance(old, (int, float)) and not isinstance(old, bool):
        return change
    raise KeyError(f"no number stands at {part!r}")


def quantities(scenario: Scenario) -> Iterator[tuple[str, Quantity]]:
    """Yield every number with a unit, and its path, in the order of the file's shape.

    A certain duration is yielded under the duration's own path.
    """
    yield from _quantities_in(scenario, "")


def _quantities_in(part: Any, path: str) -> Iterator[tuple[str, Quantity]]:
    if isinstance(part, Quantity):
        yield path, part
    elif isinstance(part, Duration) and part.certain is not None:
        yield path, part.certain
    elif isinstance(part, BaseModel):
        for name, item in part.__dict__.items():
            yield from _quantities_in(item, f"{path}.{name}" if path else name)
    elif isinstance(part, dict):
        for name, item in part.items():
            yield from _quantities_in(item, f"{path}.{name}")
    elif isinstance(part, tuple):
        for place, item in enumerate(part):
            yield from _quantities_in(item, f"{path}.{place}")
