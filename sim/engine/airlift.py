"""Airlift: pools of aircraft, loading and unloading slots, weather, crews; two events per sortie.

Written with callbacks instead of one process per aircraft: a sortie is three steps (depart, load, land), and
handing an aircraft over by a process costs several times the event itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush
from math import inf

from sim.alliance.contributions import apportion
from sim.engine.airfields import Closures, Field, ReservationBook
from sim.engine.event_log import EventKind
from sim.engine.geometry import great_circle_km
from sim.engine.prepared import prepared
from sim.engine.sorties import Aircraft, Load, Pool, Route, Stand
from sim.engine.world import World
from sim.scenario.alliance import Alliance
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


@prepared
def _stands(alliance: Alliance) -> dict[str, Stand]:
    """Return the providers' aircraft by type; the usual type is there if only for loads to wait in vain."""
    types, plan = alliance.aircraft_types, alliance.airlift
    stands = {plan.usual_type: Stand(types[plan.usual_type])}
    for owner in plan.providers:
        for fleet in alliance.fleets.get(owner, {}).values():
            key = fleet.aircraft_type
            if key not in stands:
                stands[key] = Stand(types[key])
            counts = apportion(int(fleet.available), tuple(fleet.stationed.values()))
            stands[key].add(dict(zip(fleet.stationed, counts, strict=True)))
    return stands


