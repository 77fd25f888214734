"""What the tables and charts of a sweep share: which number tells a response, and what is on record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.experiment.factors import Factor, Level
from sim.experiment.main_effects import shown_level
from sim.experiment.responses import Response
from sim.experiment.sweep import SweepStudy
from sim.experiment.sweep_summary import PointSummary
from sim.report.words import number, percent

#: Responses of a sweep that are drawn at once.
PANELS = 4


@dataclass(frozen=True)
class Told:
    """The number that tells a response at a point: a chance, or a median with its band."""

    middle: float
    low: float
    high: float
    #: Half of the 95 % interval of the middle.
    error: float
    n: int


def is_chance(response: Response) -> bool:
    """Return whether a response is told by its chance."""
    return response.kind == "flag"


def told(response: Response, found: PointSummary | None) -> Told:
    """Return the number that tells *response*: for a chance the band is its Wilson interval."""
    if found is None or not found.n:
        return Told(math.nan, math.nan, math.nan, math.nan, 0)
    if is_chance(response):
        half = (found.chance_high - found.chance_low) / 2
        return Told(found.chance, found.chance_low, found.chance_high, half, found.n)
    return Told(found.median, found.low, found.high, found.median_error, found.n)


def error_bars(response: Response, found: Sequence[Told]) -> list[list[float]]:
    """Return how far the whiskers of each number reach below and above it."""
    if is_chance(response):
        # At a share of 0 or 1 rounding can put the end of Wilson's interval a hair beyond the share itself.
        below = [max(0.0, t.middle - t.low) for t in found]
        return [below, [max(0.0, t.high - t.middle) for t in found]]
    errors = [0.0 if math.isnan(t.error) else t.error for t in found]
    return [errors, errors]


def title_of(response: Response) -> str:
    """Return a response's label with its unit."""
    what = "chance" if is_chance(response) else response.unit
    return f"{response.label} ({what})" if what and what != "share" else response.label


def said(response: Response, value: float) -> str:
    """Return a number of *response* as cells and tables show it."""
    return percent(value) if is_chance(response) else number(value, response.unit)


def recorded(study: SweepStudy, name: str) -> tuple[float, float, float] | None:
    """Return the recorded value, low and high of a response, as far as the scenario's record has it."""
    for entry in study.scenario.record.values():
        plain = not entry.who and not entry.among and entry.at is None and entry.since is None
        if entry.response == name and plain and entry.kind != "input":
            low = math.nan if entry.low is None else entry.low
            high = math.nan if entry.high is None else entry.high
            return (math.nan if entry.value is None else entry.value), low, high
    return None


def short(factor: Factor, level: Level, width: int = 22) -> str:
    """Return a level short enough for an axis."""
    text = shown_level(factor, level)
    return text if len(text) <= width else f"{text[: width - 1]}…"


def axis_label(factor: Factor) -> str:
    """Return a factor's name for an axis, with its unit where that says something."""
    plain = factor.unit in ("", "items")
    return factor.name if plain else f"{factor.name} ({factor.unit})"


def is_grid(study: SweepStudy) -> bool:
    """Return whether the points fill the combinations of the levels, at least by half."""
    cells = math.prod(len(factor.levels) for factor in varied(study))
    return 2 * len(study.design.points) >= cells


def varied(study: SweepStudy) -> list[Factor]:
    """Return the factors with more than one level."""
    return [factor for factor in study.design.factors if len(factor.levels) > 1]


def level_of(study: SweepStudy, factor: Factor, point: int) -> Level:
    """Return the level of *factor* at a point."""
    return study.design.points[point].levels[study.design.factors.index(factor)]


def runs_told(study: SweepStudy) -> str:
    """Return how many runs a point has, in words."""
    counts = sorted({study.book.count(point.number) for point in study.design.points})
    n = f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,}-{counts[-1]:,}"
    return f"{n} replications a point, the same luck at every point"
