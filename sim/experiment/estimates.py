"""Numbers about numbers: intervals, quantiles under censoring, shares of variance, paired differences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import inf, isnan, nan, pi, sqrt, tan
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = "NDArray[np.float64]"
#: The outer draw of each run.
Groups: TypeAlias = "Sequence[object] | Floats"
#: Two-sided 95 %.
_LEVEL = 0.975
_normal = NormalDist().inv_cdf
Z = _normal(_LEVEL)
#: Numbers this near, in proportion to the answers, are the same found in another order of adding up.
ROUNDING = 1e-9


@lru_cache(maxsize=4096)
def student_quantile(p: float, df: float) -> float:
    """Return the *p*-quantile of Student's t with *df* degrees of freedom.

    Exact for 1 and 2; above, the Cornish-Fisher expansion about the normal to the fourth order (Abramowitz
    and Stegun 26.7.5), within 1 % at 3 and 0.1 % from 6 degrees on at the 97.5 % point.
    """
    if df < 1:
        return nan
    if df == 1:
        return tan(pi * (p - 0.5))
    if df == 2:
        return (2 * p - 1) / sqrt(2 * p * (1 - p))
    z = _normal(p)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / df**power for power, term in enumerate(terms, start=1))


def wilson(successes: float, n: float) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927), which also holds near 0 and 1.

    Args:
        successes: how often it happened.
        n: out of how many (an effective number may be fractional); (nan, nan) for 0.
    """
    if n <= 0:
        return nan, nan
    p, z2 = successes / n, Z * Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * sqrt(max(0.0, p * (1 - p)) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def clustered_error(values: ArrayLike, groups: Groups) -> tuple[float, int]:
    """Return the standard error of the mean of *values*, and its degrees of freedom.

    Runs of one outer draw share their inputs, so the error is that of the groups' sums of residuals
    (Liang and Zeger 1986); with one group, or with none larger than one, it is the ordinary one.
    """
    x = np.asarray(values, dtype=float)
    n = len(x)
    if n < 2:
        return nan, 0
    residual = x - x.mean()
    index = _group_index(groups)
    count = int(index.max()) + 1
    if count in (1, n):
        return float(sqrt((residual @ residual) / (n - 1) / n)), n - 1
    sums = np.bincount(index, weights=residual, minlength=count)
    return float(sqrt((sums @ sums) * count / (count - 1)) / n), count - 1


def effective_size(values: ArrayLike, groups: Groups) -> float:
    """Return how many independent runs would give the mean of *values* the same error; at most their number.

    Where all are alike the groups tell nothing and the number of runs is returned.
    """
    x = np.asarray(values, dtype=float)
    if len(x) < 2:
        return float(len(x))
    error, _ = clustered_error(x, groups)
    variance = float(x.var(ddof=1))
    if error <= 0 or variance <= 0:
        return float(len(x))
    return float(min(len(x), max(1.0, variance / error**2)))


def share_interval(happened: ArrayLike, groups: Groups) -> tuple[float, float]:
    """Return the 95 % interval of the share of runs in which something *happened* (1) or not (0).

    Wilson's, over the effective number of runs, as those of one outer draw add less than others; (nan, nan)
    without runs.
    """
    flags = np.asarray(happened, dtype=float)
    size = effective_size(flags, groups)
    return wilson(float(flags.mean()) * size, size) if len(flags) else (nan, nan)


def _group_index(groups: Groups) -> NDArray[np.intp]:
    """Return the number of each value's group, groups numbered as they first appear."""
    if isinstance(groups, np.ndarray):
        steps = np.diff(groups)
        if (steps >= 0).all():  # as runs come in draws: no table of a million draws is needed
            return np.concatenate([[0], np.cumsum(steps > 0)])[: len(groups)]
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.intp)


class KaplanMeier:
    """The distribution of a time of which some values are only known to be later (Kaplan and Meier 1958)."""

    def __init__(self, times: ArrayLike, happened: ArrayLike | None = None) -> None:
        """Estimate from *times*; where *happened* is false the time is that of the censoring."""
        t = np.asarray(times, dtype=float)
        event = np.ones(len(t), dtype=bool) if happened is None else np.asarray(happened, dtype=bool)
        order = np.argsort(t, kind="stable")
        t, event = t[order], event[order]
        # Each time once; np.unique would load half of numpy for the same.
        seen = t[event]
        self.times: Floats = seen[np.diff(seen, prepend=-inf) > 0]
        # At risk: everybody whose time is not earlier; a tie counts as censored after the event.
        at_risk = len(t) - t.searchsorted(self.times, side="left")
        deaths = seen.searchsorted(self.times, side="right") - seen.searchsorted(self.times, side="left")
        self.happened: Floats = 1 - np.cumprod(1 - deaths / np.maximum(at_risk, 1)).astype(np.float64)

    def quantile(self, p: float) -> float:
        """Return the first time by which a share *p* has happened; nan where the data do not reach it."""
        place = int(self.happened.searchsorted(p - 1e-12))
        return float(self.times[place]) if place < len(self.times) else nan


class VarianceShares(NamedTuple):
    """How much of the variance comes from between the groups, and half of that share's 95 % interval."""

    between: float
    half_width: float


