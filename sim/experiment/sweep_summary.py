"""What a sweep says: each point's chances and quantiles, and what each factor changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property, partial
from math import isnan, nan
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.estimates import Floats, clustered_error, effective_size, student_quantile, wilson
from sim.experiment.event_file import plain
from sim.experiment.main_effects import Effect, main_effects
from sim.experiment.notebook import notebook_html
from sim.experiment.responses import Response
from sim.experiment.row_book import RowBook
from sim.experiment.samples import Row, Sample, restricted, sample_interval, sample_of
from sim.experiment.sweep import SweepStudy
from sim.scenario.units import count

#: Kinds of response that a sweep reports.
REPORTED = ("time", "flag", "count", "level")
#: What a notebook shows, and under which names.
SHOWN = {
    "point": "point", "name": "response", "n": "runs", "chance": "chance", "mean": "mean",
    "mean_error": "±", "median": "median", "low": "band from", "high": "to",
}  # fmt: skip

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.precision import Reached


@dataclass(frozen=True)
class PointSummary:
    """A response over the runs of its stratum at one point."""

    point: int
    name: str
    #: Runs in the stratum that answer.
    n: int
    #: Chance of happening (of being above 0 for a number), with its 95 % interval.
    chance: float
    chance_low: float
    chance_high: float
    #: Mean with half of its 95 % interval; for a time the mean up to when the clock stopped.
    mean: float
    mean_error: float
    #: Quantiles; nan where the horizon hides them.
    median: float
    low: float
    high: float
    #: The median's 95 % interval, between order statistics; nan where too few runs give one, or where the
    #: horizon hides its end.
    median_low: float
    median_high: float
    #: Runs in which it had not happened when the clock stopped.
    censored: int


@dataclass(frozen=True, repr=False)
class SweepSummary:
    """The summary of a sweep."""

    n: int
    failed: int
    band: float
    points: tuple[PointSummary, ...]
    effects: tuple[Effect, ...]
    #: Where each point stopped, if a precision decided.
    reached: dict[int, Reached[int]]

    def __repr__(self) -> str:
        points, names = ({getattr(p, key) for p in self.points} for key in ("point", "name"))
        return (
            f"<Summary of a sweep: {count(self.n, 'run')} at {count(len(points), 'point')}, "
            f"{count(len(names), 'response')}, {count(len(self.effects), 'effect')}>"
        )

    def _repr_html_(self) -> str:
        table = self.table
        return notebook_html(repr(self), table[table["n"] > 0], SHOWN)

    @property
    def table(self) -> pd.DataFrame:
        """Every response at every point, a row each: chance, mean, quantiles, their errors."""
        import pandas as pd

        columns = [each.name for each in fields(PointSummary)]
        return pd.DataFrame([asdict(found) for found in self.points], columns=columns)

    def at(self, point: int, name: str) -> PointSummary | None:
        """Return what a response was at a point; none if nothing answered."""
        return self._index.get((point, name))

    @cached_property
    def _index(self) -> dict[tuple[int, str], PointSummary]:
        return {(p.point, p.name): p for p in self.points}

    def of(self, name: str) -> list[PointSummary]:
        """Return what a response was at every point, in order."""
        return [p for p in self.points if p.name == name]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; what is not finite becomes none."""
        found = plain({"n": self.n, "failed": self.failed, "band": self.band,
                       "points": [asdict(p) for p in self.points],
                       "effects": [asdict(e) for e in self.effects]})  # fmt: skip
        assert isinstance(found, dict)
        return found


def summarise_sweep(study: SweepStudy) -> SweepSummary:
    """Return the summary of *study*, read point by point; failed runs are left out."""
    band = float(study.scenario.experiment.band)
    known = study.responses
    told = [
        r
        for r in known.values()
        if (r.kind in REPORTED or r.name in study.shown) and r.name != "hours_simulated"
    ]
    compared = [r for r in told if not r.contributor or r.name in study.shown]
    values: RowBook[tuple[str, int]] = RowBook(1)
    points: list[PointSummary] = []
    for point in study.design.points:
        samples: RowBook[str] = RowBook(3)
        for rows in study.pieces_of(point.number):
            sound = [row for row in rows if not row["failed"]]
            for response in told:
                samples.append(response.name, _sampled(response, sound))
            for response in compared:
                values.append((response.name, point.number), [_comparable(response, row) for row in rows])
        points += [summarise_point(point.number, r, _sample(samples.of(r.name)), band) for r in told]
    groups = [run.run if run.draw is None else run.draw for run in study.runs_of_point]
    read = partial(_column, values)
    effects = []
    for response in compared:
        clock = f"{response.prefix}hours_to_appeal"
        appeal = partial(read, clock) if clock in known else None
        effects += main_effects(study.design, response, partial(read, response.name), groups, appeal)
    return SweepSummary(
        study.size - study.failed, study.failed, band, tuple(points), tuple(effects), dict(study.reached)
    )


def _column(values: RowBook[tuple[str, int]], name: str, point: int) -> np.ndarray[Any, Any]:
    return values.of((name, point))[:, 0]


def _comparable(response: Response, row: Row) -> float:
    """Return the number a run is compared by; nan where it failed or is not of the stratum."""
    if row["failed"] or not response.concerns(row):
        return nan
    return restricted(response, dict(row))


def _sampled(response: Response, rows: Sequence[Row]) -> Floats:
    """Return value, whether it happened, and outer draw of the runs of a response's stratum."""
    sample = sample_of(response, [row for row in rows if response.name in row])
    return np.column_stack([sample.values, sample.happened, np.array(sample.groups, dtype=float)])


def _sample(table: Floats) -> Sample:
    """Return the sample that `_sampled` took apart."""
    return Sample(np.ascontiguousarray(table[:, 0]), table[:, 1] == 1, tuple(table[:, 2].tolist()))


def summarise_point(point: int, response: Response, sample: Sample, band: float) -> PointSummary:
    """Return what *response* was in a *sample* of the runs of a point."""
    tail = (1 - band) / 2
    n = len(sample.values)
    happened = (sample.happened if response.kind == "time" else sample.values > 0).astype(float)
    chance = float(happened.mean()) if n else nan
    size = effective_size(happened, sample.groups)
    low, high = wilson(chance * size, size) if n else (nan, nan)
    error, df = clustered_error(sample.values, sample.groups)
    half = nan if isnan(error) else student_quantile(0.975, df) * error
    spread = response.kind != "flag" and n > 0
    at = sample.quantile if spread else lambda p: nan
    ends = sample_interval(sample) if spread else (nan, nan)
    mean = float(sample.values.mean()) if n else nan
    return PointSummary(
        point, response.name, n, chance, low, high, mean, half, at(0.5), at(tail), at(1 - tail), *ends,
        int((~sample.happened).sum()),
    )  # fmt: skip
