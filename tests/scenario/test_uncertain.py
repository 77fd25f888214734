"""Uncertain inputs are drawn by inverse distribution functions, within their ranges, each at its address."""

from __future__ import annotations

from math import log
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.distributions import Z95
from sim.scenario.paths import with_values
from sim.scenario.study import NormalDraw, Posterior
from sim.scenario.uncertain import Assumption, assumptions, draw_one, draw_uncertain
from tests.tiny import tiny_scenario

FORCES = "crisis.sites.north.forces"  # 500 to 2000, most likely 1000
LEVELS = st.floats(1e-9, 1 - 1e-9)


def test_each_input_is_drawn_at_its_own_full_path() -> None:
    asked: list[str] = []

    def uniform(path: str) -> float:
        asked.append(path)
        return 0.5

    drawn = draw_uncertain(tiny_scenario(), uniform)
    gain, line = "crisis.effects.decision_signal.gain", "response.decision.ordered_choice.weights.lead_line"
    assert asked == list(drawn) == [FORCES, gain, line]
    assert drawn[gain] == 0.25
    # cut off at -0.5 and 1.5, symmetrically about the mean
    assert drawn[line] == pytest.approx(0.5)
    assert with_values(tiny_scenario(), drawn).crisis.sites["north"].forces == drawn[FORCES]


def test_triangular_agrees_with_its_distribution_function() -> None:
    for u in (0.001, 0.2, 1 / 3, 0.7, 0.999):
        x = draw_one(tiny_scenario(), FORCES, "triangular", u)
        low, mode, high = 500, 1000, 2000
        below = (x - low) ** 2 / ((high - low) * (mode - low))
        above = 1 - (high - x) ** 2 / ((high - low) * (high - mode))
        assert (below if x < mode else above) == pytest.approx(u)


def test_lognormal_is_the_truncated_one() -> None:
    sigma = log(2000 / 500) / (2 * Z95)
    inside = NormalDist(log(1000), sigma)
    bottom, top = inside.cdf(log(500)), inside.cdf(log(2000))
    assert (bottom, top) == pytest.approx((0.05, 0.95))
    for u in (0.01, 0.5, 0.99):
        x = draw_one(tiny_scenario(), FORCES, "lognormal", u)
        assert (inside.cdf(log(x)) - bottom) / (top - bottom) == pytest.approx(u)


@given(LEVELS, LEVELS)
@pytest.mark.parametrize(
    "form",
    [
        "triangular",
        "uniform",
        "lognormal",
        Posterior(fitted_median=1200, fitted_spread=1.3),
        Posterior(fitted_median=90_000, fitted_spread=1.01),
        NormalDraw(mean=1000, sd=400),
        NormalDraw(mean=-50_000, sd=10),
        NormalDraw(mean=1000, sd=0),
    ],
    ids=repr,
)
def test_draws_rise_with_the_uniform_and_stay_in_range(form: object, u: float, v: float) -> None:
    scenario = tiny_scenario()
    low, high = sorted((u, v))
    a, b = (draw_one(scenario, FORCES, form, x) for x in (low, high))  # type: ignore[arg-type]
    assert 500 <= a <= b <= 2000


def test_whole_things_stay_whole() -> None:
    scenario = tiny_scenario({"fleets.AAA.medium.available": {"value": 6, "low": 2, "high": 9}})
    drawn = {draw_one(scenario, "fleets.AAA.medium.available", "uniform", u / 50) for u in range(1, 50)}
    assert drawn == {2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0}


def test_a_normal_draw_respects_the_limits_of_what_it_draws() -> None:
    scenario = tiny_scenario()
    drawn = [
        draw_one(scenario, "alliance.airlift.closure_chance", NormalDraw(mean=0.9, sd=1), u)
        for u in (0.01, 0.99)
    ]
    assert drawn == [0.0, 1.0]


def test_assumptions_are_the_numbers_with_a_range() -> None:
    found = assumptions(tiny_scenario())
    assert [a.path for a in found] == [
        "alliance.ties.AAA-BBB",
        "alliance.airlift.dispatch_reliability",
        FORCES,
        "crisis.effects.decision_signal.gain",
        "response.decision.ordered_choice.weights.lead_line",
        "response.mission.local_drive",
    ]
    assert found[2] == Assumption(FORCES, 1000.0, 500.0, 2000.0, ("assumption: small world",), None)
