"""Exercises: they deter while they last, tie troops up meanwhile, and leave a gain that fades."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.event_log import EventKind
from sim.engine.replication import build_world, run_replication
from sim.scenario.models import Scenario
from tests.engine.borders import border

K = EventKind
DRILL: dict[str, Any] = {
    "name": "Drill", "begins": "2022-01-05", "ends": "2022-01-06",

    "place": {"name": "Range", "lat": 44, "lon": 70},
    "troops": {"AAA": 500}, "units": {"AAA": {"guards": 400}}, "near": ["CCC"], "levers": {"arrivals": 0.5},
    "readiness_gain": 0.2, "half_life": "4 days",
}  # fmt: skip


def drilled(settings: dict[str, Any] | None = None, **change: Any) -> Scenario:
    return border({"alliance.exercises": {"drill": {**DRILL, **change}}, **(settings or {})})


def test_it_deters_and_ties_up_from_its_first_day_to_the_end_of_its_last() -> None:
    world, _ = build_world(drilled(), 1, 0)
    seen = []
    for until in (71, 73, 119, 121):
        world.env.run(until=until)
        seen.append((world.levers.value("arrivals"), world.committed.get(("AAA", "guards"), 0.0)))
    assert seen == [(1.0, 0.0), (0.5, 400.0), (0.5, 400.0), (1.0, 0.0)]
    assert [(r.kind, r.time) for r in world.records if r.kind in (K.EXERCISE, K.EXERCISE_ENDED)] == [
        (K.EXERCISE, 72.0), (K.EXERCISE_ENDED, 120.0),
    ]  # fmt: skip


def test_the_gain_in_readiness_halves_in_its_half_life_and_ends() -> None:
    world, _ = build_world(drilled(), 1, 0)
    world.env.run(until=121)
    assert world.levers.value("readiness") == pytest.approx(0.8)
    world.env.run(until=120 + 97)
    assert world.levers.value("readiness") == pytest.approx(0.9)
    early, _ = build_world(drilled(begins="2021-12-27", ends="2021-12-28"), 1, 0)
    assert early.levers.value("readiness") == pytest.approx(1 - 0.2 * 0.5 ** (4 / 4), abs=0.02)
    long_ago, _ = build_world(drilled(begins="2020-12-27", ends="2020-12-28"), 1, 0)
    assert long_ago.levers.value("readiness") == 1.0


@pytest.mark.parametrize("change", [{"enabled": False}, {"near": ["AAA"]}, {"levers": {"arrivals": 1}}])
def test_it_deters_nobody_when_off_elsewhere_or_without_effect(change: dict[str, Any]) -> None:
    def border_of(scenario: Scenario) -> list[tuple[float, float]]:
        return [(r.time, r.amount) for r in run_replication(scenario, 1, 0).of(K.CLASH)]

    assert border_of(drilled(**change)) == border_of(border())


def test_the_switch_of_its_mechanism_takes_the_effect_away() -> None:
    world, _ = build_world(drilled({"crisis.effects.deterrence.enabled": False}), 1, 0)
    world.env.run(until=73)
    assert world.levers.value("arrivals") == 1.0
    strong, _ = build_world(drilled({"crisis.effects.deterrence.strength": 2}), 1, 0)
    strong.env.run(until=73)
    assert strong.levers.value("arrivals") == pytest.approx(0.25)
