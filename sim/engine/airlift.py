"""Airlift: pools of aircraft, loading and unloading slots, weather, crews; two events per sortie.

Written with callbacks instead of one process per aircraft: a sortie is three steps (depart, load, land), and
handing an aircraft over by a process costs several times the event itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from math import inf

from sim.alliance.contributions import split_whole
from sim.engine.airfields import Closures, ReservationBook
from sim.engine.event_log import EventKind
from sim.engine.geometry import great_circle_km
from sim.engine.prepared import prepared
from sim.engine.sorties import Load, Pool, Route
from sim.engine.world import World
from sim.scenario.transport import Airfield


class Distances(dict[tuple[str, str], float]):
    """Great-circle distances (km) between airfields, each worked out when first asked for."""

    def __init__(self, fields: Mapping[str, Airfield]) -> None:
        """Begin with none."""
        self.fields = fields

    def __missing__(self, way: tuple[str, str]) -> float:
        a, b = self.fields[way[0]], self.fields[way[1]]
        km = self[way] = great_circle_km(a.lat, a.lon, b.lat, b.lon)
        return km


#: The distances between the airfields of an alliance.
distances = prepared(Distances)


class Airlift:
    """Everything that flies in one replication."""

    def __init__(self, world: World) -> None:
        """Station the providers' fleets; slots and weather are set up as airfields are first used."""
        self.world, self.plan = world, world.alliance.airlift
        usual = self.plan.usual_type  # always there, if only for loads to wait in vain
        types = world.alliance.aircraft_types
        self.pools = {usual: Pool(usual, types[usual], self.freed)}
        for owner in self.plan.providers:
            for fleet in world.alliance.fleets.get(owner, {}).values():
                key = fleet.aircraft_type
                if key not in self.pools:
                    self.pools[key] = Pool(key, types[key], self.freed)
                counts = split_whole(int(fleet.available), list(fleet.stationed.values()))
                self.pools[key].add(dict(zip(fleet.stationed, counts, strict=True)))
        large = self.pools.get(self.plan.outsize_type)
        self._usual = self.pools[usual]
        #: What carries outsize loads: the usual type where no larger one flies.
        self._large = large if large is not None and large.size else self._usual
        self.books: dict[str, ReservationBook] = {}
        self._weather: dict[str, Closures] = {}
        self._speed, self._taxi = float(self.plan.block_speed_share), float(self.plan.taxi)
        self._duty, self._rest = float(self.plan.crew_duty), float(self.plan.crew_rest)
        self._fails = 1 - float(self.plan.dispatch_reliability) if self.plan.breakdowns else 0.0
        self._repair = self.plan.repair.sampler()

    def handling(
        self, outsize: Iterable[bool], luck: list[float], ground: float = 1.0
    ) -> list[tuple[float, float, float]]:
        """Return hours of loading and of unloading and hours lost to a repair for each chalk of a series.

        Args:
            outsize: for each chalk, whether it needs the large type.
            luck: four uniforms for each chalk.
            ground: factor on ground times, now and in the crisis that the chalks belong to.
        """
        fails = self._fails
        found: list[tuple[float, float, float]] = []
        by_chalk = zip(outsize, luck[::4], luck[1::4], luck[2::4], luck[3::4], strict=True)
        for is_outsize, u, mended, on, off in by_chalk:
            pool = self._large if is_outsize else self._usual
            lost = self._repair(mended) if u < fails else 0.0
            found.append((pool.onload(on) * ground, pool.offload(off) * ground, lost))
        return found

    def request(self, load: Load) -> None:
        """Send *load* on the aircraft that can be at its airfield first, or queue it."""
        load.pool = pool = self._large if load.outsize else self._usual
        origin, now = load.origin, self.world.env._now
        nearest = pool.nearest.get(origin)
        if nearest is None:
            nearest = sorted((self.block_hours(pool, station, origin), station) for station in pool.idle)
            pool.nearest[origin] = nearest
        best, best_at, position = None, inf, 0.0
        for hours, station in nearest:
            if now + hours >= best_at:
                break
            heap = pool.idle[station]
            if heap:
                free_at = heap[0][0]
                at = (free_at if free_at > now else now) + hours
                if at < best_at:
                    best, best_at, position, load.station = heap, at, hours, station
        if best is None:
            pool.queue.append(load)
        else:
            free_at, load.number, duty = heappop(best)
            self._depart(load, free_at, duty, position)

    def block_hours(self, pool: Pool, a: str, b: str) -> float:
        """Return the block time (h) between two airfields: great circle over block speed, plus taxi."""
        found = pool.hours.get((a, b))
        if found is None:
            km = distances(self.world.alliance.airfields)[a, b]
            found = pool.hours[a, b] = 0.0 if a == b else km / (pool.cruise * self._speed) + self._taxi
        return found

    # the three steps of a sortie

    def _depart(self, load: Load, free_at: float, duty: float, position: float) -> None:
        """Position the aircraft, rest a crew whose duty would be exceeded, repair what fails.

        Args:
            load: with its pool, and its aircraft's number and station.
            free_at: when the aircraft is free (h).
            duty: hours that its crew has served.
            position: block hours to the load's airfield.
        """
        env, pool = self.world.env, load.pool
        now = env._now
        way = (load.origin, load.destination)
        route = pool.routes.get(way) or self._route(pool, way)
        load.route = route
        mission = position + pool.typical_onload + route.flight
        at = (free_at if free_at > now else now) + position
        if now - free_at >= self._rest:
            duty = 0.0
        elif duty and duty + mission > self._duty:
            at, duty = at + self._rest, 0.0
        if load.lost:
            self._breaks_down(load)
            at += load.lost
        load.duty = duty + mission
        if at > now:
            env.call(at - now, load.take_off)
        else:
            load.take_off()

    def _breaks_down(self, load: Load) -> None:
        group = load.group
        detail = {"unit": group.unit}
        group.world.record(EventKind.BREAKDOWN, group.member, load.origin, load.lost, load.cause, detail)

    def freed(self, load: Load, at: float) -> None:
        """Fly the load that has waited longest once the aircraft of *load* is free at *at*, or go home."""
        if load.pool.queue:
            env = self.world.env
            env.call(at - env._now, self._next, load)
        else:
            self._go_home(load, at)

    def _next(self, freed: Load) -> None:
        """Fly the load that has waited longest, or go home when others have taken them all."""
        pool, now = freed.pool, self.world.env._now
        if pool.queue:
            load = pool.queue.popleft()
            load.number, load.station = freed.number, freed.station
            position = self.block_hours(pool, freed.destination, load.origin)
            self._depart(load, now, freed.duty + freed.offload, position)
        else:
            self._go_home(freed, now)

    def _go_home(self, load: Load, at: float) -> None:
        """Fly the aircraft of *load* back to its station, where it is idle from then on."""
        pool, station = load.pool, load.station
        back = pool.hours.get((load.destination, station))
        if back is None:
            back = self.block_hours(pool, load.destination, station)
        heappush(pool.idle[station], (at + back, load.number, load.duty + load.offload + back))

    # airfields, set up on first use

    def _route(self, pool: Pool, way: tuple[str, str]) -> Route:
        origin, destination = way
        closures = (self._closures(origin), self._closures(destination)) if self.plan.weather else None
        route = pool.routes[way] = Route(
            self._book(origin), self._book(destination), closures,
            self.block_hours(pool, origin, destination),
        )  # fmt: skip
        return route

    def _book(self, airfield: str) -> ReservationBook:
        book = self.books.get(airfield)
        if book is None:
            slots = int(self.world.alliance.airfields[airfield].slots)
            book = self.books[airfield] = ReservationBook(slots, keep=False)
        return book

    def _closures(self, airfield: str) -> Closures:
        found = self._weather.get(airfield)
        if found is None:
            found = self._weather[airfield] = Closures(
                float(self.plan.closure_chance), self.plan.closure, self.world.stream("weather", airfield),
                self.world.horizon,
            )  # fmt: skip
        return found
