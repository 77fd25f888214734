"""Weighted populations of parameter draws: weights, temperature, resampling, adjustment, summaries.

Parameters live on the *normal scores of their priors*, z = inverse normal of the prior's distribution
function. There every prior is a standard normal, whatever its family and however it is truncated, so no
density has to be known and no draw can leave the range its input was given.
"""

from __future__ import annotations

from hashlib import blake2b
from math import floor, log, log10

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]
#: Uniform numbers are kept this far from 0 and 1, so that normal scores stay finite.
_EDGE = 1e-9
#: Rows of the kernel mixture computed at a time; bounds memory, not the answer.
_ROWS = 256


def luck(seed: int, *address: str | int) -> np.random.Generator:
    """Return the generator reserved for *address* under *seed*; no two addresses share one."""
    text = repr((seed, *address)).encode()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(blake2b(text, digest_size=16).digest())))


def normal_scores(u: Array) -> Array:
    """Return the standard normal deviates of uniform numbers *u*."""
    return np.asarray(ndtri(np.clip(u, _EDGE, 1 - _EDGE)), dtype=np.float64)


def uniforms(z: Array) -> Array:
    """Return the uniform numbers in (0, 1) of standard normal deviates *z*."""
    return np.clip(np.asarray(ndtr(z), dtype=np.float64), _EDGE, 1 - _EDGE)


def normalised(log_weights: Array) -> Array:
    """Return weights that add up to 1 from their logarithms; -inf is a weight of 0.

    Raises:
        ValueError: every weight is 0.
    """
    top = float(np.max(log_weights))
    if not np.isfinite(top):
        raise ValueError("every draw has weight 0")
    weights = np.exp(log_weights - top)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def effective_size(weights: Array) -> float:
    """Return how many equally weighted draws *weights* are worth: 1 / sum(w^2) (Kish 1965)."""
    return float(1.0 / np.square(weights).sum())


def temperature(log_prior: Array, log_likelihood: Array, wanted: float) -> float:
    """Return the largest power in [0, 1] of the likelihood that leaves *wanted* effective draws.

    Found by bisection and cut to six decimals, so that rounding in the last bit cannot move it. 0 when even
    the prior weights alone are worth fewer than *wanted*.
    """

    def enough(power: float) -> bool:
        return effective_size(tempered_weights(log_prior, log_likelihood, power)) >= wanted

    if enough(1.0):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if enough(middle) else (low, middle)
    return floor(low * 1e6) / 1e6


def tempered_weights(log_prior: Array, log_likelihood: Array, power: float) -> Array:
    """Return normalised weights of the prior ratio times the likelihood to *power*.

    A draw that cannot have made the record (log-likelihood -inf) stays out at any power, 0 included.
    """
    out = np.isneginf(log_likelihood)
    return normalised(log_prior + np.where(out, -np.inf, power * np.where(out, 0.0, log_likelihood)))


def systematic(weights: Array, count: int, u: float) -> NDArray[np.intp]:
    """Return *count* indices drawn by systematic resampling with one uniform *u* (Kitagawa 1996)."""
    edges = np.cumsum(weights)
    points = (np.arange(count) + u) / count * edges[-1]
    picked: NDArray[np.intp] = np.minimum(np.searchsorted(edges, points, side="right"), len(weights) - 1)
    return picked


def kernel_variance(z: Array, weights: Array) -> Array:
    """Return twice the weighted variance of each parameter (Beaumont, Cornuet, Marin and Robert 2009)."""
    centred = z - weighted_mean(z, weights)
    return np.asarray(np.maximum(2 * (weights[:, None] * centred * centred).sum(axis=0), 1e-6))


def weighted_mean(values: Array, weights: Array) -> Array:
    """Return the weighted mean of each column of *values*; *weights* add up to 1."""
    return np.asarray((weights[:, None] * values).sum(axis=0), dtype=np.float64)


