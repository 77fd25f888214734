"""Charts of an epidemic: cases a day by state with help as it arrives, and how long help was on its way."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from sim.report import style
from sim.report.bands import (
    band_words,
    bands,
    column,
    curve,
    date_axis,
    draw_bands,
    draw_interval,
    draw_recorded,
    handles,
    levels,
    thousands,
)  # fmt: skip
from sim.report.figures import Cell, Chart, Sheet, clean_axes, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study
    from sim.scenario.epidemic import Delivery, Epidemic

Table = list[tuple[Cell, ...]]
#: Letter that stands for a kind of help on the curves.
LETTERS = {"kits": "k", "medics": "m", "laboratory": "l", "equipment": "e", "doses": "v", "production": "p"}
COLUMNS = ("state", "hours_after_start", "low", "lower_quartile", "median", "upper_quartile", "high")


def _model(study: Study) -> Epidemic:
    model = study.scenario.crisis.epidemic
    assert model is not None
    return model


def draw_epidemic(study: Study) -> Chart:
    """Draw cases a day in each state, with help where its median run puts it."""
    model = _model(study)
    rows = (len(model.outbreaks) + 1) // 2
    height = 1.3 + 1.55 * rows
    sheet = Sheet("Cases a day in each state, and help as it arrives", height)
    table: Table = []
    for place, (key, outbreak) in enumerate(model.outbreaks.items()):
        row, side = divmod(place, 2)
        axes = sheet.axes(
            0.72 + 3.45 * side,
            height - 1.85 - 1.55 * row,
            2.85,
            1.05,
            _title(study, place, key, outbreak.name),
        )
        _panel(study, axes, key, table)
        if side == 0:
            axes.set_ylabel("cases a day")
        last = rows - 1 == row or place + 2 >= len(model.outbreaks)
        date_axis(axes, study, 0.0, float(study.grid[-1]), labels=last, top=False, most=6)
        if place == 0:
            axes.legend(
                handles=handles(study, recorded=False), ncols=3, loc="lower left",
                bbox_to_anchor=(-0.02, 1.2), handlelength=1.4,
            )  # fmt: skip
    sheet.notes(
        f"All {len(study.rows)} runs; outer band {band_words(study)}. The course is an assumption: case "
        "counts are not recorded in the scenario's sources. Letters stand where help arrives in the "
        "median run: k test kits, l laboratory, e equipment, m medics, v vaccine, p its own production; "
        "at the "
        "right edge, later or never. Dark dotted line: the appeal."
    )
    return Chart("epidemic", "The epidemic in each state", sheet.figure, COLUMNS, table)


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
    table.extend((key, *(float(v) for v in row)) for row in stacked)
    top = float(np.nanmax(found.high)) or 1.0
    axes.set_ylim(0, 1.25 * top)
    mine = [(name, d) for name, d in _model(study).deliveries.items() if d.to == key]
    arrivals = sorted((min(_arrival(study, name, d), float(grid[-1])), LETTERS[d.what]) for name, d in mine)
    before, height = -1e9, 1.13
    for at, letter in arrivals:
        near = at - before < 0.03 * float(grid[-1])  # letters that would overlap step down
        height, before = (height - 0.13 if near else 1.13), at
        axes.axvline(at, color=style.SECOND_LINE, linewidth=0.7, linestyle=":")
        axes.text(
            max(at, 0.015 * float(grid[-1])),
            height * top,
            letter,
            fontsize=style.SMALL,
            color=style.SECOND_LINE,
            ha="center",
        )


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
    height = 1.5 + 0.34 * max(1, len(drawn))
    sheet = Sheet("From the day help was asked for to the day it came", height)
    axes = sheet.axes(2.65, 0.95, 4.35, height - 1.5)
    clean_axes(axes, grid="x")
    table: Table = []
    recorded = {e.response: e for e in study.scenario.record.values()}
    top = 0.0
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
            bound = entry.kind == "bound"
            draw_recorded(axes, y, *numbers, no_earlier=bound and entry.high is None)  # type: ignore[arg-type]
            top = max(top, *(float(v) for v in numbers if v is not None))
        table.append((name, came, *(float(v) for v in found), *numbers))
    axes.set_yticks(
        [float(len(drawn) - place) for place in range(len(drawn))],
        [_short(study, d.to, d.label) for d in drawn.values()],
    )
    axes.set_ylim(0.4, len(drawn) + 0.6)
    axes.set_xlim(0, 1.04 * top)
    axes.set_xlabel("days")
    axes.legend(
        handles=handles(study, figure=sheet.figure), ncols=5, loc="lower right", bbox_to_anchor=(1.02,
            1.0), handlelength=1.2,
        columnspacing=1.0,
    )  # fmt: skip
    sheet.notes(
        "What has not come by the end of the simulated time counts as coming then; deliveries whose day is "
        "an input are left out. Where a wait is derived from the record, the entry itself was kept out."
    )
    columns = ("delivery", "share_that_came", "low", "lower_quartile", "median", "upper_quartile", "high",
               "recorded", "recorded_low", "recorded_high")  # fmt: skip
    return Chart("aid", "Help on its way", sheet.figure, columns, table)
