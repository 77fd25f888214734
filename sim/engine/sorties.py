"""What flies: loads, the aircraft that carry them, and one sortie from loading to landing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from sim.engine.airfields import Closures, Field
from sim.engine.event_log import EventKind, SortieParts
from sim.engine.world import World
from sim.scenario.transport import AircraftType

Told = Callable[["Load", int, float], Any]
#: Told of a load whose aircraft can be used again, and when.
Freed = Callable[["Load", float], None]
#: An idle aircraft: the time it is free (h), its number, the hours its crew has served.
Aircraft = tuple[float, int, float]
_TAKEOFF, _LANDED = EventKind.TAKEOFF, EventKind.LANDED
_make = tuple.__new__


class Group:
    """What the loads of one echelon have in common, and who is told of their coming and going."""

    __slots__ = ("departed", "direction", "echelon", "landed", "member", "paces", "unit", "world")

    def __init__(
        self,
        member: str,
        unit: str,
        echelon: str,
        direction: str,
        departed: Told | None,
        landed: Told,
        world: World,
    ) -> None:
        """Name an echelon on its way "in" or "out"; *world* is that of the crisis it goes to."""
        self.member, self.unit, self.echelon, self.direction = member, unit, echelon, direction
        self.departed, self.landed, self.world = departed, landed, world
        #: Hours from landing to post, and from post to local guards' new tasks, once drawn.
        self.paces: tuple[float, float] | None = None


class Route:
    """A way between two airfields by one type of aircraft: its books, closures and hours."""

    __slots__ = ("flight", "here", "loading", "there", "unloading")

    def __init__(self, here: Field, there: Field, flight: float) -> None:
        """Join the books and the closures of two airfields *flight* hours apart."""
        self.loading, self.here = here
        self.unloading, self.there = there
        self.flight = flight


class Stand:
    """The aircraft of one type at their stations before anything has flown, the same in every replication."""

    def __init__(self, kind: AircraftType) -> None:
        """Start without any."""
        self.onload, self.offload = kind.onload.sampler_of_many(), kind.offload.sampler_of_many()
        self.typical_onload, self.cruise = kind.onload.sample(0.5), float(kind.cruise)
        #: What `Pool` has, as it is at the start.
        self.idle: dict[str, list[Aircraft]] = {}
        self.size = 0
        #: Block hours between two airfields, as far as they have been asked for.
        self.hours: dict[tuple[str, str], float] = {}
        #: Stations by their block hours to an airfield.
        self.nearest: dict[str, list[tuple[float, str]]] = {}

    def add(self, stations: dict[str, int]) -> None:
        """Station aircraft at airfields; equal entries in order of number are a heap already."""
        for station, count in stations.items():
            heap = self.idle.setdefault(station, [])
            heap += [(0.0, self.size + i, 0.0) for i in range(count)]
            self.size += count


class Pool:
    """All aircraft of one type that the providers make available, and the loads that wait for one.

    The idle aircraft of a station are a heap.
    """

    def __init__(self, key: str, stand: Stand, freed: Freed) -> None:
        """Start as *stand* has it; *freed* is told of each sortie's end."""
        self.key, self.freed = key, freed
        self.onload, self.offload = stand.onload, stand.offload
        self.typical_onload, self.cruise = stand.typical_onload, stand.cruise
        self.idle = {station: list(heap) for station, heap in stand.idle.items()}
        self.queue: deque[Load] = deque()
        self.hours, self.nearest = stand.hours, stand.nearest
        self.routes: dict[tuple[str, str], Route] = {}
        self.size = stand.size


