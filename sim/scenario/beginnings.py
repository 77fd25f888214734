"""Whether a crisis begins before the clock starts; all of it would then begin at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic_core import PydanticCustomError

from sim.scenario.marks import Key
from sim.scenario.units import read_number

#: Instants at which a crisis begins ('*' stands for any key).
BEGINNINGS = (
    "crisis.sites.*.onset.earliest",
    "crisis.fighting.earliest",
    "crisis.pressure.earliest",
    "crisis.epidemic.outbreaks.*.earliest",
    "crisis.occasion.at",
)
#: The parts of a scenario that say when these are.
PLACED_BY = frozenset({"crisis", "start", "moved_by"})

#: What to do about it.
CURE = (
    "put 'start' earlier, or leave it and move the whole crisis later with 'moved_by', as in "
    "'moved_by: 365 days'"
)
#: The same for a crisis of a campaign, which has no 'moved_by'.
EPISODE_CURE = (
    "put the 'start' of this crisis (and of the campaign) earlier, or give what belongs to it later dates"
)

Path = tuple[Key, ...]
Matches = Callable[[Any, tuple[str, ...]], Iterable[tuple[Path, Any]]]


def early(data: Mapping[str, Any], matches: Matches, cure: str = CURE) -> Iterator[tuple[Path, str]]:
    """Yield the path of everything that begins before the start, and what is wrong with it.

    What is no instant or no duration is passed over: the models tell of that.

    Args:
        data: a scenario as plain data.
        matches: finds what stands at a pattern of keys in it.
        cure: what to do about it.
    """
    start, moved = _instant(data.get("start")), _hours(data.get("moved_by", "0 h"))
    if start is None or moved is None:
        return
    for pattern in BEGINNINGS:
        for path, raw in matches(data, tuple(pattern.split("."))):
            instant = _instant(raw)
            hours = 0.0 if instant is None else (start - instant).total_seconds() / 3600 - moved
            if hours > 0:
                yield path, f"{raw} is {hours:,.4g} h before the start, {data['start']}; {cure}"


def _hours(raw: Any) -> float | None:
    number, unit = (raw.get("value"), raw.get("unit")) if isinstance(raw, dict) else (raw, None)
    try:
        return read_number(number, unit, "time")
    except (PydanticCustomError, KeyError, TypeError):
        return None


def _instant(raw: Any) -> datetime | None:
    try:
        found = raw if isinstance(raw, datetime) else datetime.fromisoformat(raw)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None


def later(one: Any, other: Any) -> Any:
    """Return the later of two instants of a file, or the first where one of them is none."""
    first, second = _instant(one), _instant(other)
    return other if first is not None and second is not None and second > first else one
