"""Trust, cohesion and public confidence through time, with bands over the runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.report import style
from sim.report.bands import band_words, bands, curve, date_axis, draw_bands, levels
from sim.report.figures import Chart, Sheet, clean_axes
from sim.report.unrest import SERIES_COLUMNS, Table, series_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study

LEFT, WIDE, TALL, STEP = 0.72, 6.3, 1.2, 1.62


def draw_standing(study: Study) -> Chart:
    """Draw the mean trust of every member, then cohesion and confidence with their bands."""
    sheet = Sheet("Standing of the alliance", 6.2)
    table: Table = []
    last = float(study.grid[-1])
    panels = ("cohesion", "confidence")
    top = sheet.height - 0.75 - TALL
    axes = sheet.axes(LEFT, top, WIDE, TALL)
    _trust(study, axes, table)
    date_axis(axes, study, 0.0, last, labels=False)
    sheet.text(
        LEFT, top + TALL + 0.34, "a  Trust of each member in the alliance (mean over the runs)", weight="bold", size=8
    )
    titles = ("b  Cohesion (-1 to 1)", "c  Share of the public that counts on help")
    for place, (name, title) in enumerate(zip(panels, titles, strict=True), start=1):
        y = top - STEP * place - 0.1
        axes = sheet.axes(LEFT, y, WIDE, TALL)
        _band(study, axes, name, table)
        date_axis(axes, study, 0.0, last, labels=place == len(panels), top=False)
        sheet.text(LEFT, y + TALL + 0.08, title, weight="bold", size=8)
    sheet.notes(
        f"All {len(study.rows)} runs on the clock of the scenario; outer band {band_words(study)}, inner band "
        "the middle half. Every effect on standing is an assumption of the scenario; scales have no unit."
    )
    return Chart("standing", "Standing of the alliance", sheet.figure, SERIES_COLUMNS, table)


def _trust(study: Study, axes: Axes, table: Table) -> None:
    members = list(study.scenario.alliance.members)
    colours = style.member_colours(members)
    for member in members:
        values = curve(study, f"trust.{member}")
        if values is None:
            continue
        middle = np.nanmean(values, axis=0)
        axes.plot(study.grid, middle, color=colours[member], linewidth=1.2, label=member)
        table.extend(series_rows(f"trust.{member}", study.grid, bands(values, levels(study))))
    axes.axhline(0, color=style.QUIET, linewidth=0.6)
    axes.legend(ncols=6, loc="upper left", bbox_to_anchor=(0.0, 1.0), handlelength=1.2)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -0.1), max(high, 0.1) + 0.35 * (max(high, 0.1) - min(low, -0.1)))
    axes.set_ylabel("trust")
    clean_axes(axes)


def _band(study: Study, axes: Axes, name: str, table: Table) -> None:
    values = curve(study, name)
    if values is None:
        return
    found = bands(values, levels(study))
    draw_bands(axes, study.grid, found)
    table.extend(series_rows(name, study.grid, found))
    axes.set_ylabel(name)
    clean_axes(axes)
