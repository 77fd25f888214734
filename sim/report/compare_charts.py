"""Charts of a comparison: differences with intervals, and distributions side over side."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.comparison import LETTERS, common_responses
from sim.experiment.pairing import value_of
from sim.report import style
from sim.report.appeal_clock import SQUARES
from sim.report.compare_clock import from_start
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
from sim.report.undrawn import attempted
from sim.report.words import level_told, number, signed, unit_in_file
from sim.scenario.units import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.comparison import Comparison
    from sim.experiment.pairing import Difference
    from sim.experiment.sides import Side

Table = list[tuple[Cell, ...]]
#: Responses in the difference chart (more where more are clear) and in the chart of distributions.
MOST, PANELS = 14, 6
FORMATS = ("png", "svg", "csv")


def draw_comparison(found: Comparison, folder: Path, which: str = "all") -> list[Path]:
    """Draw the charts of a comparison into *folder* and return the files written; none for "none".

    Raises:
        OSError: the folder cannot be written.
        ResultsError: a folder's runs do not come out again.
    """
    written: list[Path] = []
    for chart in comparison_charts(found) if which != "none" else ():
        written += save(chart, folder, FORMATS)
    return written


def comparison_charts(found: Comparison) -> Iterator[Chart]:
    """Yield the charts of a comparison, not yet written; a note takes the place of one that fails.

    Raises:
        ResultsError: a folder's runs do not come out again.
    """
    from sim.report.compare_time import draw_curves, draw_timelines

    charts: list[Callable[[Comparison], Chart]] = [draw_differences, draw_distributions]
    # Without the same program the curves behind a folder's rows cannot be had again.
    if all(side.repeatable for side in found.sides):
        charts += [draw_curves, draw_timelines]
    sides = (made_from(side.scenario, side.seed, count(len(side.rows), "run")) for side in found.sides)
    made = " | ".join(sides)
    for draw in charts:
        chart = attempted(draw.__name__.removeprefix("draw_"), partial(draw, found))
        chart.made = made
        yield chart


def colour_of(place: int) -> str:
    """Return the colour of the side at *place*: quiet for the base, the rest told apart under any vision."""
    colours = ("#555555", style.OKABE_ITO["vermilion"], style.OKABE_ITO["blue"], style.OKABE_ITO["green"],
               style.OKABE_ITO["purple"], style.OKABE_ITO["orange"])  # fmt: skip
    return colours[place]


def dash_of(place: int) -> Any:
    """Return the dash pattern of the side at *place*, which tells the sides apart without colour."""
    return ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))[place]


def sides_legend(
    sheet: Sheet, sides: Sequence[Side], y: float, *, boxes: bool = False, first: int = 0
) -> None:
    """Write which line belongs to which side, at *y* inches; sides before *first* are not drawn."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=colour_of(place), linewidth=5 if boxes else 1.5,
               linestyle="-" if boxes else dash_of(place), label=f"{LETTERS[place]}  {side.name}")
        for place, side in enumerate(sides) if place >= first
    ]  # fmt: skip
    sheet.figure.legend(handles=handles, ncols=min(3, len(sides)), loc="lower left", frameon=False,
                        bbox_to_anchor=(0.1 / sheet.width, y / sheet.height),
                        fontsize=style.SMALL)  # fmt: skip


# differences


