"""A replication that is run to a moment, changed there, and run on."""

from __future__ import annotations

from typing import NamedTuple

from sim.engine.appointments import Appointments
from sim.engine.budget import run_within
from sim.engine.campaign import Campaign
from sim.engine.crisis import CrisisState
from sim.engine.event_log import EventLog
from sim.engine.merging import Merge
from sim.engine.replication import build_world, collection_paused, finished, populate
from sim.engine.world import World
from sim.scenario.crisis import Crisis
from sim.scenario.models import Scenario

#: Parts of a crisis that none of its dynamics read: whoever they concern acts otherwise, from then on.
_BESIDE = frozenset({"title", "facts", "host_choice", "injects", "branches"})


class Fork(NamedTuple):
    """What came of a fork."""

    log: EventLog
    #: Names, as the engine's objects have them, of what was put in place at the moment.
    put: tuple[str, ...]
    #: Names of what the change makes different but the run had already moved on from.
    kept: tuple[str, ...]


class Built(NamedTuple):
    """A world with its crisis, and those of a campaign's episodes that have begun."""

    world: World
    crisis: CrisisState
    campaign: Campaign


def run_forked(
    scenario: Scenario, changed: Scenario, seed: int, replication: int, at: float, until: float | None = None
) -> Fork:
    """Run one replication of *scenario* to the hour *at* and from there on as *changed*.

    What happens at the hour itself happens after the change. Processes that are under way go on as begun:
    the change reaches them where they look at the scenario again. Luck is the same throughout, since it has
    addresses. Episodes of a campaign that are over by then stay as they were; those to come begin as changed.

    Args:
        scenario: with the outer draw's values in it.
        changed: the same otherwise than in some inputs.
        seed: of the experiment.
        replication: address of this run's luck.
        at: hours after the start.
        until: hours after the start to stop at, when earlier than the horizon.

    Raises:
        BudgetError: it does not come to an end.
        ValueError: *at* is not within the simulated time of both.
    """
    end = min(float(scenario.horizon), float(changed.horizon))
    if not 0 <= at < end:
        raise ValueError(f"the moment must lie between 0 and {end:g} h, not at {at!r} h")
    with collection_paused():
        run = _built(scenario, seed, replication, until)
        world = run.world
        if at > 0:
            run_within(world.env, at)
        _close_what_changes(run, scenario, changed, at)
        base, new = _built_again(scenario, run, until), _built_again(changed, run, until)
        merge = _merged(run, base, new, at)
        merge.kept += [f"crises.{key}" for key in run.campaign.plan_anew(scenario)]
        run_within(world.env, world.horizon + 1e-9)
        log = finished(world, run.crisis, run.campaign, bool(scenario.crises or changed.crises))
        return Fork(log, tuple(merge.put), tuple(dict.fromkeys(merge.kept)))


def _close_what_changes(run: Built, scenario: Scenario, changed: Scenario, at: float) -> None:
    """Have what has happened up to the hour *at* drawn as it was, in each crisis whose course is to change.

    The others stay open: a count more would be an event of its own, and shift the luck of later ones.
    """
    if _goes_otherwise(scenario.crisis, changed.crisis):
        run.crisis.close(at)
    for key, (world, crisis) in run.campaign.worlds.items():
        before, after = scenario.crises[key], changed.crises.get(key)
        if world.horizon > at and after is not None and _goes_otherwise(before.crisis, after.crisis):
            crisis.close(at)


def _goes_otherwise(one: Crisis, other: Crisis) -> bool:
    """Return whether two crises differ in anything that what goes on in them follows from."""
    return any(
        getattr(one, name) != getattr(other, name) for name in Crisis.model_fields if name not in _BESIDE
    )


def _built(scenario: Scenario, seed: int, replication: int, until: float | None) -> Built:
    world, crisis = build_world(scenario, seed, replication, until)
    return Built(world, crisis, Campaign(world, populate))


def _built_again(scenario: Scenario, run: Built, until: float | None) -> Built:
    """Return fresh worlds of *scenario*: its own, and each episode that has begun in *run* on its day."""
    fresh = _built(scenario, run.world.seed, run.world.replication, until)
    world = fresh.world
    for key, (since, left) in run.campaign.began.items():
        if key in scenario.crises:
            world.env.set_to(since)
            if world.standing is not None:
                world.standing.left = set(left)
            fresh.campaign.open(key)
    return fresh


def _merged(run: Built, base: Built, new: Built, at: float) -> Merge:
    """Put the change in place in the worlds of *run*, which stands at the hour *at*."""
    merge = Merge(run.world)
    going = _going_on(run, base, new, at, merge)
    worlds = [run.world, *(run.campaign.worlds[key][0] for key in going)]
    appointments = Appointments(run.world.scenario, new.world.scenario)
    triples: list[tuple[object, object, object]] = [
        (run.world, base.world, new.world), (run.crisis, base.crisis, new.crisis)
    ]  # fmt: skip
    for key in going:
        mine, was, is_ = (built.campaign.worlds[key] for built in (run, base, new))
        appointments.also(mine[0].scenario, is_[0].scenario)
        triples += zip(mine, was, is_, strict=True)
    merge.agents(*triples)
    appointments.bring_up_to_date(worlds, merge)
    merge.refresh(run.crisis, *(run.campaign.worlds[key][1] for key in going))
    return merge


def _going_on(run: Built, base: Built, new: Built, at: float, merge: Merge) -> list[str]:
    """Return the episodes of *run* that go on after the hour *at*; tell *merge* of changes to the others."""
    going = []
    before, after = run.world.scenario.crises, new.world.scenario.crises
    for key, (world, _) in run.campaign.worlds.items():
        known = key in base.campaign.worlds and key in new.campaign.worlds
        if known and world.horizon > at:
            going.append(key)
            fresh = new.campaign.worlds[key][0]
            if fresh.horizon <= at:  # what has been simulated cannot be cut off any more
                fresh.horizon = world.horizon
                merge.kept.append(f"crises.{key}.horizon")
        elif before[key] != after.get(key):
            merge.kept.append(f"crises.{key}")
    return going
