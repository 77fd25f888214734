"""Charts of an epidemic: cases a day by state with help as it arrives, and how long help was on its way."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

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
from sim.report.marks import number_events
from sim.report.runs import band_words, bands, column, curve, levels
from sim.report.words import all_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study
    from sim.scenario.epidemic import Delivery, Epidemic

Table = list[tuple[Cell, ...]]
#: Words for a kind of help, and the letter that stands for it on the curves.
HELP = {"kits": "test kits", "medics": "medics", "laboratory": "laboratory", "equipment": "equipment",
        "doses": "vaccine", "production": "its own production"}  # fmt: skip
LETTERS = {"kits": "k", "medics": "m", "laboratory": "l", "equipment": "e", "doses": "v", "production": "p"}
COLUMNS = ("state", "unit", "hours_after_start", "low", "lower_quartile", "median", "upper_quartile", "high")


#: Inches: height of a panel, and from one row of panels to the next.
TALL, STEP = 1.05, 1.58


def _model(study: Study) -> Epidemic:
    model = study.scenario.crisis.epidemic
    assert model is not None
    return model


def draw_epidemic(study: Study) -> Chart:
    """Draw cases a day in each state, with help where its median run puts it."""
    model = _model(study)
    rows = (len(model.outbreaks) + 1) // 2
    notes = _notes(study)
    foot = notes_height(notes) + 0.45
    height = foot + 0.55 + STEP * rows
    sheet = Sheet("Cases a day in each state, and help as it arrives", height)
    table: Table = []
    for place, (key, outbreak) in enumerate(model.outbreaks.items()):
        row, side = divmod(place, 2)
        axes = sheet.axes(
            0.72 + 3.45 * side,
            height - 0.55 - STEP * (row + 1) + 0.25,
            2.85,
            TALL,
        )
        title = _title(study, place, key, outbreak.name)
        sheet.text(0.72 + 3.45 * side, height - 0.55 - STEP * (row + 1) + 0.25 + TALL + 0.2, title,
                   weight="bold", size=8)  # fmt: skip
        _panel(study, axes, key, table)
        if side == 0:
            axes.set_ylabel("cases a day")
        last = rows - 1 == row or place + 2 >= len(model.outbreaks)
        date_axis(axes, study, 0.0, float(study.grid[-1]), labels=last, top=False, most=6)
        _arrivals(study, axes, key)
    sheet.figure.legend(handles=handles(study, recorded=False), ncols=3, loc="lower left", handlelength=1.5,
                        bbox_to_anchor=(0.08, (foot - 0.47) / sheet.height))  # fmt: skip
    sheet.notes(notes)
    return Chart("epidemic", "The epidemic in each state", sheet.figure, COLUMNS, table)


def _notes(study: Study) -> str:
    shown = {delivery.what for delivery in _model(study).deliveries.values()}
    letters = ", ".join(f"{letter} {HELP[what]}" for what, letter in LETTERS.items() if what in shown)
    return (
        f"{all_of(len(study.rows))}; outer band {band_words(study)}. The course is an assumption: case "
        "counts are not recorded in the scenario's sources. Letters stand where help arrives in the "
        f"median run: {letters}; at the right edge, later or never."
        f"{appeal_words(study, 0.0, float(study.grid[-1]), 'Dark dotted line')}"
    )


def _title(study: Study, place: int, key: str, town: str) -> str:
    member = study.scenario.alliance.members.get(key)
    return f"{'abcdefghijkl'[place % 12]}  {member.name if member else key} ({town})"


def _panel(study: Study, axes: Axes, key: str, table: Table) -> None:
    clean_axes(axes)
    values = curve(study, f"cases_a_day.{key}")
    if values is None or not len(values):
        say(axes, "not simulated")
        return
    grid = np.asarray(study.grid, dtype=float)
    found = bands(values, levels(study))
    thousands(axes)
    draw_bands(axes, grid, found)
    stacked = np.column_stack([grid, *found])[::16]
    table.extend((key, "cases a day", *(float(v) for v in row)) for row in stacked)
    top = float(np.nanmax(found.high)) or 1.0
    axes.set_ylim(0, 1.08 * top)


def _arrivals(study: Study, axes: Axes, key: str) -> None:
    """Draw a lettered line where each delivery arrives in the median run, those of one day as one."""
    mine = [(name, d) for name, d in _model(study).deliveries.items() if d.to == key]
    end, found = float(study.grid[-1]), dict[int, list[tuple[float, str]]]()
    for name, delivery in mine:
        at = min(_arrival(study, name, delivery), end)
        found.setdefault(int(at // 24), []).append((at, LETTERS[delivery.what]))
    days = sorted(
        (min(at for at, _ in same), ", ".join(sorted({w for _, w in same}))) for same in found.values()
    )
    number_events(axes, [at for at, _ in days], words=[words for _, words in days], dotted=True,
                  colour=style.SECOND_LINE, reach=0.045)  # fmt: skip


def _arrival(study: Study, name: str, delivery: Delivery) -> float:
    """Return the median instant (h) at which a delivery arrives; inf if most runs never see it."""
    asked = study.scenario.hours(delivery.asked)
    leads = column(study, f"lead.{name}")
    lead = np.where(np.isnan(leads), np.inf, leads)
    return asked + float(np.median(lead))


def _short(study: Study, key: str, label: str) -> str:
    """Return a delivery as its state and what it brings, in at most two lines."""
    member = study.scenario.alliance.members.get(key)
    return textwrap.fill(f"{member.name if member else key}: {label}", 40, max_lines=2, placeholder=" ...")


def draw_aid(study: Study) -> Chart:
    """Draw how long each delivery was on its way, against what was recorded."""
    drawn = {
        name: delivery for name, delivery in _model(study).deliveries.items() if delivery.lead.certain is None
    }
    height = 1.65 + 0.34 * max(1, len(drawn))
    sheet = Sheet("From the day help was asked for to the day it came", height)
    axes = sheet.axes(2.65, 1.2, 4.35, height - 1.65)
    clean_axes(axes, grid="x")
    table: Table = []
    recorded = {e.response: e for e in study.scenario.record.values()}
    top, open_ended = 0.0, False
    for place, (name, delivery) in enumerate(drawn.items()):
        leads = column(study, f"lead.{name}") / 24
        longest = (float(study.scenario.horizon) - study.scenario.hours(delivery.asked)) / 24
        came = float(np.mean(~np.isnan(leads)))
        found = bands(np.where(np.isnan(leads), longest, leads), levels(study))
        y = float(len(drawn) - place)
        draw_interval(axes, y, found)
        top = max(top, float(found.high))
        entry = recorded.get(f"lead.{name}")
        numbers: tuple[Cell, ...] = (None, None, None)
        if entry is not None:
            numbers = tuple(None if v is None else v / 24 for v in (entry.value, entry.low, entry.high))
            later = entry.kind == "bound" and entry.high is None
            draw_recorded(axes, y, *numbers, no_earlier=later)  # type: ignore[arg-type]
            open_ended = open_ended or later
            top = max(top, *(float(v) for v in numbers if v is not None))
        table.append((name, "days", came, *(float(v) for v in found), *numbers))
    axes.set_yticks(
        [float(len(drawn) - place) for place in range(len(drawn))],
        [_short(study, d.to, d.label) for d in drawn.values()],
    )
    axes.set_ylim(0.4, len(drawn) + 0.6)
    axes.set_xlim(0, 1.04 * top)
    axes.set_xlabel("days")
    sheet.figure.legend(handles=handles(study, figure=sheet.figure), ncols=5, loc="lower left",
                        bbox_to_anchor=(0.02, 0.52 / sheet.height), handlelength=1.5)  # fmt: skip
    sheet.notes(
        f"{all_of(len(study.rows))}; outer band {band_words(study)}. "
        "What has not come by the end of the simulated time counts as coming then; deliveries whose day is "
        "an input are left out. Where a wait is derived from the record, the entry itself was kept out."
        + (" An arrow: no earlier than that." if open_ended else "")
    )
    columns = ("delivery", "unit", "share_that_came", "low", "lower_quartile", "median", "upper_quartile",
               "high", "recorded", "recorded_low", "recorded_high")  # fmt: skip
    return Chart("aid", "Help on its way", sheet.figure, columns, table)