def draw_differences(found: Comparison) -> Chart:
    """Draw the differences with their intervals, in standard deviations, the largest effect on top."""
    chosen, moved = _chosen(found), [from_start(found, n) for n in range(1, len(found.sides))]
    tall = 0.25 * max(len(chosen), 3) * (1 + 0.5 * (len(found.sides) - 2))
    notes = _difference_note(found, chosen, any(d for of in moved for d in of if d in chosen))
    foot = notes_height(notes) + 0.85
    base = f"{LETTERS[0]} ({found.sides[0].name})"
    sheet = Sheet(f"What differs from {base}, the largest effect on top", tall + foot + 0.6)
    axes = sheet.axes(2.75, foot, 3.0, tall)
    clean_axes(axes, grid="x")
    axes.axvline(0, color=style.TEXT, linewidth=0.8, linestyle=":")
    table: Table = []
    step = 0.8 / max(len(found.differences), 1)
    edge = _edge(found, chosen, moved)
    axes.set_xlim(-edge, edge)
    for side, differences in enumerate(found.differences, start=1):
        known = {d.name: d for d in differences}
        for row, name in enumerate(chosen):
            place = row + (side - (len(found.differences) + 1) / 2) * step
            fixed = moved[side - 1].get(name)
            _interval(axes, known[name], place, side, edge, fixed)
            table.append(_row(known[name], side, fixed))
    if chosen:
        _column(axes, 1.02, "difference")
        _column(axes, 1.455, "pairs" if found.paired else "runs", align="right")
    else:
        say(axes, "no outcome differs")
    axes.set_ylim(len(chosen) - 0.4, -0.6)
    axes.set_yticks(range(len(chosen)), [_label(found, name) for name in chosen])
    axes.tick_params(axis="y", length=0, labelcolor=style.TEXT)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:+,.6g}" if abs(value) > 1e-9 else "0")
    axes.set_xlabel(f"difference from {LETTERS[0]} (standard deviations between runs)")
    sides_legend(sheet, found.sides, notes_height(notes), boxes=True, first=1)
    sheet.notes(notes)
    columns = ("side", "response", "unit", "difference", "low", "high", "effect", "pairs", "base", "other",
               "variance_reduction", "from_start", "from_start_low", "from_start_high")  # fmt: skip
    return Chart("differences", "Differences", sheet.figure, columns, table)


def _column(axes: Axes, x: float, words: str, align: str = "left") -> None:
    axes.text(x, 1.0, words, transform=axes.transAxes, ha=align, va="bottom", fontsize=6.5,
              fontweight="bold")  # fmt: skip


def _difference_note(found: Comparison, chosen: Sequence[str], moved: bool) -> str:
    pairs = "runs with the same luck" if found.paired else "separate samples"
    every = len({d.name for d in found.found() if d.differs})
    left = (
        f" Shown are {len(chosen)} of the {every} outcomes that differ: all whose interval leaves out zero, "
        "and of the others those of largest effect that have an interval."
        if len(chosen) < every
        else ""
    )
    clock = f" {SQUARES}" if moved else ""
    where = "in which both sides have a value" if found.paired else "of the side that has fewer"
    return (
        f"Dots: mean difference over {pairs}; bars: 95 % intervals, dots filled where they leave out zero; "
        "an arrow: no spread between runs to measure it by. On the right the difference in the response's "
        f"own unit (pp: percentage points), and the {'pairs' if found.paired else 'runs'} {where} "
        f"(of {found.n}).{left}{clock}"
    )


def _chosen(found: Comparison) -> list[str]:
    """Return the responses that differ anywhere, by the largest effect: MOST of them, and every clear one."""
    size: dict[str, float] = {}
    clear: set[str] = set()
    for d in found.found():
        if d.differs and d.mean != 0 and not math.isnan(d.effect) and not math.isnan(d.low):
            size[d.name] = max(size.get(d.name, 0.0), abs(d.effect))
            clear |= {d.name} if d.clear else set()
    ranks = sorted(size, key=lambda name: -size[name])
    return [name for place, name in enumerate(ranks) if place < MOST or name in clear]


def _edge(found: Comparison, chosen: Sequence[str], moved: Sequence[dict[str, Difference]]) -> float:
    """Return how far an axis reaches that holds every finite interval of the *chosen* responses."""
    ends = []
    for differences, fixed in zip(found.differences, moved, strict=True):
        for d in differences:
            if d.name in chosen and d.mean and math.isfinite(d.effect):
                drawn = [d, fixed[d.name]] if d.name in fixed else [d]
                ends += [abs(end * d.effect / d.mean) for one in drawn for end in (one.low, one.high)]
    return 1.08 * max((end for end in ends if not math.isnan(end)), default=1.0)


def _label(found: Comparison, name: str) -> str:
    label = next(d.label for d in found.found() if d.name == name)
    return textwrap.fill(label.partition(" (0")[0], 40, max_lines=2, placeholder=" ...")


