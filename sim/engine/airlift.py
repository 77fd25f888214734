"""Airlift: pools of aircraft, loading and unloading slots, weather, crews; two events per sortie.

Written with callbacks instead of one process per aircraft: a sortie is three steps (depart, load, land), and
handing an aircraft over by a process costs several times the event itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from typing import Any, NamedTuple

import simpy

from sim.alliance.contributions import split_whole
from sim.engine.airfields import Closures, ReservationBook
from sim.engine.event_log import EventKind, SortieParts
from sim.engine.geometry import great_circle_km
from sim.engine.world import World
from sim.scenario.alliance import AircraftType

Told = Callable[["Load", int, float], Any]


class Group(NamedTuple):
    """What the loads of one echelon have in common, and who is told of their coming and going."""

    member: str
    unit: str
    echelon: str
    direction: str
    departed: Told
    landed: Told


class Load(NamedTuple):
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
        self.nearest: dict[str, list[tuple[float, str]]] = {}
        self.size = 0

    def add(self, stations: dict[str, int]) -> None:
        """Station aircraft at airfields; equal entries in order of number are a heap already."""
        for station, count in stations.items():
            heap = self.idle.setdefault(station, [])
            heap += [(0.0, self.size + i, 0.0) for i in range(count)]
            self.size += count


class Airlift:
    """Everything that flies in one replication."""

    def __init__(self, world: World) -> None:
        """Station the providers' fleets; slots and weather are set up as airfields are first used."""
        self.world, self.plan = world, world.alliance.airlift
        self.pools: dict[str, Pool] = {}
        for owner in self.plan.providers:
            for fleet in world.alliance.fleets.get(owner, {}).values():
                key = fleet.aircraft_type
                if key not in self.pools:
                    self.pools[key] = Pool(key, world.alliance.aircraft_types[key])
                counts = split_whole(int(fleet.available), list(fleet.stationed.values()))
                self.pools[key].add(dict(zip(fleet.stationed, counts, strict=True)))
        self.books: dict[str, ReservationBook] = {}
        self._weather: dict[str, Closures] = {}
        self._ground = world.pace("ground_time")
        self._speed, self._taxi = float(self.plan.block_speed_share), float(self.plan.taxi)
        self._duty, self._rest = float(self.plan.crew_duty), float(self.plan.crew_rest)
        self._fails = 1 - float(self.plan.dispatch_reliability) if self.plan.breakdowns else 0.0
        self._repair = self.plan.repair.sampler()

    def handling(self, outsize: bool, luck: list[float]) -> tuple[float, float, float]:
        """Return a chalk's hours of loading and unloading and its hours lost to a repair, by its *luck*."""
        pool = self._pool(outsize)
        lost = self._repair(luck[1]) if luck[0] < self._fails else 0.0
        return pool.onload(luck[2]) * self._ground, pool.offload(luck[3]) * self._ground, lost

    def request(self, load: Load) -> None:
        """Send *load* on the aircraft that can be at its airfield first, or queue it."""
        pool = self._pool(load.outsize)
        station = self._nearest(pool, load.origin)
        if station is None:
            pool.queue.append(load)
        else:
            self._depart(pool, heappop(pool.idle[station]), station, station, load)

    def _pool(self, outsize: bool) -> Pool:
        large = self.pools.get(self.plan.outsize_type) if outsize else None
        return large if large is not None and large.size else self.pools[self.plan.usual_type]

    def _nearest(self, pool: Pool, origin: str) -> str | None:
        """Return the station whose first idle aircraft can be at *origin* first; none when all are out."""
        if origin not in pool.nearest:
            pool.nearest[origin] = sorted((self.block_hours(pool, s, origin), s) for s in pool.idle)
        now, best, best_at = self.world.env.now, None, float("inf")
        for hours, station in pool.nearest[origin]:
            if now + hours >= best_at:
                break
            heap = pool.idle[station]
            if heap:
                free_at = heap[0][0]
                at = (free_at if free_at > now else now) + hours
                if at < best_at:
                    best, best_at = station, at
        return best

    def block_hours(self, pool: Pool, a: str, b: str) -> float:
        """Return the block time (h) between two airfields: great circle over block speed, plus taxi."""
        if a == b:
            return 0.0
        found = pool.hours.get((a, b))
        if found is None:
            fields = self.world.alliance.airfields
            km = great_circle_km(fields[a].lat, fields[a].lon, fields[b].lat, fields[b].lon)
            found = pool.hours[a, b] = km / (pool.cruise * self._speed) + self._taxi
        return found

    # the three steps of a sortie

    def _depart(
        self, pool: Pool, aircraft: tuple[float, int, float], here: str, station: str, load: Load
    ) -> None:
        """Position the aircraft, rest a crew whose duty would be exceeded, repair what fails."""
        now = self.world.env.now
        free_at, number, duty = aircraft
        position = self.block_hours(pool, here, load.origin)
        mission = position + pool.typical_onload + self.block_hours(pool, load.origin, load.destination)
        at = (free_at if free_at > now else now) + position
        if now - free_at >= self._rest:
            duty = 0.0
        elif duty and duty + mission > self._duty:
            at, duty = at + self._rest, 0.0
        if load.lost:
            detail = {"unit": load.group.unit}
            self.world.record(
                EventKind.BREAKDOWN, load.group.member, load.origin, load.lost, load.cause, detail
            )
            at += load.lost
        step = partial(self._load, pool, (number, duty + mission, station), load)
        if at > now:
            self.world.wait(at - now).callbacks.append(step)
        else:
            step(None)

    def _load(self, pool: Pool, aircraft: tuple[int, float, str], load: Load, _: simpy.Event | None) -> None:
        """Take a loading slot, load, wait for open airfields, take off."""
        world, group = self.world, load.group
        now = world.env.now
        start = self._book(load.origin).reserve(now, load.onload)
        ready = start + load.onload
        flight = self.block_hours(pool, load.origin, load.destination)
        takeoff = self._window(load, ready, flight)
        about = {
            "unit": group.unit, "echelon": group.echelon, "direction": group.direction,
            "aircraft": pool.key, "number": aircraft[0], "to": load.destination, "troops": load.troops,
            "vehicles": load.vehicles,
        }  # fmt: skip
        cause = world.record(
            EventKind.TAKEOFF, group.member, load.origin, load.troops, load.cause, about, takeoff
        )
        group.departed(load, cause, takeoff)
        times = (now, start, ready, takeoff)
        world.wait(takeoff + flight - now).callbacks.append(
            partial(self._land, pool, aircraft, load, times, flight, cause)
        )

    def _window(self, load: Load, ready: float, flight: float) -> float:
        """Return the first take-off at or after *ready* with both airfields open when they are used."""
        if not self.plan.weather:
            return ready
        here, there, takeoff = self._closures(load.origin), self._closures(load.destination), ready
        while True:
            later = max(here.open_from(takeoff), there.open_from(takeoff + flight) - flight)
            if later <= takeoff + 1e-9:
                return takeoff
            takeoff = later

    def _land(
        self,
        pool: Pool,
        aircraft: tuple[int, float, str],
        load: Load,
        times: tuple[float, float, float, float],
        flight: float,
        cause: int,
        _: simpy.Event,
    ) -> None:
        """Take an unloading slot, unload; fly the next waiting load or go back to the station."""
        world, group = self.world, load.group
        now = world.env.now
        begun = self._book(load.destination).reserve(now, load.offload)
        done = begun + load.offload
        asked, start, ready, takeoff = times
        parts = SortieParts(
            load.released, asked - load.released, start - asked + begun - now, takeoff - ready,
            load.onload + load.offload, flight,
        )  # fmt: skip
        about = {
            "unit": group.unit, "echelon": group.echelon, "direction": group.direction,
            "aircraft": pool.key, "number": aircraft[0], "troops": load.troops,
            "vehicles": load.vehicles, "parts": parts, "from": load.origin, "touchdown": now,
        }  # fmt: skip
        landed = world.record(
            EventKind.LANDED, group.member, load.destination, load.troops, cause, about, done
        )
        group.landed(load, landed, done)
        number, duty, station = aircraft
        free = (number, duty + load.offload, station)
        if pool.queue:
            world.wait(done - now).callbacks.append(partial(self._next, pool, free, load.destination))
        else:
            self._go_home(pool, free, load.destination, done)

    def _next(self, pool: Pool, aircraft: tuple[int, float, str], here: str, _: simpy.Event) -> None:
        """Fly the load that has waited longest, or go home when others have taken them all."""
        number, duty, station = aircraft
        if pool.queue:
            load = pool.queue.popleft()
            self._depart(pool, (self.world.env.now, number, duty), here, station, load)
        else:
            self._go_home(pool, aircraft, here, self.world.env.now)

    def _go_home(self, pool: Pool, aircraft: tuple[int, float, str], here: str, at: float) -> None:
        number, duty, station = aircraft
        back = self.block_hours(pool, here, station)
        heappush(pool.idle[station], (at + back, number, duty + back))

    # airfields, set up on first use

    def _book(self, airfield: str) -> ReservationBook:
        book = self.books.get(airfield)
        if book is None:
            book = self.books[airfield] = ReservationBook(int(self.world.alliance.airfields[airfield].slots))
        return book

    def _closures(self, airfield: str) -> Closures:
        found = self._weather.get(airfield)
        if found is None:
            found = self._weather[airfield] = Closures(
                float(self.plan.closure_chance), self.plan.closure, self.world.stream("weather", airfield),
                self.world.horizon,
            )  # fmt: skip
        return found
