"""Airlift: pools of aircraft, loading and unloading slots, weather, crews; two events per sortie.

Written with callbacks instead of one process per aircraft: a sortie is three steps (depart, load, land), and
handing an aircraft over by a process costs several times the event itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from heapq import heappop, heappush

from sim.alliance.contributions import split_whole
from sim.engine.airfields import Closures, ReservationBook
from sim.engine.event_log import EventKind
from sim.engine.geometry import great_circle_km
from sim.engine.sorties import Load, Pool, Route, Sortie
from sim.engine.world import World


class Airlift:
    """Everything that flies in one replication."""

    def __init__(self, world: World) -> None:
        """Station the providers' fleets; slots and weather are set up as airfields are first used."""
        self.world, self.plan = world, world.alliance.airlift
        usual = self.plan.usual_type  # always there, if only for loads to wait in vain
        self.pools = {usual: Pool(usual, world.alliance.aircraft_types[usual])}
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

    def handling(self, outsize: Iterable[bool], luck: list[float]) -> list[tuple[float, float, float]]:
        """Return hours of loading and of unloading and hours lost to a repair for each chalk of a series.

        Args:
            outsize: for each chalk, whether it needs the large type.
            luck: four uniforms for each chalk.
        """
        fails, ground, found = self._fails, self._ground, []
        by_chalk = zip(outsize, luck[::4], luck[1::4], luck[2::4], luck[3::4], strict=True)
        for is_outsize, u, mended, on, off in by_chalk:
            pool = self._pool(is_outsize)
            lost = self._repair(mended) if u < fails else 0.0
            found.append((pool.onload(on) * ground, pool.offload(off) * ground, lost))
        return found

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
        route = self._route(pool, load.origin, load.destination)
        position = self.block_hours(pool, here, load.origin)
        mission = position + pool.typical_onload + route.flight
        at = (free_at if free_at > now else now) + position
        if now - free_at >= self._rest:
            duty = 0.0
        elif duty and duty + mission > self._duty:
            at, duty = at + self._rest, 0.0
        if load.lost:
            self._breaks_down(load)
            at += load.lost
        sortie = Sortie(self.freed, pool, route, load, (number, duty + mission, station))
        if at > now:
            self.world.call(at - now, sortie.take_off)
        else:
            sortie.take_off()

    def _breaks_down(self, load: Load) -> None:
        group = load.group
        detail = {"unit": group.unit}
        group.world.record(EventKind.BREAKDOWN, group.member, load.origin, load.lost, load.cause, detail)

    def freed(self, pool: Pool, aircraft: tuple[int, float, str], here: str, at: float) -> None:
        """Fly the load that has waited longest once the aircraft is free at *at*, or go home."""
        if pool.queue:
            self.world.call(at - self.world.env.now, partial(self._next, pool, aircraft, here))
        else:
            self._go_home(pool, aircraft, here, at)

    def _next(self, pool: Pool, aircraft: tuple[int, float, str], here: str, _: object) -> None:
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

    def _route(self, pool: Pool, origin: str, destination: str) -> Route:
        route = pool.routes.get((origin, destination))
        if route is None:
            closures = (self._closures(origin), self._closures(destination)) if self.plan.weather else None
            route = pool.routes[origin, destination] = Route(
                self._book(origin), self._book(destination), closures,
                self.block_hours(pool, origin, destination),
            )  # fmt: skip
        return route

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
