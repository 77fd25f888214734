"""Troops in theatre: the whole force, and each member's contingent on a scale of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report import style
from sim.report.bands import date_axis, draw_bands, draw_recorded, handles, thousands
from sim.report.figures import Chart, Sheet, clean_axes, notes_height, say
from sim.report.runs import band_words, bands, curve, force_words, levels, with_force
from sim.report.times import recorded_appeal
from sim.report.unrest import SERIES_COLUMNS, Table, last_hour, recorded_row, series_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study

LEFT, WIDTH, TALL, SMALL_TALL, STEP = 0.72, 6.3, 1.75, 0.72, 1.14
#: How the mean is drawn. Where runs send their force at different times, the median of an hour falls and
#: rises though no run's force does; the mean tells of no such withdrawal.
MEAN: dict[str, Any] = {"color": "#000000", "linewidth": 0.9, "linestyle": (0, (4, 1.5))}


def draw_troops(study: Study) -> Chart:
    """Draw troops in theatre over the runs in which a force was decided on: all together, and by member."""
    runs = with_force(study)
    names = _contributors(study, runs)
    names = names if len(names) > 1 else []
    rows = math.ceil(len(names) / 2)
    notes, (first, last) = _notes(study, _contributors(study, runs)), span(study)
    sheet = Sheet("Troops in theatre", 3.3 + notes_height(notes) + STEP * rows)
    table: Table = []
    top = sheet.height - 0.85 - TALL
    upper = sheet.axes(LEFT, top, WIDTH, TALL)
    _panel(study, upper, "troops", runs, style.LINE, table)
    date_axis(upper, study, first, last)
    upper.set_ylabel("troops")
    _draw_record(study, upper, last, table)
    sheet.text(LEFT, top + TALL + 0.36, "a  All members together", weight="bold", size=8)
    colours = style.member_colours(study.scenario.alliance.members)
    for place, member in enumerate(names):
        row, side = divmod(place, 2)
        x, y = LEFT + 3.42 * side, top - STEP * (row + 1) - 0.24
        axes = sheet.axes(x, y, 2.88, SMALL_TALL)
        _panel(study, axes, f"troops.{member}", runs, colours[member], table)
        date_axis(axes, study, first, last, labels=place + 2 >= len(names), top=False, most=5)
        axes.set_xlabel("")
        title = f"{chr(ord('b') + place)}  {study.scenario.alliance.members[member].name}"
        sheet.text(x, y + SMALL_TALL + 0.06, title, weight="bold", size=8)
    _legend(study, sheet, notes_height(notes))
    sheet.notes(notes)
    columns = (*SERIES_COLUMNS, "mean")
    return Chart("troops", "Troops in theatre by member", sheet.figure, columns, table)


def _legend(study: Study, sheet: Sheet, foot: float) -> None:
    from matplotlib.lines import Line2D

    shown = handles(study, figure=sheet.figure)
    shown.insert(1, Line2D([], [], **MEAN, label="mean"))
    sheet.figure.legend(handles=shown, ncols=6, loc="lower left", handlelength=1.6, columnspacing=1.2,
                        bbox_to_anchor=(0.08, (foot - 0.04) / sheet.height))  # fmt: skip


def span(study: Study) -> tuple[float, float]:
    """Return when the axis of the force begins and ends: a day before the appeal to the last move (hours)."""
    runs = with_force(study)
    appeals = [row["hours_to_appeal"] for row, kept in zip(study.rows, runs, strict=True) if kept]
    known = [hour for hour in appeals if not math.isnan(hour)]
    recorded = recorded_appeal(study.scenario)
    if recorded is not None:
        known.append(recorded)
    first = max(float(np.quantile(known, 0.05)) - 24, 0.0) if known else 0.0
    return first, last_hour(study, "troops", "flights_out")


def _contributors(study: Study, runs: Any) -> list[str]:
    kept = []
    for member in study.scenario.alliance.members:
        values = curve(study, f"troops.{member}", runs)
        if values is not None and values.size and float(values.max()) > 0:
            kept.append(member)
    return kept


def _panel(study: Study, axes: Axes, name: str, runs: Any, colour: str, table: Table) -> None:
    clean_axes(axes)
    values = curve(study, name, runs)
    if values is None or not values.size:
        say(axes, "no force was sent in any run")
        return
    grid = np.asarray(study.grid, dtype=float)
    found = bands(values, levels(study))
    draw_bands(axes, grid, found, colour=colour)
    mean = values.mean(axis=0)
    axes.plot(grid, mean, **MEAN)
    told = series_rows(name, "troops", grid, found)
    table.extend((*row, float(v)) for row, v in zip(told, mean[::2], strict=True))
    axes.set_ylim(0, max(1.12 * float(np.max(found.high)), 1.0))
    axes.locator_params(axis="y", nbins=3 if "." in name else 5)
    thousands(axes)


def _draw_record(study: Study, axes: Axes, last: float, table: Table) -> None:
    """Draw the recorded size of the force at the recorded end of deployment, and its daily series if any."""
    for point in study.scenario.recorded_series.get("troops", ()):
        hour = study.scenario.hours(point.at)
        draw_recorded(axes, hour, point.value, point.low, point.high, vertical=True)
        table.append((*recorded_row("troops", "troops", hour, point), None))
    size = next((e for e in study.scenario.record.values() if e.response == "troops_deployed"), None)
    if size is None or size.value is None:
        known = [f"{v:,.0f}" for v in (size.low, size.high) if v is not None] if size else []
        how = " (an input)" if size and size.kind == "input" else ""
        words = f"recorded: {' to '.join(known)}{how}" if known else "not recorded"
        say(axes, f"size of the force, {words}", x=0.985, y=0.95, align="right")
        return
    zero = recorded_appeal(study.scenario)
    done = next(
        (e for e in study.scenario.record.values() if e.response == "hours_to_deployment_complete"), None
    )
    if zero is not None and done is not None and done.value is not None:
        hour = zero + done.value
        draw_recorded(axes, hour, size.value, size.low, size.high, vertical=True)
        axes.set_ylim(0, 1.12 * max(axes.get_ylim()[1] / 1.12, size.value, size.high or 0.0))
        words = f" {size.value:,.0f} when complete" + (" (an input)" if size.kind == "input" else "")
        axes.annotate(words, (hour, size.value), (4, 5), textcoords="offset points", fontsize=style.SMALL)
        table.append((*recorded_row("troops", "troops", hour, size), None))
    if not study.scenario.recorded_series.get("troops"):
        say(axes, "series over time: not recorded", x=0.985, y=0.95, align="right")


def _notes(study: Study, names: list[str]) -> str:
    others = [m.name for key, m in study.scenario.alliance.members.items() if key not in names]
    without = f" No troops in any run: {', '.join(others)}." if others else ""
    return (
        f"{force_words(study)}; outer band {band_words(study)}. Median and bands are taken hour by "
        "hour over runs whose forces come and go at different times: where the median falls and rises again, "
        f"no run need have withdrawn. Each member in its own colour and on its own scale.{without}"
    )
