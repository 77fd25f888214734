"""Charts of a comparison: differences with intervals, and distributions side over side."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.comparison import LETTERS, common_responses
from sim.experiment.pairing import value_of
from sim.report import style
from sim.report.figures import Cell, Chart, Sheet, clean_axes, drawing_settings, made_from, save, say
from sim.report.words import number, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.comparison import Comparison
    from sim.experiment.pairing import Difference
    from sim.experiment.sides import Side

Table = list[tuple[Cell, ...]]
#: Responses in the difference chart and in the chart of distributions.
MOST, PANELS = 14, 6
FORMATS = ("png", "svg", "csv")


def draw_comparison(found: Comparison, folder: Path, which: str = "all") -> list[Path]:
    """Draw the charts of a comparison into *folder* and return the files written; none for "none".

    Raises:
        OSError: the folder cannot be written.
        ResultsError: a folder's runs do not come out again.
    """
    from sim.report.compare_time import draw_curves, draw_timelines

    charts: list[Callable[[Comparison], Chart]] = [draw_differences, draw_distributions]
    # Without the same program the curves behind a folder's rows cannot be had again.
    if all(side.repeatable for side in found.sides):
        charts += [draw_curves, draw_timelines]
    written: list[Path] = []
    for draw in charts if which != "none" else ():
        with drawing_settings():
            chart = draw(found)
        sides = (made_from(side.scenario, side.seed, f"{len(side.rows)} runs") for side in found.sides)
        chart.made = " | ".join(sides)
        written += save(chart, folder, FORMATS)
    return written


def colour_of(place: int) -> str:
    """Return the colour of the side at *place*: quiet for the base, the rest told apart under any vision."""
    colours = ("#555555", style.OKABE_ITO["vermilion"], style.OKABE_ITO["blue"], style.OKABE_ITO["green"],
               style.OKABE_ITO["purple"], style.OKABE_ITO["orange"])  # fmt: skip
    return colours[place]


def dash_of(place: int) -> Any:
    """Return the dash pattern of the side at *place*, which tells the sides apart without colour."""
    return ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))[place]


def sides_legend(sheet: Sheet, sides: Sequence[Side], y: float, *, boxes: bool = False) -> None:
    """Write which line belongs to which side, at *y* inches."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=colour_of(place), linewidth=5 if boxes else 1.5,
               linestyle="-" if boxes else dash_of(place), label=f"{LETTERS[place]}  {side.name}")
        for place, side in enumerate(sides)
    ]  # fmt: skip
    sheet.figure.legend(handles=handles, ncols=min(3, len(sides)), loc="lower left", frameon=False,
                        bbox_to_anchor=(0.1 / sheet.width, y / sheet.height),
                        fontsize=style.SMALL)  # fmt: skip


# differences


def draw_differences(found: Comparison) -> Chart:
    """Draw the differences with their intervals, in standard deviations, the largest effect on top."""
    chosen = _chosen(found)
    tall = 0.25 * max(len(chosen), 3) * (1 + 0.5 * (len(found.sides) - 2))
    sheet = Sheet(f"What differs from {LETTERS[0]}, the largest effect on top", tall + 1.72)
    axes = sheet.axes(2.75, 1.18, 3.2, tall)
    clean_axes(axes, grid="x")
    axes.axvline(0, color=style.TEXT, linewidth=0.8, linestyle=":")
    table: Table = []
    step = 0.8 / max(len(found.differences), 1)
    for side, differences in enumerate(found.differences, start=1):
        known = {d.name: d for d in differences}
        for row, name in enumerate(chosen):
            place = row + (side - (len(found.differences) + 1) / 2) * step
            _interval(axes, known[name], place, side)
            table.append(_row(known[name], side))
    if not chosen:
        say(axes, "no outcome differs")
    axes.set_ylim(len(chosen) - 0.4, -0.6)
    axes.set_yticks(range(len(chosen)), [_label(found, name) for name in chosen])
    axes.tick_params(axis="y", length=0, labelcolor=style.TEXT)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(f"difference from {LETTERS[0]} (standard deviations between runs)")
    sides_legend(sheet, found.sides, 0.36, boxes=True)
    sheet.notes(_difference_note(found))
    columns = ("side", "response", "difference", "low", "high", "effect", "pairs", "base", "other",
               "variance_reduction")  # fmt: skip
    return Chart("differences", "Differences", sheet.figure, columns, table)


def _difference_note(found: Comparison) -> str:
    pairs = "runs with the same luck" if found.paired else "separate samples"
    return (
        f"Dots: mean difference over {pairs} ({found.n}); bars: 95 % intervals, dots filled where they leave "
        "out zero. On the right: the difference in the response's own unit. Responses without one are "
        "left out."
    )


def _chosen(found: Comparison) -> list[str]:
    """Return the responses that differ anywhere, by the largest finite effect, at most MOST."""
    size: dict[str, float] = {}
    for d in found.found():
        if d.differs and math.isfinite(d.effect) and not math.isnan(d.low):
            size[d.name] = max(size.get(d.name, 0.0), abs(d.effect))
    return sorted((name for name in size if size[name] > 0), key=lambda name: -size[name])[:MOST]


def _label(found: Comparison, name: str) -> str:
    label = next(d.label for d in found.found() if d.name == name)
    return textwrap.fill(label.partition(" (0")[0], 40, max_lines=1, placeholder=" ...")


def _interval(axes: Axes, d: Difference, place: float, side: int) -> None:
    if not math.isfinite(d.effect) or math.isnan(d.low) or d.mean == 0:
        return
    spread = d.mean / d.effect
    low, high, colour = d.low / spread, d.high / spread, colour_of(side)
    axes.plot([low, high], [place, place], color=colour, linewidth=1.6, solid_capstyle="butt")
    axes.plot([d.effect], [place], marker="o", markersize=4.5, linestyle="none", markeredgecolor=colour,
              markerfacecolor=colour if d.clear else "white")  # fmt: skip
    axes.text(1.02, place, f"{signed(d.mean)} {d.unit if d.unit != 'share' else ''}".rstrip(),
              transform=axes.get_yaxis_transform(), va="center", fontsize=6.5, color=style.TEXT)  # fmt: skip


def _row(d: Difference, side: int) -> tuple[Cell, ...]:
    return (LETTERS[side], d.name, d.mean, d.low, d.high, d.effect, d.both, d.first, d.second,
            d.variance_reduction)  # fmt: skip


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
        left, bottom = 0.55 + 2.27 * (place % 3), 0.85 + 1.75 * (rows - 1 - place // 3)
        axes = sheet.axes(left, bottom, 1.8, 1.1)
        _distribution(axes, found, name, table)
        if place % 3 == 0:
            axes.set_ylabel("share of runs")
    sides_legend(sheet, found.sides, 0.24)
    sheet.notes(
        "Share of runs at or below the value, over the runs in which the response has a meaning; a time that "
        "did not come keeps its line below 1."
    )
    return Chart(
        "distributions", "Distributions", sheet.figure, ("side", "response", "value", "share"), table
    )


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
        table += [(LETTERS[place], name, float(v), float(s)) for v, s in zip(known, shares, strict=True)]
    axes.set_ylim(0, 1.03)
    axes.locator_params(axis="x", nbins=4)
    axes.xaxis.set_major_formatter(lambda value, _: number(float(value)))
