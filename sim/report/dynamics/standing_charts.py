"""Trust, cohesion and public confidence through time, with bands over the runs and the episodes marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engine.campaign import begins
from sim.report import style
from sim.report.bands import band_words, bands, curve, date_axis, draw_bands, handles, levels
from sim.report.figures import Chart, Sheet, clean_axes, notes_height
from sim.report.unrest import SERIES_COLUMNS, Table, series_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study

#: Inches: left edge and width of the panels, their heights, and from one to the next.
LEFT, WIDE, TALL, STEP = 0.72, 5.1, 1.15, 1.55
TITLES = {"cohesion": "Cohesion (-1 to 1)", "confidence": "Share of the public that counts on help"}


def draw_standing(study: Study) -> Chart:
    """Draw every member's trust, then cohesion and confidence with their bands; numbers mark the episodes."""
    table: Table = []
    panels = [name for name in TITLES if curve(study, name) is not None]
    notes = _notes(study)
    foot = notes_height(notes) + 0.72
    sheet = Sheet("Standing of the alliance", foot + 1.6 + STEP * len(panels) + 0.95)
    last, top = float(study.grid[-1]), sheet.height - 0.95 - 1.6
    axes = sheet.axes(LEFT, top, WIDE, 1.6)
    _trust(study, axes, table)
    date_axis(axes, study, 0.0, last, labels=not panels, top=False)
    _episodes(study, axes, numbers=True)
    sheet.text(LEFT, top + 1.6 + 0.24, "a  Trust of each member in the alliance: mean, with its middle half",
               weight="bold", size=8)  # fmt: skip
    for place, name in enumerate(panels, start=1):
        y = top - STEP * place
        axes = sheet.axes(LEFT, y, WIDE, TALL)
        found = bands(curve(study, name), levels(study))  # type: ignore[arg-type]
        draw_bands(axes, study.grid, found)
        table.extend(series_rows(name, study.grid, found))
        axes.set_ylabel(name)
        clean_axes(axes)
        date_axis(axes, study, 0.0, last, labels=place == len(panels), top=False)
        _episodes(study, axes)
        sheet.text(LEFT, y + TALL + 0.08, f"{'bc'[place - 1]}  {TITLES[name]}", weight="bold", size=8)
    if panels:
        axes.legend(handles=handles(study, recorded=False), ncols=3, loc="upper left", handlelength=1.5,
                    bbox_to_anchor=(-0.02, -0.32))  # fmt: skip
    sheet.notes(notes)
    return Chart("standing", "Standing of the alliance", sheet.figure, SERIES_COLUMNS, table)


def _notes(study: Study) -> str:
    told = "; ".join(f"{n} {title}" for n, (_, title) in enumerate(_begun(study), 1))
    numbers = f" Numbers above a, where episodes begin: {told}." if told else ""
    return (
        f"All {len(study.rows)} runs on the clock of the scenario; outer band {band_words(study)}. Every "
        "effect on "
        f"standing is an assumption of the scenario; scales have no unit. Dotted line: the appeal.{numbers}"
    )


def _begun(study: Study) -> list[tuple[float, str]]:
    """Return when each episode of a campaign begins (hours) and its title, in order of time."""
    found = [(begins(study.scenario, episode), key) for key, episode in study.scenario.crises.items()]
    return [(hour, key.replace("_", " ")) for hour, key in sorted(found)]


def _episodes(study: Study, axes: Axes, *, numbers: bool = False) -> None:
    place, last = axes.get_xaxis_transform(), float(study.grid[-1])
    shown = -last
    for number, (hour, _) in enumerate(_begun(study), 1):
        axes.axvline(hour, color=style.QUIET, linewidth=0.5, zorder=1)
        if numbers:
            shown = max(hour, shown + 0.024 * last)
            axes.plot([hour, shown], [1.0, 1.03], transform=place, color=style.QUIET, linewidth=0.5,
                      clip_on=False)  # fmt: skip
            axes.text(shown, 1.04, str(number), transform=place, fontsize=style.SMALL, ha="center")


def _trust(study: Study, axes: Axes, table: Table) -> None:
    """Draw the mean of each member's trust over a faint middle half, its name at its end."""
    members = study.scenario.alliance.members
    ends: list[tuple[float, str, str]] = []
    for member, colour in style.member_colours(members).items():
        values = curve(study, f"trust.{member}")
        if values is None or not len(values):
            continue
        found = bands(values, levels(study))
        middle = np.nanmean(values, axis=0)
        axes.fill_between(study.grid, found.lower, found.upper, color=colour, alpha=0.15, linewidth=0)
        axes.plot(study.grid, middle, color=colour, linewidth=1.3)
        ends.append((float(middle[-1]), members[member].name, colour))
        table.extend(series_rows(f"trust.{member}", study.grid, found))
    axes.axhline(0, color=style.QUIET, linewidth=0.6)
    axes.set_ylabel("trust")
    clean_axes(axes)
    low, high = axes.get_ylim()
    gap, floor = 0.075 * (high - low), -np.inf
    for value, name, colour in sorted(ends):
        y = max(value, floor + gap)
        floor = y
        axes.annotate(f"{name} {value:+.2f}", (float(study.grid[-1]), value), xytext=(1.02,
            (y - low) / (high - low)),
                      textcoords="axes fraction", va="center", fontsize=style.SMALL, color=colour,
                      annotation_clip=False)  # fmt: skip
    axes.set_ylim(low, high)
