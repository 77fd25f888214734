"""Weights, temperature, resampling and summaries of weighted draws."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.inference.posterior import (
    adjusted,
    effective_size,
    information,
    interval,
    kernel_variance,
    log_prior_over_proposal,
    luck,
    normal_scores,
    normalised,
    rank_shares,
    significant,
    systematic,
    temperature,
    tempered_weights,
    uniforms,
    weighted_quantile,
)  # fmt: skip


def equal(n: int) -> np.ndarray:
    return np.full(n, 1 / n)


def test_every_address_has_its_own_luck():
    addresses = [(1, "round", 0), (2, "round", 0), (1, "round", 1), (1, "step", 0)]
    assert len({float(luck(*address).random()) for address in addresses * 2}) == len(addresses)


def test_scores_and_uniforms_are_inverse():
    u = np.array([1e-6, 0.05, 0.5, 0.95, 1 - 1e-6])
    assert uniforms(normal_scores(u)) == pytest.approx(u, rel=1e-9)


def test_equal_weights_are_worth_all_draws_and_one_weight_one():
    assert effective_size(equal(40)) == pytest.approx(40)
    assert effective_size(np.array([0.0, 1.0, 0.0])) == 1


def test_weights_survive_likelihoods_too_small_for_a_double():
    assert normalised(np.array([-1e5, -1e5 - np.log(3)])) == pytest.approx([0.75, 0.25])


def test_no_weight_at_all_is_refused():
    with pytest.raises(ValueError, match="weight 0"):
        normalised(np.array([-np.inf, -np.inf]))


def test_the_temperature_leaves_the_wanted_draws_effective():
    likelihood = -0.5 * np.linspace(0, 30, 500) ** 2
    power = temperature(np.zeros(500), likelihood, 50)
    assert 0 < power < 1
    assert effective_size(tempered_weights(np.zeros(500), likelihood, power)) == pytest.approx(50, rel=1e-3)


def test_a_flat_likelihood_needs_no_temperature():
    assert temperature(np.zeros(10), np.full(10, -3.0), 5) == 1


def test_an_impossible_draw_keeps_no_weight_at_any_temperature():
    assert tempered_weights(np.zeros(3), np.array([0.0, -np.inf, -1.0]), 0.0).tolist() == [0.5, 0.0, 0.5]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30).filter(lambda w: sum(w) > 0.1), st.floats(0, 0.999))
def test_resampling_gives_each_draw_its_share_to_within_one(raw: list[float], u: float):
    weights = np.array(raw) / sum(raw)
    counts = np.bincount(systematic(weights, 50, u), minlength=len(weights))
    assert counts.sum() == 50
    assert np.all(np.abs(counts - 50 * weights) <= 1 + 1e-9)


def test_a_proposal_equal_to_the_prior_has_weight_one_everywhere():
    # One kernel of variance 1 at 0 is the standard normal prior itself, whatever the mixture's share.
    z = normal_scores(luck(1, "z").random((300, 2)))
    ratio = log_prior_over_proposal(z, np.zeros((1, 2)), np.ones(1), np.ones(2), 0.2)
    assert ratio == pytest.approx(np.zeros(300), abs=1e-12)


def test_the_prior_share_bounds_every_ratio():
    z = normal_scores(luck(2, "z").random((300, 2)))
    ratio = log_prior_over_proposal(z, np.full((1, 2), 3.0), np.ones(1), np.full(2, 0.01), 0.2)
    assert ratio.max() <= np.log(1 / 0.2) + 1e-12


def test_importance_weights_give_back_the_prior():
    # Draws from the mixture, weighted by the ratio, have the prior's mean 0 and variance 1.
    generator = luck(3, "z")
    n, centres = 20_000, np.array([[1.5], [0.5]])
    own = normal_scores(generator.random((n // 5, 1)))
    rest = centres[np.arange(n - n // 5) % 2] + 0.5 * normal_scores(generator.random((n - n // 5, 1)))
    z = np.concatenate([own, rest])
    w = normalised(log_prior_over_proposal(z, centres, np.array([0.5, 0.5]), np.array([0.25]), 0.2))
    error = 1 / sqrt(effective_size(w))
    assert abs(float((w * z[:, 0]).sum())) < 4 * error
    assert abs(float((w * z[:, 0] ** 2).sum()) - 1) < 4 * sqrt(2) * error


def test_kernel_variance_is_twice_the_weighted_variance():
    z = np.array([[0.0], [2.0], [99.0]])
    assert kernel_variance(z, np.array([0.5, 0.5, 0.0])) == pytest.approx([2.0])


def test_adjustment_recovers_the_exact_posterior_of_a_linear_normal_model():
    # z ~ N(0,1), s = (z + 0.5 e)/tol against 1.0/tol with error tol: posterior mean 1/(1 + 0.25 + tol^2).
    generator, n, tol = luck(4, "z"), 20_000, 0.2
    z = normal_scores(generator.random((n, 1)))
    s = (z + 0.5 * normal_scores(generator.random((n, 1)))) / tol
    misses = s - 1.0 / tol
    power = 0.02
    w = tempered_weights(np.zeros(n), -0.5 * misses[:, 0] ** 2, power)
    moved = adjusted(z, s, misses, w, np.array([power]))[:, 0]
    mean, variance = 1 / (1.25 + tol**2), 1 - 1 / (1.25 + tol**2)
    n_eff = effective_size(w)
    observed = float((w * moved).sum())
    assert abs(observed - mean) < 4 * sqrt(variance / n_eff)
    assert float((w * (moved - observed) ** 2).sum()) == pytest.approx(variance, rel=4 * sqrt(2 / n_eff))
    # Without it the temperature leaves the draws far too near the prior.
    assert abs(float((w * z[:, 0]).sum()) - mean) > 4 * sqrt(variance / n_eff)


def test_the_full_likelihood_needs_no_adjustment():
    z = np.array([[0.0], [1.0], [2.0], [3.0]])
    assert adjusted(z, z.copy(), z - 1, equal(4), np.ones(1)) == pytest.approx(z)


def test_quantiles_of_equal_weights_are_the_usual_ones():
    values = np.arange(1.0, 100.0)
    assert weighted_quantile(values, equal(99), 0.5) == pytest.approx(50)
    low, median, high = interval(values, equal(99))
    assert (low, median, high) == pytest.approx((5.45, 50, 94.55))  # Hazen's positions: 99 * share + 0.5


def test_a_draw_without_weight_moves_no_quantile():
    values = np.array([1.0, 2.0, 3.0, 1e9])
    assert weighted_quantile(values, np.array([1, 1, 1, 0]) / 3, 0.95) <= 3


def test_an_unmoved_input_taught_nothing():
    z = normal_scores((np.arange(2000) + 0.5) / 2000)
    assert information(z, equal(2000)) == pytest.approx(0, abs=1e-3)
    assert information(1 + 0.5 * z, equal(2000)) == pytest.approx(
        0.5 * (0.25 + 1 - 1 - np.log(0.25)), abs=5e-3
    )


def test_rank_shares_find_what_moves_with_what():
    generator = luck(5, "z")
    z, noise = generator.random((1000, 2)), generator.random((1000, 1))
    shares = rank_shares(z, np.column_stack([np.exp(9 * z[:, 0]), noise[:, 0], np.ones(1000)]))
    assert shares[0, 0] == pytest.approx(1)
    assert shares[1].max() < 16 / 1000  # 4 standard errors of a correlation, squared
    assert shares[:, 2].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("value", "rounded"), [(0.0123456, 0.0123), (12345.0, 12300.0), (2.0, 2.0), (0.0, 0.0), (-9.996, -10.0)]
)
def test_three_significant_digits(value: float, rounded: float):
    assert significant(value) == rounded
