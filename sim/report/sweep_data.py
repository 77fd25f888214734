"""What the tables and charts of a sweep share: which number tells a response, and what is on record."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from sim.experiment.factors import Factor, Level
from sim.experiment.main_effects import shown_level
from sim.experiment.responses import Response
from sim.experiment.samples import LEAST_OF_MEDIAN
from sim.experiment.sweep import SweepStudy
from sim.experiment.sweep_summary import PointSummary
from sim.report.record_marks import record_words
from sim.report.runs import FEW_BEYOND, least_of_band
from sim.report.words import band, justified, number, percent, unit_in_file
from sim.scenario.study import RecordEntry
from sim.scenario.units import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Responses of a sweep that are drawn at once, and levels that have ticks of their own.
PANELS, FEW_LEVELS = 4, 7


@dataclass(frozen=True)
class Told:
    """The number that tells a response at a point: a chance, or a median with its band."""

    middle: float
    low: float
    high: float
    #: The 95 % interval of the middle: nan where too few runs give one; its upper end alone is nan where
    #: it lies beyond the simulated time.
    least: float
    most: float
    n: int

    @property
    def sure(self) -> bool:
        """Whether there is an interval."""
        return not math.isnan(self.least)

    @property
    def borne(self) -> float:
        """The middle in the figures that its interval bears, or where it has none the band."""
        ends = (self.least, self.most) if self.sure else (self.low, self.high)
        return justified(self.middle, *ends)


def is_chance(response: Response) -> bool:
    """Return whether a response is told by its chance."""
    return response.kind == "flag"


def told(response: Response, found: PointSummary | None) -> Told:
    """Return the number that tells *response*: for a chance the band is its Wilson interval."""
    if found is None or not found.n:
        return Told(math.nan, math.nan, math.nan, math.nan, math.nan, 0)
    if is_chance(response):
        # At a share of 0 or 1 rounding can put the end of Wilson's interval a hair beyond the share itself.
        low, high = min(found.chance_low, found.chance), max(found.chance_high, found.chance)
        return Told(found.chance, low, high, low, high, found.n)
    return Told(found.median, found.low, found.high, found.median_low, found.median_high, found.n)


def whiskers(found: Sequence[Told], edge: float) -> list[list[float]]:
    """Return how far the interval of each number reaches below and above it, one that is open to *edge*."""
    below = [t.middle - t.least if t.sure else 0.0 for t in found]
    above = [(max(edge, t.middle) if math.isnan(t.most) else t.most) - t.middle if t.sure else 0.0
             for t in found]  # fmt: skip
    return [below, above]


def reach(response: Response, found: Iterable[Told], *, bands: bool) -> list[float]:
    """Return the numbers that an axis must hold: middles, intervals and (with *bands*) bands."""
    values = [v for t in found for v in (t.middle, t.least, t.most, *((t.low, t.high) if bands else ()))]
    return [v for v in values if not math.isnan(v)]


def interval_words(response: Response, value: Told) -> str:
    """Return the 95 % interval of a number as cells show it; empty where there is none."""
    if not value.sure:
        return ""
    if is_chance(response):
        return f"{100 * value.least:.0f}–{100 * value.most:.0f}"
    return band(value.least, value.most, response.unit)


def few_runs(study: SweepStudy, *, medians: bool) -> str:
    """Return a note where what is told of single points rests on too few runs; empty where nothing does.

    Args:
        study: the sweep.
        medians: whether medians are shown with their 95 % intervals, not with their bands alone.
    """
    found = [study.summary().at(p.number, name) for p in study.design.points for name in study.shown
             if not is_chance(study.responses[name])]  # fmt: skip
    fewest = min((one.n for one in found if one is not None and one.n), default=0)
    tail = (1 - study.summary().band) / 2
    wants = []
    if medians and fewest < LEAST_OF_MEDIAN:
        wants.append(f"a median's interval needs {LEAST_OF_MEDIAN} to reach 95 %")
    if tail > 0 and fewest < (least := least_of_band(tail)):
        wants.append(f"the ends of a band need {least}, or no more than {FEW_BEYOND} lie at or beyond each")
    few = [f"Few runs, as few as {fewest} behind a number: {'; '.join(wants)}."] if fewest and wants else []
    return " ".join([*few, *_few_draws(study)])


def _few_draws(study: SweepStudy) -> list[str]:
    """Return a sentence where the runs of a point have too few outer draws for an interval over these."""
    draws = {run.draw for run in study.runs_of_point}
    if not study.scenario.uncertain or None in draws or len(draws) >= LEAST_OF_MEDIAN:
        return []
    runs = LEAST_OF_MEDIAN * int(study.scenario.experiment.per_draw)
    return [
        f"A point holds {count(len(draws), 'outer draw')} of the uncertain inputs, too few to show what "
        f"these leave open: {LEAST_OF_MEDIAN} take {runs} replications a point."
    ]


def unit_of(response: Response) -> str:
    """Return the unit of a response's numbers in the files beside the charts."""
    return unit_in_file(response.kind, response.unit)


