"""A response over two factors: the number in each cell, with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.factors import Factor, Level
from sim.experiment.responses import Response
from sim.experiment.sweep import SweepStudy
from sim.report import style
from sim.report.figures import Cell, Chart, Sheet, notes_height
from sim.report.sweep_data import (
    Told,
    axis_label,
    interval_words,
    is_chance,
    level_of,
    record_told,
    runs_told,
    said,
    short,
    title_of,
    told,
    unit_of,
    varied,
    varied_told,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: A sequential map that reads alike under colour blindness (Nunez, Anderton and Renslow 2018).
MAP = "cividis"
#: More cells than this get no interval printed, and beyond twice as many no number.
CELLS = 150
COLUMNS = ("response", "x", "x_unit", "y", "y_unit", "unit", "n", "value", "low", "high", "ci_low", "ci_high")
#: Inches that a letter in a cell takes up, and a row needs for two lines.
LETTER, TWO_LINES = 0.049, 0.27


def draw_heatmap(study: SweepStudy, name: str) -> Chart:
    """Draw one response over the two factors that vary, the one with more levels along x."""
    response = study.responses[name]
    down, across = sorted(varied(study)[:2], key=lambda factor: len(factor.levels))
    found = {
        (level_of(study, across, p.point), level_of(study, down, p.point)): told(response, p)
        for p in study.summary().of(name)
    }
    columns, rows = _levels(across), _levels(down)
    tall, wide = min(max(0.42 * len(rows), 0.9), 6.0), style.WIDTH - 1.75 - 0.95
    cells = len(columns) * len(rows)
    shown = cells <= CELLS and _fit(response, list(found.values()), wide / len(columns), tall / len(rows))
    notes = _note(study, name, intervals=shown)
    foot = notes_height(notes) + 0.5
    sheet = Sheet(title_of(response), tall + foot + 0.7)
    axes = sheet.axes(1.75, foot, wide, tall)
    values = [[found[x, y].middle if (x, y) in found else math.nan for x in columns] for y in rows]
    low, high = _span(values, chance=is_chance(response))
    image = axes.pcolormesh(values, cmap=MAP, vmin=low, vmax=high, edgecolors="white", linewidth=1)
    axes.set_facecolor("#eeeeee")
    axes.invert_yaxis()
    for row, y in enumerate(rows):
        for column, x in enumerate(columns):
            cell = found.get((x, y))
            if cell is not None and cells <= 2 * CELLS:
                shade = None if math.isnan(cell.middle) else image.to_rgba(np.array([cell.middle]))[0]
                words = _words(response, cell, interval=shown)
                _write(axes, column, row, words, _hex(shade))
    _dress(axes, study, across, columns, [short(down, level) for level in rows])
    sheet.text(0.12, foot + tall + 0.09, axis_label(study, down), size=style.FONT_SIZE)
    bar = sheet.axes(style.WIDTH - 0.75, foot, 0.14, tall)
    sheet.figure.colorbar(image, cax=bar)
    unit = "share of runs" if is_chance(response) else response.unit
    sheet.text(style.WIDTH - 0.75, foot + tall + 0.09, unit)
    bar.yaxis.set_major_formatter(lambda value, _: said(response, float(value)))
    bar.tick_params(labelsize=style.SMALL)
    sheet.notes(notes)
    table: list[tuple[Cell, ...]] = [
        (name, x, across.unit, y, down.unit, unit_of(response), t.n, t.middle, t.low, t.high, t.least, t.most)
        for (x, y), t in found.items()
    ]
    return Chart(f"heatmap-{name.replace('_', '-')}", title_of(response), sheet.figure, COLUMNS, table)


def _levels(factor: Factor) -> list[Level]:
    """Return a factor's levels in rising order if they are numbers, else as written."""
    return sorted(factor.levels) if factor.numeric else list(factor.levels)


def _span(values: list[list[float]], *, chance: bool) -> tuple[float, float]:
    finite = [v for row in values for v in row if not math.isnan(v)] or [0.0]
    low, high = min(finite), max(finite)
    if chance:
        return 0.0, 1.0
    # A map that spends all its colours on differences of a hundredth would shout about noise.
    if high - low < 0.02 * abs(high):
        middle, reach = (low + high) / 2, max(0.01 * abs(high), 1e-9)
        return middle - reach, middle + reach
    return low, high


def _fit(response: Response, found: Sequence[Told], wide: float, tall: float) -> bool:
    """Return whether every interval fits into a cell of *wide* by *tall* inches."""
    longest = max((len(interval_words(response, t)) for t in found), default=0)
    return LETTER * longest <= wide and tall >= TWO_LINES


def _words(response: Response, cell: Told, *, interval: bool) -> str:
    if not cell.n:
        return "no run"
    if math.isnan(cell.middle):
        return "later"
    words, sure = said(response, cell.borne), interval_words(response, cell)
    return f"{words}\n{sure}" if interval and sure else words


def _hex(shade: Sequence[float] | None) -> str:
    return "#eeeeee" if shade is None else "#" + "".join(f"{round(255 * c):02x}" for c in shade[:3])


def _write(axes: Axes, column: int, row: int, words: str, fill: str) -> None:
    axes.text(column + 0.5, row + 0.5, words, ha="center", va="center", fontsize=6.3,
              color=style.ink_on(fill), linespacing=1.15)  # fmt: skip


def _dress(axes: Axes, study: SweepStudy, across: Factor, columns: list[Level], rows: list[str]) -> None:
    step = math.ceil(len(columns) / 14)
    places = range(0, len(columns), step)
    wide = any(len(short(across, level)) > 7 for level in columns) and len(columns) > 4
    axes.set_xticks(
        [p + 0.5 for p in places], [short(across, columns[p], 16) for p in places],
        rotation=30 if wide else 0, ha="right" if wide else "center",
    )  # fmt: skip
    axes.set_yticks([p + 0.5 for p in range(len(rows))], rows)
    axes.set_xlabel(axis_label(study, across))
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _note(study: SweepStudy, name: str, *, intervals: bool) -> str:
    response = study.responses[name]
    what = "Share of the runs concerned" if is_chance(response) else "Median"
    if intervals:
        kind = "95 % Wilson interval" if is_chance(response) else "95 % interval (between order statistics)"
        what += f"; below it its {kind}, left out where too few runs give one"
    else:
        what += "; the intervals are in the numbers beside this chart"
    given = f" Runs {response.condition} only." if response.condition else ""
    entry = record_told(study, name)
    real = f" On record: {entry}." if entry else ""
    return f"{what}.{given}{real} {varied_told(study)} {runs_told(study)}."
