"""Medians with their 95 % intervals, as the tables of outcomes show them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.experiment.responses import responses_of
from sim.report.words import LATER, NONE, band, justified, number

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.experiment.summary import ResponseSummary

#: What the tables say of these cells.
EXPLAINED = (
    "in brackets the median's 95 % interval, between order statistics, left out where too few runs give one"
)


def medians_of(study: Study) -> dict[str, str]:
    """Return each response's median with its 95 % interval in words, by name, as in '12.9 (11.2–16.1)'.

    The interval lies between order statistics (`ResponseSummary`): it need not be as wide above as below, and
    holds no value that a run could not have. A median that the end of the simulated time hides is 'later'.
    """
    known = responses_of(study.scenario)
    told: dict[str, str] = {}
    for name, found in study.summary().responses.items():
        if math.isnan(found.median):
            late = known[name].kind == "time" and found.n > 0
            told[name] = LATER if late else NONE
            continue
        ends = (found.median_low, found.median_high)
        interval = "" if math.isnan(ends[0]) else f" ({band(*ends, found.unit)})"
        told[name] = f"{median_words(found)}{interval}"
    return told


def median_words(found: ResponseSummary) -> str:
    """Return a median in the figures that its interval bears, or where it has none the band."""
    ends = (found.median_low, found.median_high)
    ends = (found.low, found.high) if math.isnan(ends[0]) else ends
    return number(justified(found.median, *ends), found.unit)