def log_prior_over_proposal(z: Array, centres: Array, weights: Array, variance: Array, prior: float) -> Array:
    """Return the log ratio of the prior to the proposal that made *z*.

    The proposal is a mixture: a share *prior* of the prior itself and the rest Gaussian kernels of
    *variance* at *centres* with *weights*. Its prior share bounds the ratio by 1 / *prior* (defensive
    importance sampling, Hesterberg 1995), so no draw can take over the population.
    """
    log_standard = -0.5 * (z * z).sum(axis=1)
    log_kernel_scale = -0.5 * float(np.log(variance).sum())
    keep = weights > 0
    centres, log_weights = centres[keep], np.log(weights[keep])
    ratio = np.empty(len(z))
    for start in range(0, len(z), _ROWS):
        part = z[start : start + _ROWS]
        exponents = np.zeros((len(part), len(centres)))
        for column in range(z.shape[1]):  # in a fixed order, without BLAS, so that sums repeat exactly
            gap = part[:, column, None] - centres[None, :, column]
            exponents -= 0.5 * gap * gap / variance[column]
        exponents += log_weights[None, :] + log_kernel_scale
        top = exponents.max(axis=1)
        log_kernels = top + np.log(np.exp(exponents - top[:, None]).sum(axis=1))
        own = log_standard[start : start + _ROWS]
        ratio[start : start + _ROWS] = own - np.logaddexp(log(prior) + own, np.log1p(-prior) + log_kernels)
    return ratio


def noise_shares(z: Array, simulated: Array) -> Array:
    """Return for each quantity the share 1 / (1 + v) of what is tolerated, of that and its noise v together.

    v is the variance, in squared tolerances, that a linear regression on the parameters leaves: chance and
    all inputs that are not fitted. A quantity that is mostly noise then counts little in weighing draws.
    """
    weights = np.full(len(z), 1 / len(z))
    x, y = z - weighted_mean(z, weights), simulated - weighted_mean(simulated, weights)
    ridge = np.eye(z.shape[1]) * 1e-9
    slopes = np.asarray(np.linalg.solve(_moments(x, x, weights) + ridge, _moments(x, y, weights)), np.float64)
    left: Array = y - _times(x, slopes)
    return np.asarray(1 / (1 + np.square(left).mean(axis=0)))


def adjusted(z: Array, simulated: Array, misses: Array, weights: Array, sharpness: Array) -> Array:
    """Return the draws moved to where the likelihood would have put them, had it not been blunted.

    A weighted linear regression of the parameters on the simulated quantities says how parameters go with
    quantities (Beaumont, Zhang and Balding 2002); each draw is moved along it by what its misses would have
    shrunk by under the likelihood itself (`shrunk`). Exact for linear models with normal errors; weights
    stay as they are. The ridge of the regression, quantities over effective draws, is assumed.

    Args:
        z: Normal scores, one row a draw, one column a parameter.
        simulated: Simulated quantities, in units of their tolerances.
        misses: Signed distances of the simulated quantities to the recorded ones, in the same units.
        weights: Weights of the draws; they add up to 1. Draws of weight 0 are returned as they are.
        sharpness: Power of each quantity's likelihood in the weights; 1 is the likelihood itself.
    """
    used = weights > 0
    if used.sum() <= simulated.shape[1] + 1:
        return z
    w, m = weights[used], misses[used]
    centred = simulated[used] - weighted_mean(simulated[used], w)
    spread = np.sqrt((w[:, None] * centred * centred).sum(axis=0))
    varies = spread > 1e-9
    if not varies.any():
        return z
    scaled = centred[:, varies] / spread[varies]
    width = scaled.shape[1]
    ridge = np.eye(width) * (width / effective_size(w))
    centred_z = z[used] - weighted_mean(z[used], w)
    slopes = np.linalg.solve(_moments(scaled, scaled, w) + ridge, _moments(scaled, centred_z, w))
    excess = (m - shrunk(m, w, sharpness))[:, varies] / spread[varies]
    moved = z.copy()
    moved[used] -= _times(excess, slopes)
    return moved


