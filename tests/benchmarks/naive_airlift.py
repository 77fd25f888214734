"""One airlift twice: by the engine, and as one would write it at first, to compare cost and outcome.

120 loads reach an airfield one each half hour; six aircraft that stand there carry them to another airfield,
with slots for loading and unloading at both; loading and unloading take lognormal times.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import cache
from math import exp, log
from typing import Any

import numpy as np
import simpy

from sim.engine.airlift import Airlift
from sim.engine.replication import collection_paused
from sim.engine.sorties import Group, Load
from sim.engine.world import World
from sim.scenario.models import Scenario
from tests.tiny import tiny_scenario

LOADS, INTERVAL, HORIZON = 120, 0.5, 480.0
#: Loading and unloading: median and logarithmic standard deviation.
ONLOAD, OFFLOAD, SPREAD = 2.0, 1.0, 0.4
AIRCRAFT, SLOTS_HERE, SLOTS_THERE = 6, 4, 2


@cache
def world_of() -> Scenario:
    """Return a scenario with that airlift and nothing random but the loading."""
    kind = "alliance.aircraft_types.medium"

    def lasting(hours: float) -> dict[str, Any]:
        return {"lognormal": {"median": f"{hours} h", "spread": exp(1.644854 * SPREAD)}}

    return tiny_scenario(
        {
            f"{kind}.onload": lasting(ONLOAD),
            f"{kind}.offload": lasting(OFFLOAD),
            "alliance.airlift.crew_duty": "1000 h",
        }
    )


def ours(replication: int) -> float:
    """Return when the last load is unloaded (h), by the engine."""
    with collection_paused():
        world = World(world_of(), 1, replication, HORIZON)
        airlift = Airlift(world)
        ends: list[float] = []
        told = Group("AAA", "guards", "main", "in", lambda *_: None, lambda *a: ends.append(a[2]), world)
        luck = world.stream("sorties in", "bench").uniforms(4 * LOADS)
        handled = airlift.handling([False] * LOADS, luck)

        def release() -> Generator[simpy.Event, Any, None]:
            for on, off, lost in handled:
                now = world.env.now
                airlift.request(Load(told, 20, 3, False, "lead_field", "host_field", -1, now, on, off, lost))
                yield world.wait(INTERVAL)

        world.start(release())
        world.env.run()
        return max(ends)


@cache
def flight_hours() -> float:
    """Return the block time between the two airfields, as the engine has it."""
    airlift = Airlift(World(world_of(), 1, 0, HORIZON))
    return airlift.block_hours(airlift.pools["medium"], "lead_field", "host_field")


def naive(replication: int, tick: float = 1.0) -> float:
    """Return the same by a process for each sortie, and one for each aircraft and airfield that ticks.

    At each tick (h) an aircraft's and an airfield's state is written down, as models do that are read off a
    clock; 0 leaves that out.
    """
    env, luck = simpy.Environment(), np.random.default_rng([7, replication])
    fleet = simpy.Resource(env, AIRCRAFT)
    here, there = simpy.Resource(env, SLOTS_HERE), simpy.Resource(env, SLOTS_THERE)
    flight, ends, states = flight_hours(), [], []

    def lasting(hours: float) -> float:
        return float(luck.lognormal(log(hours), SPREAD))

    def sortie() -> Generator[simpy.Event, Any, None]:
        with fleet.request() as aircraft:
            yield aircraft
            with here.request() as slot:
                yield slot
                yield env.timeout(lasting(ONLOAD))
            yield env.timeout(flight)
            with there.request() as slot:
                yield slot
                yield env.timeout(lasting(OFFLOAD))
            ends.append(env.now)
            yield env.timeout(flight)

    def loads() -> Generator[simpy.Event, Any, None]:
        for _ in range(LOADS):
            env.process(sortie())
            yield env.timeout(INTERVAL)

    def watch(name: int, resource: simpy.Resource) -> Generator[simpy.Event, Any, None]:
        while True:
            states.append((env.now, name, resource.count, len(resource.queue)))
            yield env.timeout(tick)

    env.process(loads())
    if tick:
        for name in range(AIRCRAFT):
            env.process(watch(name, fleet))
        for name, field in enumerate((here, there), AIRCRAFT):
            env.process(watch(name, field))
        env.run(HORIZON)
    else:
        env.run()
    return max(ends)


def unlike(one: list[float], other: list[float]) -> float:
    """Return the chance of samples at least as unlike if both come from one distribution."""
    from scipy.stats import ks_2samp

    return float(ks_2samp(one, other).pvalue)