def level_columns(factors: Sequence[Factor]) -> tuple[str, ...]:
    """Return the columns of *factors* in those files: each one's path, and the unit of a number after it."""
    pairs = [(f.path, f"{f.path}_unit") if f.numeric else (f.path,) for f in factors]
    return tuple(name for pair in pairs for name in pair)


def level_cells(factors: Sequence[Factor], levels: Sequence[Level]) -> tuple[Level, ...]:
    """Return the cells under `level_columns`: a level of each factor, and its unit."""
    pairs = [(v, f.unit) if f.numeric else (v,) for f, v in zip(factors, levels, strict=True)]
    return tuple(cell for pair in pairs for cell in pair)


def title_of(response: Response) -> str:
    """Return a response's label with its unit."""
    what = "chance" if is_chance(response) else response.unit
    return f"{response.label} ({what})" if what and what != "share" else response.label


def said(response: Response, value: float) -> str:
    """Return a number of *response* as cells and tables show it."""
    return percent(value) if is_chance(response) else number(value, response.unit)


def recorded(study: SweepStudy, name: str) -> tuple[float, float, float] | None:
    """Return the recorded value, low and high of a response, as far as the scenario's record has it."""
    entry = _entry(study, name)
    if entry is None:
        return None
    value, low, high = (math.nan if v is None else v for v in (entry.value, entry.low, entry.high))
    return value, low, high


def _entry(study: SweepStudy, name: str) -> RecordEntry | None:
    for entry in study.scenario.record.values():
        plain = not entry.who and not entry.among and entry.at is None and entry.since is None
        if entry.response == name and plain and entry.kind != "input":
            return entry
    return None


def record_told(study: SweepStudy, name: str) -> str:
    """Return what is on record of a response, in words, its range included; empty if nothing is."""
    entry = _entry(study, name)
    return record_words(entry) if entry is not None else ""


def input_words(study: SweepStudy, factor: Factor) -> str:
    """Return a factor's path in words, as in 'council rule'; the notes have the path itself."""
    members = study.scenario.alliance.members
    parts = (members[part].name if part in members else part for part in factor.name.split("."))
    return " ".join(parts).replace("_", " ")


def limits_along(factor: Factor) -> tuple[float, float]:
    """Return the limits of an axis that holds every level of a numeric factor, with a little room."""
    levels = [float(level) for level in factor.levels]
    room = 0.05 * (max(levels) - min(levels))
    return min(levels) - room, max(levels) + room


def ticks_along(axes: Axes, factor: Factor) -> None:
    """Write the levels of a numeric factor along an axis, where they are few enough to stand apart."""
    low, high = min(map(float, factor.levels)), max(map(float, factor.levels))
    levels = sorted(map(float, factor.levels))
    gap = min((b - a for a, b in pairwise(levels)), default=high - low)
    if len(levels) <= FEW_LEVELS and gap * FEW_LEVELS >= high - low:
        axes.set_xticks(levels, [short(factor, level) for level in levels])


def short(factor: Factor, level: Level, width: int = 22) -> str:
    """Return a level short enough for an axis or a cell."""
    text = f"{level:,.10g}" if isinstance(level, float) else shown_level(factor, level)
    return text if len(text) <= width else f"{text[: width - 1]}…"


def axis_label(study: SweepStudy, factor: Factor) -> str:
    """Return a factor in words for an axis, with its unit where that says something."""
    words = input_words(study, factor)
    return words if factor.unit in ("", "items") else f"{words} ({factor.unit})"


def varied_told(study: SweepStudy) -> str:
    """Return the paths of what is varied, whose words stand at the axes."""
    return f"Varied: {', '.join(factor.name for factor in varied(study))}."


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
    runs = "replication" if counts == [1] else "replications"
    return f"{n} {runs} a point, the same luck at every point"
