"""Estimates against closed forms and libraries."""

from __future__ import annotations

from math import inf, isnan, sqrt

import numpy as np
import pytest
from scipy import stats

from sim.experiment.estimates import (
    KaplanMeier,
    clustered_error,
    effective_size,
    lone_difference,
    paired_difference,
    student_quantile,
    tidied,
    variance_shares,
    wilson,
)
from sim.experiment.samples import Sample, sample_interval

RNG = np.random.default_rng(20220106)


@pytest.mark.parametrize("n", [1, 7, 200])
def test_wilson_is_the_interval_of_the_library(n):
    for k in {0, 1, n // 3, n}:
        low, high = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
        assert wilson(k, n) == pytest.approx((low, high), abs=1e-12)


def test_no_runs_no_interval():
    assert all(isnan(end) for end in wilson(0, 0))


@pytest.mark.parametrize("df", [1, 2, 3, 6, 10, 29, 199])
def test_student_is_near_the_library(df):
    within = 0.012 if df == 3 else 1e-3
    assert student_quantile(0.975, df) == pytest.approx(stats.t.ppf(0.975, df), rel=within)


@pytest.mark.parametrize("p", [0.05, 0.25, 0.5, 0.95])
def test_kaplan_meier_without_censoring_is_the_empirical_quantile(p):
    times = RNG.exponential(10, 101).round(1)  # with ties
    assert KaplanMeier(times).quantile(p) == np.quantile(times, p, method="inverted_cdf")


def test_kaplan_meier_is_the_librarys_under_censoring():
    event, stop = RNG.exponential(10, 300), RNG.uniform(0, 20, 300)
    times, happened = np.minimum(event, stop), event <= stop
    ours = KaplanMeier(times, happened)
    theirs = stats.ecdf(stats.CensoredData.right_censored(times, ~happened)).cdf
    at = np.searchsorted(theirs.quantiles, ours.times)
    assert ours.happened == pytest.approx(theirs.probabilities[at])


def test_kaplan_meier_finds_the_median_that_naive_quantiles_miss():
    event, stop = RNG.exponential(10, 4000), RNG.uniform(0, 20, 4000)
    times, happened = np.minimum(event, stop), event <= stop
    truth = 10 * np.log(2)
    low, high = sample_interval(Sample(times, happened, tuple(range(4000))))
    assert low - (high - low) / 2 < truth < high + (high - low) / 2  # 4 standard errors
    assert abs(np.median(times[happened]) - truth) > high - low


def test_a_quantile_beyond_the_horizon_is_not_known():
    curve = KaplanMeier([1.0, 2.0, 5.0, 5.0], [True, True, False, False])
    assert curve.quantile(0.5) == 2
    assert isnan(curve.quantile(0.51))


@pytest.mark.parametrize("p", [0.5, 0.05, 0.95])
def test_the_interval_of_a_quantile_covers_it(p):
    covered, truth = 0, stats.norm.ppf(p)
    for _ in range(400):
        values = RNG.normal(size=200)
        low, high = sample_interval(Sample(values, np.ones(200, dtype=bool), tuple(range(200))), p)
        covered += low <= truth <= high
    # 95 % less 4 standard errors of a share over 400 trials; an error on the wrong side would show at once.
    assert covered / 400 > 0.95 - 4 * sqrt(0.05 * 0.95 / 400)
    assert covered < 400


def nested(k, m, between, within, rng=RNG):
    effects = np.repeat(rng.normal(0, between, k), m)
    return effects + rng.normal(0, within, k * m), np.repeat(np.arange(k), m).tolist()


@pytest.mark.parametrize(("between", "within"), [(1, 1), (0.5, 2), (3, 1)])
def test_shares_of_variance_are_recovered(between, within):
    values, groups = nested(400, 4, between, within)
    found = variance_shares(values, groups)
    truth = between**2 / (between**2 + within**2)
    assert abs(found.between - truth) < 2 * found.half_width  # 4 standard errors
    assert found.half_width < 0.15


def test_the_interval_of_a_share_covers_it():
    found = [variance_shares(*nested(40, 5, 1, 1)) for _ in range(200)]
    covered = sum(abs(f.between - 0.5) <= f.half_width for f in found)
    assert covered / 200 > 0.85


def test_the_mean_squares_are_those_of_analysis_of_variance():
    values, groups = nested(12, 3, 1, 1)
    table = values.reshape(12, 3)
    f = stats.f_oneway(*table).statistic
    # v/(v + W) with v = (B - W)/m and F = B/W
    assert variance_shares(values, groups).between == pytest.approx((f - 1) / (f - 1 + 3))


def test_certain_shares_are_certain():
    groups = [0, 0, 1, 1, 2, 2, 3, 3]
    assert variance_shares([1, 1, 2, 2, 3, 3, 9, 9], groups).between == 1
    assert variance_shares([1, 2] * 4, groups).between == 0
    assert isnan(variance_shares([5] * 8, groups).between)
    assert isnan(variance_shares([1, 2, 3], [0, 1, 2]).between)
    assert isnan(variance_shares([], []).between)


def test_groups_of_one_change_nothing():
    values = RNG.normal(size=50)
    assert clustered_error(values, list(range(50))) == (pytest.approx(values.std(ddof=1) / sqrt(50)), 49)
    assert effective_size(values, list(range(50))) == pytest.approx(50)


def test_groups_in_an_array_count_as_those_in_a_list():
    values = RNG.normal(size=40)
    for groups in (np.repeat(np.arange(10.0), 4), np.tile(np.arange(8.0), 5), np.zeros(40)):
        assert clustered_error(values, groups) == clustered_error(values, groups.tolist())
    assert effective_size([], np.array([])) == 0


def test_copies_within_a_group_add_nothing():
    values = RNG.normal(size=50)
    fourfold, groups = np.repeat(values, 4), np.repeat(np.arange(50), 4).tolist()
    assert clustered_error(fourfold, groups)[0] == pytest.approx(values.std(ddof=1) / sqrt(50))
    assert effective_size(fourfold, groups) == pytest.approx(50, rel=0.02)


def test_a_paired_difference_is_the_librarys():
    a = RNG.normal(10, 5, 60)
    b = a + RNG.normal(1, 0.5, 60)
    found = paired_difference(a, b, list(range(60)))
    low, high = stats.ttest_rel(b, a).confidence_interval()
    assert (found.mean, found.n) == (pytest.approx((b - a).mean()), 60)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-4)
    assert found.variance_reduction == pytest.approx((a.var() + b.var()) / (b - a).var())


