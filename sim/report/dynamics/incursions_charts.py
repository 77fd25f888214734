"""Charts of incursions: stopped and crossed by sector, the border over time, people who fled."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report import style
from sim.report.bands import (
    appeal_words,
    date_axis,
    draw_bands,
    draw_interval,
    draw_recorded,
    handles,
    thousands,
)
from sim.report.figures import Cell, Chart, Sheet, clean_axes, notes_height, say
from sim.report.marks import note_events, noted_words, recorded_events
from sim.report.runs import Bands, Floats, band_words, bands, column, curve, levels
from sim.report.unrest import SERIES_COLUMNS, recorded_row, series_rows
from sim.report.words import all_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study

Table = list[tuple[Cell, ...]]
#: Inches: left edge and width of the panels over time.
LEFT, WIDE = 0.78, 6.2


# by sector


def draw_border(study: Study) -> Chart:
    """Draw how many were stopped and how many crossed in each sector, with intervals."""
    model = study.scenario.crisis.incursions
    assert model is not None
    sectors = list(model.sectors)
    tall = 0.3 * len(sectors) + 0.2
    sheet = Sheet("Stopped and crossed by sector", tall + 1.7)
    table: Table = []
    panels = (("stopped", "a  Stopped, with a clash", 2.55), ("crossed", "b  Crossed unstopped", 4.95))
    for name, title, left in panels:
        axes = sheet.axes(left, 1.0, 2.1, tall, title)
        clean_axes(axes, grid="x")
        _by_sector(study, axes, name, sectors, table)
        axes.set_ylim(len(sectors) - 0.5, -0.5)
        axes.set_xlim(0, None)
        axes.set_xlabel(UNIT)
        axes.set_yticks(range(len(sectors)))
        words = [_named(study, key) for key in sectors] if name == "stopped" else []
        axes.set_yticklabels(words or [""] * len(sectors))
    sheet.figure.axes[0].legend(
        handles=handles(study, recorded=False), ncols=3, loc="upper left",
        bbox_to_anchor=(-1.1, -0.4 / tall), handlelength=1.5,
    )  # fmt: skip
    sheet.notes(
        f"{all_of(len(study.rows))}; outer band {band_words(study)}. Neither sectors, guards nor "
        "crossings are recorded: only the clashes of the whole border are."
    )
    return Chart("border", "Stopped and crossed by sector", sheet.figure, SECTOR_COLUMNS, table)


#: What is counted at the border.
UNIT = "groups and caravans"
SECTOR_COLUMNS = (
    "panel",
    "sector",
    "unit",
    "km",
    "guards",
    "low",
    "lower_quartile",
    "median",
    "upper_quartile",
    "high",
)


def _named(study: Study, key: str) -> str:
    model = study.scenario.crisis.incursions
    assert model is not None
    sector = model.sectors[key]
    return f"{sector.name}\n{sector.length:,.0f} km, {sector.terrain}, {sector.guards:,.0f} guards"


def _by_sector(study: Study, axes: Axes, name: str, sectors: list[str], table: Table) -> None:
    model = study.scenario.crisis.incursions
    assert model is not None
    for place, key in enumerate(sectors):
        found = bands(column(study, f"{name}.{key}"), levels(study))
        draw_interval(axes, place, found, half=0.26)
        sector = model.sectors[key]
        table.append(
            (name, key, UNIT, float(sector.length), float(sector.guards), *(float(v) for v in found))
        )


# over time


def draw_border_time(study: Study) -> Chart:
    """Draw the far bank, clashes and crossings over time, with exercises and recorded events."""
    sheet = Sheet("The border over time", 6.6)
    table: Table = []
    last = float(study.grid[-1])
    told = recorded_events(study, last)
    panels = (
        ("far_bank_lost", "a  Border whose far side has changed hands", "km", 4.62, 1.15, ""),
        ("clashes", "b  Groups and caravans stopped, running total", "clashes", 3.0, 1.15, "clashes"),
        ("crossed", "c  Groups and caravans that crossed, running total", "parties", 1.38, 1.15, ""),
    )
    for name, title, unit, bottom, height, series in panels:
        axes = sheet.axes(LEFT, bottom, WIDE, height)
        clean_axes(axes)
        axes.set_ylabel(unit)
        thousands(axes)
        _exercises(study, axes)
        _series(study, axes, name, (title[3:], unit), table)
        if name == "far_bank_lost":
            _entries(study, axes, "far_bank_lost_by", (title[3:], unit), table)
        elif not _points(study, axes, series or name, (title[3:], unit), table):
            words = "hypothetical" if study.scenario.hypothetical else "not recorded"
            say(axes, words, x=0.012, y=0.88, align="left")
        axes.set_ylim(0, None)
        date_axis(axes, study, 0.0, last, labels=name == "crossed", top=False)
        if name == "far_bank_lost":
            note_events(axes, told)
        sheet.text(
            LEFT, bottom + height + (0.24 if name == "far_bank_lost" else 0.09), title, weight="bold", size=8
        )
    _legend(study, sheet)
    sheet.notes(
        f"{all_of(len(study.rows))}; outer band {band_words(study)}.{appeal_words(study, 0.0, last)}"
        f"{noted_words(told, 'Numbers above a')} {'Hatched' if style.EXERCISE_HATCH else 'Shaded'}: "
        f"exercises near the border ({_exercise_names(study)})."
    )
    return Chart("border_time", "The border over time", sheet.figure, SERIES_COLUMNS, table)


def _legend(study: Study, sheet: Sheet) -> None:
    from matplotlib.patches import Patch

    exercise = Patch(**_exercise(), label="exercise near the border")
    found = [*handles(study, figure=sheet.figure), exercise]
    sheet.figure.axes[-1].legend(
        handles=found, ncols=6, loc="upper left", bbox_to_anchor=(-0.12, -0.32), handlelength=1.3,
        columnspacing=1.0,
    )  # fmt: skip


EXERCISE = style.tint(style.OKABE_ITO["orange"], 0.35)


def _exercise() -> dict[str, Any]:
    """Return the looks of an exercise's days: tinted, or hatched where the style has a hatch for them."""
    if style.EXERCISE_HATCH:
        return {"facecolor": "none", "edgecolor": style.QUIET, "hatch": style.EXERCISE_HATCH, "linewidth": 0}
    return {"facecolor": EXERCISE, "edgecolor": "none", "linewidth": 0}


