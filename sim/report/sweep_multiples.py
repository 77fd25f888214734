"""Three factors or more: small multiples of lines, or of dots where the points are a sample."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING

from sim.experiment.factors import Factor, Level
from sim.experiment.responses import Response
from sim.experiment.sweep import SweepStudy
from sim.report import style
from sim.report.figures import Cell, Chart, Sheet, clean_axes, say
from sim.report.sweep_data import (
    Told,
    axis_label,
    is_chance,
    level_cells,
    level_columns,
    level_of,
    limits_along,
    reach,
    record_told,
    recorded,
    runs_told,
    short,
    ticks_along,
    title_of,
    told,
    unit_of,
    varied,
    whiskers,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Most panels of a chart, and most lines of a panel.
MOST_PANELS = 12
MOST_LINES = 6
ACROSS = 3
MARKERS = "osD^vP"
#: What the files beside the charts hold after the levels.
COLUMNS = ("unit", "n", "value", "low", "high", "ci_low", "ci_high")
Key = tuple[Level, ...]


def draw_multiples(study: SweepStudy, name: str) -> Chart:
    """Draw a response along one factor, a line for each level of another, a panel for each of the rest."""
    response = study.responses[name]
    along, lines, rest = _roles(study)
    found = {
        tuple(level_of(study, f, p.point) for f in (along, lines, *rest)): told(response, p)
        for p in study.summary().of(name)
    }
    keys: list[Key] = list(product(*(factor.levels for factor in rest)))
    shown = keys[:MOST_PANELS]
    sheet, boxes = _sheet(title_of(response), len(shown), legend=True)
    limits = _limits(response, list(found.values()))
    top: Axes | None = None
    for place, key in enumerate(shown):
        title = ", ".join(f"{f.name.split('.')[-1]} {short(f, v)}" for f, v in zip(rest, key, strict=True))
        axes = sheet.axes(*boxes[place])
        axes.set_title(title, fontsize=7, pad=3)
        _lines(axes, limits[1], along, lines, {k[:2]: t for k, t in found.items() if k[2:] == key})
        axes.set_ylim(*limits)
        _percent(axes, response)
        axes.set_xlabel(
            axis_label(study, along) if place >= len(shown) - ACROSS else "", fontsize=style.SMALL
        )
        _record_line(axes, study, name)
        top = top or axes
    if top is not None:
        top.legend(
            title=axis_label(study, lines), title_fontsize=style.SMALL, ncols=3, loc="lower left",
            bbox_to_anchor=(-0.12, 1.13), alignment="left",
        )  # fmt: skip
    left = f" {len(keys) - len(shown)} more panels are in the table." if len(keys) > len(shown) else ""
    sheet.notes(f"{_what(study, response)} {runs_told(study)}.{left}")
    columns = (*level_columns((along, lines, *rest)), *COLUMNS)
    table: list[tuple[Cell, ...]] = [
        (*level_cells((along, lines, *rest), key), *_cells(response, t)) for key, t in found.items()
    ]
    return Chart(f"multiples-{name.replace('_', '-')}", title_of(response), sheet.figure, columns, table)


def _cells(response: Response, t: Told) -> tuple[Cell, ...]:
    """Return the cells under COLUMNS."""
    return (unit_of(response), t.n, t.middle, t.low, t.high, t.least, t.most)


def _roles(study: SweepStudy) -> tuple[Factor, Factor, list[Factor]]:
    """Return the factor along x (numeric, with most levels), that of the lines, and those of the panels."""
    factors = varied(study)
    along = max(factors, key=lambda f: (f.numeric, len(f.levels)))
    rest = [factor for factor in factors if factor is not along]
    few = [factor for factor in rest if len(factor.levels) <= MOST_LINES] or rest
    lines = max(few, key=lambda f: len(f.levels))
    return along, lines, [factor for factor in rest if factor is not lines]


def _sheet(title: str, panels: int, *, legend: bool) -> tuple[Sheet, list[tuple[float, float, float, float]]]:
    across = min(ACROSS, max(panels, 1))
    down = math.ceil(max(panels, 1) / across)
    width, tall = (style.WIDTH - 0.2) / across, 1.75
    sheet = Sheet(title, down * tall + (1.2 if legend else 0.75))
    boxes = [
        (0.15 + (i % across) * width + 0.4, 0.8 + (down - 1 - i // across) * tall, width - 0.55, 1.2)
        for i in range(panels)
    ]
    return sheet, boxes


def _limits(response: Response, found: list[Told]) -> tuple[float, float]:
    if is_chance(response):
        return -0.03, 1.03
    finite = reach(response, found, bands=False) or [0.0, 1.0]
    room = 0.08 * (max(finite) - min(finite)) or 0.5
    return min(finite) - room, max(finite) + room


def _lines(axes: Axes, edge: float, along: Factor, lines: Factor, found: dict[Key, Told]) -> None:
    clean_axes(axes)
    where = {v: float(v) if along.numeric else float(i) for i, v in enumerate(along.levels)}
    count = min(len(lines.levels), MOST_LINES)
    for place, level in enumerate(lines.levels[:MOST_LINES]):
        known = [(k, t) for k, t in found.items() if k[1] == level and not math.isnan(t.middle)]
        here = sorted(((where[k[0]], t) for k, t in known), key=lambda pair: pair[0])
        colour = style.PETROFF[place % len(style.PETROFF)]
        errors = whiskers([t for _, t in here], edge)
        # Moved aside a little, so that whiskers at one place are told apart.
        aside = 0.012 * (max(where.values()) - min(where.values())) * (place - (count - 1) / 2)
        axes.errorbar(
            [x + aside for x, _ in here], [t.middle for _, t in here], yerr=errors, color=colour,
            linewidth=1.2, marker=MARKERS[place % len(MARKERS)], markersize=3.4, elinewidth=0.8, capsize=1.5,
            label=short(lines, level),
        )  # fmt: skip
    if not along.numeric:
        axes.set_xticks(range(len(along.levels)), [short(along, v, 12) for v in along.levels])
        axes.set_xlim(-0.4, len(along.levels) - 0.6)
    else:
        axes.set_xlim(*limits_along(along))
        ticks_along(axes, along)
    if not any(not math.isnan(t.middle) for t in found.values()):
        say(axes, "no run concerned, or\nbeyond the simulated time")


def _percent(axes: Axes, response: Response) -> None:
    """Write the shares of runs along the vertical axis in percent."""
    if is_chance(response):
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")


def _record_line(axes: Axes, study: SweepStudy, name: str) -> None:
    entry = recorded(study, name)
    if entry is not None and not math.isnan(entry[0]):
        axes.axhline(entry[0], color=style.TEXT, linewidth=1.0, linestyle=":")


def _what(study: SweepStudy, response: Response) -> str:
    entry = record_told(study, response.name)
    record = f" On record: {entry}; dotted: its value, where there is one in range." if entry else ""
    what = (
        "Chances with 95 % Wilson intervals."
        if is_chance(response)
        else "Medians with their 95 % intervals (between order statistics)."
    )
    given = f" Runs {response.condition} only." if response.condition else ""
    return f"{what}{given}{record}"


def draw_scatter(study: SweepStudy, name: str) -> Chart:
    """Draw a response at the points of a sample against each factor, a panel each."""
    response = study.responses[name]
    factors = varied(study)[:MOST_PANELS]
    found = {p.point: told(response, p) for p in study.summary().of(name)}
    sheet, boxes = _sheet(title_of(response), len(factors), legend=False)
    limits = _limits(response, list(found.values()))
    for place, factor in enumerate(factors):
        axes = sheet.axes(*boxes[place])
        clean_axes(axes)
        where = {v: float(v) if factor.numeric else float(i) for i, v in enumerate(factor.levels)}
        known = [(where[level_of(study, factor, p)], t) for p, t in found.items() if not math.isnan(t.middle)]
        errors = whiskers([t for _, t in known], limits[1])
        axes.errorbar(
            [x for x, _ in known], [t.middle for _, t in known], yerr=errors, color=style.LINE,
            linestyle="none", marker="o", markersize=3, elinewidth=0.6,
        )  # fmt: skip
        if not factor.numeric:
            axes.set_xticks(range(len(factor.levels)), [short(factor, v, 12) for v in factor.levels])
            axes.set_xlim(-0.4, len(factor.levels) - 0.6)
        else:
            axes.set_xlim(*limits_along(factor))
            ticks_along(axes, factor)
        axes.set_ylim(*limits)
        _percent(axes, response)
        axes.set_xlabel(axis_label(study, factor), fontsize=style.SMALL)
        _record_line(axes, study, name)
    sheet.notes(f"A dot for each point, against every factor. {_what(study, response)} {runs_told(study)}.")
    columns = ("point", *level_columns(factors), *COLUMNS)
    table: list[tuple[Cell, ...]] = [
        (p, *level_cells(factors, [level_of(study, f, p) for f in factors]), *_cells(response, t))
        for p, t in found.items()
    ]
    return Chart(f"scatter-{name.replace('_', '-')}", title_of(response), sheet.figure, columns, table)
