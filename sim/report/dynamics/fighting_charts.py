"""Charts of a fight: its states and dead over time, people displaced and returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.report import style
from sim.report.bands import RANGE, RECORDED, date_axis, draw_bands, draw_recorded, handles, thousands
from sim.report.figures import Cell, Chart, Sheet, clean_axes, notes_height, say
from sim.report.marks import in_percent, note_events, noted_words, recorded_events
from sim.report.runs import band_words, bands, curve, levels
from sim.report.unrest import SERIES_COLUMNS, last_hour, recorded_row, series_rows
from sim.report.words import all_of, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study
    from sim.scenario.fighting import Fighting
    from sim.scenario.study import RecordEntry

Table = list[tuple[Cell, ...]]
#: Width and left edge of the panels, inches.
WIDE, LEFT = 6.3, 0.72


def _rows() -> Table:
    return []


def _model(study: Study) -> Fighting:
    fighting = study.scenario.crisis.fighting
    assert fighting is not None
    return fighting


def last_turn(study: Study) -> float:
    """Return when nearly all runs have settled (h), so that the early hours are not squeezed together."""
    turned, end = _last_turns(study), float(study.grid[-1])
    if not turned:
        return end
    recorded = [study.scenario.hours(event.at) for event in study.scenario.recorded_events]
    return float(min(max([np.quantile(turned, 0.8) * 1.15, *recorded, 24.0]) + 12, end))


def _last_turns(study: Study) -> list[float]:
    """Return when each run last changed its state (h)."""
    states, grid = curve(study, "fighting_state"), np.asarray(study.grid, dtype=float)
    if states is None:
        return []
    return [
        float(grid[np.flatnonzero(np.diff(run))[-1] + 1]) if np.any(np.diff(run)) else 0.0 for run in states
    ]


def cut_words(study: Study) -> str:
    """Return what the axis leaves out at its right end, in words; empty if nothing."""
    last, turned = last_turn(study), _last_turns(study)
    later = sum(turn > last for turn in turned)
    if not later:
        return ""
    return (
        f" The axis ends before the simulated time: {percent(later / len(turned))} of the runs change their "
        "state later."
    )


# states and dead


def draw_clash(study: Study) -> Chart:
    """Draw the share of runs in each state over time, and the people killed on each side."""
    fighting, table = _model(study), _rows()
    last, tall = last_turn(study), 1.25
    told = recorded_events(study, last)
    marks = any(_entry(study, f"killed.{key}") for key in fighting.sides)
    notes = (
        f"{all_of(len(study.rows))} on the scenario's clock, read every 3 h; outer band "
        f"{band_words(study)}.{cut_words(study)}"
        f"{' Diamonds: totals on record; those simulated are in the outcome table.' if marks else ''}"
        f"{noted_words(told, 'Numbers and dotted lines in a, dated events on record', 'bars')}"
    )
    foot = notes_height(notes) + 0.8
    sheet = Sheet("The fighting over time", foot + 5.65)
    places = (foot + 3.65, foot + 1.75, foot)
    states = sheet.axes(LEFT, places[0], WIDE, tall)
    _draw_states(study, states, table)
    date_axis(states, study, 0.0, last, labels=False)
    note_events(states, told, inside=True, dotted=True, colour=style.TEXT)
    sheet.text(LEFT, places[0] + tall + 0.3, "a  Share of runs in each state", weight="bold", size=8)
    for letter, place, (key, side) in zip("bc", places[1:], fighting.sides.items(), strict=True):
        axes = sheet.axes(LEFT, place, WIDE, tall)
        _draw_dead(study, axes, key, table)
        date_axis(axes, study, 0.0, last, labels=letter == "c", top=False)
        words = f"{letter}  People killed so far, {side.name} side"
        sheet.text(LEFT, place + tall + 0.09, words, weight="bold", size=8)
    _legends(study, states, axes)
    sheet.notes(notes)
    return Chart("clash", "The fighting over time", sheet.figure, SERIES_COLUMNS, table)


def _legends(study: Study, upper: Axes, lower: Axes) -> None:
    from matplotlib.patches import Patch

    states = curve(study, "fighting_state")
    early = np.asarray(study.grid) <= last_turn(study)
    seen = set[int]() if states is None else {int(number) for number in np.unique(states[:, early])}
    shown = [
        Patch(facecolor=fill, hatch=hatch, edgecolor=style.TEXT, linewidth=0.4, label=name)
        for number, (name, fill, hatch) in style.FIGHT.items()
        if int(number) in seen
    ]
    upper.legend(handles=shown, ncols=5, loc="upper left", bbox_to_anchor=(-0.08, -0.02), handlelength=1.4)
    lower.legend(
        handles=handles(study, figure=lower.figure),
        ncols=5,
        loc="upper left",
        bbox_to_anchor=(-0.1, -0.28),
        handlelength=1.5,
    )


def _draw_states(study: Study, axes: Axes, table: Table) -> None:
    clean_axes(axes, grid="")
    axes.set_ylabel("share of runs")
    axes.set_ylim(0, 1)
    in_percent(axes)
    states = curve(study, "fighting_state")
    if states is None or not len(states):
        say(axes, "not simulated")
        return
    grid, below = np.asarray(study.grid, dtype=float), np.zeros(len(study.grid))
    for number in (2, 3, 1, 4, 0):
        name, fill, hatch = style.FIGHT[str(number)]
        share = (states == number).mean(axis=0)
        axes.fill_between(
            grid, below, below + share, facecolor=fill, hatch=hatch, edgecolor=style.TEXT, linewidth=0.2,
            step="post",
        )  # fmt: skip
        below = below + share
        for hour, value in list(zip(grid, share, strict=True))[::4]:
            table.append(
                (f"share: {name}", "share (0-1)", float(hour), *([None] * 2), float(value), *([None] * 5))
            )


def _draw_dead(study: Study, axes: Axes, key: str, table: Table) -> None:
    from matplotlib.ticker import MaxNLocator

    clean_axes(axes)
    thousands(axes)
    axes.set_ylabel("people")
    values = curve(study, f"killed.{key}")
    if values is None or not len(values):
        say(axes, "not simulated")
        return
    grid = np.asarray(study.grid, dtype=float)
    found = bands(values, levels(study))
    draw_bands(axes, grid, found)
    table.extend(series_rows(f"killed {key}", "people", grid, found))
    entry = _entry(study, f"killed.{key}")
    if entry is None:
        say(axes, "not recorded", x=0.985, y=0.9, align="right")
        top = 0.0
    else:
        _mark_at_edge(axes, entry)
        table.append(recorded_row(f"killed {key}", "people", float(grid[-1]), entry))
        top = entry.high or entry.value or 0.0
    axes.set_ylim(0, 1.08 * max(float(np.nanmax(found.high)), top, 1.0))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))


def _mark_at_edge(axes: Axes, entry: RecordEntry) -> None:
    """Draw a recorded total at the right edge of *axes*, whatever its scale of hours."""
    ends = [value for value in (entry.low, entry.high) if value is not None]
    if len(ends) == 2:
        axes.plot([1.012, 1.012], ends, transform=axes.get_yaxis_transform(), color=style.TEXT, linewidth=1.0,
                  clip_on=False, gid=RANGE)  # fmt: skip
    for value in (entry.low, entry.high):
        if value is not None:
            axes.plot(
                [1.012], [value], transform=axes.get_yaxis_transform(), marker="_", color=style.TEXT,
                markersize=5, clip_on=False,
            )  # fmt: skip
    if entry.value is not None:
        axes.plot(
            [1.012], [entry.value], transform=axes.get_yaxis_transform(), marker="D", markersize=4.6,
            markerfacecolor="white", markeredgecolor=style.TEXT, markeredgewidth=0.9, clip_on=False,
            gid=RECORDED,
        )  # fmt: skip


def _entry(study: Study, response: str) -> RecordEntry | None:
    return next((e for e in study.scenario.record.values() if e.response == response), None)


# people away and back


def draw_displaced(study: Study) -> Chart:
    """Draw how many people are away from home, and how many have come back, against the record."""
    fighting, table = _model(study), _rows()
    keys = [key for key, side in fighting.sides.items() if side.displaced is not None]
    tall = 1.35
    notes = (
        f"{all_of(len(study.rows))} on the scenario's clock; outer band {band_words(study)}. Highest "
        "numbers on record stand at the right edge, numbers of a day on that day."
    )
    foot = notes_height(notes) + 0.72
    sheet = Sheet("People displaced and returned", foot + 0.35 + 1.85 * 2 * max(1, len(keys)))
    place = sheet.height - 0.85 - tall
    last = last_hour(study, *(f"{what}.{key}" for what in ("away", "returned") for key in keys))
    axes = None
    for key in keys:
        for what, words in (("away", "away from home"), ("returned", "home again")):
            axes = sheet.axes(LEFT + 0.1, place, WIDE - 0.1, tall)
            _draw_people(study, axes, what, key, table)
            first, final = axes is sheet.figure.axes[0], key == keys[-1] and what == "returned"
            date_axis(axes, study, 0.0, last, labels=final, top=first)
            title = f"{'abcd'[len(sheet.figure.axes) - 1]}  {fighting.sides[key].name} side: people {words}"
            sheet.text(LEFT, place + tall + (0.3 if first else 0.09), title, weight="bold", size=8)
            place -= 1.85
    if axes is None:
        say(sheet.axes(LEFT, 0.8, WIDE, tall), "nobody is displaced in this scenario")
    else:
        axes.legend(
            handles=handles(study, figure=sheet.figure),
            ncols=5,
            loc="upper left",
            bbox_to_anchor=(-0.1, -0.26),
            handlelength=1.5,
        )
    sheet.notes(notes)
    return Chart("displaced", "People displaced and returned", sheet.figure, SERIES_COLUMNS, table)


def _draw_people(study: Study, axes: Axes, what: str, key: str, table: Table) -> None:
    clean_axes(axes)
    thousands(axes)
    axes.set_ylabel("people")
    values = curve(study, f"{what}.{key}")
    if values is None or not len(values):
        say(axes, "not simulated")
        return
    grid = np.asarray(study.grid, dtype=float)
    found = bands(values, levels(study))
    draw_bands(axes, grid, found)
    panel = f"{what} {key}"
    table.extend(series_rows(panel, "people", grid, found, every=8))
    entries = [e for e in study.scenario.record.values() if e.response == "back_by" and e.at is not None]
    top = float(np.nanmax(found.high))
    if what == "away":
        entry = _entry(study, f"displaced.{key}")
        if entry is not None:
            _mark_at_edge(axes, entry)
            table.append(recorded_row(panel, "people", float(grid[-1]), entry))
            top = max(top, entry.high or 0.0)
    elif entries:
        for one in entries:
            assert one.at is not None
            hour = study.scenario.hours(one.at)
            draw_recorded(axes, hour, one.value, one.low, one.high, vertical=True)
            table.append(recorded_row(panel, "people", hour, one))
    else:
        say(axes, "returns: not recorded", x=0.985, y=0.12, align="right")
    axes.set_ylim(0, 1.08 * max(top, 1.0))
