"""Who brings what: the force shaped from offers, and split into echelons and chalks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from sim.scenario.alliance import Unit
from sim.scenario.response import Mandate, Offer
from sim.scenario.transport import AircraftType, Airlift

#: No troops committed elsewhere.
NOBODY: Mapping[tuple[str, str], float] = {}


class Package(NamedTuple):
    """What one unit of a contingent sends."""

    member: str
    unit: str
    troops: int
    vehicles: int


class Chalk(NamedTuple):
    """One aircraft load (or one road column)."""

    troops: int
    vehicles: int
    outsize: bool = False


def split_whole(total: int, shares: Sequence[float]) -> list[int]:
    """Return whole numbers in proportion to *shares* that add up to *total* (cumulative rounding)."""
    weight = sum(shares)
    if weight <= 0:
        return [total, *[0] * (len(shares) - 1)] if shares else []
    parts, done, cumulative = [], 0, 0.0
    for share in shares:
        cumulative += share
        upto = round(total * cumulative / weight)
        parts.append(upto - done)
        done = upto
    return parts


@lru_cache(maxsize=1_024)  # the same fleets are stationed in every replication
def apportion(total: int, shares: tuple[float, ...]) -> tuple[int, ...]:
    """Return whole numbers that add up to *total*, so that one more of it takes none from anybody.

    The method of highest averages by odd divisors (Webster 1832, Sainte-Lague 1910), which is house-monotone
    as cumulative rounding is not: each next one goes where share / (2 had + 1) is greatest; ties in order.
    """
    parts = [0] * len(shares)
    if sum(shares) <= 0:
        return (total, *parts[1:]) if shares else ()
    averages = list(shares)
    for _ in range(total):
        place = averages.index(max(averages))
        parts[place] += 1
        averages[place] = shares[place] / (2 * parts[place] + 1)
    return tuple(parts)


def shape_force(
    mandate: Mandate,
    offers: Mapping[str, Offer],
    units: Mapping[str, Mapping[str, Unit]],
    contributors: Sequence[str],
    lead: str,
    committed: Mapping[tuple[str, str], float] = NOBODY,
) -> list[Package]:
    """Return what each contributor's units send.

    Allies bring what they offered, in order, until the planned force (never above the ceiling) is full; the
    lead, whose offer names no number, fills what is left up to its units' strength. Troops that are
    *committed* elsewhere (by member and unit) cannot be sent.
    """
    planned = int(min(mandate.troops, mandate.ceiling))
    troops_left, vehicles_left = planned, int(mandate.vehicles)
    packages: list[Package] = []
    for member in sorted(contributors, key=lambda m: m == lead):  # the lead last: it fills what is left
        offer = offers[member]
        mine = {u: units[member][u] for u in offer.units}
        free = {u: max(0, int(unit.strength - committed.get((member, u), 0))) for u, unit in mine.items()}
        strength = sum(free.values())
        asked = troops_left if offer.troops is None else int(offer.troops)
        troops = min(asked, troops_left, strength)
        vehicles = vehicles_left if offer.vehicles is None else min(int(offer.vehicles), vehicles_left)
        if troops <= 0:
            continue
        troops_left -= troops
        vehicles_left -= vehicles
        weights = [float(n) for n in free.values()]
        for key, n, v in zip(mine, split_whole(troops, weights), split_whole(vehicles, weights), strict=True):
            if n > 0:
                packages.append(Package(member, key, n, v))
    return packages


class Loads(NamedTuple):
    """What the usual and the outsize type of aircraft carry at once in practice."""

    outsize_share: float  # of vehicles
    outsize: tuple[float, float]  # vehicles, and troops that ride with them, on the outsize type
    usual: tuple[float, float]  # the same on the usual type
    seats: float  # troops without vehicles, on the usual type


def loads_of(types: Mapping[str, AircraftType], airlift: Airlift) -> Loads:
    """Return what aircraft carry at once, one at least; real loads reach `load_share` of the nominal."""
    usual, large, load = types[airlift.usual_type], types[airlift.outsize_type], float(airlift.load_share)
    outsize, ordinary = (
        (max(1.0, float(kind.vehicles) * load), float(kind.troops_with_vehicles)) for kind in (large, usual)
    )
    return Loads(float(airlift.outsize_share), outsize, ordinary, max(1.0, float(usual.troops) * load))


def make_chalks(troops: int, vehicles: int, loads: Loads) -> tuple[Chalk, ...]:
    """Split an echelon into chalks that keep within each type's load; nobody and nothing is lost.

    Vehicles go first, outsize ones on the outsize type, with as many troops as ride along; the troops that
    are left go on seats.
    """
    outsize = round(vehicles * loads.outsize_share)
    return _chalks(troops, ((outsize, *loads.outsize), (vehicles - outsize, *loads.usual)), loads.seats)


@lru_cache(maxsize=1_024)  # the same echelons move in most replications
def _chalks(
    troops: int, kinds: tuple[tuple[int, float, float], tuple[int, float, float]], seats: float
) -> tuple[Chalk, ...]:
    """Return the chalks of vehicles, outsize ones first, and of the troops that do not ride with them.

    Args:
        troops: in all.
        kinds: of outsize vehicles and others: how many, how many in a load, troops that ride with a load.
        seats: troops in a load without vehicles.
    """
    chalks: list[Chalk] = []
    left = troops
    for (count, per_load, riding), is_outsize in zip(kinds, (True, False), strict=True):
        if count <= 0:
            continue
        flights = ceil(count / per_load)
        riders = min(left, int(flights * riding))
        left -= riders
        shares = [1] * flights
        chalks += [
            Chalk(t, v, is_outsize)
            for t, v in zip(split_whole(riders, shares), split_whole(count, shares), strict=True)
        ]
    if left > 0:
        flights = ceil(left / seats)
        chalks += [Chalk(t, 0) for t in split_whole(left, [1] * flights)]
    return tuple(chalks)
