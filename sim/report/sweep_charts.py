"""The charts of a sweep: one for a factor, a heat map for two, small multiples for more."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.experiment.factors import Factor
from sim.experiment.responses import Response
from sim.experiment.sweep import SweepStudy
from sim.report import style
from sim.report.appeal_clock import SQUARES
from sim.report.bands import FEW
from sim.report.figures import (
    Cell,
    Chart,
    Sheet,
    clean_axes,
    made_from,
    notes_height,
    save,
    say,
)
from sim.report.heatmap import draw_heatmap
from sim.report.sweep_changes import appeal_moves, draw_differences
from sim.report.sweep_data import (
    PANELS,
    Told,
    axis_label,
    input_words,
    is_chance,
    is_grid,
    level_of,
    limits_along,
    reach,
    recorded,
    runs_told,
    said,
    short,
    ticks_along,
    title_of,
    told,
    unit_of,
    varied,
    varied_told,
    whiskers,
)
from sim.report.sweep_multiples import draw_multiples, draw_scatter
from sim.report.undrawn import attempted
from sim.report.words import number
from sim.scenario.units import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.main_effects import Effect

FORMATS = ("png", "svg", "csv")
COLUMNS = (
    "response", "level", "level_unit", "unit", "n", "value", "low", "high", "ci_low", "ci_high", "recorded",
    "pairs", "difference", "difference_low", "difference_high", "from_start", "from_start_low",
    "from_start_high",
)  # fmt: skip
#: Share of a row's width that its levels take; the paired differences take the rest.
LEVELS_SHARE = 0.56


def sweep_charts(study: SweepStudy) -> list[Chart]:
    """Return the charts that suit a sweep's factors, not yet written; none where nothing varies.

    A note takes the place of one that cannot be drawn.
    """
    return [attempted(name, make) for name, make in _planned(study)]


def _planned(study: SweepStudy) -> Iterator[tuple[str, Callable[[], Chart]]]:
    """Yield the charts that suit a sweep's factors by name, with what draws them."""
    factors = varied(study)
    if len(factors) == 1:
        kind = "bands" if factors[0].numeric else "levels"
        yield f"sweep-{kind}", partial(draw_factor, study, factors[0])
    elif factors:
        kind, draw = "multiples", draw_multiples
        if not is_grid(study):
            kind, draw = "scatter", draw_scatter
        elif len(factors) == 2:
            kind, draw = "heatmap", draw_heatmap
        for name in study.shown[:PANELS]:
            yield f"{kind}-{name.replace('_', '-')}", partial(draw, study, name)


