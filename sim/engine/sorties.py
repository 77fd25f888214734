"""What flies: loads, the aircraft that carry them, and one sortie from loading to landing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sim.engine.airfields import Closures, ReservationBook
from sim.engine.event_log import EventKind, SortieParts
from sim.engine.world import World
from sim.scenario.transport import AircraftType

Told = Callable[["Load", int, float], Any]
#: Told of an aircraft (number, hours served, station) that is free, where it is and when.
Freed = Callable[["Pool", tuple[int, float, str], str, float], None]


class Group(NamedTuple):
    """What the loads of one echelon have in common, and who is told of their coming and going."""

    member: str
    unit: str
    echelon: str
    direction: str
    departed: Told
    landed: Told
    world: World  # of the crisis they go to


@dataclass(slots=True, eq=False)
class Load:
    """A chalk at its airfield, ready to go; its hours on, off and lost to a repair are its own luck."""

    group: Group
    troops: int
    vehicles: int
    outsize: bool
    origin: str
    destination: str
    cause: int
    released: float
    onload: float
    offload: float
    lost: float


class Route(NamedTuple):
    """A way between two airfields by one type of aircraft: its books, closures and hours."""

    loading: ReservationBook
    unloading: ReservationBook
    closures: tuple[Closures, Closures] | None
    flight: float  # block hours


class Pool:
    """All aircraft of one type that the providers make available, and the loads that wait for one.

    An idle aircraft is (time it is free, number, hours its crew has served) in the heap of its station.
    """

    def __init__(self, key: str, kind: AircraftType) -> None:
        """Start empty."""
        self.key = key
        self.onload, self.offload = kind.onload.sampler(), kind.offload.sampler()
        self.typical_onload = self.onload(0.5)
        self.cruise = float(kind.cruise)
        self.idle: dict[str, list[tuple[float, int, float]]] = {}
        self.queue: deque[Load] = deque()
        self.hours: dict[tuple[str, str], float] = {}
        self.routes: dict[tuple[str, str], Route] = {}
        self.nearest: dict[str, list[tuple[float, str]]] = {}
        self.size = 0

    def add(self, stations: dict[str, int]) -> None:
        """Station aircraft at airfields; equal entries in order of number are a heap already."""
        for station, count in stations.items():
            heap = self.idle.setdefault(station, [])
            heap += [(0.0, self.size + i, 0.0) for i in range(count)]
            self.size += count


class Sortie:
    """One load on one aircraft, told by the clock when to load and when to land."""

    __slots__ = (
        "asked", "cause", "duty", "freed", "load", "number", "pool", "ready", "route", "start", "station",
        "takeoff", "world",
    )  # fmt: skip

    def __init__(
        self,
        freed: Freed,
        pool: Pool,
        route: Route,
        load: Load,
        crew: tuple[int, float, str],
    ) -> None:
        """Put *load* on an aircraft of *pool*; *freed* is told when the aircraft can be used again.

        *crew* is the aircraft's number, the hours its crew will have served on landing, and its station.
        """
        self.world, self.freed, self.pool, self.route, self.load = load.group.world, freed, pool, route, load
        self.number, self.duty, self.station = crew

    def take_off(self, _: object = None) -> None:
        """Take a loading slot, load, wait for open airfields, take off."""
        world, load, route = self.world, self.load, self.route
        member, unit, echelon, direction, departed, _landed, _ = load.group
        now = world.env.now
        start = route.loading.reserve(now, load.onload)
        ready = start + load.onload
        takeoff = ready if route.closures is None else _window(*route.closures, ready, route.flight)
        self.asked, self.start, self.ready, self.takeoff = now, start, ready, takeoff
        about = {
            "unit": unit, "echelon": echelon, "direction": direction, "aircraft": self.pool.key,
            "number": self.number, "vehicles": load.vehicles,
        }  # fmt: skip
        self.cause = world.record(
            EventKind.TAKEOFF, member, load.origin, load.troops, load.cause, about, takeoff
        )
        departed(load, self.cause, takeoff)
        world.call(takeoff + route.flight - now, self.land)

    def land(self, _: object) -> None:
        """Take an unloading slot, unload, and give the aircraft back."""
        world, load, route = self.world, self.load, self.route
        member, unit, echelon, direction, _departed, landed, _ = load.group
        now, offload, start = world.env.now, load.offload, self.start
        begun = route.unloading.reserve(now, offload)
        done = begun + offload
        waits = (
            load.released, self.asked - load.released, start - self.asked + begun - now,
            self.takeoff - self.ready, load.onload + offload, route.flight,
        )  # fmt: skip
        parts = tuple.__new__(SortieParts, waits)  # as SortieParts(*waits), only faster
        about = {
            "unit": unit, "echelon": echelon, "direction": direction, "vehicles": load.vehicles,
            "parts": parts, "touchdown": now,
        }  # fmt: skip
        cause = world.record(EventKind.LANDED, member, load.destination, load.troops, self.cause, about, done)
        landed(load, cause, done)
        self.freed(self.pool, (self.number, self.duty + offload, self.station), load.destination, done)


def _window(here: Closures, there: Closures, ready: float, flight: float) -> float:
    """Return the first take-off at or after *ready* with both airfields open when they are used."""
    takeoff = ready
    while True:
        later = max(here.open_from(takeoff), there.open_from(takeoff + flight) - flight)
        if later <= takeoff + 1e-9:
            return takeoff
        takeoff = later
