"""Scores of ordered forecasts, and skill with intervals that resample conflicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, nan
from typing import NamedTuple

import numpy as np

from sim.inference.decision_fit import Array

#: Resamples of conflicts, their seed, and the share that the interval holds.
RESAMPLES = 4000
SEED = 2002
SHARE = 0.95
#: Conflicts below which an interval is too narrow to claim anything on (assumed; resamples of a handful of
#: conflicts repeat them, and conflicts coded alike leave no width at all).
FEWEST_CONFLICTS = 10
#: Width below which an interval is none.
_NO_WIDTH = 1e-9


class Measure(NamedTuple):
    """One event with a forecast and the reference's: class that came true, chances of all classes."""

    conflict: str
    weight: float
    happened: int
    forecast: Array
    reference: Array


@dataclass(frozen=True)
class Score:
    """Mean scores over events, and skill against the reference.

    `rps` of two classes is the Brier score. `skill` is 1 - rps / rps of the reference, `low` and `high` the
    ends of its paired 95 % interval over conflicts.
    """

    rps: float
    log_score: float
    skill: float
    low: float
    high: float
    n: int
    conflicts: int = 0
    reference: float = nan

    @property
    def usable(self) -> bool:
        """Whether the interval says something: it rests on enough conflicts, and they differ."""
        return self.conflicts >= FEWEST_CONFLICTS and self.high - self.low > _NO_WIDTH

    @property
    def claimed(self) -> bool:
        """Whether a usable interval lies above zero: only then is skill claimed."""
        return self.usable and self.low > 0

    @property
    def worse(self) -> bool:
        """Whether a usable interval lies below zero."""
        return self.usable and self.high < 0


def ranked_probability(forecast: Array, happened: int) -> float:
    """Return the ranked probability score: mean squared gap of the cumulated chances (Epstein 1969).

    Divided by the number of thresholds, so that 0 is perfect and 1 the worst; of two classes it is the Brier
    score.
    """
    gaps = np.cumsum(forecast)[:-1] - (np.arange(len(forecast) - 1) >= happened)
    return float((gaps**2).mean())


def scored(rows: Sequence[Measure]) -> Score:
    """Return mean scores of *rows* by their weights; nan without any.

    The interval resamples whole conflicts with their forecasts and reference together (percentile bootstrap,
    fixed seed), since cases of one conflict and members of one case are not independent.
    """
    if not rows:
        return Score(nan, nan, nan, nan, nan, 0)
    weight = np.array([r.weight for r in rows])
    mine = np.array([ranked_probability(r.forecast, r.happened) for r in rows])
    theirs = np.array([ranked_probability(r.reference, r.happened) for r in rows])
    logs = np.array([-log(r.forecast[r.happened]) for r in rows])
    keys = list(dict.fromkeys(r.conflict for r in rows))
    where = np.array([keys.index(r.conflict) for r in rows])
    sums = np.array([np.bincount(where, weight * x, len(keys)) for x in (mine, theirs)])
    n = len(keys)
    picks = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), RESAMPLES)
    totals = picks @ sums.T
    skills = 1 - totals[:, 0] / np.maximum(totals[:, 1], 1e-12)
    low, high = np.quantile(skills, [(1 - SHARE) / 2, (1 + SHARE) / 2]) if n > 1 else (-np.inf, np.inf)
    whole = weight.sum()
    rps, base = float(weight @ mine / whole), float(weight @ theirs / whole)
    return Score(
        rps, float(weight @ logs / whole), 1 - rps / base if base > 0 else nan,
        float(low), float(high), len(rows), n, base,
    )  # fmt: skip
