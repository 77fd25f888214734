"""Differences agree with formulas done by hand, and what has no difference is told, not averaged."""

from __future__ import annotations

from dataclasses import replace
from math import inf, isnan, nan, sqrt

import numpy as np
import pytest

from sim.experiment.estimates import student_quantile
from sim.experiment.pairing import paired, ranked, share_difference_interval, unpaired
from sim.experiment.responses import RESPONSES

KILLED, ORDER, FELL = RESPONSES["killed"], RESPONSES["hours_to_order"], RESPONSES["government_fell"]


def rows(name, values, **more):
    return [
        {"run": float(i), "draw": nan, "failed": 0.0, "appealed": 1.0, "mandate": 1.0, name: v, **more}
        for i, v in enumerate(values)
    ]


def pairs(name, a, b):
    return list(zip(rows(name, a), rows(name, b), strict=True))


def test_the_interval_is_students_on_the_differences():
    found = paired(KILLED, pairs("killed", [10.0, 20.0, 30.0, 40.0], [13.0, 21.0, 35.0, 43.0]))
    half = student_quantile(0.975, 3) * np.std([3, 1, 5, 3], ddof=1) / 2
    assert (found.mean, found.first, found.second, found.both) == (3.0, 25.0, 28.0, 4)
    assert (found.low, found.high) == pytest.approx((3 - half, 3 + half))
    assert found.effect == pytest.approx(
        3 / sqrt((np.var([10, 20, 30, 40], ddof=1) + np.var([13, 21, 35, 43], ddof=1)) / 2)
    )
    assert found.variance_reduction == pytest.approx((125 + 137) / 2)
    assert found.clear


def test_a_time_on_one_side_alone_is_counted_and_has_no_difference():
    found = paired(ORDER, pairs("hours_to_order", [10.0, nan, 30.0, nan], [12.0, 20.0, nan, nan]))
    assert (found.n, found.both, found.only_first, found.only_second) == (4, 1, 1, 1)
    assert found.mean == 2
    assert isnan(found.low)
    assert found.changed == 3
    assert found.differs


def test_a_run_outside_the_stratum_has_no_value():
    one = rows("hours_to_order", [10.0, 11.0])
    other = [{**row, "appealed": 0.0} for row in one]
    found = paired(ORDER, list(zip(one, other, strict=True)))
    assert (found.both, found.only_first, found.only_second) == (0, 2, 0)


def test_no_pair_that_differs_still_leaves_doubt_about_a_chance():
    found = paired(FELL, pairs("government_fell", [0.0] * 50, [0.0] * 50))
    assert not found.differs
    assert found.low < 0 < found.high < 0.06


def test_chances_follow_agresti_and_min():
    # 100 pairs, 12 gained, 2 lost: ((12.5 - 2.5)/102) -/+ 1.96 sqrt(15 - 100/102)/102.
    difference = np.array([1.0] * 12 + [-1.0] * 2 + [0.0] * 86)
    half = 1.959964 * sqrt(15 - 100 / 102) / 102
    assert share_difference_interval(difference, range(100)) == pytest.approx(
        (10 / 102 - half, 10 / 102 + half)
    )


def test_the_same_answers_are_no_difference():
    found = paired(KILLED, pairs("killed", [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]))
    assert (found.mean, found.effect) == (0, 0)
    assert isnan(found.variance_reduction)  # nothing to be sharper about
    assert not found.differs


def test_a_difference_that_is_the_same_in_every_pair_is_exact():
    found = paired(KILLED, pairs("killed", [1.0, 2.0, 3.0], [2.0, 3.0, 4.0]))
    assert (found.mean, found.low, found.high, found.variance_reduction) == (1, 1, 1, inf)


@pytest.mark.parametrize("values", [[0.1 + 0.2 - 0.28], [7.3], [1e5 / 3], [-0.07, 0.03]])
def test_another_order_of_adding_up_is_no_difference(values):
    once, often = sorted(values * 40), values * 200
    noisy = [value * (1 + 1e-15 * (place % 3)) for place, value in enumerate(once)]
    for found in (
        unpaired(KILLED, rows("killed", often), rows("killed", noisy)),
        paired(KILLED, pairs("killed", once, noisy)),
    ):
        assert (found.mean, found.effect, found.differs) == (0, 0, False)
        assert found.low <= 0 <= found.high


def test_what_varies_by_rounding_alone_differs_wholly():
    a, b = [0.02 * (1 + 1e-15 * (n % 3)) for n in range(40)], [0.03] * 40
    assert unpaired(KILLED, rows("killed", a), rows("killed", b)).effect == inf
    assert paired(KILLED, pairs("killed", b, a)).effect == -inf


def test_findings_come_before_noise():
    noise = unpaired(KILLED, rows("killed", [0.02] * 200), rows("killed", [0.02 * (1 + 1e-15)] * 40))
    found = unpaired(ORDER, rows("hours_to_order", [1.0, 2.0, 3.0]), rows("hours_to_order", [7.0, 8.0, 9.0]))
    assert ranked([noise, found]) == [found, noise]


def test_opposite_answers_make_pairing_worse():
    found = paired(KILLED, pairs("killed", [1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]))
    assert found.variance_reduction == pytest.approx(0.5)


def test_pairs_cover_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(400):
        luck = rng.normal(size=30)
        found = paired(KILLED, pairs("killed", luck, luck + 0.5 + 0.3 * rng.normal(size=30)))
        hits += found.low <= 0.5 <= found.high
    # 400 trials at 95 %: a standard error of 1.1 %, so three of them either way.
    assert 0.917 <= hits / 400 <= 0.983


def test_separate_samples_follow_welch():
    a, b = [10.0, 12.0, 14.0, 16.0], [20.0, 30.0, 25.0]
    found = unpaired(KILLED, rows("killed", a), rows("killed", b))
    va, vb = np.var(a, ddof=1) / 4, np.var(b, ddof=1) / 3
    df = (va + vb) ** 2 / (va**2 / 3 + vb**2 / 2)
    half = student_quantile(0.975, df) * sqrt(va + vb)
    assert (found.low, found.high) == pytest.approx((12 - half, 12 + half))
    assert isnan(found.variance_reduction)
    assert found.differs == found.clear


def test_chances_of_separate_samples_follow_newcombe():
    # Newcombe 1998, table II: 56/70 against 48/80 by method 10: 0.0524 to 0.3339.
    first = rows("government_fell", [1.0] * 48 + [0.0] * 32)
    second = rows("government_fell", [1.0] * 56 + [0.0] * 14)
    found = unpaired(FELL, first, second)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_the_largest_effect_stands_first_and_no_difference_last():
    base = paired(KILLED, pairs("killed", [1.0, 2.0], [2.0, 4.0]))
    small, large, none, unknown = (
        replace(base, name=name, effect=effect, changed=changed)
        for name, effect, changed in (
            ("small", 0.1, 2),
            ("large", -3.0, 2),
            ("none", 0.0, 0),
            ("unknown", nan, 1),
        )
    )
    assert [d.name for d in ranked([none, unknown, small, large])] == ["large", "small", "unknown", "none"]