def _interval(
    axes: Axes, d: Difference, place: float, side: int, edge: float, fixed: Difference | None
) -> None:
    if math.isnan(d.effect) or math.isnan(d.low) or d.mean == 0:
        return
    colour = colour_of(side)
    if math.isinf(d.effect):
        axes.plot([math.copysign(0.97 * edge, d.mean)], [place], marker=">" if d.mean > 0 else "<",
                  markersize=4.5, color=colour, linestyle="none")  # fmt: skip
    else:
        spread = d.mean / d.effect
        _dot(axes, (d.mean, d.low, d.high), spread, place, colour, marker="o")
        if fixed is not None and not math.isnan(fixed.low):
            _dot(axes, (fixed.mean, fixed.low, fixed.high), spread, place + 0.3, colour, marker="s")
    scale, unit = (100, "pp") if d.kind == "flag" else (1, "" if d.unit == "share" else d.unit)
    transform = axes.get_yaxis_transform()
    told = signed(scale * level_told(d.mean, d.low, d.high))
    axes.text(1.02, place, f"{told} {unit}".rstrip(), transform=transform, va="center",
              fontsize=6.5, color=style.TEXT)  # fmt: skip
    axes.text(1.455, place, f"{d.both:,}", transform=transform, va="center", ha="right", fontsize=6.5,
              color=style.TEXT)  # fmt: skip


def _dot(
    axes: Axes, told: tuple[float, float, float], spread: float, place: float, colour: str, marker: str
) -> None:
    """Draw a difference (mean, low, high) in units of *spread*, filled where the interval leaves out zero."""
    mean, low, high = told
    axes.plot([low / spread, high / spread], [place, place], color=colour, solid_capstyle="butt",
              linewidth=1.6 if marker == "o" else 0.8)  # fmt: skip
    axes.plot([mean / spread], [place], marker=marker, markersize=4.5 if marker == "o" else 3.4,
              linestyle="none", markeredgecolor=colour,
              markerfacecolor=colour if low > 0 or high < 0 else "white")  # fmt: skip


def _row(d: Difference, side: int, fixed: Difference | None) -> tuple[Cell, ...]:
    start = (None,) * 3 if fixed is None else (fixed.mean, fixed.low, fixed.high)
    return (LETTERS[side], d.name, unit_in_file(d.kind, d.unit), d.mean, d.low, d.high, d.effect, d.both,
            d.first, d.second, d.variance_reduction, *start)  # fmt: skip


# distributions


def draw_distributions(found: Comparison) -> Chart:
    """Draw the share of runs at or below each value, side over side, for the responses that differ most."""
    common = common_responses(found.sides)
    names = [name for name in _chosen(found) if common[name].kind != "flag"][:PANELS]
    names = names or [name for name in common if common[name].kind != "flag"][:PANELS]
    rows = max(1, math.ceil(len(names) / 3))
    sheet = Sheet("Distributions of the outcomes that differ most", 1.75 * rows + 0.95)
    table: Table = []
    for place, name in enumerate(names):
        left, bottom = 0.72 + 2.24 * (place % 3), 0.85 + 1.75 * (rows - 1 - place // 3)
        axes = sheet.axes(left, bottom, 1.7, 1.1)
        _distribution(axes, found, name, table)
        if place % 3 == 0:
            axes.set_ylabel("share of runs")
    sides_legend(sheet, found.sides, 0.24)
    sheet.notes(
        "Percent of runs at or below the value, over the runs in which the response has a meaning; a time "
        "that did not come keeps its line below 100 %."
    )
    columns = ("side", "response", "unit", "value", "share")
    return Chart("distributions", "Distributions", sheet.figure, columns, table)


def _distribution(axes: Axes, found: Comparison, name: str, table: Table) -> None:
    clean_axes(axes, grid="both")
    response = common_responses(found.sides)[name]
    unit = f" ({response.unit})" if response.unit else ""
    axes.set_title(
        "\n".join(textwrap.wrap(f"{response.label}{unit}", 32)[:2]), fontsize=6.8, fontweight="bold"
    )
    for place, side in enumerate(found.sides):
        inside = [row for row in side.rows if not row["failed"] and response.concerns(row)]
        values = np.array([value_of(response, row) for row in inside], dtype=float)
        known = np.sort(values[~np.isnan(values)])
        if not len(known):
            continue
        shares = np.arange(1, len(known) + 1) / len(values)
        axes.step(np.concatenate([known[:1], known]), np.concatenate([[0.0], shares]), where="post",
                  color=colour_of(place), linestyle=dash_of(place), linewidth=1.3)  # fmt: skip
        own = (LETTERS[place], name, response.unit)
        table += [(*own, float(v), float(s)) for v, s in zip(known, shares, strict=True)]
    axes.set_ylim(0, 1.03)
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.locator_params(axis="x", nbins=4)
    axes.xaxis.set_major_formatter(lambda value, _: number(float(value)))