def test_pairs_with_a_gap_are_left_out():
    found = paired_difference([1.0, np.nan, 3.0], [2.0, 2.0, np.nan], [0, 1, 2])
    assert (found.n, found.mean, found.baseline, found.variant) == (1, 1, 1, 2)
    assert paired_difference([np.nan], [1.0], [0]).n == 0


def test_a_constant_difference_has_no_variance_left():
    assert paired_difference([1.0, 2.0, 3.0], [2.0, 3.0, 4.0], [0, 1, 2]).variance_reduction == inf
    assert isnan(paired_difference([1.0, 1.0], [1.0, 1.0], [0, 1]).variance_reduction)


@pytest.mark.parametrize(
    "pair", [(3.0, 5.5), (7.0, 7.0), (0.0, 0.0), (0.1 + 0.2, 0.3), (-1e9, -1e9 - 0.5), (0.0, 1e-12)]
)
def test_one_pair_differs_as_pairs_do(pair):
    base, other = np.array(pair[:1]), np.array(pair[1:])
    found, lone = paired_difference(base, other, [0]), lone_difference(*pair)
    mean, low, high = tidied((found.mean, found.low, found.high), base, other)
    expected = (mean, low, high, 1, found.baseline, found.variant, found.variance_reduction)
    assert [str(number) for number in lone] == [str(number) for number in expected]
