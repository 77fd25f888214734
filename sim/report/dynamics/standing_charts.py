"""Trust, cohesion, confidence, exit hazard and debts through time, with bands and the episodes marked."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.campaign import begins
from sim.report import style
from sim.report.bands import appeal_words, date_axis, draw_bands, handles
from sim.report.figures import Chart, Sheet, clean_axes, notes_height
from sim.report.marks import End, in_percent, name_ends, number_events, numbered_words
from sim.report.runs import band_words, bands, curve, levels
from sim.report.unrest import SERIES_COLUMNS, Table, series_rows
from sim.report.words import all_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study

#: Inches: left edge and width of the panels, their heights, and from one to the next.
LEFT, WIDE, TALL, STEP = 0.72, 4.75, 1.15, 1.55
#: Most letters of an episode's title in the notes.
LONGEST = 48
TITLES = {
    "cohesion": "Cohesion (-1 to 1)",
    "confidence": "Share of the public that counts on help",
    "exit_hazard": "Hazard that some member leaves, the lead apart (per year)",
    "debts": "Debts for help, of all states together",
}
#: What stands beside the panels, where the name of the curve would not do.
AXES = {"exit_hazard": "per year", "confidence": "share of the public"}
#: The unit of each curve in the file of numbers.
UNITS = {
    "cohesion": "scale -1 to 1",
    "confidence": "share (0-1)",
    "exit_hazard": "per year",
    "debts": "no unit",
}


def draw_standing(study: Study) -> Chart:
    """Draw every member's trust, then what the alliance has in common, with bands; episodes are numbered."""
    table: Table = []
    panels = _panels(study)
    notes = _notes(study)
    foot = notes_height(notes) + 0.72
    sheet = Sheet("Standing of the alliance", foot + 1.6 + STEP * len(panels) + 0.95)
    last, top = float(study.grid[-1]), sheet.height - 0.95 - 1.6
    axes = sheet.axes(LEFT, top, WIDE, 1.6)
    _trust(study, axes, table)
    date_axis(axes, study, 0.0, last, labels=not panels, top=False)
    number_events(axes, [hour for hour, _ in _begun(study)])
    words = "a  Trust of each member in the alliance: mean, and the middle half of the runs"
    sheet.text(LEFT, top + 1.6 + 0.24, words, weight="bold", size=8)
    for place, name in enumerate(panels, start=1):
        y = top - STEP * place
        axes = sheet.axes(LEFT, y, WIDE, TALL)
        found = bands(curve(study, name), levels(study))  # type: ignore[arg-type]
        draw_bands(axes, study.grid, found)
        table.extend(series_rows(name, UNITS[name], study.grid, found))
        axes.set_ylabel(AXES.get(name, name))
        clean_axes(axes)
        date_axis(axes, study, 0.0, last, labels=place == len(panels), top=False)
        for hour, _ in _begun(study):
            axes.axvline(hour, color=style.QUIET, linewidth=0.5, zorder=1)
        if name == "confidence":
            in_percent(axes)
        sheet.text(LEFT, y + TALL + 0.08, f"{'bcde'[place - 1]}  {TITLES[name]}", weight="bold", size=8)
    if panels:
        axes.legend(handles=handles(study, recorded=False), ncols=3, loc="upper left", handlelength=1.5,
                    bbox_to_anchor=(-0.02, -0.32))  # fmt: skip
    sheet.notes(notes)
    return Chart("standing", "Standing of the alliance", sheet.figure, SERIES_COLUMNS, table)


def _notes(study: Study) -> str:
    numbers = numbered_words([words for _, words in _begun(study)], "Numbers above a, where episodes begin")
    members = study.scenario.alliance.members
    order = ", ".join(members[m].name for m in members if curve(study, f"trust.{m}") is not None)
    tints = "; tints, the middle half (25-75 %) of the runs" if style.FAN else ""
    others = (
        f" Other panels: median, middle half and outer band ({band_words(study)})." if _panels(study) else ""
    )
    return (
        f"{all_of(len(study.rows))} on the clock of the scenario. Lines in a, means{tints}; bars beside it, "
        f"the middle half at the end: {order}, from left to right.{others} Every effect on standing is an "
        "assumption of the scenario; scales have no unit."
        f"{appeal_words(study, 0.0, float(study.grid[-1]))}{numbers}"
    )


def _panels(study: Study) -> list[str]:
    """Return the curves of what the alliance has in common that the study holds."""
    return [name for name in TITLES if curve(study, name) is not None]


def _begun(study: Study) -> list[tuple[float, str]]:
    """Return when each episode of a campaign begins (hours) and its title, in order of time."""
    found = [(begins(study.scenario, one), key, one.title) for key, one in study.scenario.crises.items()]
    return [(hour, textwrap.shorten(title, LONGEST, placeholder=" ...")) for hour, _, title in sorted(found)]


def _trust(study: Study, axes: Axes, table: Table) -> None:
    """Draw the mean of each member's trust, at its end its middle half as a bar and its name."""
    members = study.scenario.alliance.members
    dashes, ends = style.member_dashes(members), list[End]()
    for member, colour in style.member_colours(members).items():
        values = curve(study, f"trust.{member}")
        if values is None or not len(values):
            continue
        found = bands(values, levels(study))
        middle = np.nanmean(values, axis=0)
        if style.FAN:
            axes.fill_between(
                study.grid, found.lower, found.upper, color=colour, alpha=style.FAN, linewidth=0
            )
        axes.plot(study.grid, middle, color=colour, linewidth=1.3, linestyle=dashes[member])
        at = 1.012 + 0.011 * len(ends)
        axes.plot([at, at], [found.lower[-1], found.upper[-1]], transform=axes.get_yaxis_transform(),
                  marker="_", markersize=3, color=colour, linewidth=1.2, linestyle="-",
                  clip_on=False)  # fmt: skip
        ends.append(
            End(float(middle[-1]), f"{members[member].name} {middle[-1]:+.2f}", colour, dashes[member])
        )
        table.extend(series_rows(f"trust.{member}", "scale -1 to 1", study.grid, found))
    axes.axhline(0, color=style.QUIET, linewidth=0.6)
    axes.set_ylabel("trust")
    clean_axes(axes)
    name_ends(axes, ends, at=1.022 + 0.011 * len(ends))
