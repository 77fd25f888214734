"""What the levels of one factor change in pairs of runs with the same luck: a panel of a sweep's chart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.experiment.factors import Factor
from sim.experiment.main_effects import shown_level
from sim.experiment.responses import Response
from sim.experiment.sweep import SweepStudy
from sim.report import style
from sim.report.figures import clean_axes, say
from sim.report.sweep_data import axis_label, is_chance, level_of, limits_along, ticks_along
from sim.report.times import TOLD_FROM
from sim.report.words import change, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.main_effects import Effect

#: How far the square of a difference from the start stands beside its dot: share of an axis, and of a row.
ASIDE, BELOW = 0.025, 0.3


def appeal_moves(effect: Effect) -> bool:
    """Return whether a level moves the appeal itself, from which the response is counted."""
    return abs(effect.appeal_later) >= TOLD_FROM


def appeal_words(where: str) -> str:
    """Return the warning that a level moves the appeal itself; *where* the differences from the start are."""
    return (
        "Where a level moves the appeal itself, times that are counted from it move too, whatever else "
        f"changes: {where} the same difference counted from the start of the scenario."
    )


def changes_of(
    study: SweepStudy, factor: Factor, response: Response, points: Sequence[int]
) -> dict[int, Effect]:
    """Return the paired difference of each of *points* from the factor's first level, by point."""
    effects = {
        e.level: e
        for e in study.summary().effects
        if (e.factor, e.response, e.kind) == (factor.name, response.name, "paired") and e.n
    }
    levels = {point: shown_level(factor, level_of(study, factor, point)) for point in points}
    return {point: effects[level] for point, level in levels.items() if level in effects}


def draw_differences(
    axes: Axes, study: SweepStudy, factor: Factor, response: Response, points: Sequence[int]
) -> dict[int, Effect]:
    """Draw the difference of every level from the first with its 95 % interval, and return them by point.

    Along a numeric factor upwards over the levels; at categories to the right, in the order of *points*.
    """
    found = changes_of(study, factor, response, points)
    clean_axes(axes, grid="y" if factor.numeric else "x")
    (axes.axhline if factor.numeric else axes.axvline)(0, color=style.TEXT, linewidth=0.8, linestyle=":")
    places = {
        p: float(level_of(study, factor, p)) if factor.numeric else float(i) for i, p in enumerate(points)
    }
    aside = BELOW
    if factor.numeric:
        low, high = limits_along(factor)
        aside = ASIDE * (high - low)
    for point, effect in found.items():
        _mark(axes, places[point], effect.mean, effect.low, effect.high, upright=factor.numeric)
        if not factor.numeric:
            scale, unit = _scale(response)
            words = f"{signed(scale * effect.mean)}{unit} ({effect.n:,} pair{'s' * (effect.n != 1)})"
            axes.text(effect.mean, places[point] - 0.17, words, ha="center", va="bottom", fontsize=6.3,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3})  # fmt: skip
        if appeal_moves(effect):
            _mark(axes, places[point] + aside, effect.from_start, effect.from_start_low,
                  effect.from_start_high, upright=factor.numeric, second=True)  # fmt: skip
            if not factor.numeric:
                _tell_second(axes, places[point] + aside, effect)
    _dress(axes, study, factor, response, list(found.values()), len(points))
    return found


def _scale(response: Response) -> tuple[int, str]:
    """Return by how much a difference is multiplied to be told, and its unit: chances in points."""
    return (100, " pp") if is_chance(response) else (1, "")


def _tick(value: float) -> str:
    """Return a number along an axis of differences, with its sign."""
    return "0" if abs(value) < 1e-9 else f"{value:+,.6g}"


def _mark(
    axes: Axes, place: float, mean: float, low: float, high: float, *, upright: bool, second: bool = False
) -> None:
    """Draw a difference with its interval, filled where the interval leaves out zero."""
    colour = style.SECOND_LINE if second else style.LINE
    fill = colour if low > 0 or high < 0 else "white"
    if not math.isnan(low):
        ends, across = [low, high], [place, place]
        axes.plot(*((across, ends) if upright else (ends, across)), color=colour, linewidth=1.3,
                  solid_capstyle="butt")  # fmt: skip
    at = (place, mean) if upright else (mean, place)
    axes.plot([at[0]], [at[1]], marker="s" if second else "o", markersize=3.6 if second else 4.2,
              markerfacecolor=fill, markeredgecolor=colour, linestyle="none", zorder=4)  # fmt: skip


def _tell_second(axes: Axes, place: float, effect: Effect) -> None:
    """Write a square's number and interval beside it: along the dot's axis they may be too small to see."""
    right = effect.from_start < effect.mean
    words = change(effect.from_start, effect.from_start_low, effect.from_start_high)
    axes.annotate(words, (effect.from_start, place), (6 if right else -6, 0), textcoords="offset points",
                  ha="left" if right else "right", va="center", fontsize=6.3)  # fmt: skip


def _dress(
    axes: Axes, study: SweepStudy, factor: Factor, response: Response, found: list[Effect], rows: int
) -> None:
    scale, unit = _scale(response)
    numbers = axes.yaxis if factor.numeric else axes.xaxis
    numbers.set_major_formatter(lambda value, _: f"{_tick(scale * float(value))}{unit}")
    if factor.numeric:
        axes.set_xlim(*limits_along(factor))
        ticks_along(axes, factor)
        axes.set_xlabel(axis_label(study, factor), fontsize=style.SMALL, labelpad=1)
    else:
        axes.set_yticks([])
        axes.set_ylim(rows - 0.4, -0.6)
        axes.spines["left"].set_visible(False)
        axes.locator_params(axis="x", nbins=4)
    ends = [v for e in found for v in (e.mean, e.low, e.high) if not math.isnan(v)]
    if not ends or max(map(abs, ends)) < 1e-9:
        say(axes, "no pair differs" if ends else "no pair of runs to compare", y=0.75)
        (axes.set_ylim if factor.numeric else axes.set_xlim)(-1, 1)
        numbers.set_ticks([0])
