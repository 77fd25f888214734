"""Levers of a running world: what acts on each named parameter now, and who is told when that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from math import inf, prod
from typing import TYPE_CHECKING, NamedTuple

from sim.engine.days import hours_to_day
from sim.engine.prepared import prepared_together
from sim.engine.situation import treaty_facts
from sim.scenario.alliance import Instrument
from sim.scenario.sessions import Session

if TYPE_CHECKING:
    from sim.engine.world import World

#: Steps in which an instrument that is phased in reaches its full effect.
STEPS = 10


class Act(NamedTuple):
    """One step of an instrument that works by itself."""

    at: float  # hours after the scenario's start
    lever: str
    source: str
    factor: float
    #: Facts of the crisis without any of which it is not done.
    only_where: Mapping[str, str]


class Beginning(NamedTuple):
    """How the levers of a world stand when it begins, and what instruments do later."""

    factors: dict[str, dict[str, float]]
    values: dict[str, float]
    later: list[Act]


class Levers:
    """Factors on the named parameters of `sim.scenario.levers`, each set by a source and dropped by it."""

    def __init__(self, world: World) -> None:
        """Put the instruments to work: those in force at once, the others on their day."""
        self.world = world
        alliance, start, now = world.alliance, world.scenario.start, world.now
        begin = _at_start(alliance.instruments, alliance.sessions, start) if now == 0 else None
        if begin is None:
            acts = _acts(alliance.instruments, alliance.sessions, start)
            begin = _begun([act for act in acts if self._concerned(act)], now)
        self._factors = {lever: acting.copy() for lever, acting in begin.factors.items()}
        self._values = begin.values.copy()
        self._listeners: dict[str, list[Callable[[int], None]]] = {}
        for act in begin.later:  # most of it beyond the horizon, where something is phased in over years
            if act.at <= world.horizon and self._concerned(act):
                world.after(act.at - now, partial(self.put, act.lever, act.source, act.factor))

    def in_force(self, key: str) -> float:
        """Return the hour from which an instrument works; inf if never (off, not adopted, no date)."""
        alliance = self.world.alliance
        return _in_force(key, alliance.instruments[key], alliance.sessions, self.world.scenario.start)

    def _concerned(self, act: Act) -> bool:
        """Return whether the crisis is of the kind that an instrument works in, by the facts of its start."""
        if not act.only_where:
            return True
        facts = treaty_facts(self.world.scenario, self.world.today)
        return all(facts.get(fact) == found for fact, found in act.only_where.items())

    def value(self, lever: str) -> float:
        """Return the product of what acts on *lever*; 1 if nothing does."""
        return self._values.get(lever, 1.0)

    def put(self, lever: str, source: str, factor: float, cause: int = -1) -> None:
        """Let *source* act on *lever* by *factor*, in place of what it did before; tell who listens.

        Args:
            lever: a name from `sim.scenario.levers`.
            source: who acts; one source has one factor on a lever.
            factor: 1 takes the source's effect away.
            cause: id of the event behind the change.
        """
        if _put(self._factors, self._values, lever, source, factor):
            for listener in self._listeners.get(lever, ()):
                listener(cause)

    def listen(self, lever: str, listener: Callable[[int], None]) -> None:
        """Call *listener* with the cause of each later change of *lever*."""
        self._listeners.setdefault(lever, []).append(listener)


def _put(
    factors: dict[str, dict[str, float]], values: dict[str, float], lever: str, source: str, factor: float
) -> bool:
    """Let *source* act on *lever* by *factor*; return whether that changes anything."""
    acting = factors.setdefault(lever, {})
    if acting.get(source, 1.0) == factor:
        return False
    if factor == 1.0:
        del acting[source]
    else:
        acting[source] = factor
    # In a fixed order, so that the value depends on what acts alone and not on what came first.
    values[lever] = prod([acting[one] for one in sorted(acting)])
    return True


def _in_force(key: str, instrument: Instrument, sessions: Mapping[str, Session], start: datetime) -> float:
    dropped = any(key in s.adopts for s in sessions.values() if not s.enabled)
    if dropped or not instrument.enabled or instrument.in_force is None:
        return inf
    return hours_to_day(start, instrument.in_force)


@prepared_together
def _at_start(
    instruments: Mapping[str, Instrument], sessions: Mapping[str, Session], start: datetime
) -> Beginning | None:
    """Return how the levers stand at the scenario's start; none if that hangs on the crisis."""
    acts = _acts(instruments, sessions, start)
    return None if any(act.only_where and act.at <= 0 for act in acts) else _begun(acts, 0.0)


def _begun(acts: Iterable[Act], now: float) -> Beginning:
    """Return how the levers stand at the hour *now*."""
    begin = Beginning({}, {}, [])
    for act in acts:
        if act.at <= now:
            _put(begin.factors, begin.values, act.lever, act.source, act.factor)
        else:
            begin.later.append(act)
    return begin


def _acts(
    instruments: Mapping[str, Instrument], sessions: Mapping[str, Session], start: datetime
) -> list[Act]:
    """Return what instruments do: each from its day in force on, in steps if it is phased in."""
    found: list[Act] = []
    for key, instrument in instruments.items():
        first = _in_force(key, instrument, sessions, start)
        if first == inf:
            continue
        phase, full = float(instrument.phase_in or 0.0), float(instrument.factor)
        steps = STEPS if phase > 0 else 1
        for step in range(1, steps + 1):
            at = first + phase * step / steps if phase > 0 else first
            factor = 1 + (full - 1) * step / steps
            found += [
                Act(at, lever, f"instrument {key}", factor, instrument.only_where)
                for lever in (instrument.affects, *instrument.also)
            ]
    return found
