"""Curves agree with the log at every point of the grid."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.dynamics import level_at
from sim.experiment.curves import curve_names, detained, grid_of, level, read_curves, stretches, unrest
from sim.experiment.measure import first_names, read_firsts
from sim.experiment.responses import responses_of
from tests.experiment.logs import DEPLOYMENT, K, a_load, a_log, at
from tests.tiny import tiny_scenario

CASES = [  # x0, g, s, k, t
    (1.0, 0.1, 0.02, 5.0, 20.0),
    (3.0, 0.1, 0.3, 5.0, 20.0),
    (2.0, 0.1, 0.1, 5.0, 20.0),
    (2.0, 0.0, 0.1, 5.0, 3.0),
    (2.0, 0.0, 0.0, 5.0, 3.0),
    (0.0, 0.1, 0.0, 5.0, 3.0),
    (1e-6, 2.0, 0.0, 5.0, 2000.0),
    (1.0, 0.0, 2.0, 5.0, 2000.0),
    (2.0, 0.1, 0.1 + 1e-12, 5.0, 100.0),
]


def test_the_level_is_the_engines_closed_form():
    found = level(*(np.array(column) for column in zip(*CASES, strict=True)))
    assert found == pytest.approx([level_at(*case) for case in CASES], rel=1e-9, abs=1e-300)


def test_unrest_follows_its_segments_and_ends_with_calm():
    first = {"level": 0.5, "growth": 0.1, "suppression": 0.02, "ceiling": 3.0}
    second = {"level": 1.5, "growth": 0.1, "suppression": 0.4, "ceiling": 3.0}
    log = a_log(
        (4.0, K.UNREST, at("north", **first)),
        (10.0, K.UNREST, at("north", **second)),
        (10.0, K.UNREST, at("south", **first)),
        (20.0, K.CALM, at("north")),
    )
    found = unrest(log, np.array([3.0, 4.0, 9.0, 12.0, 20.0]))
    expected = [
        0,
        0.5,
        level_at(0.5, 0.1, 0.02, 3.0, 5),
        level_at(1.5, 0.1, 0.4, 3.0, 2) + level_at(0.5, 0.1, 0.02, 3.0, 2),
        level_at(0.5, 0.1, 0.02, 3.0, 10),
    ]
    assert found == pytest.approx(24 * np.array(expected))


def test_curves_end_where_the_responses_do():
    scenario, log = tiny_scenario(), a_log(*DEPLOYMENT)
    grid = grid_of(scenario)
    curves = dict(zip(curve_names(scenario), read_curves(log, scenario, grid), strict=True))
    found = {name: r.function(log, scenario) for name, r in responses_of(scenario).items()}
    assert curves["flights_in"][-1] == found["flights_in"]
    assert curves["flights_out"][-1] == found["flights_out"]
    assert curves["freed"][-1] == found["local_freed"]
    assert curves["detained"][-1] == pytest.approx(found["detained"], rel=1e-6)
    assert curves["out_of_control"].max() == found["peak_out_of_control"]
    assert (grid[0], grid[-1]) == (0, 480)


def test_troops_are_those_who_came_less_those_who_went():
    scenario, log = tiny_scenario(), a_log(*DEPLOYMENT)
    grid = np.array([41.0, 42.0, 59.0, 119.0, 120.0])
    curves = dict(zip(curve_names(scenario), read_curves(log, scenario, grid), strict=True))
    assert curves["troops"].tolist() == [0, 100, 160, 160, 0]
    assert curves["troops.AAA"].tolist() == curves["troops"].tolist()
    assert not curves["troops.BBB"].any()


def test_first_times_are_of_the_way_in():
    scenario = tiny_scenario()
    log = a_log(
        (5.0, K.APPEAL), (9.0, K.TAKEOFF, a_load("AAA", 1, "out")), (10.0, K.TAKEOFF, a_load("BBB", 1))
    )
    found = dict(zip(first_names(scenario), read_firsts(log, scenario), strict=True))
    assert (found["appeal|"], found["takeoff|BBB"]) == (5, 10)
    assert np.isnan([found["takeoff|AAA"], found["mandate|"]]).all()


def test_detentions_are_reported_with_their_lag():
    log = a_log((10.0, K.SWEEP, at("north", 100, lag=24.0)), (10.0, K.SWEEP, at("south", 7, lag=0.0)))
    found = detained(log, np.array([9.0, 10.0, 34.0]))
    assert found == pytest.approx([0, 7, 107 - 100 * np.exp(-1)])


def test_each_point_of_the_grid_is_in_the_stretches_that_hold_it():
    grid = np.array([0.0, 3.0, 6.0, 9.0])
    found = stretches(np.array([3.0, 4.0, 7.0, 1.0]), np.array([6.0, np.inf, 8.0, 1.0]), grid)
    assert found.which.tolist() == [0, 1, 1]
    assert grid[found.point].tolist() == [3, 6, 9]
    assert found.since.tolist() == [0, 2, 5]


def test_calm_without_unrest_before_it_is_no_unrest():
    log = a_log((4.0, K.CALM, at("north")))
    assert unrest(log, np.array([3.0, 6.0])).tolist() == [0, 0]
