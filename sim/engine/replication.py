"""One replication: a world is built, runs to its horizon, and leaves its event log."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from sim.engine.airlift import Airlift
from sim.engine.bases import open_bases
from sim.engine.budget import run_within
from sim.engine.campaign import Campaign
from sim.engine.council import CouncilProcess
from sim.engine.crisis import CrisisState, Dynamics, OccasionState
from sim.engine.event_log import EventKind, EventLog
from sim.engine.exercises import Exercises
from sim.engine.force import Force
from sim.engine.host import Host
from sim.engine.members import Members, gather
from sim.engine.mission import Mission
from sim.engine.mobilisation import Mobilisation
from sim.engine.sessions import hold_sessions
from sim.engine.standing import Standing
from sim.engine.unrest import Unrest
from sim.engine.world import World
from sim.scenario.models import Scenario


def build_world(
    scenario: Scenario,
    seed: int,
    replication: int,
    until: float | None = None,
    gathered: Callable[[World], Members] = gather,
) -> tuple[World, CrisisState]:
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
    shape = scenario.alliance.standing
    if shape is not None and shape.enabled:
        world.standing = Standing(world, shape)
    return world, populate(world, gathered)


def populate(world: World, gathered: Callable[[World], Members] = gather) -> CrisisState:
    """Put the agents of a crisis into its world, and return what goes on in it."""
    crisis = CrisisState(world, dynamics_of(world))
    if world.standing is not None:
        world.standing.follow(world)
    members = gathered(world)
    if world.crisis.asker not in world.left():  # who has left asks for nothing
        Host(world, crisis, members)
    CouncilProcess(world, members)
    if world.scenario.response.mission is not None:
        root = world.root
        if root.airlift is None:
            root.airlift = Airlift(root)
        mission = Mission(world, crisis, root.airlift)
        mission.force = Force(world, members, root.airlift, mission.arrived)
    if world.crisis.injects or world.crisis.branches or world.scenario.response.measures:
        from sim.engine.injects import Injects  # here, as many a crisis has none

        Injects(world)
    Exercises(world)
    open_bases(world)
    hold_sessions(world)
    return crisis


def dynamics_of(world: World) -> list[Dynamics]:
    """Return what goes on in the crisis of *world*, each ready to begin.

    What few crises have is imported when one has it.
    """
    crisis = world.crisis
    dynamics: list[Dynamics] = []
    if crisis.unrest is not None:
        unrest = Unrest(world)
        Mobilisation(world, unrest)
        dynamics.append(unrest)
    if crisis.epidemic is not None:
        from sim.engine.epidemic import Epidemic

        dynamics.append(Epidemic(world))
    if crisis.pressure is not None:
        from sim.engine.pressure import Pressure

        dynamics.append(Pressure(world))
    if crisis.fighting is not None:
        from sim.engine.fighting import FightingState

        dynamics.append(FightingState(world))
    if crisis.incursions is not None:
        from sim.engine.incursions import Border

        dynamics.append(Border(world))
    if crisis.occasion is not None:
        dynamics.append(OccasionState(world))
    return dynamics


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
        world, crisis = build_world(scenario, seed, replication, until, gathered)
        campaign = Campaign(world, partial(populate, gathered=gathered))
        run_within(world.env, world.horizon + 1e-9)
        return finished(world, crisis, campaign, bool(scenario.crises))


def finished(world: World, crisis: CrisisState, campaign: Campaign, several: bool) -> EventLog:
    """Log what is still open at the horizon and return the log, which alone is left of the *world* then.

    Args:
        world: of a replication that has run to its end.
        crisis: its own crisis.
        campaign: its further crises.
        several: whether the log is that of a campaign.
    """
    crisis.close(world.horizon)
    campaign.close()
    world.record(EventKind.HORIZON, time=world.horizon)
    make = EventLog.of_campaign if several else EventLog
    log = make(world.records, world.horizon)
    for each in (world, *(episode for episode, _ in campaign.worlds.values())):
        each.dissolve()
    return log


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