class Airlift:
    """Everything that flies in one replication."""

    def __init__(self, world: World) -> None:
        """Station the providers' fleets; slots and weather are set up as airfields are first used."""
        self.world, self.plan, self._env = world, world.alliance.airlift, world.env
        self.pools = {key: Pool(key, stand, self.freed) for key, stand in _stands(world.alliance).items()}
        large = self.pools.get(self.plan.outsize_type)
        self._usual = self.pools[self.plan.usual_type]
        #: What carries outsize loads: the usual type where no larger one flies.
        self._large = large if large is not None and large.size else self._usual
        self._fields: dict[str, Field] = {}
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
        usual, large, fails, repair = self._usual, self._large, self._fails, self._repair
        lost = [repair(mended) if u < fails else 0.0 for u, mended in zip(luck[::4], luck[1::4], strict=True)]
        on, off = luck[2::4], luck[3::4]
        found = list(zip(usual.onload(on), usual.offload(off), lost, strict=True))
        if ground != 1.0:
            found = [(loading * ground, unloading * ground, repairs) for loading, unloading, repairs in found]
        for i in [i for i, is_outsize in enumerate(outsize) if is_outsize]:
            (loading,), (unloading,) = large.onload(on[i : i + 1]), large.offload(off[i : i + 1])
            found[i] = (loading * ground, unloading * ground, lost[i])
        return found

    def request(self, load: Load) -> None:
        """Send *load* on the aircraft that can be at its airfield first, its crew rested, or queue it."""
        load.pool = pool = self._large if load.outsize else self._usual
        now, idle, duty, rest = self._env._now, pool.idle, self._duty, self._rest
        flown = pool.typical_onload + self.block_hours(pool, load.origin, load.destination)
        best, best_at, position = None, inf, 0.0
        for hours, station in pool.nearest.get(load.origin) or self._nearest(pool, load.origin):
            if now + hours >= best_at:
                break  # none can come sooner from farther away
            heap = idle[station]
            if not heap:
                continue
            craft, way, most = heap[0], hours, duty - (hours + flown)
            if most < 0.0:  # too long for any crew: as in `_depart`
                most = 0.0
                if hours:
                    most, way = max(0.0, duty - hours), hours + rest
            at = craft[0]
            # The first is back longest. Another can be sooner only if the crew of this one is still to rest.
            if craft[2] > most:
                at += rest
                if at > now:
                    craft, at = _fresher(heap, most, at)
            at = (at if at > now else now) + way
            if at < best_at:
                best, best_at, position, load.station = craft, at, hours, station
        if best is None:
            pool.queue.append(load)
            return
        heap = idle[load.station]
        if heap[0] is best:
            heappop(heap)
        else:
            heap.remove(best)
            heapify(heap)
        free_at, load.number, served = best
        self._depart(load, free_at, served, position)

    def _nearest(self, pool: Pool, origin: str) -> list[tuple[float, str]]:
        found = sorted((self.block_hours(pool, station, origin), station) for station in pool.idle)
        pool.nearest[origin] = found
        return found

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

        Such a crew rests before it sets out; the hours for which it stood idle count.

        Args:
            load: with its pool, and its aircraft's number and station.
            free_at: when the aircraft is free (h).
            duty: hours that its crew has served.
            position: block hours to the load's airfield.
        """
        env, pool, way = self._env, load.pool, (load.origin, load.destination)
        now, rested = env._now, free_at + self._rest
        load.route = route = pool.routes.get(way) or self._route(pool, way)
        mission = position + pool.typical_onload + route.flight
        # A mission too long for any crew is cut in two by a rest where the load waits.
        pause = self._rest if position and mission > self._duty else 0.0
        if now >= rested:
            at, duty = now, 0.0
        elif duty and duty + (position if pause else mission) > self._duty:
            at, duty = rested, 0.0
        else:
            at = free_at if free_at > now else now
        at += position + pause
        if load.lost:
            self._breaks_down(load)
            at += load.lost
        load.duty = 0.0 if pause else duty + position
        if at > now:
            env.call(at - now, load.take_off)
        else:
            load.take_off()

    def _breaks_down(self, load: Load) -> None:
        group = load.group
        detail = {"unit": group.unit}
        group.world.record(EventKind.BREAKDOWN, group.member, load.origin, load.lost, load.cause, detail)

    def freed(self, load: Load, at: float) -> None:
        """Fly the load that has waited longest once the aircraft of *load* is free at *at*, or go home.

        Home is its station, where it is idle from its return on. A crew whose duty the empty way would exceed
        rests first, where it has unloaded.
        """
        pool, station = load.pool, load.station
        if pool.queue:
            env = self._env
            env.call(at - env._now, self._next, load)
            return
        back = pool.hours.get((load.destination, station))
        if back is None:
            back = self.block_hours(pool, load.destination, station)
        duty = load.duty + at - load.asked + back
        if back and duty > self._duty:
            at, duty = at + self._rest, back
        heappush(pool.idle[station], (at + back, load.number, duty))

    def _next(self, freed: Load) -> None:
        """Fly the load that has waited longest, or go home when others have taken them all."""
        pool, now = freed.pool, self._env._now
        if pool.queue:
            load = pool.queue.popleft()
            load.number, load.station = freed.number, freed.station
            position = self.block_hours(pool, freed.destination, load.origin)
            self._depart(load, now, freed.duty + now - freed.asked, position)
        else:
            self.freed(freed, now)

    # airfields, set up on first use

    def _route(self, pool: Pool, way: tuple[str, str]) -> Route:
        origin, destination = way
        route = pool.routes[way] = Route(
            self._field(origin), self._field(destination), self.block_hours(pool, origin, destination)
        )  # fmt: skip
        return route

    def _field(self, airfield: str) -> Field:
        found = self._fields.get(airfield)
        if found is None:
            slots = int(self.world.alliance.airfields[airfield].slots)
            closures = Closures(
                float(self.plan.closure_chance), self.plan.closure, self.world.stream("weather", airfield),
                self.world.horizon if self.plan.weather else 0.0,
            )  # fmt: skip
            found = self._fields[airfield] = Field(ReservationBook(slots, keep=False), closures)
        return found


def _fresher(heap: list[Aircraft], most: float, at: float) -> tuple[Aircraft, float]:
    """Return which aircraft of a station can set out first, and when (h).

    Args:
        heap: the aircraft of the station.
        most: hours of duty up to which a crew need not rest; that of the first has served more.
        at: when (h) the first can set out.
    """
    fresh = [craft for craft in heap if craft[2] <= most]
    if fresh:
        fresher = min(fresh)
        if fresher[0] < at:
            return fresher, fresher[0]
    return heap[0], at
