"""Medians with their 95 % intervals, as the tables of outcomes show them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.experiment.responses import responses_of
from sim.experiment.samples import sample_interval, sample_of
from sim.report.words import LATER, NONE, band, number

if TYPE_CHECKING:
    from sim.experiment.study import Study

#: What the tables say of these cells.
EXPLAINED = (
    "in brackets the median's 95 % interval, between order statistics, left out where too few runs give one"
)


def medians_of(study: Study) -> dict[str, str]:
    """Return each response's median with its 95 % interval in words, by name, as in '12.9 (11.2–16.1)'.

    The interval lies between order statistics (`sample_interval`): it need not be as wide above as below, and
    holds no value that a run could not have. A median that the end of the simulated time hides is 'later'.
    """
    rows = [row for row in study.rows if not row["failed"]]
    known = responses_of(study.scenario)
    told: dict[str, str] = {}
    for name, found in study.summary().responses.items():
        if math.isnan(found.median):
            late = known[name].kind == "time" and found.n > 0
            told[name] = LATER if late else NONE
            continue
        # A single run has no interval.
        low, high = sample_interval(sample_of(known[name], rows)) if found.n > 1 else (math.nan, math.nan)
        interval = "" if math.isnan(low) else f" ({band(low, high, found.unit)})"
        told[name] = f"{number(found.median, found.unit)}{interval}"
    return told
