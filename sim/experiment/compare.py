"""The record beside the simulated distributions, and the score of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf, isnan, nan
from typing import NamedTuple

import numpy as np

from sim.experiment.samples import Row, Sample, sample_of
from sim.experiment.scores import Score, crps, crps_uniform, mid_rank
from sim.experiment.spans import record_responses
from sim.scenario.models import Scenario
from sim.scenario.study import RecordEntry

#: A band wider than this many medians is not called narrow.
NARROW = 1.5


class RecordSummary(NamedTuple):
    """A recorded quantity and the simulated distribution it is compared with."""

    key: str
    entry: RecordEntry
    median: float
    low: float
    high: float
    #: Runs in the stratum of the response.
    n: int
    #: Share of simulated values below the recorded value (a bound's limit), equal ones counting half.
    percentile: float
    #: Of an instant: whether the recorded value lies in the band, and in the middle half. None for bounds and
    #: inputs, and where nothing was simulated.
    inside_band: bool | None
    inside_half: bool | None
    #: Of a bound: whether any value that it allows lies in the band, which is less than that runs keep it
    #: (*agree*). None otherwise.
    meets_band: bool | None
    crps: float
    crps_naive: float
    #: Share of simulated values within the recorded range; nan where only a value is recorded.
    agree: float
    given: str = ""
    censored: int = 0
    #: Whether the clock ran as far as the recorded instant; if not, nothing is judged.
    reached: bool = True


def compare(scenario: Scenario, rows: Sequence[Row], band: float) -> dict[str, RecordSummary]:
    """Return every record entry beside the *rows* of runs that did not fail."""
    found = {}
    beyond = unreached(scenario)
    for key, response in record_responses(scenario).items():
        sample, entry = sample_of(response, rows), scenario.record[key]
        found[key] = _compared(key, entry, sample, band, response.condition, reached=key not in beyond)
    return found


def unreached(scenario: Scenario) -> set[str]:
    """Return the record entries that lie past the horizon, of which a simulation cannot tell anything.

    An entry lies at its own instant, or as long after the start or the recorded appeal as it says, its
    longest if it has a range. One that says neither is a total: it lies at the end of the whole record.
    """
    ends = _ends(scenario)
    horizon = float(scenario.horizon)
    last = max((end for end in ends.values() if end is not None), default=0.0)
    return {key for key, end in ends.items() if (last if end is None else end) > horizon}


def _ends(scenario: Scenario) -> dict[str, float | None]:
    """Return when each record entry is over (hours after the start); None for a total."""
    record = scenario.record.values()
    appeal = next((e.value for e in record if e.response == "hours_to_appeal" and e.value is not None), 0.0)
    found: dict[str, float | None] = {}
    for key, response in record_responses(scenario).items():
        entry = scenario.record[key]
        longest = max((x for x in (entry.value, entry.high) if x is not None), default=entry.low)
        if entry.at is not None:
            found[key] = scenario.hours(entry.at)
        elif response.kind == "time" and longest is not None:
            found[key] = float(longest) + (appeal if response.clock == "appeal" else response.starts)
        else:
            found[key] = None
    return found


def _compared(
    key: str, entry: RecordEntry, sample: Sample, band: float, given: str, *, reached: bool
) -> RecordSummary:
    n, tail = len(sample.values), (1 - band) / 2
    low, lower, median, upper, high = (sample.quantile(p) for p in (tail, 0.25, 0.5, 0.75, 1 - tail))
    judged = n > 0 and entry.kind != "input" and reached
    start, end = limits(entry)
    point = _point(entry)
    # What was not seen before the clock stopped is later than anything recorded.
    values = np.where(sample.happened, sample.values, inf)
    scored = judged and entry.kind == "instant"
    # A bound may leave a single value, as that nobody asked.
    ranged = start < end or (entry.kind == "bound" and start == end)
    return RecordSummary(
        key=key,
        entry=entry,
        median=median,
        low=low,
        high=high,
        n=n,
        percentile=nan if point is None or not n or not reached else mid_rank(values, point),
        inside_band=_inside(entry, low, high) if judged and entry.kind == "instant" else None,
        inside_half=_inside(entry, lower, upper) if judged and entry.kind == "instant" else None,
        meets_band=_meets(entry, low, high) if judged and entry.kind == "bound" else None,
        crps=crps(sample.values, start, end) if scored else nan,
        crps_naive=crps_uniform(*entry.naive, start, end) if scored and entry.naive else nan,
        agree=float(((values >= start) & (values <= end)).mean()) if n and ranged and reached else nan,
        given=given,
        censored=n - int(np.count_nonzero(sample.happened)),
        reached=reached,
    )


def limits(entry: RecordEntry) -> tuple[float, float]:
    """Return the range that the record leaves for a quantity; infinite where a bound is open."""
    if entry.kind == "bound":
        return (-inf if entry.low is None else entry.low, inf if entry.high is None else entry.high)
    value = nan if entry.value is None else entry.value
    return (value if entry.low is None else entry.low, value if entry.high is None else entry.high)


def _point(entry: RecordEntry) -> float | None:
    choices = (entry.value, entry.high, entry.low)
    return next((choice for choice in choices if choice is not None), None)


def _inside(entry: RecordEntry, low: float, high: float) -> bool:
    """Return whether an interval of quantiles holds the recorded value; a hidden end is later."""
    low, high = (inf if isnan(end) else end for end in (low, high))
    assert entry.value is not None
    return low <= entry.value <= high


def _meets(entry: RecordEntry, low: float, high: float) -> bool:
    """Return whether an interval of quantiles and the range of a bound have a value in common."""
    low, high = (inf if isnan(end) else end for end in (low, high))
    start, end = limits(entry)
    return low <= end and start <= high


def score_of(record: Iterable[RecordSummary]) -> Score:
    """Return the score over the instants that count and were reached; shares are nan where there are none."""
    counted = [r for r in record if r.entry.scored and r.entry.kind == "instant"]
    scored = [r for r in counted if r.reached]
    timings = [r for r in scored if r.entry.unit in ("h", "hours")]
    narrow = [r.high - r.low <= NARROW * r.median for r in timings]
    both = [r for r in timings if not isnan(r.crps) and not isnan(r.crps_naive)]
    return Score(
        n_instants=len(scored),
        in_band=_share(r.inside_band is True for r in scored),
        in_half=_share(r.inside_half is True for r in scored),
        narrow_share=_share(narrow),
        mean_crps=_mean(r.crps for r in both),
        mean_crps_naive=_mean(r.crps_naive for r in both),
        n_crps=len(both),
        n_unreached=len(counted) - len(scored),
    )


def _share(flags: Iterable[bool]) -> float:
    return _mean(map(float, flags))


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else nan