def shrunk(misses: Array, weights: Array, sharpness: Array) -> Array:
    """Return the *misses* as they would lie under the likelihood itself rather than its powers *sharpness*.

    With misses normal under the blunted likelihood, the rest of it, exp(-sum((1 - sharpness) miss^2) / 2),
    multiplies their density. In units of 1 / sqrt(1 - sharpness) their covariance is S; along each
    eigenvector of S with eigenvalue v the mean is divided by 1 + v and the standard deviation by its root.
    """
    blunt = np.sqrt(np.maximum(1 - sharpness, 1e-12))
    scaled = misses * blunt
    mean = weighted_mean(scaled, weights)
    values, vectors = np.linalg.eigh(_moments(scaled - mean, scaled - mean, weights))
    factor = 1 + np.maximum(values, 0.0)
    around = _times(scaled - mean, vectors) / np.sqrt(factor)
    return _times(around + _times(mean[None], vectors) / factor, vectors.T) / blunt


def _times(a: Array, b: Array) -> Array:
    """Matrix product summed column by column: its bytes do not hang on how a library splits the work."""
    total = np.zeros((len(a), b.shape[1]))
    for k in range(len(b)):
        total += a[:, k, None] * b[k]
    return total


def _moments(a: Array, b: Array, weights: Array) -> Array:
    """Weighted cross moments of the columns of *a* (rows) and *b* (columns)."""
    return np.stack([(weights[:, None] * a[:, k, None] * b).sum(axis=0) for k in range(a.shape[1])])


def weighted_quantile(values: Array, weights: Array, share: float) -> float:
    """Return the value below which a *share* of the weight lies, between draws by straight lines."""
    order = np.argsort(values, kind="stable")
    ordered, w = values[order], weights[order]
    keep = w > 0
    ordered, w = ordered[keep], w[keep]
    middles = np.cumsum(w) - w / 2
    return float(np.interp(share * float(w.sum()), middles, ordered))


def interval(values: Array, weights: Array) -> tuple[float, float, float]:
    """Return the weighted 5th, 50th and 95th percentiles."""
    low, median, high = (weighted_quantile(values, weights, share) for share in (0.05, 0.5, 0.95))
    return low, median, high


def correlations(z: Array, weights: Array) -> Array:
    """Return the weighted correlation matrix of the columns of *z*."""
    centred = z - weighted_mean(z, weights)
    spread = np.sqrt((weights[:, None] * centred * centred).sum(axis=0))
    scaled = centred / np.where(spread > 0, spread, 1.0)
    return _moments(scaled, scaled, weights)


def information(z: Array, weights: Array) -> float:
    """Return what was learnt about one parameter, in nats: the divergence of its posterior from its prior.

    Both are taken as normal on the prior's normal scores: (s^2 + m^2 - 1 - ln s^2) / 2 for mean m and
    standard deviation s (Kullback and Leibler 1951).
    """
    mean = float((weights * z).sum())
    variance = max(float((weights * (z - mean) ** 2).sum()), 1e-12)
    return 0.5 * (variance + mean * mean - 1 - log(variance))


def rank_shares(z: Array, simulated: Array) -> Array:
    """Return the squared rank correlation of each parameter (row) with each quantity (column)."""
    left, right = _ranks(z), _ranks(simulated)
    shares = [[_correlation(a, b) ** 2 for b in right.T] for a in left.T]
    return np.array(shares).reshape(z.shape[1], simulated.shape[1])


def _ranks(values: Array) -> Array:
    """Midranks of each column, centred; equal values share one."""
    columns = []
    for column in values.T:
        _, group, sizes = np.unique(column, return_inverse=True, return_counts=True)
        last = np.cumsum(sizes)
        columns.append((last - (sizes - 1) / 2)[group] - (len(column) + 1) / 2)
    return np.stack(columns, axis=1) if columns else np.empty((len(values), 0))


def _correlation(a: Array, b: Array) -> float:
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale > 0 else 0.0


def significant(value: float, digits: int = 3) -> float:
    """Return *value* rounded to so many significant *digits*."""
    if value == 0 or not np.isfinite(value):
        return value
    return float(round(value, digits - 1 - floor(log10(abs(value)))))
