"""The closed forms of unrest against an ODE solver, their own inverses and their limits."""

from math import exp, inf, isclose, isfinite, log

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from sim.engine.dynamics import (
    advance,
    integral_to,
    level_at,
    plateau,
    time_of_integral,
    time_of_level,
    times_of_integrals,
)  # fmt: skip

levels = st.one_of(st.just(0.0), st.floats(1e-6, 10))  # incidents per h
starts = st.floats(1e-6, 10)
rates = st.one_of(st.just(0.0), st.floats(1e-3, 0.6))  # per h
ceilings = st.floats(0.02, 10)
times = st.floats(0, 300)  # h


def solve(x0: float, g: float, s: float, k: float, t: float) -> tuple[float, float]:
    """Return level and integral at *t* from a Runge-Kutta solver of order 8."""

    def slope(_: float, state: np.ndarray) -> list[float]:
        x = state[0]
        return [g * x * (1 - x / k) - s * x, x]

    found = solve_ivp(slope, (0, t), [x0, 0.0], method="DOP853", rtol=1e-10, atol=1e-14)
    return float(found.y[0, -1]), float(found.y[1, -1])


@settings(max_examples=150, deadline=None)
@given(x0=levels, g=rates, s=rates, k=ceilings, t=times)
def test_level_and_integral_agree_with_an_ode_solver(x0, g, s, k, t):
    level, area = solve(x0, g, s, k, t)
    assert level_at(x0, g, s, k, t) == pytest.approx(level, rel=1e-6, abs=1e-10)
    assert integral_to(x0, g, s, k, t) == pytest.approx(area, rel=1e-6, abs=1e-10)


@given(x0=levels, g=rates, s=rates, k=ceilings, t=st.one_of(times, st.floats(0, 1e-7), st.floats(300, 1e5)))
def test_level_and_integral_at_once_are_the_two_of_them(x0, g, s, k, t):
    assume(x0 > 0 or (g - s) * t < 500)  # nothing grows for so long out of nothing
    level, area = advance(x0, g, s, k, t)
    assert level == pytest.approx(level_at(x0, g, s, k, t), rel=1e-9, abs=1e-300)
    assert area == pytest.approx(integral_to(x0, g, s, k, t), rel=1e-9, abs=1e-300)


@given(x0=levels, g=rates, s=rates, k=ceilings, t=times, u=times)
def test_two_steps_are_one(x0, g, s, k, t, u):
    midway = level_at(x0, g, s, k, t)
    assert level_at(midway, g, s, k, u) == pytest.approx(level_at(x0, g, s, k, t + u), rel=1e-9, abs=1e-300)
    parts = integral_to(x0, g, s, k, t) + integral_to(midway, g, s, k, u)
    assert parts == pytest.approx(integral_to(x0, g, s, k, t + u), rel=1e-9, abs=1e-300)


@given(x0=starts, g=rates, s=rates, k=ceilings, area=st.floats(1e-6, 1e4))
def test_the_time_of_an_integral_gives_the_integral_back(x0, g, s, k, area):
    t = time_of_integral(x0, g, s, k, area)
    assume(isfinite(t))
    # Near the finite total of a dying unrest the inverse is ill-conditioned: hold the integral, not the time.
    assert integral_to(x0, g, s, k, t) == pytest.approx(area, rel=1e-9)


@given(x0=levels, g=rates, s=rates, k=ceilings, areas=st.lists(st.floats(1e-12, 1e4), min_size=1, max_size=5))
def test_the_times_of_many_integrals_are_to_the_last_bit_those_of_each(x0, g, s, k, areas):
    rising = sorted(areas)
    assert times_of_integrals(x0, g, s, k, rising) == [time_of_integral(x0, g, s, k, a) for a in rising]


@given(x0=starts, g=rates, s=rates, k=ceilings, area=st.floats(1e-6, 1e4))
def test_an_integral_is_out_of_reach_only_when_unrest_dies_out_before(x0, g, s, k, area):
    r = g - s
    assume(abs(r) > 1e-6)
    if r > 0:
        assert isfinite(time_of_integral(x0, g, s, k, area))
    else:
        total = integral_to(x0, g, s, k, 800 / -r)
        assume(not isclose(total, area, rel_tol=1e-9))
        assert isfinite(time_of_integral(x0, g, s, k, area)) == (area < total)


@given(x0=starts, g=rates, s=rates, k=ceilings, t=st.floats(0, 100))
def test_the_time_of_a_level_gives_the_level_back(x0, g, s, k, t):
    level = level_at(x0, g, s, k, t)
    passed = time_of_level(x0, g, s, k, level)
    assume(isfinite(passed))  # the plateau itself, up to rounding, is never reached
    assert level_at(x0, g, s, k, passed) == pytest.approx(level, rel=1e-9)
    # The time is as sharp as the level is steep.
    steepness = abs(g * (1 - level / k) - s)
    if steepness > 1e-3 and abs(g - s) * t < 20:
        assert passed == pytest.approx(t, rel=1e-6, abs=1e-6)


@given(x0=starts, g=rates, s=rates, k=ceilings, level=starts)
def test_a_level_is_met_exactly_when_it_lies_on_the_way_to_the_plateau(x0, g, s, k, level):
    end = plateau(g, s, k)
    assume(not isclose(level, end, rel_tol=1e-9) and not isclose(x0, end, rel_tol=1e-9))
    still = g == s == 0
    on_the_way = level == x0 or (not still and (x0 < level < end or end < level < x0))
    assert isfinite(time_of_level(x0, g, s, k, level)) == on_the_way