def variance_shares(values: ArrayLike, groups: Sequence[object]) -> VarianceShares:
    """Return the share of variance between *groups* (outer draws) by one-way random-effects analysis.

    With mean squares between (B) and within (W) and n0 = (N - sum n_i^2 / N)/(k - 1), the share is
    v/(v + W), v = (B - W)/n0 (Searle, Casella and McCulloch 1992), held to 0 ... 1. The half-width comes
    from leaving out one group after the other (jackknife). Both are nan without repeats in groups.
    """
    x = np.asarray(values, dtype=float)
    index = _group_index(groups)
    k = int(index.max()) + 1 if len(index) else 0
    if k < 2 or len(x) <= k:
        return VarianceShares(nan, nan)
    n = np.bincount(index).astype(float)
    centred = x - x.mean()
    sums = np.bincount(index, weights=centred)
    within = np.maximum(np.bincount(index, weights=centred**2) - sums**2 / n, 0.0)
    # Each group's part of N, sum n_i^2, the sum, the squares of group sums over n_i, and within.
    parts = np.array([n, n**2, sums, sums**2 / n, within])
    totals = parts.sum(axis=1, keepdims=True)
    whole = float(_between(totals, k)[0])
    left = _between(totals - parts, k - 1)
    left = left[np.isfinite(left)]
    if len(left) < 3:
        return VarianceShares(whole, nan)
    error = sqrt((len(left) - 1) / len(left) * float(((left - left.mean()) ** 2).sum()))
    return VarianceShares(whole, student_quantile(_LEVEL, len(left) - 1) * error)


def _between(totals: Floats, k: int) -> Floats:
    """Return the share of variance between *k* groups from their totals; nan where it is undefined."""
    if k < 2:
        return np.full(totals.shape[1], nan)
    n, n2, total, squares, within = totals
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_between = (squares - total**2 / n) / (k - 1)
        mean_within = within / (n - k)
        n0 = (n - n2 / n) / (k - 1)
        v = np.maximum(0.0, (mean_between - mean_within) / n0)
        # Rounding alone must not look like variance.
        floor = 1e-12 * np.maximum(squares + within, 1e-300)
        v, mean_within = np.where(v < floor, 0.0, v), np.where(mean_within < floor, 0.0, mean_within)
        return np.asarray(np.where(v + mean_within > 0, v / (v + mean_within), nan))


class PairedDifference(NamedTuple):
    """Variant minus baseline over the same runs, with its 95 % interval."""

    mean: float
    low: float
    high: float
    n: int
    baseline: float
    variant: float
    #: Variance of a difference between unpaired runs over that of the paired ones.
    variance_reduction: float


def paired_difference(baseline: ArrayLike, variant: ArrayLike, groups: Sequence[object]) -> PairedDifference:
    """Return the mean difference of runs that share their luck, pairs with a nan left out.

    The interval is Student's t on the groups (outer draws). The variance reduction is inf where every
    pair differs by the same amount while the runs differ, nan where nothing varies.
    """
    a, b = np.asarray(baseline, dtype=float), np.asarray(variant, dtype=float)
    known = ~(np.isnan(a) | np.isnan(b))
    a, b = a[known], b[known]
    kept = [group for group, there in zip(groups, known, strict=True) if there]
    if not len(a):
        return PairedDifference(nan, nan, nan, 0, nan, nan, nan)
    difference, n = b - a, len(a)
    # Sums over numbers, the very means that arrays give: a summary takes hundreds of them.
    mean, of_a, of_b = (float(np.add.reduce(values)) / n for values in (difference, a, b))
    error, df = clustered_error(difference, kept)
    half = nan if isnan(error) else student_quantile(_LEVEL, df) * error
    return PairedDifference(mean, mean - half, mean + half, n, of_a, of_b, _reduction(a, b))


def lone_difference(baseline: float, variant: float) -> PairedDifference:
    """Return the difference of one pair, as `paired_difference` and `tidied` do, only without arrays.

    A pair has no interval and no variance. A study of one run compares hundreds of pairs.
    """
    difference = variant - baseline
    if abs(difference) <= ROUNDING * max(abs(baseline), abs(variant)):
        difference = 0.0
    return PairedDifference(difference, nan, nan, 1, baseline, variant, nan)


def _reduction(a: Floats, b: Floats) -> float:
    if len(a) < 2:
        return nan
    apart, paired = float(a.var() + b.var()), float((b - a).var())
    if paired <= 1e-24 * max(apart, 1e-300):
        return inf if apart > 0 else nan
    return apart / paired


def pairs_apart(a: Floats, b: Floats) -> int:
    """Return how many pairs of answers are not the same number but for rounding."""
    # As `np.isclose`, whose care for every kind of array takes longer than a study's few runs.
    with np.errstate(invalid="ignore"):
        near = (np.abs(a - b) <= ROUNDING * np.abs(b)) & np.isfinite(b)
    return len(a) - int(np.count_nonzero(near | (a == b)))


def tidied(numbers: Sequence[float], a: Floats, b: Floats) -> tuple[float, ...]:
    """Return *numbers* with 0 for what is nothing beside the answers *a* and *b* but rounding.

    The mean of 200 times 0.02 is not that of 40 times 0.02 to the last digit, and all that follows from it,
    its error as well, is as small.
    """
    least = least_told(a, b)
    return tuple(0.0 if abs(number) <= least else number for number in numbers)


def least_told(a: Floats, b: Floats) -> float:
    """Return what a number must be above so as not to be rounding beside the answers *a* and *b*."""
    return ROUNDING * max((float(np.abs(values).max()) for values in (a, b) if len(values)), default=0.0)
