"""Levers of a running world: what acts on each named parameter now, and who is told when that changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf, prod
from typing import TYPE_CHECKING

from sim.engine.situation import treaty_facts
from sim.scenario.alliance import Instrument

if TYPE_CHECKING:
    from sim.engine.world import World

#: Steps in which an instrument that is phased in reaches its full effect.
STEPS = 10


class Levers:
    """Factors on the named parameters of `sim.scenario.levers`, each set by a source and dropped by it."""

    def __init__(self, world: World) -> None:
        """Put the instruments to work: those in force at once, the others on their day."""
        self.world = world
        self._factors: dict[str, dict[str, float]] = {}
        self._values: dict[str, float] = {}
        self._listeners: dict[str, list[Callable[[int], None]]] = {}
        for key, instrument in world.alliance.instruments.items():
            if self.in_force(key) < inf and self._concerned(instrument):
                self._schedule(key, instrument)

    def in_force(self, key: str) -> float:
        """Return the hour from which an instrument works; inf if never (off, not adopted, no date)."""
        alliance = self.world.alliance
        instrument = alliance.instruments[key]
        dropped = any(key in s.adopts for s in alliance.sessions.values() if not s.enabled)
        if dropped or not instrument.enabled or instrument.in_force is None:
            return inf
        return self.world.hours_to_day(instrument.in_force)

    def _concerned(self, instrument: Instrument) -> bool:
        """Return whether the crisis is of the kind that an instrument works in, by the facts of its start."""
        if not instrument.only_where:
            return True
        facts = treaty_facts(self.world.scenario, self.world.today)
        return all(facts.get(fact) == found for fact, found in instrument.only_where.items())

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
        acting = self._factors.setdefault(lever, {})
        if acting.get(source, 1.0) == factor:
            return
        if factor == 1.0:
            del acting[source]
        else:
            acting[source] = factor
        # In a fixed order, so that the value depends on what acts alone and not on what came first.
        self._values[lever] = prod(acting[one] for one in sorted(acting))
        for listener in self._listeners.get(lever, ()):
            listener(cause)

    def listen(self, lever: str, listener: Callable[[int], None]) -> None:
        """Call *listener* with the cause of each later change of *lever*."""
        self._listeners.setdefault(lever, []).append(listener)

    def _schedule(self, key: str, instrument: Instrument) -> None:
        """Let an instrument act from its day in force on, in steps if it is phased in."""
        assert instrument.in_force is not None
        first = self.world.hours_to_day(instrument.in_force)
        phase, full = float(instrument.phase_in or 0.0), float(instrument.factor)
        steps = STEPS if phase > 0 else 1
        for step in range(1, steps + 1):
            at = first + phase * step / steps if phase > 0 else first
            factor = 1 + (full - 1) * step / steps
            for lever in (instrument.affects, *instrument.also):
                act = partial(self.put, lever, f"instrument {key}", factor)
                if at <= self.world.now:
                    act()
                else:
                    self.world.after(at - self.world.now, act)
