"""What a level changes: differences that stay within what can be, and times whose clock the level moves."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from sim.experiment.factors import Factor, Point, SweepDesign
from sim.experiment.main_effects import main_effects
from sim.experiment.responses import RESPONSES
from sim.experiment.samples import Sample, sample_interval
from sim.experiment.sweep_summary import summarise_point
from tests.tiny import tiny_scenario

RUNS = 40
GROUPS = list(range(RUNS))
LUCK = np.random.default_rng(1).normal(size=RUNS)


def design(*levels):
    """A design over one numeric factor for each place of *levels*, a point for each of them."""
    names = [f"mandate.factor_{place}" for place in range(len(levels[0]))]
    factors = tuple(
        Factor(name, name, tuple(dict.fromkeys(level[place] for level in levels)), numeric=True)
        for place, name in enumerate(names)
    )
    points = tuple(Point(number, (), level) for number, level in enumerate(levels))
    return SweepDesign(factors, points, tuple(tiny_scenario() for _ in points))


def test_a_time_from_the_appeal_is_also_told_from_the_start():
    # The second level moves the appeal by 30 h and the end of the crisis not at all.
    appeals = [50 + LUCK, 80 + LUCK]
    ends = [200 + LUCK, 200 + LUCK]

    def from_appeal(point):
        return ends[point] - appeals[point]

    (effect,) = main_effects(
        design((0.0,), (1.0,)), RESPONSES["hours_to_order"], from_appeal, GROUPS, lambda point: appeals[point]
    )
    assert effect.mean == pytest.approx(-30)
    assert effect.appeal_later == pytest.approx(30)
    assert (effect.from_start, effect.from_start_low, effect.from_start_high) == pytest.approx((0, 0, 0))


def test_only_times_that_are_counted_from_the_appeal_have_two_clocks():
    for name in ("hours_to_order_from_start", "killed"):
        (effect,) = main_effects(
            design((0.0,), (1.0,)), RESPONSES[name], lambda point: point + LUCK, GROUPS, lambda point: LUCK
        )
        assert isnan(effect.from_start)
        assert isnan(effect.appeal_later)


@pytest.mark.parametrize(("name", "most"), [("mandate", 1), ("peak_out_of_control", 1), ("help_level", 3)])
def test_a_line_stays_within_what_a_response_can_differ_by(name, most):
    # Four points near the middle of one factor's range make its line so steep that its ends mean nothing.
    points = design((0.0, 0.0), (1.0, 0.49), (2.0, 0.51), (3.0, 1.0))
    steep = [0.0, 1.0, 0.0, 0.0]
    (*_, effect) = main_effects(
        points, RESPONSES[name], lambda point: most * steep[point] * (LUCK > 0), GROUPS
    )
    assert effect.kind == "slope"
    assert -most <= effect.low <= effect.mean <= effect.high <= most
    free = RESPONSES[name]._replace(kind="count", unit="people")
    (*_, wide) = main_effects(points, free, lambda point: most * steep[point] * (LUCK > 0), GROUPS)
    assert min(wide.low, -wide.high) < -most


def sample(values, happened=None):
    there = np.ones(len(values), dtype=bool) if happened is None else np.array(happened)
    return Sample(np.array(values, dtype=float), there, tuple(float(n) for n in range(len(values))))


def test_the_interval_of_a_median_lies_between_values_that_runs_had():
    # 101 runs: 0.5 -/+ 1.96 sqrt(0.25/101) = 0.4025 and 0.5975, the 41st and the 61st value.
    skewed = sample([2.0**n for n in range(101)])
    assert sample_interval(skewed) == (2.0**40, 2.0**60)
    levels = sample([1.0] * 45 + [2.0] * 55)
    found = summarise_point(0, RESPONSES["help_level"], levels, 0.9)
    assert (found.median, found.median_low, found.median_high) == (2, 1, 2)


def test_an_interval_that_the_horizon_cuts_is_open_above():
    values = list(range(20))
    low, high = sample_interval(sample(values, [value < 11 for value in values]))
    assert low == 5
    assert isnan(high)


def test_a_few_runs_give_no_interval():
    assert all(isnan(end) for end in sample_interval(sample([1.0, 2.0, 3.0])))
    assert all(isnan(end) for end in sample_interval(sample([])))
