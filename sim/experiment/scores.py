"""How well a simulated distribution meets what was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def crps(sample: ArrayLike, low: float, high: float | None = None) -> float:
    """Return the continuous ranked probability score of *sample* against a record; smaller is better.

    Against a value it is E|X - y| - E|X - X'|/2, the integral of (F(z) - [z >= y])^2 (Gneiting and Raftery
    2007), in the unit of the sample. Against a range only what lies outside it is integrated: the record
    does not tell where inside the truth was (threshold weighting, Gneiting and Ranjan 2011). A bound has an
    infinite end.

    Args:
        sample: simulated values, none nan.
        low: the recorded value, or the lower end of its range.
        high: the upper end; the value itself if none.

    Raises:
        ValueError: the sample is empty, or the ends cross.
    """
    x = np.sort(np.asarray(sample, dtype=float))
    high = low if high is None else high
    if not len(x) or not low <= high:
        raise ValueError(f"no score for {len(x)} values against {low!r} to {high!r}")
    # Folding the range to a point makes the score against a range one against a value.
    folded = np.minimum(x - low, 0.0) + np.maximum(x - high, 0.0)
    n = len(folded)
    ranks = 2 * np.arange(1, n + 1) - n - 1
    return float(np.abs(folded).mean() - (ranks @ folded) / n**2)


def crps_uniform(start: float, end: float, low: float, high: float | None = None) -> float:
    """Return the score of a uniform forecast on *start* ... *end* against a record, as `crps`.

    In closed form: below the record F^2 is integrated, (a - start)^3 / (3 w^2) with w = end - start, and
    likewise (1 - F)^2 above it.

    Raises:
        ValueError: the ends of the forecast or of the record cross.
    """
    high = low if high is None else high
    if not (start <= end and low <= high):
        raise ValueError(f"no score for {start!r} to {end!r} against {low!r} to {high!r}")
    return _one_side(start, end, low) + _one_side(-end, -start, -high)


def _one_side(start: float, end: float, at: float) -> float:
    """Return the integral up to *at* of F^2 for the uniform distribution on *start* ... *end*."""
    if at <= start:
        return 0.0
    if at >= end:
        return (end - start) / 3 + at - end
    return float((at - start) ** 3 / (3 * (end - start) ** 2))


def mid_rank(sample: ArrayLike, value: float) -> float:
    """Return the share of *sample* below *value*, those equal to it counting half."""
    x = np.asarray(sample, dtype=float)
    return float(((x < value).sum() + (x == value).sum() / 2) / len(x))


class Score(NamedTuple):
    """How the scored instants of the record fall into the simulated distributions."""

    #: Instants that are scored, and the shares inside the band and inside the middle half.
    n_instants: int
    in_band: float
    in_half: float
    #: Share of the scored timings whose band is no wider than 1.5 times their median.
    narrow_share: float
    #: Mean score (h), and that of the naive reference, over the timings that have one.
    mean_crps: float
    mean_crps_naive: float
    #: Timings behind the two means.
    n_crps: int = 0
    #: Instants that would be scored but lie past the end of the simulated time.
    n_unreached: int = 0