@given(x0=levels, y0=levels, g=rates, s=rates, extra=st.floats(0, 0.5), k=ceilings, t=times)
def test_more_unrest_or_less_suppression_never_lowers_what_follows(x0, y0, g, s, extra, k, t):
    low, high = sorted((x0, y0))
    slack = 1 + 1e-12
    assert level_at(low, g, s, k, t) <= level_at(high, g, s, k, t) * slack
    assert level_at(x0, g, s + extra, k, t) <= level_at(x0, g, s, k, t) * slack + 1e-300
    assert integral_to(x0, g, s + extra, k, t) <= integral_to(x0, g, s, k, t) * slack + 1e-300
    assert integral_to(x0, g, s, k, t) <= integral_to(x0, g, s, k, t + 1) * slack


@given(x0=starts, g=rates, s=rates, k=ceilings)
def test_every_level_tends_to_its_plateau(x0, g, s, k):
    assume(abs(g - s) > 1e-3)
    assert level_at(x0, g, s, k, 1e5) == pytest.approx(plateau(g, s, k), rel=1e-9, abs=1e-30)


def test_without_growth_unrest_decays_exponentially():
    assert level_at(3, 0, 0.1, 5, 7) == pytest.approx(3 * exp(-0.7))
    assert integral_to(3, 0, 0.1, 5, 7) == pytest.approx(3 * (1 - exp(-0.7)) / 0.1)
    assert time_of_integral(3, 0, 0.1, 5, 29) == pytest.approx(-log(1 - 29 / 30) / 0.1)
    assert time_of_integral(3, 0, 0.1, 5, 30) == inf
    assert time_of_level(3, 0, 0.1, 5, 1e-20) == pytest.approx(log(3e20) / 0.1)


def test_balance_of_growth_and_suppression_decays_like_a_hyperbola():
    assert level_at(2, 0.3, 0.3, 5, 10) == pytest.approx(2 / (1 + 0.3 * 2 * 10 / 5))
    assert integral_to(2, 0.3, 0.3, 5, 10) == pytest.approx(5 / 0.3 * log(2.2))
    assert time_of_level(2, 0.3, 0.3, 5, 0.5) == pytest.approx((2 - 0.5) / (0.06 * 2 * 0.5))
    assert plateau(0.3, 0.3, 5) == 0


def test_without_growth_and_suppression_nothing_moves():
    assert level_at(2, 0, 0, 5, 1e6) == 2
    assert integral_to(2, 0, 0, 5, 10) == 20
    assert time_of_integral(2, 0, 0, 5, 20) == 10
    assert time_of_level(2, 0, 0, 5, 2) == 0
    assert time_of_level(2, 0, 0, 5, 1) == inf


def test_where_there_is_no_unrest_none_begins():
    assert level_at(0, 0.3, 0.1, 5, 100) == 0
    assert integral_to(0, 0.3, 0.1, 5, 100) == 0
    assert time_of_integral(0, 0.3, 0.1, 5, 1) == inf
    assert time_of_level(0, 0.3, 0.1, 5, 1) == inf
    assert time_of_level(0, 0.3, 0.1, 5, 0) == 0
    assert time_of_level(1, 0.1, 0.3, 5, 0) == inf
    assert time_of_integral(1, 0.3, 0.1, 5, 0) == 0


@pytest.mark.parametrize("r", [1e-320, 1e-300, 1e-17, 1e-12, 1e-9, 1e-7])
def test_a_tiny_difference_of_rates_is_no_different_from_none(r):
    g, s, k, x0, t = 0.3, 0.3 - r, 5.0, 2.0, 10.0
    assert level_at(x0, g, s, k, t) == pytest.approx(level_at(x0, g, g, k, t), rel=1e-5)
    assert integral_to(x0, g, s, k, t) == pytest.approx(integral_to(x0, g, g, k, t), rel=1e-5)
    assert time_of_integral(x0, g, s, k, 8) == pytest.approx(time_of_integral(x0, g, g, k, 8), rel=1e-5)
    assert time_of_level(x0, g, s, k, 1) == pytest.approx(time_of_level(x0, g, g, k, 1), rel=1e-5)
    assert integral_to(x0, 0, r, k, t) == pytest.approx(20, rel=1e-5)


@pytest.mark.parametrize("t", [1e3, 1e4, 1e6, 1e9])
def test_long_waits_do_not_overflow(t):
    g, s, k, x0 = 0.9, 0.1, 4.0, 1e-3
    end = plateau(g, s, k)
    assert level_at(x0, g, s, k, t) == pytest.approx(end)
    late = integral_to(x0, g, s, k, 2 * t) - integral_to(x0, g, s, k, t)
    assert late == pytest.approx(end * t, rel=1e-9)
    assert time_of_integral(x0, g, s, k, integral_to(x0, g, s, k, t)) == pytest.approx(t)
    assert level_at(x0, s, g, k, t) == pytest.approx(0, abs=1e-300)
    assert isfinite(integral_to(x0, s, g, k, t))


def test_the_long_and_the_short_formula_meet():
    g, s, k, x0 = 0.9, 0.1, 4.0, 1e-3
    joint = 500 / (g - s)
    below, above = (integral_to(x0, g, s, k, joint * f) for f in (1 - 1e-12, 1 + 1e-12))
    assert below == pytest.approx(above, rel=1e-10)
