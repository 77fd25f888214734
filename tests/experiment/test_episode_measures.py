"""Episodes measured: by the responses of their own scenario, on their own clock."""

from __future__ import annotations

from functools import cache
from math import isnan

import pytest

from sim.engine.event_log import EventLog
from sim.engine.replication import run_replication
from sim.experiment.dynamics.episodes import KEPT
from sim.experiment.responses import responses_of
from sim.experiment.samples import censored_at, sample_of
from sim.experiment.study import run_study
from sim.scenario.models import Scenario
from tests.engine.campaigns import campaign, episode, with_standing
from tests.engine.worlds import K, certain_world
from tests.tiny import tiny_scenario


@cache
def pair() -> Scenario:
    world = certain_world()
    return campaign(
        world, {"a": episode(world, 0), "b": episode(world, 600), "off": episode(world, 5, enabled=False)}
    )


@cache
def log() -> EventLog:
    return run_replication(pair(), 1, 0)


def row() -> dict[str, float]:
    found = {name: r.function(log(), pair()) for name, r in responses_of(pair()).items()}
    return {**found, "run": 0.0, "draw": 0.0}


def test_each_episode_answers_as_its_own_scenario_would():
    own_log = run_replication(certain_world(), 1, 0)
    own = {name: r.function(own_log, certain_world()) for name, r in responses_of(certain_world()).items()}
    for key in "ab":
        for name in set(KEPT) - {"killed", "hours_to_order_from_start"}:
            assert row()[f"{key}.{name}"] == pytest.approx(own[name], nan_ok=True), (key, name)


def test_times_from_the_start_are_the_episodes_own():
    appeal = log().parts["b"].first(K.APPEAL)
    assert appeal is not None
    assert appeal.time > 600
    assert row()["b.hours_to_appeal"] == pytest.approx(appeal.time - 600)
    assert row()["b.hours_simulated"] == 480


def test_an_episode_that_was_not_has_no_answers():
    assert all(isnan(row()[f"off.{name}"]) for name in KEPT)
    for name, response in responses_of(pair()).items():
        if name.startswith("off."):
            assert len(sample_of(response, [row()]).values) == 0, name


def test_what_an_episodes_horizon_hid_is_censored_on_its_clock():
    world = certain_world()
    short = campaign(world, {"b": episode(world, 600, 50)})
    found = run_replication(short, 1, 0)
    values = {name: r.function(found, short) for name, r in responses_of(short).items()}
    response = responses_of(short)["b.hours_to_withdrawal_complete"]
    assert isnan(values[response.name])
    assert censored_at(response, values) == pytest.approx(50 - values["b.hours_to_appeal"])
    sample = sample_of(response, [{**values, "run": 0.0, "draw": 0.0}])
    assert (list(sample.happened), len(sample.values)) == ([False], 1)


def test_a_campaign_gives_the_same_rows_on_one_process_and_on_two():
    world = with_standing(tiny_scenario())
    scenario = campaign(world, {"a": episode(world, 0), "b": episode(world, 100)}, 500)
    one, two = (run_study(scenario, 6, 1, jobs=jobs, variants=(), pool_from=1) for jobs in (1, 2))
    assert repr(one.rows) == repr(two.rows)
    assert len(one.rows) == 6
