"""The values a response took over the runs of its stratum, those that the horizon hid included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.estimates import Floats, KaplanMeier, Z, effective_size
from sim.experiment.responses import Response

if TYPE_CHECKING:
    from numpy.typing import NDArray

Row = Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Sample:
    """Values by run; where *happened* is false the value is the time at which the clock stopped."""

    values: Floats
    happened: NDArray[np.bool_]
    #: The outer draw of each run (the run itself where there is none).
    groups: tuple[float, ...]

    @property
    def known(self) -> Floats:
        """The values that were seen."""
        return self.values[self.happened]

    @property
    def known_groups(self) -> tuple[float, ...]:
        """The outer draws of the values that were seen."""
        return tuple(group for group, seen in zip(self.groups, self.happened, strict=True) if seen)

    @cached_property
    def _curve(self) -> KaplanMeier:
        return KaplanMeier(self.values, self.happened)

    def quantile(self, p: float) -> float:
        """Return the Kaplan-Meier *p*-quantile; the empirical one where nothing is censored."""
        if len(self.values) == 1:  # any quantile of a single run is what it answered
            return float(self.values[0]) if self.happened[0] else nan
        return self._curve.quantile(p)


def censored_at(response: Response, row: Row) -> float:
    """Return the time, on the response's clock (h), at which the run of *row* stopped."""
    own = response.prefix  # an episode has a start and a horizon of its own
    since = row[f"{own}hours_to_appeal"] if response.clock == "appeal" else response.starts
    return row[f"{own}hours_simulated"] - since


def restricted(response: Response, row: Row) -> float:
    """Return a response's number; for a time that did not come, the time at which the clock stopped."""
    value = row.get(response.name, nan)
    return censored_at(response, row) if response.kind == "time" and isnan(value) else value


def draw_of(row: Row) -> float:
    """Return the outer draw of a run, or its own number where uncertain inputs are held."""
    return row["run"] if isnan(row["draw"]) else row["draw"]


def sample_of(response: Response, rows: Sequence[Row]) -> Sample:
    """Return what *response* was over the runs of its stratum.

    A time that did not come is censored when the clock stopped; another number that has no value leaves
    its run out.
    """
    values, happened, groups = [], [], []
    for row in rows:
        if not response.concerns(row):
            continue
        value = row[response.name]
        seen = not isnan(value)
        if not seen:
            value = censored_at(response, row) if response.kind == "time" else nan
        if not isnan(value):
            values.append(value)
            happened.append(seen)
            groups.append(draw_of(row))
    return Sample(np.array(values, dtype=float), np.array(happened, dtype=bool), tuple(groups))


#: Fewest runs on which a median's interval between order statistics reaches 95 %: the widest, from the least
#: to the greatest of n values, holds the median with chance 1 - 2/2^n (David and Nagaraja 2003, section 7.1).
LEAST_OF_MEDIAN = 6


def sample_interval(sample: Sample, p: float = 0.5) -> tuple[float, float]:
    """Return the 95 % interval of the *p*-quantile of a *sample*: the order statistics on its two sides.

    They are the quantiles at p -/+ 1.96 sqrt(p (1 - p)/n) (normal approximation of the binomial), n the
    effective number of runs, as those of one outer draw add less than others. Either is a value that a
    run had: unlike half of their distance, set off on both sides, they never lie beyond what can be.
    (nan, nan) where so few runs give none; the upper end is nan where the horizon hides it.
    """
    if len(sample.values) < 2:  # a single run has no interval
        return nan, nan
    middle = sample.quantile(p)
    below = (sample.happened & (sample.values <= middle)).astype(float)
    n = effective_size(below, sample.groups)
    step = Z * sqrt(p * (1 - p) / n) if n > 0 else 1.0
    if isnan(middle) or p - step <= 0 or p + step >= 1:
        return nan, nan
    return sample.quantile(p - step), sample.quantile(p + step)
