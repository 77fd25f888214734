"""Which run stands for the others when one story is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from math import inf, isnan

import numpy as np

#: Distance, in standard deviations, of a run in which something did not happen (or did) against the most.
MISSED = 3.0
#: Fewest runs with a mandate from which one is taken to stand for them.
ENOUGH = 5

Row = Mapping[str, float]


def typical_run(rows: Sequence[Row], timings: Collection[str]) -> int:
    """Return the place of the run nearest the medians, among those whose story is longest.

    Those are the runs with a mandate, because most timings exist only there; when fewer than `ENOUGH` have
    one, the runs with the commonest help level. How common either is stands beside every story told.
    Distance is the root of the sum of squared deviations from the medians of *timings*, each in standard
    deviations; the first of equally near runs is taken. Tolls have no part in it. -1 if every run failed.
    """
    good = [place for place, row in enumerate(rows) if not row["failed"]]
    if not good:
        return -1
    stratum = [place for place in good if rows[place].get("mandate") == 1]
    if len(stratum) < ENOUGH:
        counts = Counter(rows[place]["help_level"] for place in good)
        modal = min(counts, key=lambda level: (-counts[level], level))
        stratum = [place for place in good if rows[place]["help_level"] == modal]
    squares = np.zeros(len(stratum))
    for name in timings:
        squares += _squares([rows[place][name] for place in stratum])
    return stratum[int(np.argmin(squares))]


def _squares(values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the squared standardised distances of *values* from their median; nan counts as beyond any."""
    known = np.array([v for v in values if not isnan(v)])
    if 2 * len(known) <= len(values):
        return np.array([0.0 if isnan(v) else MISSED**2 for v in values])
    # Missing ones count as later than all, so that the median is that of every run.
    middle = lower_median([inf if isnan(v) else v for v in values])
    spread = float(known.std()) or 1.0
    return np.array([MISSED**2 if isnan(v) else ((v - middle) / spread) ** 2 for v in values])


def lower_median(values: Sequence[float]) -> float:
    """Return the least of *values* that half of them do not exceed.

    It is the quantile of the inverse distribution function (Hyndman and Fan 1996, definition 1), without
    numpy's own function, which imports masked arrays when it is first called.
    """
    return sorted(values)[(len(values) - 1) // 2]
