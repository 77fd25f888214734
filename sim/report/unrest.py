"""Unrest over time with its bands, detentions as reported, and sites calm again against the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.report import style
from sim.report.bands import date_axis, draw_bands, draw_interval, draw_recorded, handles, thousands
from sim.report.figures import Cell, Chart, Sheet, clean_axes, say
from sim.report.marks import in_percent
from sim.report.runs import Bands, Floats, band_words, bands, column, curve, levels
from sim.report.words import all_of
from sim.scenario.study import DRAWN_SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study
    from sim.scenario.study import RecordEntry, SeriesPoint

Table = list[tuple[Cell, ...]]
#: Columns of the numbers behind a chart over time.
SERIES_COLUMNS = ("panel", "unit", "hours_after_start", "low", "lower_quartile", "median", "upper_quartile",
                  "high", "recorded", "recorded_low", "recorded_high")  # fmt: skip


def draw_unrest(study: Study) -> Chart:
    """Draw incidents a day, people detained as reported, and sites calm, each against what was recorded."""
    sheet = Sheet("Unrest over time", 6.5)
    table: Table = []
    last = last_hour(study, "unrest")
    tall, left, width = 1.25, 0.72, 6.3
    upper = sheet.axes(left, 4.42, width, tall, "")
    _panel_unrest(study, upper, table)
    date_axis(upper, study, 0.0, last, labels=False)
    middle = sheet.axes(left, 2.68, width, tall, "")
    _panel_detained(study, middle, table)
    date_axis(middle, study, 0.0, last, labels=False, top=False)
    lower = sheet.axes(left, 0.98, width, tall, "")
    told = _entries(study, "sites_calm")
    if told:
        _panel_calm(study, lower, table, last)
    else:
        _panel_share(study, lower, table)
    date_axis(lower, study, 0.0, last, top=False)
    sheet.text(left, 4.42 + tall + 0.3, "a  Incidents a day, all sites together", weight="bold", size=8)
    sheet.text(
        left, 2.68 + tall + 0.09, "b  People detained, as reported up to the hour", weight="bold", size=8
    )
    title = f"Sites without unrest{_of_how_many(study)}" if told else "Share of the country out of control"
    sheet.text(left, 0.98 + tall + 0.09, f"c  {title}", weight="bold", size=8)
    lower.legend(
        handles=handles(study, figure=sheet.figure),
        ncols=5,
        loc="upper left",
        bbox_to_anchor=(-0.1, -0.3),
        handlelength=1.5,
    )
    blank = " n/r: no count found for the day." if _uncounted(study) else ""
    sheet.notes(
        f"{all_of(len(study.rows))} on the clock of the scenario; outer band {band_words(study)}. "
        f"Recorded values: see 'record' and 'recorded_series' in the scenario for their sources.{blank}"
        f"{_undrawn(study)}"
    )
    return Chart("unrest", "Unrest over time", sheet.figure, SERIES_COLUMNS, table)


def _uncounted(study: Study) -> bool:
    points = study.scenario.recorded_series.get("detained_cumulative", ())
    return any(point.value is None and point.low is None and point.high is None for point in points)


def _undrawn(study: Study) -> str:
    """Return which recorded series no chart can draw, as the model has no such quantity."""
    names = [n.replace("_", " ") for n in study.scenario.recorded_series if n not in DRAWN_SERIES]
    return f" Recorded, but not simulated and so not drawn: {', '.join(names)}." if names else ""


def last_hour(study: Study, *names: str) -> float:
    """Return when the last of the curves *names* stops changing in nearly all runs, a day added (hours)."""
    grid = np.asarray(study.grid, dtype=float)
    latest = 24.0
    for name in names:
        values = curve(study, name)
        if values is None or not len(values):
            continue
        high = np.nanquantile(values, 0.95, axis=0)
        changing = np.flatnonzero(np.abs(np.diff(high)) > 0.02 * max(float(np.nanmax(high)), 1e-9))
        if len(changing):
            latest = max(latest, float(grid[changing[-1] + 1]) + 24)
    recorded = [study.scenario.hours(e.at) + 12 for e in study.scenario.record.values() if e.at is not None]
    return float(min(max([latest, *recorded]), grid[-1]))


def series_rows(panel: str, unit: str, grid: Floats, found: Bands, every: int = 2) -> Table:
    """Return a curve's quantiles as table rows, at every *every*-th grid point."""
    stacked = np.column_stack([grid, *found])[::every]
    return [(panel, unit, *(float(v) for v in row), None, None, None) for row in stacked]


def recorded_row(panel: str, unit: str, hour: float, told: RecordEntry | SeriesPoint) -> tuple[Cell, ...]:
    """Return what is *told* on record of an instant as a table row."""
    return (panel, unit, hour, *([None] * 5), told.value, told.low, told.high)