class Load:
    """A chalk at its airfield, ready to go, and its sortie once it has an aircraft.

    Its hours on, off and lost to a repair are its own luck. A sortie is told by the clock when to load and
    when to land.
    """

    __slots__ = (
        "asked", "cause", "destination", "duty", "group", "lost", "number", "offload", "onload", "origin",
        "outsize", "pool", "ready", "released", "route", "start", "station", "takeoff", "troops", "vehicles",
    )  # fmt: skip

    asked: float  # h, as the next three: asked for a slot, began to load, ready, took off
    start: float
    ready: float
    takeoff: float
    pool: Pool
    route: Route
    number: int  # of the aircraft
    duty: float  # hours that its crew had served when it asked for a slot
    station: str

    def __init__(
        self,
        group: Group,
        troops: int,
        vehicles: int,
        outsize: bool,
        origin: str,
        destination: str,
        cause: int,
        released: float,
        onload: float,
        offload: float,
        lost: float,
    ) -> None:
        """Put a chalk of *group* at its airfield of *origin*, *released* at that instant (h)."""
        self.group, self.troops, self.vehicles, self.outsize = group, troops, vehicles, outsize
        self.origin, self.destination, self.cause, self.released = origin, destination, cause, released
        self.onload, self.offload, self.lost = onload, offload, lost

    def take_off(self, _: object = None) -> None:
        """Take a loading slot, load, wait for open airfields, take off."""
        route, group, onload = self.route, self.group, self.onload
        world, flight, here, there = group.world, route.flight, route.here, route.there
        env = world.env
        self.asked = now = env._now
        self.start = start = route.loading.reserve(now, onload)
        self.ready = takeoff = start + onload
        if not (here.since <= takeoff < here.until and there.since <= takeoff + flight < there.until):
            takeoff = _window(here, there, takeoff, flight)
        self.takeoff = takeoff
        about = {
            "unit": group.unit, "echelon": group.echelon, "direction": group.direction,
            "aircraft": self.pool.key, "number": self.number, "vehicles": self.vehicles,
        }  # fmt: skip
        self.cause = cause = world.record(
            _TAKEOFF, group.member, self.origin, self.troops, self.cause, about, takeoff
        )
        if group.departed is not None:
            group.departed(self, cause, takeoff)
        env.call(takeoff + flight - now, self.land)

    def land(self, _: object) -> None:
        """Touch down, take an unloading slot, unload, and give the aircraft back."""
        route, group, offload = self.route, self.group, self.offload
        world, released, asked, start = group.world, self.released, self.asked, self.start
        now = world.env._now
        begun = route.unloading.reserve(now, offload)
        done = begun + offload
        waits = (
            released, asked - released, start - asked + begun - now, self.takeoff - self.ready,
            self.onload + offload, route.flight,
        )  # fmt: skip
        about = {
            "unit": group.unit, "echelon": group.echelon, "direction": group.direction,
            "vehicles": self.vehicles,
            "parts": _make(SortieParts, waits),  # as SortieParts(*waits), only faster
            "unloaded": done,
        }  # fmt: skip
        cause = world.record(_LANDED, group.member, self.destination, self.troops, self.cause, about)
        group.landed(self, cause, done)
        self.pool.freed(self, done)


class Release:
    """Loads of one echelon that reach their airfield one by one."""

    __slots__ = ("_env", "_interval", "_loads", "_send")

    def __init__(
        self, world: World, loads: Iterable[Load], interval: float, send: Callable[[Load], object]
    ) -> None:
        """Hand *loads* to *send*, one every *interval* hours."""
        self._env, self._loads, self._interval, self._send = world.env, deque(loads), interval, send

    def begin(self, ahead: int = 1) -> None:
        """Release the first *ahead* loads at once, and the others in their time."""
        for more in range(min(ahead, len(self._loads)), 0, -1):
            self._release(more == 1)

    def _release(self, last: object) -> None:
        """Release a load, and if it is the *last* of those that leave together, the others in their time."""
        env, loads = self._env, self._loads
        load = loads.popleft()
        load.released = env._now
        self._send(load)
        if loads and last:
            env.call(self._interval, self._release, True)


def _window(here: Closures, there: Closures, ready: float, flight: float) -> float:
    """Return the first take-off at or after *ready* with both airfields open when they are used."""
    takeoff = ready
    while True:
        first, other = here.open_from(takeoff), there.open_from(takeoff + flight) - flight
        later = first if first >= other else other
        if later <= takeoff + 1e-9:
            return takeoff
        takeoff = later
