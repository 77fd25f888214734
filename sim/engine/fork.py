"""A replication that is run to a moment, changed there, and run on."""

from __future__ import annotations

from typing import NamedTuple

from sim.engine.appointments import Appointments
from sim.engine.budget import run_within
from sim.engine.event_log import EventKind, EventLog
from sim.engine.merging import Merge
from sim.engine.replication import build_world, collection_paused
from sim.scenario.models import Scenario


class Fork(NamedTuple):
    """What came of a fork."""

    log: EventLog
    #: Names, as the engine's objects have them, of what was put in place at the moment.
    put: tuple[str, ...]
    #: Names of what the change makes different but the run had already moved on from.
    kept: tuple[str, ...]


def run_forked(
    scenario: Scenario, changed: Scenario, seed: int, replication: int, at: float, until: float | None = None
) -> Fork:
    """Run one replication of *scenario* to the hour *at* and from there on as *changed*.

    What happens at the hour itself happens after the change. Processes that are under way go on as begun:
    the change reaches them where they look at the scenario again. Luck is the same throughout, since it has
    addresses.

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
        world, crisis = build_world(scenario, seed, replication, until)
        if at > 0:
            run_within(world.env, at)
        if changed.crisis != scenario.crisis:
            crisis.close(at)  # what has happened is drawn as it was, before anything changes
        fresh = (build_world(one, seed, replication, until) for one in (scenario, changed))
        merge = Merge(world)
        (base, base_crisis), (new, new_crisis) = fresh
        merge.agents((world, base, new), (crisis, base_crisis, new_crisis))
        Appointments(scenario, changed).bring_up_to_date(world, merge)
        merge.refresh(crisis)
        run_within(world.env, world.horizon + 1e-9)
        crisis.close(world.horizon)
        world.record(EventKind.HORIZON, time=world.horizon)
        return Fork(EventLog(world.records, world.horizon), tuple(merge.put), tuple(merge.kept))
