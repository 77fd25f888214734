"""What each factor of a sweep changes: paired differences between its levels under the same luck."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf, isnan, nan

import numpy as np

from sim.experiment.estimates import Floats, clustered_error, paired_difference, student_quantile
from sim.experiment.factors import Factor, Level, SweepDesign
from sim.experiment.responses import Response
from sim.scenario.alliance import HELP_LEVELS

#: A numeric factor with at least this many levels and no twins is told by its slope.
SLOPE_FROM = 3
#: A slope below this share of the greatest value is what rounding left.
ROUNDING = 1e-12
#: Columns of values: from a point to one number for each run.
Column = Callable[[int], Floats]


@dataclass(frozen=True)
class Effect:
    """The mean difference that a level of a factor makes, with its 95 % interval."""

    factor: str
    response: str
    #: What the level is compared with, and the level.
    first: str
    level: str
    #: paired: points alike in all other factors; slope: a straight line over all points.
    kind: str
    mean: float
    low: float
    high: float
    #: Pairs of runs, and pairs of points (or points, for a slope).
    n: int
    points: int
    at_first: float
    at_level: float
    #: Variance of a difference between unpaired runs over that of the paired ones.
    variance_reduction: float
    #: The same difference counted from the start of the scenario, of a time that is counted from the appeal:
    #: a level that moves the appeal moves such a time by as much. nan for all others.
    from_start: float = nan
    from_start_low: float = nan
    from_start_high: float = nan

    @property
    def appeal_later(self) -> float:
        """How much later the appeal itself comes over the same pairs, hours; nan if it is not the clock."""
        return self.from_start - self.mean

    @property
    def flagged(self) -> bool:
        """Whether common random numbers made the comparison worse."""
        return self.variance_reduction < 1


def main_effects(
    design: SweepDesign,
    response: Response,
    column: Column,
    groups: Sequence[object],
    appeal: Column | None = None,
) -> list[Effect]:
    """Return the main effects of every factor on *response*.

    *appeal* gives the instant of the appeal in each run, hours after the start; with it the effects on a
    time counted from the appeal also say what they are from the start of the scenario.

    A level is compared with the factor's first at pairs of points that agree in all other factors, run by
    run; the differences of all such pairs are averaged. Where there are none, as in a sample, a numeric
    factor is told by the slope of a straight line in all numeric factors, from its lowest to its highest
    level. Either way the runs of one outer draw count as one observation.
    """
    effects = _effects(design, response, column, groups)
    if appeal is None or response.kind != "time" or response.clock != "appeal":
        return effects
    fixed = _effects(design, response, lambda point: column(point) + appeal(point), groups)
    return [
        replace(one, from_start=other.mean, from_start_low=other.low, from_start_high=other.high)
        for one, other in zip(effects, fixed, strict=True)
    ]


def _effects(
    design: SweepDesign, response: Response, column: Column, groups: Sequence[object]
) -> list[Effect]:
    effects: list[Effect] = []
    for place, factor in enumerate(design.factors):
        first, *others = factor.levels
        found = [_paired(design, place, first, level, response, column, groups) for level in others]
        known = [effect for effect in found if effect is not None]
        if not known and factor.numeric and len(factor.levels) >= SLOPE_FROM:
            slope = _slope(design, place, response, column, groups)
            known = [slope] if slope is not None else []
        effects += known
    return effects


def shown_level(factor: Factor, level: Level) -> str:
    """Return a level as tables show it."""
    return f"{level:.10g}" if isinstance(level, float) else str(level)


def greatest(response: Response) -> float:
    """Return the largest difference that *response* can show: no two chances differ by more than 1."""
    if response.kind == "flag" or response.unit == "share":
        return 1.0
    return len(HELP_LEVELS) - 1.0 if response.kind == "level" else inf


def _twins(design: SweepDesign, place: int, first: Level, level: Level) -> list[tuple[int, int]]:
    """Return the pairs of points at two levels of a factor that agree in all other factors."""

    def rest(levels: Sequence[Level]) -> tuple[Level, ...]:
        return (*levels[:place], *levels[place + 1 :])

    ones = {rest(point.levels): point.number for point in design.points if point.levels[place] == first}
    others = {rest(point.levels): point.number for point in design.points if point.levels[place] == level}
    return [(ones[key], others[key]) for key in ones if key in others]


def _paired(
    design: SweepDesign,
    place: int,
    first: Level,
    level: Level,
    response: Response,
    column: Column,
    groups: Sequence[object],
) -> Effect | None:
    pairs = _twins(design, place, first, level)
    if not pairs:
        return None
    befores, afters, names = [], [], []
    for one, other in pairs:
        a, b = column(one), column(other)
        n = min(len(a), len(b))
        known = ~(np.isnan(a[:n]) | np.isnan(b[:n]))
        befores.append(a[:n][known])
        afters.append(b[:n][known])
        names += [group for group, there in zip(groups, known, strict=False) if there]
    found = paired_difference(np.concatenate(befores), np.concatenate(afters), names)
    factor = design.factors[place]
    most = greatest(response)
    return Effect(
        factor.name, response.name, shown_level(factor, first), shown_level(factor, level), "paired",
        found.mean, max(found.low, -most), min(found.high, most), found.n, len(pairs), found.baseline,
        found.variant, _reduction(befores, afters),
    )  # fmt: skip


def _reduction(befores: Sequence[Floats], afters: Sequence[Floats]) -> float:
    """Return the variance reduction within pairs of points: what is between them is no luck."""
    apart = paired = 0.0
    for a, b in zip(befores, afters, strict=True):
        if len(a) > 1:
            apart += len(a) * float(a.var() + b.var())
            paired += len(a) * float((b - a).var())
    if paired <= 1e-24 * max(apart, 1e-300):
        return inf if apart > 0 else nan
    return apart / paired


def _slope(
    design: SweepDesign, place: int, response: Response, column: Column, groups: Sequence[object]
) -> Effect | None:
    """Return the change from a factor's lowest to its highest level along a line fitted in each run."""
    numeric = [i for i, factor in enumerate(design.factors) if factor.numeric and len(factor.levels) > 1]
    x = np.array([[float(point.levels[i]) for i in numeric] for point in design.points])
    low, high = x.min(axis=0), x.max(axis=0)
    scaled = np.column_stack([np.ones(len(x)), (x - low) / (high - low)])
    if len(x) <= scaled.shape[1] or np.linalg.matrix_rank(scaled) < scaled.shape[1]:
        return None
    columns = [column(point.number) for point in design.points]
    n = min(map(len, columns))
    y = np.array([values[:n] for values in columns])
    known = ~np.isnan(y).any(axis=0)
    here = 1 + numeric.index(place)
    # Least squares at each run over the same points; then the mean over runs, which share no luck.
    lines = np.linalg.pinv(scaled) @ y[:, known] if known.any() else np.empty((scaled.shape[1], 0))
    # What is left of rounding where nothing changes is no slope.
    slopes = np.where(np.abs(lines[here]) < ROUNDING * np.abs(y[:, known]).max(axis=0), 0.0, lines[here])
    if not len(slopes):
        return None
    error, df = clustered_error(slopes, [g for g, there in zip(groups, known, strict=False) if there])
    half = nan if isnan(error) else student_quantile(0.975, df) * error
    mean, start = float(slopes.mean()), float((lines[0] + lines[1:].mean(axis=0) - slopes / 2).mean())
    factor, most = design.factors[place], greatest(response)
    # A straight line knows of no bounds: beyond the greatest difference there is it means nothing.
    middle, below, above = (min(max(value, -most), most) for value in (mean, mean - half, mean + half))
    return Effect(
        factor.name, response.name, shown_level(factor, float(low[here - 1])),
        shown_level(factor, float(high[here - 1])), "slope", middle, below, above,
        len(slopes), len(x), start, start + mean, _slope_reduction(scaled, here, y[:, known], slopes),
    )  # fmt: skip


def _slope_reduction(scaled: Floats, here: int, y: Floats, slopes: Floats) -> float:
    """Return the variance the slope would have were every point run on luck of its own, over what it has."""
    weights = np.linalg.pinv(scaled)[here]
    apart, found = float((weights**2) @ y.var(axis=1)), float(slopes.var())
    if found <= 1e-24 * max(apart, 1e-300):
        return inf if apart > 0 else nan
    return apart / found