def _near(study: Study) -> list[tuple[str, float, float]]:
    """Return (name, first hour, last hour) of the enabled exercises near the host within the horizon."""
    scenario, found = study.scenario, []
    for exercise in scenario.alliance.exercises.values():
        if exercise.enabled and scenario.crisis.host in exercise.near:
            first, end = (_midnight(study, day) for day in (exercise.begins, exercise.ends))
            end += 24
            if end > 0 and first < scenario.horizon:
                found.append((exercise.name, first, end))
    return found


def _midnight(study: Study, day: date) -> float:
    """Return the hours from the scenario's start to the beginning of *day* in the start's zone."""
    return study.scenario.hours(datetime.combine(day, time(), study.scenario.start.tzinfo))


def _exercises(study: Study, axes: Axes) -> None:
    for _, first, end in _near(study):
        axes.axvspan(first, end, **_exercise(), zorder=0)


def _exercise_names(study: Study) -> str:
    return "; ".join(name for name, _, _ in _near(study)) or "none"


def _series(study: Study, axes: Axes, name: str, panel: tuple[str, str], table: Table) -> None:
    """Draw a curve; *panel* is the words and the unit of its rows."""
    values = curve(study, name)
    if values is None or not len(values):
        say(axes, "not simulated")
        return
    grid = np.asarray(study.grid, dtype=float)
    found: Bands = bands(values, levels(study))
    draw_bands(axes, grid, found)
    table.extend(series_rows(*panel, grid, found, every=8))


def _points(study: Study, axes: Axes, series: str, panel: tuple[str, str], table: Table) -> bool:
    points = study.scenario.recorded_series.get(series, ())
    for point in points:
        hour = study.scenario.hours(point.at)
        draw_recorded(axes, hour, point.value, point.low, point.high, vertical=True)
        table.append(recorded_row(*panel, hour, point))
    return bool(points)


def _entries(study: Study, axes: Axes, response: str, panel: tuple[str, str], table: Table) -> None:
    for entry in study.scenario.record.values():
        if entry.response == response and entry.at is not None:
            hour = study.scenario.hours(entry.at)
            draw_recorded(axes, hour, entry.value, entry.low, entry.high, vertical=True)
            table.append(recorded_row(*panel, hour, entry))


# people who fled


def draw_refugees(study: Study) -> Chart:
    """Draw soldiers and civilians who fled over the border against what was recorded."""
    table: Table = []
    grid = np.asarray(study.grid, dtype=float)
    last = _last_change(study, grid)
    notes = (
        f"{all_of(len(study.rows))}; outer band {band_words(study)}. Recorded values: see "
        f"'recorded_series' in the scenario for their sources.{appeal_words(study, 0.0, last)}"
    )
    foot = notes_height(notes) + 0.72
    sheet = Sheet("People who fled over the border", foot + 5.2)
    panels = (
        ("fled_soldiers", "a  Soldiers, running total", foot + 3.32, "soldiers_fled"),
        ("fled_civilians", "b  Civilians, running total", foot + 1.66, "civilians_fled"),
        ("refugees", "c  Those not yet home", foot, "refugees"),
    )
    for name, title, bottom, series in panels:
        axes = sheet.axes(LEFT, bottom, WIDE, 1.2)
        clean_axes(axes)
        axes.set_ylabel("people")
        thousands(axes)
        _series(study, axes, name, (title[3:], "people"), table)
        if not _points(study, axes, series, (title[3:], "people"), table):
            words = "hypothetical" if study.scenario.hypothetical else "not recorded"
            say(axes, words, x=0.985, y=0.88, align="right")
        axes.set_ylim(0, None)
        date_axis(axes, study, 0.0, last, labels=name == "refugees", top=False)
        sheet.text(LEFT, bottom + 1.2 + 0.09, title, weight="bold", size=8)
    sheet.figure.axes[-1].legend(
        handles=handles(study, figure=sheet.figure),
        ncols=5,
        loc="upper left",
        bbox_to_anchor=(-0.1, -0.32),
        handlelength=1.5,
    )
    sheet.notes(notes)
    return Chart("refugees", "People who fled over the border", sheet.figure, SERIES_COLUMNS, table)


def _last_change(study: Study, grid: Floats) -> float:
    """Return when the flight is over in nearly all runs, some days added (hours)."""
    latest = 240.0
    for name in ("fled_soldiers", "fled_civilians", "refugees"):
        values = curve(study, name)
        if values is None or not len(values):
            continue
        high = np.nanquantile(values, 0.9, axis=0)
        changing = np.flatnonzero(np.abs(np.diff(high)) > 0.05 * max(float(high.max()), 1e-9))
        if len(changing):
            latest = max(latest, float(grid[changing[-1] + 1]) + 240)
    return float(min(latest, grid[-1]))
