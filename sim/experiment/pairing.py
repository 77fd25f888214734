"""Differences between the answers of two sides, over pairs of runs that share their luck or without pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isnan, nan, sqrt

import numpy as np

from sim.experiment.estimates import (
    Floats,
    Z,
    clustered_error,
    effective_size,
    least_told,
    paired_difference,
    pairs_apart,
    student_quantile,
    tidied,
    wilson,
)
from sim.experiment.responses import Response
from sim.experiment.samples import Row, draw_of

#: Kinds of response that are compared; a coded answer and a part of a whole are not numbers to subtract.
COMPARED = ("time", "flag", "count", "level")
_LEVEL = 0.975


@dataclass(frozen=True)
class Difference:
    """What one response is on two sides, and the second minus the first with its 95 % interval.

    Means and difference are over the pairs (unpaired: the runs) in which the response has a value on both
    sides. *only_first* and *only_second* count the pairs in which it has one on one side alone: there is no
    difference to take there, and they are told beside it.
    """

    name: str
    label: str
    unit: str
    kind: str
    #: Runs of each side, or pairs.
    n: int
    both: int
    only_first: int
    only_second: int
    first: float
    second: float
    mean: float
    low: float
    high: float
    #: Difference in standard deviations between runs (root of the mean of both sides' variances).
    effect: float
    #: Variance of a difference between unpaired runs over that of the paired ones: inf where all pairs differ
    #: by the same amount; nan without pairs, and where no pair differs: there is nothing to be sharper about.
    variance_reduction: float
    #: Pairs in which the two sides answer otherwise (nan without pairs).
    changed: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0

    @property
    def differs(self) -> bool:
        """Whether any pair answers otherwise; without pairs, whether the interval leaves out zero."""
        return self.clear if isnan(self.changed) else self.changed > 0


def value_of(response: Response, row: Row) -> float:
    """Return the response of one run; nan where it did not happen or has no meaning there.

    A flag has a meaning in every run: what cannot happen without an earlier event did not happen.
    """
    if response.kind == "flag":
        return row[response.name]
    return row[response.name] if response.concerns(row) else nan


def paired(response: Response, rows: Sequence[tuple[Row, Row]]) -> Difference:
    """Return the difference of *response* over pairs of runs with the same luck.

    Times and numbers: the mean of the pairs' differences with Student's t over the outer draws. Chances:
    the difference of the shares with the adjusted interval of `share_difference_interval`.
    """
    a = np.array([value_of(response, one) for one, _ in rows], dtype=float)
    b = np.array([value_of(response, other) for _, other in rows], dtype=float)
    groups = [draw_of(one) for one, _ in rows]
    there, here = ~np.isnan(a), ~np.isnan(b)
    both = there & here
    a_both, b_both = a[both], b[both]
    found = paired_difference(a, b, groups)
    low, high = found.low, found.high
    if response.kind == "flag" and found.n:
        kept = [group for group, known in zip(groups, both, strict=True) if known]
        low, high = share_difference_interval(b_both - a_both, kept)
    apart = pairs_apart(a_both, b_both)
    mean, low, high = tidied((found.mean, low, high), a_both, b_both)
    return Difference(
        response.name, response.label, response.unit, response.kind, len(rows), found.n,
        int((there & ~here).sum()), int((here & ~there).sum()), found.baseline, found.variant, mean,
        low, high, _effect(a_both, b_both, mean), found.variance_reduction if apart else nan,
        float((there != here).sum() + apart),
    )  # fmt: skip


def share_difference_interval(difference: Floats, groups: Sequence[object]) -> tuple[float, float]:
    """Return the 95 % interval of a difference of shares from the pairs' differences (-1, 0 or 1).

    Half a pair is added to each of the four cells (Agresti and Min 2005), so that the interval has a width
    where no pair differs; runs of one draw count as `effective_size` says.
    """
    size = effective_size(difference, groups)
    gained, lost = float((difference > 0).mean()) * size + 0.5, float((difference < 0).mean()) * size + 0.5
    n = size + 2
    middle = (gained - lost) / n
    half = Z * sqrt(max(0.0, gained + lost - (gained - lost) ** 2 / n)) / n
    return max(-1.0, middle - half), min(1.0, middle + half)


def unpaired(response: Response, one: Sequence[Row], other: Sequence[Row]) -> Difference:
    """Return the difference of *response* between runs that share nothing.

    Times and numbers: Welch's interval over outer draws. Chances: Newcombe's hybrid of Wilson intervals
    (Newcombe 1998, method 10).
    """
    a, b = _known(response, one), _known(response, other)
    n, m = len(a[0]), len(b[0])
    first, second = (float(x.mean()) if len(x) else nan for x, _ in (a, b))
    low, high = _newcombe(a, b) if response.kind == "flag" else _welch(a, b)
    mean, low, high = tidied((second - first, low, high), a[0], b[0])
    return Difference(
        response.name, response.label, response.unit, response.kind, min(len(one), len(other)), min(n, m),
        len(one) - n, len(other) - m, first, second, mean, low, high, _effect(a[0], b[0], mean), nan, nan,
    )  # fmt: skip


Known = tuple[Floats, list[float]]


def _known(response: Response, rows: Sequence[Row]) -> Known:
    """Return the values that there are, and the outer draw of each."""
    found = [(value_of(response, row), draw_of(row)) for row in rows]
    kept = [(value, group) for value, group in found if not isnan(value)]
    return np.array([value for value, _ in kept], dtype=float), [group for _, group in kept]


def _welch(a: Known, b: Known) -> tuple[float, float]:
    (error_a, df_a), (error_b, df_b) = clustered_error(*a), clustered_error(*b)
    if isnan(error_a) or isnan(error_b):
        return nan, nan
    variance = error_a**2 + error_b**2
    difference = float(b[0].mean() - a[0].mean())
    if variance == 0:
        return difference, difference
    df = variance**2 / (error_a**4 / df_a + error_b**4 / df_b)
    half = student_quantile(_LEVEL, max(1.0, df)) * sqrt(variance)
    return difference - half, difference + half


def _newcombe(a: Known, b: Known) -> tuple[float, float]:
    if not len(a[0]) or not len(b[0]):
        return nan, nan
    p, q = float(a[0].mean()), float(b[0].mean())
    size_a, size_b = effective_size(*a), effective_size(*b)
    (low_a, high_a), (low_b, high_b) = wilson(p * size_a, size_a), wilson(q * size_b, size_b)
    below, above = sqrt((q - low_b) ** 2 + (high_a - p) ** 2), sqrt((high_b - q) ** 2 + (p - low_a) ** 2)
    return q - p - below, q - p + above


def _effect(a: Floats, b: Floats, mean: float) -> float:
    """Return *mean* in standard deviations between runs; infinite where runs vary by rounding alone."""
    if isnan(mean) or mean == 0:
        return 0.0 if mean == 0 else nan
    if min(len(a), len(b)) < 2:
        return nan
    spread = sqrt((float(a.var(ddof=1)) + float(b.var(ddof=1))) / 2)
    varies = spread > least_told(a, b)
    return mean / spread if varies else (inf if mean > 0 else -inf)


def ranked(differences: Sequence[Difference]) -> list[Difference]:
    """Return *differences* by size of effect, the largest first, those without one last."""
    return sorted(
        differences,
        key=lambda d: (not d.differs, isnan(d.effect), -abs(d.effect) if d.effect == d.effect else 0),
    )
