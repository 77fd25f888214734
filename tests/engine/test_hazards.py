"""A clock that rings when its budget of hazard is used up."""

from math import exp, inf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.engine.hazards import HazardClock
from sim.engine.streams import Streams

#: Hazard per h from each instant (h) on; the gap without hazard must stay silent.
STEPS = ((0.0, 0.05), (4.0, 0.3), (6.0, 0.0), (9.0, 0.02), (30.0, 0.2))
steps = st.lists(st.tuples(st.floats(0, 10), st.floats(0, 2)), min_size=1, max_size=8)  # gap h, rate per h


def ringing_time(threshold: float) -> float:
    clock, rings = HazardClock(threshold), inf
    for instant, rate in STEPS:
        if rings <= instant:
            break
        rings = clock.set_rate(instant, rate)
    return rings


def cumulative_hazard(time: float) -> float:
    ends = [instant for instant, _ in STEPS[1:]] + [inf]
    return sum(
        rate * max(0.0, min(time, end) - start)
        for (start, rate), end in zip(STEPS, ends, strict=True)
        if rate
    )


def test_a_constant_hazard_rings_when_the_budget_is_used_up():
    clock = HazardClock(3.0, now=10.0)
    assert clock.rings_at == inf
    assert clock.set_rate(10.0, 0.5) == 16.0
    assert clock.set_rate(12.0, 2.0) == 13.0
    assert clock.set_rate(12.5, 0.0) == inf
    assert clock.remaining == 1.0
    assert clock.set_rate(20.0, 4.0) == 20.25
    assert (clock.rate, clock.rings_at) == (4.0, 20.25)


def test_a_clock_that_has_run_out_rings_at_once():
    clock = HazardClock(1.0)
    clock.set_rate(0.0, 1.0)
    assert clock.set_rate(5.0, 0.0) == 5.0
    assert clock.remaining == 0


def test_ringing_times_have_the_survival_function_of_their_hazard():
    stream, n = Streams(1, 0).open("hazard"), 20_000
    times = np.array([ringing_time(stream.exponential()) for _ in range(n)])
    for time in (1.0, 4.0, 5.0, 6.0, 8.9, 20.0, 30.0, 33.0, 40.0):
        survival = exp(-cumulative_hazard(time))
        assert abs(np.mean(times > time) - survival) < 4 * sqrt(survival * (1 - survival) / n)
    assert not np.any((times > 6.0) & (times < 9.0))
    # By the time change theorem the hazard used up at the ringing is unit exponential.
    assert stats.kstest([cumulative_hazard(t) for t in times], "expon").pvalue > 1e-3


@given(threshold=st.floats(0.01, 5), changes=steps, looks=st.integers(1, 5))
def test_looking_at_the_clock_does_not_change_it(threshold, changes, looks):
    watched, left_alone, now = HazardClock(threshold), HazardClock(threshold), 0.0
    for gap, rate in changes:
        for look in range(looks):
            watched.advance(now + gap * look / looks)
        now += gap
        rings = left_alone.set_rate(now, rate)
        assert watched.set_rate(now, rate) == pytest.approx(rings, rel=1e-6, abs=1e-6)


@given(
    threshold=st.floats(0.01, 5), more=st.floats(0.01, 5), rate=st.floats(0.01, 3), faster=st.floats(0.01, 3)
)
def test_a_larger_budget_rings_later_and_a_larger_hazard_sooner(threshold, more, rate, faster):
    assert HazardClock(threshold).set_rate(0, rate) < HazardClock(threshold + more).set_rate(0, rate)
    assert HazardClock(threshold).set_rate(0, rate + faster) < HazardClock(threshold).set_rate(0, rate)


@pytest.mark.parametrize(
    "misuse",
    [
        lambda: HazardClock(0.0),
        lambda: HazardClock(float("nan")),
        lambda: HazardClock(1.0).set_rate(0, -0.1),
        lambda: HazardClock(1.0, now=5.0).advance(4.0),
        lambda: HazardClock(1.0, now=5.0).set_rate(4.0, 1.0),
    ],
)
def test_an_impossible_clock_is_refused(misuse):
    with pytest.raises(ValueError, match=r"hazard"):
        misuse()
