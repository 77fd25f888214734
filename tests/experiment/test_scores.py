"""Scores against closed forms."""

from __future__ import annotations

from math import inf, pi, sqrt

import numpy as np
import pytest
from scipy import integrate, stats

from sim.experiment.scores import crps, crps_uniform, mid_rank

RNG = np.random.default_rng(39)


@pytest.mark.parametrize("y", [-2.0, 0.0, 0.7, 3.0])
def test_a_normal_sample_scores_as_the_normal_distribution(y):
    # Gneiting and Raftery 2007: y (2 Phi(y) - 1) + 2 phi(y) - 1/sqrt(pi)
    n = 20_000
    expected = y * (2 * stats.norm.cdf(y) - 1) + 2 * stats.norm.pdf(y) - 1 / sqrt(pi)
    # |X - y| has a standard deviation of at most sqrt(1 + y^2); the second term moves less.
    assert crps(RNG.normal(size=n), y) == pytest.approx(expected, abs=4 * 1.5 * sqrt((1 + y * y) / n))


def steps(sample, y):
    """Return the integral of (F - [z >= y])^2 piece by piece."""
    ends = np.sort(np.append(sample, y))
    f = np.searchsorted(np.sort(sample), ends[:-1], side="right") / len(sample)
    return float((((f - (ends[:-1] >= y)) ** 2) * np.diff(ends)).sum())


@pytest.mark.parametrize("y", [-1.0, 0.4, 2.0, 5.0])
def test_the_score_is_the_integral(y):
    sample = np.array([0.0, 0.4, 1.0, 1.0, 3.0])
    assert crps(sample, y) == pytest.approx(steps(sample, y))


@pytest.mark.parametrize(("low", "high"), [(1.0, 2.0), (-inf, 1.5), (1.5, inf), (-9.0, -8.0), (-9.0, 9.0)])
def test_against_a_range_only_what_lies_outside_counts(low, high):
    sample = np.array([0.0, 0.4, 1.0, 1.6, 3.0])

    def share(z):
        return np.searchsorted(sample, z, side="right") / 5

    grid = np.linspace(-10, 10, 200_001)
    middle = (grid[:-1] + grid[1:]) / 2
    outside = np.where(middle < low, share(middle) ** 2, np.where(middle > high, (1 - share(middle)) ** 2, 0))
    assert crps(sample, low, high) == pytest.approx(outside.sum() * 1e-4, abs=1e-3)


@pytest.mark.parametrize(
    ("low", "high"), [(3.0, 3.0), (0.0, 0.0), (9.0, 9.0), (3.0, 4.0), (-inf, 3.0), (3.0, inf)]
)
def test_the_uniform_reference_is_its_integral(low, high):
    uniform = stats.uniform(2, 4)
    below = integrate.quad(lambda z: uniform.cdf(z) ** 2, -20, max(low, -20), points=[2, 6], limit=200)[0]
    above = integrate.quad(lambda z: uniform.sf(z) ** 2, min(high, 20), 20, points=[2, 6], limit=200)[0]
    assert crps_uniform(2, 6, low, high) == pytest.approx(below + above, abs=1e-6)


def test_a_large_uniform_sample_scores_as_the_reference():
    sample = 2 + 4 * (np.arange(4000) + 0.5) / 4000
    assert crps(sample, 3, 3.5) == pytest.approx(crps_uniform(2, 6, 3, 3.5), abs=1e-4)
    assert crps_uniform(3, 3, 5) == crps([3.0], 5) == 2


def test_nothing_scores_nothing():
    with pytest.raises(ValueError, match="no score"):
        crps([], 1)
    with pytest.raises(ValueError, match="no score"):
        crps_uniform(2, 1, 1)


def test_equal_values_count_half():
    assert mid_rank([1, 2, 2, 3], 2) == 0.5
    assert mid_rank([1, 2, 2, inf], 5) == 0.75
