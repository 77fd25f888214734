"""Exercises: held on their days, felt near their place, troops tied up meanwhile, readier afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from math import inf
from typing import NamedTuple

from sim.engine.days import hours_to_day
from sim.engine.event_log import EventKind
from sim.engine.prepared import prepared_together
from sim.engine.world import World
from sim.scenario.exercises import Exercise

#: Steps into which each halving of the gain in readiness is cut, and how often it is let halve.
STEPS, HALVINGS = 4, 6


class Entry(NamedTuple):
    """An exercise on the calendar, in hours after the scenario's start."""

    key: str
    exercise: Exercise
    begins: float
    ends: float  # of its last day


@prepared_together
def _calendar(exercises: Mapping[str, Exercise], start: datetime) -> list[Entry]:
    """Return the exercises that are held, but for those of whose gain nothing is left at the start."""
    found = []
    for key, exercise in exercises.items():
        begins = hours_to_day(start, exercise.begins)
        ends = hours_to_day(start, exercise.ends) + 24
        forgotten = ends <= 0 and _halvings(exercise, -ends) >= STEPS * HALVINGS
        if exercise.enabled and not forgotten:
            found.append(Entry(key, exercise, begins, ends))
    return found


def _halvings(exercise: Exercise, since: float) -> float:
    """Return the steps that its gain has been halving for *since* (h) the end; no end of them without one."""
    return since // (float(exercise.half_life) / STEPS) if exercise.readiness_gain > 0 else inf


class Exercises:
    """The alliance's exercises on the calendar of one crisis."""

    def __init__(self, world: World) -> None:
        """Plan those to come; those already held leave what is left of their gain in readiness.

        In an episode of a campaign they are felt but neither recorded nor tied up again: the root does that.
        """
        self.world, self.main = world, world.root is world
        self._tied: dict[str, list[tuple[str, str, float]]] = {}  # by exercise: member, unit, troops
        now = world.now
        for key, exercise, begins, ends in _calendar(world.alliance.exercises, world.scenario.start):
            if ends - now <= 0:
                self._decay(key, exercise, now - ends, -1)
            else:
                world.soon(max(0.0, begins - now), partial(self._begin, key, exercise, ends - now + now))

    def _begin(self, key: str, exercise: Exercise, ends: float, _: object) -> None:
        world = self.world
        levers = self._levers(exercise)
        troops = float(sum(exercise.troops.values()))
        detail = {"label": exercise.name, "levers": levers, "by": tuple(exercise.troops)}
        cause = world.record(EventKind.EXERCISE, "", key, troops, detail=detail) if self.main else -1
        for lever, factor in levers.items():
            world.levers.put(lever, f"exercise {key}", factor, cause)
        self._tie_up(key, exercise)
        world.soon(ends - world.now, partial(self._end, key, exercise, cause))

    def _end(self, key: str, exercise: Exercise, cause: int, _: object) -> None:
        world = self.world
        if self.main:
            detail = {"label": exercise.name}
            cause = world.record(EventKind.EXERCISE_ENDED, "", key, cause=cause, detail=detail)
        for lever in exercise.levers:
            world.levers.put(lever, f"exercise {key}", 1.0, cause)
        for member, unit, troops in self._tied.pop(key, ()):
            world.commit(member, unit, -troops)
        self._decay(key, exercise, 0.0, cause)

    def _levers(self, exercise: Exercise) -> dict[str, float]:
        """Return the factors felt in this crisis: none elsewhere or where exercises deter nobody."""
        mechanism = self.world.crisis.effects.deterrence
        if self.world.crisis.host not in exercise.near or mechanism is None or not mechanism.enabled:
            return {}
        power = float(mechanism.strength)
        return {lever: float(factor) ** power for lever, factor in exercise.levers.items()}

    def _tie_up(self, key: str, exercise: Exercise) -> None:
        """Count its troops as away, as far as they are not away already."""
        if self.main:
            self._tied[key] = [
                (member, unit, self.world.tie_up(member, unit, float(troops)))
                for member, units in exercise.units.items()
                for unit, troops in units.items()
            ]

    def _decay(self, key: str, exercise: Exercise, since: float, cause: int) -> None:
        """Shorten times to make ready by what is left of the gain *since* (h) the end.

        *Assumed*: the gain halves in every half-life; it is followed in steps and for a while only.
        """
        gain, half = float(exercise.readiness_gain), float(exercise.half_life)
        if gain <= 0:
            return
        step = half / STEPS
        number = int(since // step)
        if number >= STEPS * HALVINGS:
            self.world.levers.put("readiness", f"exercise {key}", 1.0, cause)
            return
        self.world.levers.put("readiness", f"exercise {key}", 1 - gain * 0.5 ** (number / STEPS), cause)
        wait = (number + 1) * step - since
        self.world.soon(wait, lambda _: self._decay(key, exercise, (number + 1) * step, cause))
