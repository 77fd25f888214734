"""One replication: a world is built, runs to its horizon, and leaves its event log."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.engine.airlift import Airlift
from sim.engine.council import CouncilProcess
from sim.engine.event_log import EventKind, EventLog
from sim.engine.force import Force
from sim.engine.host import Host
from sim.engine.members import Members
from sim.engine.mission import Mission
from sim.engine.mobilisation import Mobilisation
from sim.engine.rivals import gather
from sim.engine.unrest import Unrest
from sim.engine.world import World
from sim.scenario.models import Scenario


def build_world(
    scenario: Scenario,
    seed: int,
    replication: int,
    until: float | None = None,
    gathered: Callable[[World], Members] = gather,
) -> tuple[World, Unrest]:
    """Return a world ready to run: every agent in place, nothing happened yet.

    Args:
        scenario: with the outer draw's values already in it.
        seed: of the experiment.
        replication: address of this run's luck.
        until: hours after the start to stop at, when earlier than the scenario's horizon.
        gathered: what brings the members together, when they are not to decide by their scenario alone.
    """
    horizon = float(scenario.horizon) if until is None else min(until, float(scenario.horizon))
    world = World(scenario, seed, replication, horizon)
    unrest = Unrest(world)
    Mobilisation(world, unrest)
    members = gathered(world)
    Host(world, unrest, members)
    CouncilProcess(world, members)
    airlift = Airlift(world)
    mission = Mission(world, unrest, airlift)
    mission.force = Force(world, members, airlift, mission.arrived)
    return world, unrest


def run_replication(
    scenario: Scenario,
    seed: int,
    replication: int,
    until: float | None = None,
    gathered: Callable[[World], Members] = gather,
) -> EventLog:
    """Run one replication and return its log, cut at the horizon; the arguments are those of `build_world`.

    Raises:
        ValueError: a process asked for a delay that is negative or not finite (a bug).
    """
    with collection_paused():
        world, unrest = build_world(scenario, seed, replication, until, gathered)
        world.env.run(until=world.horizon + 1e-9)
        unrest.close(world.horizon)
        world.record(EventKind.HORIZON, time=world.horizon)
        return EventLog(world.records, world.horizon)


@contextmanager
def collection_paused() -> Iterator[None]:
    """Put off the search for cyclic garbage: amid a replication it would only find things still in use.

    Nothing is kept for good: what one replication leaves is found by the search after it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
