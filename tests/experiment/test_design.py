"""The list of runs: what is nested in what, and what is held fixed."""

from __future__ import annotations

import pytest

from sim.experiment.design import drawn_values, nested_design, scenario_for
from sim.scenario.paths import read_path
from tests.tiny import tiny_scenario

NORTH = "crisis.sites.north.forces"


def test_runs_are_nested_in_draws():
    assert [tuple(run) for run in nested_design(tiny_scenario(), 7, 5)] == [
        (0, 0, 7, 0), (1, 0, 7, 1), (2, 1, 7, 2), (3, 1, 7, 3), (4, 2, 7, 4),
    ]  # fmt: skip


def test_inputs_held_fixed_leave_no_draw():
    runs = nested_design(tiny_scenario({"experiment.uncertain": "fixed"}), 7, 3)
    assert [(run.draw, run.replication) for run in runs] == [(None, 0), (None, 1), (None, 2)]


def test_chance_held_fixed_gives_every_run_its_draw_and_one_luck():
    runs = nested_design(tiny_scenario({"experiment.chance": "fixed"}), 7, 3)
    assert [(run.draw, run.replication) for run in runs] == [(0, 0), (1, 0), (2, 0)]


def test_more_runs_begin_with_the_same_ones():
    assert nested_design(tiny_scenario(), 7, 9)[:4] == nested_design(tiny_scenario(), 7, 4)


def test_runs_are_made_as_they_are_asked_for_however_many_there_are():
    runs = nested_design(tiny_scenario(), 7, 10**12)
    assert runs[-1] == (10**12 - 1, (10**12 - 1) // 2, 7, 10**12 - 1)
    assert list(runs[5:8]) == list(nested_design(tiny_scenario(), 7, 8))[5:]
    assert len(runs[: 10**9]) == 10**9
    with pytest.raises(IndexError):
        runs[10**12]


def test_a_draw_is_within_its_range_and_its_own():
    scenario = tiny_scenario()
    values = [drawn_values(scenario, 1, draw)[NORTH] for draw in range(20)]
    assert all(500 <= value <= 2000 for value in values)
    assert len(set(values)) == 20
    assert values[3] == drawn_values(scenario, 1, 3)[NORTH] != drawn_values(scenario, 2, 3)[NORTH]
    drawn_values(scenario, 1, 3).clear()  # who is given a draw may do with it as he likes
    assert drawn_values(scenario, 1, 3)[NORTH] == values[3]


def test_a_draw_goes_into_the_scenario_and_no_draw_leaves_it():
    scenario = tiny_scenario()
    drawn = scenario_for(scenario, 1, 3)
    assert read_path(drawn, NORTH) == drawn_values(scenario, 1, 3)[NORTH]
    assert scenario_for(scenario, 1, None) is scenario


@pytest.mark.parametrize("keep", [NORTH, "crisis.sites.north", "crisis"])
def test_what_a_variant_sets_is_not_drawn_over(keep):
    scenario = tiny_scenario()
    kept = scenario_for(scenario, 1, 3, keep=(keep,))
    assert read_path(kept, NORTH) == read_path(scenario, NORTH)
    line = "response.decision.ordered_choice.weights.lead_line"
    assert read_path(kept, line) == drawn_values(scenario, 1, 3)[line]
