"""Forward bases at work in a crisis: who starts from them, and the levers of those that are near its host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from sim.alliance.contributions import Package, split_whole
from sim.engine.event_log import EventKind
from sim.engine.prepared import prepared
from sim.engine.standing import shocks_of
from sim.engine.world import World
from sim.scenario.bases import Base
from sim.scenario.models import Scenario


def open_bases(world: World) -> None:
    """Put the bases near the crisis's host to work, and let the opening of new ones shake the standing."""
    for key, base in world.alliance.bases.items():
        there = is_there(world, base)
        if not world.key:  # once, for all crises of a campaign
            _station(world, base, there)
        if not there:
            continue
        if world.crisis.facts.ground == key and base.status is not None:
            world.facts["territory"] = base.status
        near = world.crisis.host in base.near
        shocks = {} if world.key else {name: by for name, by in shocks_of(base.shocks).items() if by}
        if not near and not shocks:
            continue
        levers = {lever: float(factor) for lever, factor in base.levers.items()} if near else {}
        detail = {"label": f"base: {base.name}", "levers": levers, "outcome": "", "shocks": shocks}
        cause = world.record(EventKind.INJECT, base.owner, f"base {key}", float(base.troops), detail=detail)
        for lever, factor in levers.items():
            world.levers.put(lever, f"base {key}", factor, cause)


def is_there(world: World, base: Base) -> bool:
    """Return whether *base* is open and its owner has not left the alliance."""
    return base.enabled and base.owner not in world.left()


def _station(world: World, base: Base, there: bool) -> None:
    """Count the units of a base that is not there as away; else those its troops are taken from."""
    if base.owner not in world.alliance.members:
        return
    if not there:
        for unit in base.units:
            world.tie_up(base.owner, unit, inf)
        return
    left = float(base.troops)
    for unit in base.drawn_from:
        left -= world.tie_up(base.owner, unit, left)


def _in_theatre(world: World) -> Iterator[Base]:
    """Yield the open bases that are near the crisis's host and have units of their own."""
    for base in _manned(world.scenario):
        if is_there(world, base):
            yield base


@prepared
def _manned(scenario: Scenario) -> list[Base]:
    """Return the bases that are near the crisis's host and have units of their own, open or not."""
    host = scenario.crisis.host
    return [base for base in scenario.alliance.bases.values() if base.units and host in base.near]


@prepared
def _at_home(scenario: Scenario) -> set[tuple[str, str]]:
    """Return the units, by member, whose airfield lies in the host's own country."""
    host, airfields = scenario.crisis.host, scenario.alliance.airfields
    return {
        (member, key)
        for member, found in scenario.alliance.members.items()
        for key, unit in found.units.items()
        if airfields[unit.airfield].country == host
    }


def from_bases(world: World, packages: Sequence[Package], *, collective: bool = True) -> list[Package]:
    """Return *packages* with as many as can be taken from bases near the host, and the rest from home.

    A member sends as many soldiers and vehicles as before; those at a base go first (*assumed*), up to its
    troops, whether or not the offer names the base's units. What a base that comes with admitted ground adds
    it adds to the alliance: its owner alone goes by its own plan, admission or not.

    Args:
        world: of the crisis.
        packages: what contributors' offers come to.
        collective: whether the alliance sends them, and not one state on its own.
    """
    found = list(packages)
    for base in _in_theatre(world):
        mine = [p for p in found if p.member == base.owner]
        if mine and (collective or base.status is None):
            found = [p for p in found if p.member != base.owner] + _taken(world, base, mine)
    return found


def _taken(world: World, base: Base, mine: Sequence[Package]) -> list[Package]:
    """Return one owner's packages *mine* with the units of *base* filled first."""
    away = sum(world.committed.get((base.owner, unit), 0.0) for unit in base.units)
    here = min(sum(p.troops for p in mine), max(0, int(float(base.troops) - away)))
    others = [p for p in mine if p.unit not in base.units]
    home = split_whole(sum(p.troops for p in mine) - here, [float(p.troops) for p in others])
    strengths = [float(world.alliance.members[base.owner].units[unit].strength) for unit in base.units]
    units = [*base.units, *(p.unit for p in others)]
    troops = [*split_whole(here, strengths), *home]
    vehicles = split_whole(sum(p.vehicles for p in mine), [float(n) for n in troops])
    rows = zip(units, troops, vehicles, strict=True)
    return [Package(base.owner, unit, n, v) for unit, n, v in rows if n > 0]


def base_of(world: World, member: str, unit: str) -> Base | None:
    """Return the open base near the host at which a member's *unit* stands, if there is one."""
    return next((b for b in _in_theatre(world) if b.owner == member and unit in b.units), None)


def goes_by_road(world: World, member: str, unit: str, *, home: bool = False) -> bool:
    """Return whether a unit marches: its member's offer says so, or its base lies in the host's own country.

    Args:
        world: of the crisis.
        member: who sends it.
        unit: key of the unit.
        home: whether it is the way home that is asked for.
    """
    offer = world.scenario.response.offers[member]
    if (offer.mode_out if home else offer.mode_in) == "road":
        return True
    return (member, unit) in _at_home(world.scenario) and base_of(world, member, unit) is not None


def coordination(world: World, member: str, unit: str) -> float:
    """Return how well a unit works with the others (1: no loss), its base's part included."""
    base, alliance = base_of(world, member, unit), float(world.alliance.coordination)
    return alliance if base is None else min(max(1.0, alliance), alliance * float(base.coordination))