def _panel_unrest(study: Study, axes: Axes, table: Table) -> None:
    clean_axes(axes)
    axes.set_ylabel("incidents a day")
    values = curve(study, "unrest")
    if values is None or not len(values):
        say(axes, "not simulated")
        return
    grid = np.asarray(study.grid, dtype=float)
    found = bands(values, levels(study))
    draw_bands(axes, grid, found)
    table.extend(series_rows("incidents a day", "incidents a day", grid, found))
    axes.set_ylim(0, None)
    points = study.scenario.recorded_series.get("incidents", ())
    if not points:
        say(axes, "daily series of incidents: not recorded", x=0.985, y=0.9, align="right")
    for point in points:
        hour = study.scenario.hours(point.at)
        draw_recorded(axes, hour, point.value, point.low, point.high, vertical=True)
        table.append(recorded_row("incidents a day", "incidents a day", hour, point))


def _panel_detained(study: Study, axes: Axes, table: Table) -> None:
    clean_axes(axes)
    axes.set_ylabel("people")
    values = curve(study, "detained")
    if values is None or not len(values):
        say(axes, "not simulated")
        return
    grid = np.asarray(study.grid, dtype=float)
    found = bands(values, levels(study))
    thousands(axes)
    draw_bands(axes, grid, found)
    table.extend(series_rows("detained as reported", "people", grid, found))
    axes.set_ylim(0, None)
    panel = ("detained_reported", "detained as reported", "people")
    told = _draw_entries(study, axes, table, *panel)
    if not _draw_series(study, axes, table, *panel) and not told:
        say(axes, "not recorded", x=0.985, y=0.9, align="right")


def _draw_series(study: Study, axes: Axes, table: Table, response: str, panel: str, unit: str) -> bool:
    """Draw the points of the recorded series of detentions of whose instant the record has no entry."""
    points = study.scenario.recorded_series.get("detained_cumulative", ())
    known = {entry.at for _, entry in _entries(study, response)}
    for point in points:
        if point.at in known:
            continue
        hour = study.scenario.hours(point.at)
        draw_recorded(axes, hour, point.value, point.low, point.high, vertical=True)
        if point.value is None and point.low is None and point.high is None:
            axes.text(hour, 0.06, "n/r", transform=axes.get_xaxis_transform(), fontsize=6, ha="center",
                      color=style.TEXT, style="italic",
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip
        table.append(recorded_row(panel, unit, hour, point))
    return bool(points)


def _panel_calm(study: Study, axes: Axes, table: Table, last: float) -> None:
    """Draw sites calm at the recorded instants: a box of simulated counts, the recorded count beside it."""
    clean_axes(axes)
    axes.set_ylabel("sites")
    entries = _entries(study, "sites_calm")
    for key, entry in entries:
        assert entry.at is not None
        hour = study.scenario.hours(entry.at)
        found = bands(column(study, f"record.{key}"), levels(study))
        draw_interval(axes, hour, found, half=0.008 * last, vertical=True)
        draw_recorded(axes, hour + 0.016 * last, entry.value, entry.low, entry.high, vertical=True)
        table.append(
            ("sites calm", "sites", hour, *(float(v) for v in found), entry.value, entry.low, entry.high)
        )
    tops = [max(len(e.among), e.value or 0, e.high or 0) for _, e in entries]
    axes.set_ylim(0, 1.12 * max([*tops, 1]))


def _panel_share(study: Study, axes: Axes, table: Table) -> None:
    """Draw the share of the country that is out of control, where the record counts no calm sites."""
    clean_axes(axes)
    axes.set_ylabel("share of the country")
    in_percent(axes)
    values = curve(study, "out_of_control")
    if values is None or not len(values):
        say(axes, "not simulated")
        return
    grid = np.asarray(study.grid, dtype=float)
    found = bands(values, levels(study))
    draw_bands(axes, grid, found)
    table.extend(series_rows("share out of control", "share (0-1)", grid, found))
    axes.set_ylim(0, max(1.08 * float(np.nanmax(found.high)), 0.1))
    say(axes, "not recorded", x=0.985, y=0.9, align="right")


def _of_how_many(study: Study) -> str:
    """Return how many sites the record speaks of, where it is the same number throughout."""
    counts = {
        len(entry.among) or len(study.scenario.crisis.sites) for _, entry in _entries(study, "sites_calm")
    }
    return f", of the {counts.pop()} that the record speaks of" if len(counts) == 1 else ""


def _entries(study: Study, response: str) -> list[tuple[str, RecordEntry]]:
    return [(k, e) for k, e in study.scenario.record.items() if e.response == response and e.at is not None]


def _draw_entries(study: Study, axes: Axes, table: Table, response: str, panel: str, unit: str) -> bool:
    entries = _entries(study, response)
    for _, entry in entries:
        assert entry.at is not None
        hour = study.scenario.hours(entry.at)
        draw_recorded(axes, hour, entry.value, entry.low, entry.high, vertical=True)
        table.append(recorded_row(panel, unit, hour, entry))
    return bool(entries)
