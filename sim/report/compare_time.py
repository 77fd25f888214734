"""A comparison over time: bands of curves overlaid in one panel each, and timelines side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.comparison import LETTERS
from sim.report import style
from sim.report.bands import FEW, date_axis, draw_few
from sim.report.compare_charts import Table, colour_of, dash_of, sides_legend
from sim.report.figures import Chart, Sheet, clean_axes, say
from sim.report.marks import in_percent
from sim.report.runs import Bands, Floats, bands, curve, finished, levels, with_force
from sim.report.timeline_rows import words_of
from sim.report.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.comparison import Comparison
    from sim.experiment.study import Study

#: Panels of curves, and rows of the timeline.
CURVES, ROWS = 6, 16
#: All five levels of the bands at once, where the median alone is asked for.
MEDIAN = (0.5, 0.5, 0.5, 0.5, 0.5)
#: Names of the panels; other curves go by their own.
TITLES = {
    "unrest": "Incidents a day",
    "out_of_control": "Share of the country out of control",
    "troops": "Troops in theatre",
    "flights_in": "Flights in, so far",
    "flights_out": "Flights out, so far",
    "detained": "People detained, as reported",
    "freed": "Local forces freed, so far",
}
#: Curves of a force, drawn over the runs in which one was sent: over all runs most medians would be 0.
OF_FORCE = frozenset({"troops", "flights_in", "flights_out", "freed"})
#: What a curve counts, in the file of numbers, where its name does not say so.
UNITS = {
    "unrest": "incidents a day", "out_of_control": "share (0-1)", "troops": "troops", "flights_in": "flights",
    "flights_out": "flights", "detained": "people", "freed": "people",
}  # fmt: skip


def draw_curves(found: Comparison) -> Chart:
    """Draw each curve's median and middle half for every side in one panel."""
    studies = [side.study() for side in found.sides]
    names = _names(studies)
    rows = max(1, -(-len(names) // 2))
    sheet = Sheet("The course of events, side over side", 1.72 * rows + 1.15)
    table: Table = []
    last = _last(studies, names)
    for place, name in enumerate(names):
        left, bottom = 0.62 + 3.52 * (place % 2), 1.0 + 1.72 * (rows - 1 - place // 2)
        sent = ", where force was decided" if name in OF_FORCE else ""
        axes = sheet.axes(left, bottom, 2.88, 1.15, TITLES.get(name, name.replace("_", " ")) + sent)
        clean_axes(axes)
        for side, study in enumerate(studies):
            _curve(axes, study, name, side, table)
        axes.set_ylim(0, None)
        axes.yaxis.set_major_formatter(lambda value, _: number(float(value)))
        if name == "out_of_control":
            in_percent(axes)
        date_axis(axes, studies[0], 0.0, last, labels=True, top=False, most=5)
        if place // 2 < rows - 1 and place + 2 < len(names):
            axes.set_xlabel("")
    if not names:
        say(sheet.axes(0.62, 1.0, 6.3, 1.15), "the sides have no curve in common that moves")
    sides_legend(sheet, found.sides, 0.3)
    sheet.notes(_curve_notes(studies, any(name in OF_FORCE for name in names)))
    columns = ("side", "curve", "unit", "hours_after_start", "lower_quartile", "median", "upper_quartile")
    return Chart("curves", "The course of events", sheet.figure, columns, table)


def _curve_notes(studies: Sequence[Study], of_force: bool) -> str:
    sent = "; ".join(
        f"{LETTERS[side]} {int(with_force(study).sum())} of {len(study.rows)}"
        for side, study in enumerate(studies)
    )
    counts = " and ".join(str(n) for n in sorted({len(study.rows) for study in studies}))
    first = LETTERS[0]
    return (
        f"Lines: medians of all runs ({counts} a side); tints between thin lines: middle half (25-75 %). "
        f"{first} is the broad line under the others. "
        + (f"Runs in which a force was decided on: {sent}. " if of_force else "")
        + f"Dotted: the appeal in {first}, whose dates these are; other sides by hours from their own start."
    )


def _values(study: Study, name: str) -> Floats | None:
    """Return a curve over all runs, or over those with a force where it is one of a force."""
    return curve(study, name, with_force(study) if name in OF_FORCE else None)


def _names(studies: Sequence[Study]) -> list[str]:
    """Return the curves that every study has and that move in one of them, at most CURVES."""
    first = studies[0].curves
    common = [name for name in first if "." not in name and all(name in s.curves for s in studies)]
    moving = [name for name in common if any(_spread(study, name) > 0 for study in studies)]
    return moving[:CURVES]


def _spread(study: Study, name: str) -> float:
    values = curve(study, name)
    return 0.0 if values is None or not values.size else float(np.nanmax(values) - np.nanmin(values))


def _last(studies: Sequence[Study], names: Sequence[str]) -> float:
    """Return when the upper quartiles stop moving, a day added (hours)."""
    latest = 24.0
    for study in studies:
        for name in names:
            values = _values(study, name)
            if values is None or not len(values):
                continue
            upper = bands(values, levels(study)).upper
            moving = np.flatnonzero(np.abs(np.diff(upper)) > 0.01 * max(float(np.nanmax(upper)), 1e-9))
            if len(moving):
                latest = max(latest, float(study.grid[moving[-1] + 1]) + 24)
    return min(latest, max(float(study.grid[-1]) for study in studies))


def _curve(axes: Axes, study: Study, name: str, side: int, table: Table) -> None:
    values = _values(study, name)
    if values is None or not len(values):
        return
    found, unit = bands(values, levels(study)), UNITS.get(name, name.replace("_", " "))
    colour, dashes = colour_of(side), dash_of(side)
    # All tints lie under all lines, and the base's line is broad: where sides agree, both are seen.
    axes.fill_between(study.grid, found.lower, found.upper, color=colour, alpha=0.16, linewidth=0, zorder=1)
    for edge in (found.lower, found.upper):
        axes.plot(study.grid, edge, color=colour, linewidth=0.5, linestyle=dashes, zorder=2)
    axes.plot(study.grid, found.middle, color=colour, linewidth=1.3 if side else 2.6, linestyle=dashes,
              zorder=3 + 0.1 * side)  # fmt: skip
    for at in range(0, len(study.grid), 2):
        told = (float(v[at]) for v in (study.grid, found.lower, found.middle, found.upper))
        table.append((LETTERS[side], name, unit, *told))


def draw_timelines(found: Comparison) -> Chart:
    """Draw when each thing first happened, a box a side: 25-75 %, the outer band as a line, the median."""
    studies = [side.study() for side in found.sides]
    keys = _keys(studies)
    count = len(studies)
    tall = max(len(keys), 3) * (0.1 + 0.115 * count)
    sheet = Sheet("When things first happened, side by side", tall + 1.55)
    axes = sheet.axes(2.2, 1.0, 4.35, tall)
    clean_axes(axes, grid="x")
    table: Table = []
    step, latest = 0.76 / count, 24.0
    ends: list[tuple[int, int, float]] = []
    for row, key in enumerate(keys):
        for side, study in enumerate(studies):
            times = np.array(study.events[key], dtype=float)[finished(study)]
            box = bands(times, levels(study))
            place = row + (side - (count - 1) / 2) * step
            few = int(np.sum(~np.isnan(times))) < FEW
            if few:
                draw_few(axes, place, times, half=0.4 * step, colour=colour_of(side), size=2.2)
            else:
                _box(axes, box, place, 0.4 * step, side)
            ends.append((row, side, float(box.high)))
            chance = float(np.mean(~np.isnan(times))) if len(times) else 0.0
            axes.text(1.015, place, f"{100 * chance:.0f} %", transform=axes.get_yaxis_transform(),
                      va="center", fontsize=5.6, color=colour_of(side))  # fmt: skip
            table.append((LETTERS[side], key, "h", chance, *(float(v) for v in box)))
            latest = max(latest, *(float(v) for v in (box.upper, box.middle) if not np.isnan(v)))
    for row, side, high in ends:
        if high > latest + 12:
            axes.plot([1.0], [row + (side - (count - 1) / 2) * step], marker=">", markersize=3,
                      color=colour_of(side), clip_on=False, transform=axes.get_yaxis_transform())  # fmt: skip
    axes.set_ylim(len(keys) - 0.45, -0.55)
    axes.set_yticks(range(len(keys)), [_words(studies[0], key) for key in keys])
    axes.tick_params(axis="y", length=0, labelcolor=style.TEXT)
    date_axis(axes, studies[0], 0.0, latest + 12, top=False)
    if not keys:
        say(axes, "nothing happens on both sides")
    sides_legend(sheet, found.sides, 0.3, boxes=True)
    sheet.notes(
        "Boxes: middle half of the runs in which it happened; thin lines: outer band; strokes: medians; "
        f"circles: single runs, where it happened in fewer than {FEW}; an arrow: more beyond the axis. On "
        f"the right the share of runs in which it happened. Dotted: the appeal in {LETTERS[0]}, whose dates "
        "these are."
    )
    columns = ("side", "event", "unit", "chance", "low", "lower_quartile", "median", "upper_quartile", "high")
    return Chart("timelines", "Timelines", sheet.figure, columns, table)


def _keys(studies: Sequence[Study]) -> list[str]:
    """Return the events of nobody in particular that happen on every side, in order of the median."""
    found = []
    for key in studies[0].events:
        if key.partition("|")[2] or not all(key in study.events for study in studies):
            continue
        medians = [_median(study.events[key]) for study in studies]
        if not any(np.isnan(m) for m in medians):
            found.append((min(medians), key))
    return [key for _, key in sorted(found)][:ROWS]


def _median(times: Sequence[float]) -> float:
    return float(bands(times, MEDIAN).middle)


def _words(study: Study, key: str) -> str:
    kind = key.partition("|")[0]
    known = {k.value: words for k, words in words_of(study.scenario).items()}
    return known.get(kind, kind)


def _box(axes: Axes, box: Bands, place: float, half: float, side: int) -> None:
    if np.isnan(box.middle):
        return
    colour = colour_of(side)
    axes.plot([box.low, box.high], [place, place], color=colour, linewidth=0.7)
    axes.barh(place, box.upper - box.lower, left=box.lower, height=2 * half,
              color=style.tint(colour, 0.5), linewidth=0)  # fmt: skip
    axes.plot([box.middle, box.middle], [place - half, place + half], color=colour, linewidth=1.6)