def draw_sweep(study: SweepStudy, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Draw the charts of *study* into *folder* and return the files written.

    Raises:
        OSError: the folder cannot be written.
    """
    written: list[Path] = []
    points, runs = count(len(study.design.points), "point"), count(len(study.runs_of_point), "run")
    for chart in sweep_charts(study):
        chart.made = made_from(study.scenario, study.seed, f"{points}, {runs} at most at each")
        written += save(chart, Path(folder), formats)
    return written


def draw_factor(study: SweepStudy, factor: Factor) -> Chart:
    """Draw the responses against one factor, a row each: its levels, and what they change in pairs of runs.

    Along numbers bands are drawn, at categories dots; the paired differences are those from the first level.
    """
    names = study.shown[:PANELS]
    tall = 1.3 if factor.numeric else max(0.3 * len(factor.levels) + 0.1, 0.75)
    left, gap = (0.62, 0.75) if factor.numeric else (1.35, 0.3)
    wide = style.WIDTH - left - gap - 0.15
    row, words = tall + (0.86 if factor.numeric else 0.72), _note(study, factor)
    foot = notes_height(words) + 0.42
    sheet = Sheet(
        f"Outcomes by {input_words(study, factor)}",
        len(names) * row + foot - (0.2 if factor.numeric else 0.08),
    )
    table: list[tuple[Cell, ...]] = []
    for place, name in enumerate(names):
        response, bottom = study.responses[name], foot + (len(names) - 1 - place) * row
        axes = sheet.axes(left, bottom, LEVELS_SHARE * wide, tall)
        beside = sheet.axes(left + LEVELS_SHARE * wide + gap, bottom, (1 - LEVELS_SHARE) * wide, tall)
        _head(axes, title_of(response), left)
        beside.set_title(f"difference from {_first(factor)}", fontsize=6.8, loc="left", pad=4)
        found = _told_at(study, factor, response)
        (_bands if factor.numeric else _dots)(axes, study, factor, response, found)
        changed = draw_differences(beside, study, factor, response, list(found))
        entry = recorded(study, name)
        for point, value in found.items():
            level = level_of(study, factor, point)
            told_by = (value.n, value.middle, value.low, value.high, value.least, value.most)
            table.append((name, level, factor.unit, unit_of(response), *told_by,
                          entry[0] if entry else math.nan, *_changed(changed.get(point))))  # fmt: skip
    sheet.notes(words)
    kind = "bands" if factor.numeric else "levels"
    return Chart(f"sweep-{kind}", f"Sweep over {factor.name}", sheet.figure, COLUMNS, table)


def _head(axes: Axes, title: str, left: float) -> None:
    axes.annotate(title, (0, 1), (-72 * (left - 0.12), 5), xycoords="axes fraction", fontweight="bold",
                  textcoords="offset points", fontsize=7.5, ha="left", va="bottom")  # fmt: skip


def _first(factor: Factor) -> str:
    return short(factor, factor.levels[0])


def _changed(effect: Effect | None) -> tuple[Cell, ...]:
    if effect is None:
        return (None,) * 7
    return (effect.n, effect.mean, effect.low, effect.high, effect.from_start, effect.from_start_low,
            effect.from_start_high)  # fmt: skip


def _told_at(study: SweepStudy, factor: Factor, response: Response) -> dict[int, Told]:
    """Return what tells a response at each point, by rising level of a numeric factor."""
    found = {p.point: told(response, p) for p in study.summary().of(response.name)}
    order = sorted(found, key=lambda p: level_of(study, factor, p)) if factor.numeric else list(found)
    return {point: found[point] for point in order}


def _note(study: SweepStudy, factor: Factor) -> str:
    band = f"{50 * (1 - study.summary().band):.0f}-{50 * (1 + study.summary().band):.0f} %"
    mark = (
        f"Left: median with its 95 % interval (whiskers); tint: {band} of the runs, open where "
        "it reaches beyond the simulated time."
        if factor.numeric
        else f"Left: median (dot) with its 95 % interval (thick bar); thin bar: {band} of the runs, with an "
        "arrow where it reaches beyond the simulated time."
    )
    moved = any(
        appeal_moves(e) for e in study.summary().effects if e.response in study.shown[:PANELS]
    )  # fmt: skip
    warned = f" {SQUARES}" if moved else ""
    return (
        f"{mark} Hollow, without band: fewer than {FEW} runs. Chances: share of the runs concerned, bars are "
        "95 % Wilson intervals. Dotted: recorded "
        "value; grey: its range. Right: mean difference over pairs of runs with the same luck, with its 95 % "
        f"interval; filled where that leaves out zero.{warned} {varied_told(study)} {runs_told(study)}."
    )


def _bands(axes: Axes, study: SweepStudy, factor: Factor, response: Response, found: dict[int, Told]) -> None:
    clean_axes(axes)
    axes.set_xlim(*limits_along(factor))
    ticks_along(axes, factor)
    axes.set_xlabel(axis_label(study, factor), fontsize=style.SMALL, labelpad=1)
    known = [
        (float(level_of(study, factor, p)), t) for p, t in found.items() if t.n and not math.isnan(t.middle)
    ]
    if not known:
        say(axes, "no run concerned, or beyond the simulated time")
        axes.set_yticks([])
        return
    entry = recorded(study, response.name)
    finite = [*reach(response, found.values(), bands=True), *(v for v in entry or () if not math.isnan(v))]
    room = 0.06 * (max(finite) - min(finite)) or 1.0
    top = 1.03 if is_chance(response) else max(finite) + room
    at, middles = [a for a, _ in known], [t.middle for _, t in known]
    if not is_chance(response):
        # A band of a few runs would claim more than is known.
        lows = [t.middle if math.isnan(t.low) or t.n < FEW else t.low for _, t in known]
        highs = [t.middle if t.n < FEW else 10 * abs(top) if math.isnan(t.high) else t.high for _, t in known]
        axes.fill_between(at, lows, highs, color=style.tint(style.LINE, style.OUTER), linewidth=0)
    axes.errorbar(at, middles, yerr=whiskers([t for _, t in known], 10 * abs(top)), color=style.LINE,
                  linewidth=1.4, marker="o", markersize=3.2, elinewidth=0.9, capsize=1.8)  # fmt: skip
    few = [(a, t.middle) for a, t in known if t.n < FEW]
    axes.plot([a for a, _ in few], [m for _, m in few], marker="o", markersize=3.2, linestyle="none",
              markerfacecolor="white", markeredgecolor=style.LINE, zorder=4)  # fmt: skip
    _recorded(axes, entry, horizontal=True)
    axes.set_ylim(-0.03 if is_chance(response) else min(0.0, min(finite)) - 0.3 * room, top)
    axes.yaxis.set_major_formatter(_axis_words(response))


def _axis_words(response: Response) -> Callable[[float, object], str]:
    """Return how the numbers of a response are written along an axis: shares of runs in percent."""
    if is_chance(response):
        return lambda value, _: f"{100 * value:.0f} %"
    return lambda value, _: number(float(value))


def _recorded(axes: Axes, entry: tuple[float, float, float] | None, *, horizontal: bool) -> None:
    if entry is None:
        return
    value, low, high = entry
    span, line = (axes.axhspan, axes.axhline) if horizontal else (axes.axvspan, axes.axvline)
    if not math.isnan(low) and not math.isnan(high) and low < high:
        span(low, high, color="#999999", alpha=0.25, linewidth=0, zorder=0.5)
    for at in (value,) if not math.isnan(value) else (low, high):
        if not math.isnan(at):
            line(at, color=style.TEXT, linewidth=1.0, linestyle=":")


def _dots(axes: Axes, study: SweepStudy, factor: Factor, response: Response, found: dict[int, Told]) -> None:
    clean_axes(axes, grid="x")
    entry = recorded(study, response.name)
    finite = [*reach(response, found.values(), bands=True), *(v for v in entry or () if not math.isnan(v))]
    least, most = (0.0, 1.0) if is_chance(response) or not finite else (min(0.0, *finite), max(finite))
    room = 0.06 * (most - least) or 1.0
    _recorded(axes, entry, horizontal=False)
    for place, value in enumerate(found.values()):
        _dot(axes, place, response, value, most + room)
    axes.set_yticks(range(len(found)), [short(factor, level_of(study, factor, p)) for p in found])
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.set_xlim(least - room, most + 1.4 * room)
    axes.xaxis.set_major_formatter(_axis_words(response))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _dot(axes: Axes, place: int, response: Response, value: Told, edge: float) -> None:
    if not value.n or math.isnan(value.middle):
        words = "beyond the simulated time" if value.n else "no run concerned"
        axes.text(0.5, place, words, transform=axes.get_yaxis_transform(), ha="center", va="center",
                  fontsize=6.5, color=style.QUIET, style="italic")  # fmt: skip
        return
    high = edge if math.isnan(value.high) else value.high
    low = value.middle if math.isnan(value.low) else value.low
    few = value.n < FEW
    if not few or is_chance(response):
        axes.plot([low, high], [place, place], color=style.LINE, linewidth=1.0)
    if math.isnan(value.high) and not few:
        axes.plot([edge], [place], marker=">", color=style.LINE, markersize=4)
    if not is_chance(response) and value.sure:
        ends = [value.least, edge if math.isnan(value.most) else value.most]
        axes.plot(ends, [place, place], color=style.LINE, linewidth=3.2, solid_capstyle="butt")
    axes.plot([value.middle], [place], marker="o", color=style.LINE, markersize=5,
              markerfacecolor="white" if few else style.LINE,
              markeredgecolor=style.LINE if few else "white")  # fmt: skip
    axes.text(value.middle, place - 0.17, said(response, value.borne), ha="center", va="bottom",
              fontsize=6.3, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3})  # fmt: skip
