"""Twins: two logs of runs with the same luck, and the first event at which they part."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.experiment.responses import responses_of
from sim.experiment.sides import Side
from sim.experiment.typical import typical_run
from sim.scenario.models import Scenario

#: Kinds that are bookkeeping of the engine rather than something that somebody sees happen.
UNSEEN: Collection[EventKind] = frozenset({EventKind.UNREST, EventKind.HORIZON})


@dataclass(frozen=True)
class Parting:
    """Where two logs part; an event is none where that log has ended."""

    #: The first record, of any kind, that is not the same in both, and what in it differs.
    first: tuple[EventRecord | None, EventRecord | None]
    fields: tuple[str, ...]
    #: The first events that differ among those that somebody sees happen.
    seen: tuple[EventRecord | None, EventRecord | None]
    #: Records that are alike before the first.
    alike: int

    @property
    def time(self) -> float:
        """Hours after the start at which the logs part."""
        return min(record.time for record in self.first if record is not None)


@dataclass(frozen=True)
class Twins:
    """The same run on two sides."""

    run: int
    logs: tuple[EventLog, EventLog]
    scenarios: tuple[Scenario, Scenario]
    #: None if the logs are the same throughout.
    parting: Parting | None


def parting_of(one: EventLog, other: EventLog) -> Parting | None:
    """Return where two logs part; none if they say the same.

    Numbers and causes of records do not count: they only say in which order things were written down.
    """
    whole = one.whole, other.whole
    first = _first(*whole)
    if first is None:
        return None
    place, pair = first
    seen = _first(*([r for r in records if r.kind not in UNSEEN] for records in whole))
    return Parting(pair, _fields(*pair), seen[1] if seen else (None, None), place)


Pair = tuple[EventRecord | None, EventRecord | None]


def _first(one: Sequence[EventRecord], other: Sequence[EventRecord]) -> tuple[int, Pair] | None:
    for place in range(max(len(one), len(other))):
        a = one[place] if place < len(one) else None
        b = other[place] if place < len(other) else None
        if a is None or b is None or not _alike(a, b):
            return place, (a, b)
    return None


def _alike(a: EventRecord, b: EventRecord) -> bool:
    """Return whether two records say the same, but for the rounding of numbers found in another order."""
    return _subject(a) == _subject(b) and (
        (a.time, a.amount, a.detail) == (b.time, b.amount, b.detail)
        or repr(_rounded((a.time, a.amount, a.detail))) == repr(_rounded((b.time, b.amount, b.detail)))
    )


def _subject(record: EventRecord) -> tuple[str, ...]:
    return record.kind, record.who, record.where, record.crisis


def _rounded(value: Any) -> Any:
    """Return *value* with every number in it cut to nine figures, sets in order."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(map(repr, value))
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return value


def _fields(a: EventRecord | None, b: EventRecord | None) -> tuple[str, ...]:
    """Return what differs between two records of one kind, actor and place; empty if they are others."""
    if a is None or b is None or _subject(a) != _subject(b):
        return ()
    one, other = (_rounded({"time": r.time, "amount": r.amount, **r.detail}) for r in (a, b))
    return tuple(key for key in {**one, **other} if repr(one.get(key)) != repr(other.get(key)))


def twins_of(first: Side, second: Side, places: Sequence[int]) -> Twins:
    """Return the twins of the run nearest the first side's medians, among the pairs at *places*."""
    scenario = first.scenario
    timings = [n for n, r in responses_of(scenario).items() if r.kind == "time" and not r.contributor]
    rows = [first.rows[place] for place in places]
    chosen = typical_run(rows, [name for name in timings if name in rows[0]])
    place = places[max(chosen, 0)]
    run = int(first.rows[place]["run"])
    found = first.replay(run), second.replay(run)
    logs, scenarios = (found[0][0], found[1][0]), (found[0][1], found[1][1])
    return Twins(run, logs, scenarios, parting_of(*logs))
