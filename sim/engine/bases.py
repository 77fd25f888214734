"""Forward bases at work in a crisis: the levers of those that are near its host."""

from __future__ import annotations

from sim.engine.event_log import EventKind
from sim.engine.injects import shocks_of
from sim.engine.world import World


def open_bases(world: World) -> None:
    """Put the bases near the crisis's host to work, and let the opening of new ones shake the standing."""
    for key, base in world.alliance.bases.items():
        if not base.enabled or base.owner in world.left():
            continue
        near = world.crisis.host in base.near
        shocks = {} if world.key else shocks_of(base.shocks)
        if not near and not shocks:
            continue
        levers = {lever: float(factor) for lever, factor in base.levers.items()} if near else {}
        detail = {"label": f"base: {base.name}", "levers": levers, "outcome": "", "shocks": shocks}
        cause = world.record(EventKind.INJECT, base.owner, f"base {key}", float(base.troops), detail=detail)
        for lever, factor in levers.items():
            world.levers.put(lever, f"base {key}", factor, cause)
