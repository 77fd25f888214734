"""The charts of a sweep: one for a factor, a heat map for two, small multiples for more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.experiment.factors import Factor
from sim.experiment.responses import Response
from sim.experiment.sweep import SweepStudy
from sim.report import style
from sim.report.figures import Cell, Chart, Sheet, clean_axes, drawing_settings, made_from, save, say
from sim.report.heatmap import draw_heatmap
from sim.report.sweep_data import (
    PANELS,
    Told,
    axis_label,
    error_bars,
    is_chance,
    is_grid,
    level_of,
    recorded,
    runs_told,
    said,
    short,
    title_of,
    told,
    varied,
)
from sim.report.sweep_multiples import draw_multiples, draw_scatter

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = ("png", "svg", "csv")
COLUMNS = ("response", "level", "n", "value", "low", "high", "error", "recorded")


def sweep_charts(study: SweepStudy) -> list[Chart]:
    """Return the charts that suit a sweep's factors, not yet written; none where nothing varies."""
    factors = varied(study)
    with drawing_settings():
        if not factors:
            return []
        if len(factors) == 1:
            return [draw_factor(study, factors[0])]
        if not is_grid(study):
            return [draw_scatter(study, name) for name in study.shown[:PANELS]]
        if len(factors) == 2:
            return [draw_heatmap(study, name) for name in study.shown[:PANELS]]
        return [draw_multiples(study, name) for name in study.shown[:PANELS]]


def draw_sweep(study: SweepStudy, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Draw the charts of *study* into *folder* and return the files written.

    Raises:
        OSError: the folder cannot be written.
    """
    written: list[Path] = []
    runs = f"{len(study.design.points)} points, {len(study.runs_of_point)} runs at most at each"
    for chart in sweep_charts(study):
        chart.made = made_from(study.scenario, study.seed, runs)
        written += save(chart, Path(folder), formats)
    return written


def draw_factor(study: SweepStudy, factor: Factor) -> Chart:
    """Draw the responses against one factor, a panel each: bands along numbers, dots at categories."""
    names = study.shown[:PANELS]
    across = min(2, len(names))
    down = math.ceil(len(names) / across)
    tall = 1.75 if factor.numeric else max(0.34 * len(factor.levels) + 0.2, 1.1)
    margin = 0.62 if factor.numeric else 1.55
    width = (style.WIDTH - across * margin - 0.2) / across
    row = tall + 0.95
    sheet = Sheet(f"What {factor.name} changes", down * row + 0.6)
    table: list[tuple[Cell, ...]] = []
    for place, name in enumerate(names):
        response = study.responses[name]
        left = margin + (place % across) * (width + margin)
        bottom = 0.95 + (down - 1 - place // across) * row
        axes = sheet.axes(left, bottom, width, tall)
        axes.set_title(_wrapped(title_of(response), width), fontsize=7.5, fontweight="bold", pad=5)
        found = _told_at(study, factor, response)
        (_bands if factor.numeric else _dots)(axes, study, factor, response, found)
        entry = recorded(study, name)
        for point, value in found.items():
            level = level_of(study, factor, point)
            table.append((name, level, value.n, value.middle, value.low, value.high, value.error,
                          entry[0] if entry else math.nan))  # fmt: skip
    sheet.notes(_note(study, factor))
    kind = "bands" if factor.numeric else "levels"
    return Chart(f"sweep-{kind}", f"Sweep over {factor.name}", sheet.figure, COLUMNS, table)


def _wrapped(title: str, width: float) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(title, max(18, round(17 * width))))


def _told_at(study: SweepStudy, factor: Factor, response: Response) -> dict[int, Told]:
    """Return what tells a response at each point, by rising level of a numeric factor."""
    found = {p.point: told(response, p) for p in study.summary().of(response.name)}
    order = sorted(found, key=lambda p: level_of(study, factor, p)) if factor.numeric else list(found)
    return {point: found[point] for point in order}


def _note(study: SweepStudy, factor: Factor) -> str:
    band = f"{50 * (1 - study.summary().band):.0f}-{50 * (1 + study.summary().band):.0f} %"
    mark = (
        f"Line: median with its 95 % Monte Carlo interval (whiskers); tint: {band} of the runs, open where "
        "it reaches beyond the simulated time."
        if factor.numeric
        else f"Dot: median; thick bar: its 95 % Monte Carlo interval; thin bar: {band} of the runs, with an "
        "arrow where it reaches beyond the simulated time."
    )
    return (
        f"{mark} Chances: share of the runs concerned, bars are 95 % Wilson intervals. Dotted: recorded "
        f"value; grey: its range. {runs_told(study)}."
    )


def _bands(axes: Axes, study: SweepStudy, factor: Factor, response: Response, found: dict[int, Told]) -> None:
    clean_axes(axes)
    x = [float(level_of(study, factor, point)) for point in found]
    known = [(at, t) for at, t in zip(x, found.values(), strict=True) if t.n and not math.isnan(t.middle)]
    if not known:
        say(axes, "no run concerned, or beyond the simulated time")
        return
    finite = [v for _, t in known for v in (t.middle, t.low, t.high) if not math.isnan(v)]
    entry = recorded(study, response.name)
    finite += [v for v in entry or () if not math.isnan(v)]
    room = 0.06 * (max(finite) - min(finite)) or 1.0
    top = 1.03 if is_chance(response) else max(finite) + room
    at, middles = [a for a, _ in known], [t.middle for _, t in known]
    if not is_chance(response):
        lows = [t.middle if math.isnan(t.low) else t.low for _, t in known]
        highs = [10 * abs(top) if math.isnan(t.high) else t.high for _, t in known]
        axes.fill_between(at, lows, highs, color=style.tint(style.LINE, style.OUTER), linewidth=0)
    errors = error_bars(response, [t for _, t in known])
    axes.errorbar(at, middles, yerr=errors, color=style.LINE, linewidth=1.4, marker="o", markersize=3.2,
                  elinewidth=0.9, capsize=1.8)  # fmt: skip
    _recorded(axes, entry, horizontal=True)
    axes.set_ylim(-0.03 if is_chance(response) else min(0.0, min(finite) - room), top)
    axes.set_xlabel(axis_label(factor))


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
    finite = [v for t in found.values() for v in (t.middle, t.low, t.high) if not math.isnan(v)]
    entry = recorded(study, response.name)
    finite += [v for v in entry or () if not math.isnan(v)]
    least, most = (0.0, 1.0) if is_chance(response) or not finite else (min(0.0, *finite), max(finite))
    room = 0.06 * (most - least) or 1.0
    _recorded(axes, entry, horizontal=False)
    for place, value in enumerate(found.values()):
        _dot(axes, place, response, value, most + room)
    axes.set_yticks(range(len(found)), [short(factor, level_of(study, factor, p)) for p in found])
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.set_xlim(least - room, most + 2.6 * room)
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
    axes.plot([low, high], [place, place], color=style.LINE, linewidth=1.0)
    if math.isnan(value.high):
        axes.plot([edge], [place], marker=">", color=style.LINE, markersize=4)
    if not is_chance(response) and not math.isnan(value.error):
        ends = [value.middle - value.error, value.middle + value.error]
        axes.plot(ends, [place, place], color=style.LINE, linewidth=3.2, solid_capstyle="butt")
    axes.plot([value.middle], [place], marker="o", color=style.LINE, markersize=5, markeredgecolor="white")
    axes.text(value.middle, place - 0.17, said(response, value.middle), ha="center", va="bottom",
              fontsize=6.3, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3})  # fmt: skip
