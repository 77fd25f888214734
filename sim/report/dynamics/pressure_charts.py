"""Charts of outside pressure: attribution, law and help over time; sanctions and answers by member."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.report import style
from sim.report.bands import appeal_words, date_axis
from sim.report.figures import Cell, Chart, Sheet, clean_axes, notes_height, say
from sim.report.marks import End, in_percent, name_ends
from sim.report.runs import Floats, column, curve
from sim.report.telling import listing
from sim.report.words import all_of, percent
from sim.scenario.units import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study

Table = list[tuple[Cell, ...]]
SHARES = ("panel", "hours_after_start", "grade", "share_of_runs")
#: Greys to colour for grades that rise, with a hatch that carries them without colour.
GRADES = (
    (style.tint(style.OKABE_ITO["black"], 0.12), ""),
    (style.OKABE_ITO["yellow"], "////"),
    (style.OKABE_ITO["sky"], "...."),
    (style.OKABE_ITO["green"], ""),
)


def draw_attribution(study: Study) -> Chart:
    """Draw the shares of runs by attribution, by legal basis of force, and by help adopted, over time."""
    sheet = Sheet("Who did it, what the law allows, what help was adopted", 6.3)
    table: Table = []
    panels = (
        ("a  A hand from outside, as far as known", "attribution", ("author unknown", "claimed", "proved")),
        (
            "b  Legal basis of force, as last read by the Council",
            "basis_force",
            ("unmet", "contested", "met"),
        ),
        ("c  Highest help adopted", "help_level_reached", ("none", "words", "measures", "force")),
    )
    last = _last(study, *(name for _, name, _ in panels))
    for place, (title, name, words) in enumerate(panels):
        axes = sheet.axes(0.72, 4.42 - 1.78 * place, 4.9, 1.25, title)
        _shares(study, axes, name, words, table)
        date_axis(axes, study, 0.0, last, labels=place == 2, top=False, most=7)
    sheet.notes(
        f"Shares of {count(len(study.rows), 'run')} on the scenario's clock.{appeal_words(study, 0.0, last)} "
        "The Council reads the treaty when it is asked, so the law in panel b moves only then."
    )
    return Chart("attribution", "Attribution, law and help", sheet.figure, SHARES, table)


def _last(study: Study, *names: str) -> float:
    """Return when the last of the curves *names* has all but stopped changing, ten days added (hours)."""
    grid = np.asarray(study.grid, dtype=float)
    latest = 240.0
    for name in names:
        values = curve(study, name)
        if values is not None and len(values):
            mean = np.mean(values, axis=0)
            done = np.flatnonzero(mean >= mean[-1] - 0.02 * max(1e-9, float(mean[-1])))
            latest = max(latest, float(grid[done[0]]) + 240)
    return float(min(latest, grid[-1]))


def _shares(study: Study, axes: Axes, name: str, words: tuple[str, ...], table: Table) -> None:
    clean_axes(axes)
    axes.set_ylabel("share of runs")
    values = curve(study, name)
    if values is None or not len(values):
        say(axes, "not simulated")
        return
    grid = np.asarray(study.grid, dtype=float)
    fills = GRADES if len(words) == len(GRADES) else (GRADES[0], GRADES[1], GRADES[3])
    below = np.zeros(len(grid))
    for grade, (word, (colour, hatch)) in enumerate(zip(words, fills, strict=True)):
        share = np.mean(values == grade, axis=0)
        axes.fill_between(
            grid, below, below + share, facecolor=colour, hatch=hatch, edgecolor=style.QUIET, linewidth=0.2,
            label=word,
        )  # fmt: skip
        below = below + share
        table.extend((name, float(h), word, float(s)) for h, s in zip(grid[::16], share[::16], strict=True))
    axes.set_ylim(0, 1)
    in_percent(axes)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), reverse=True)


def draw_sanctions(study: Study) -> Chart:
    """Draw the share of runs in which each member is under sanctions, over time."""
    sheet = Sheet("Sanctions as a cost of association", 3.9)
    axes = sheet.axes(0.72, 1.0, 4.9, 2.35)
    clean_axes(axes)
    table: Table = []
    members = study.scenario.alliance.members
    ends, dashes = list[End](), style.member_dashes(members)
    grid, last = np.asarray(study.grid, dtype=float), float(study.grid[-1])
    shares = _sanctioned(study)
    alike = _alike(shares)
    hiding = {member for same in alike for member in same[1:] if dashes[member] == "-"}
    for member, share in shares.items():
        colour = style.member_colours(members)[member]
        dash = (0, (3, 3)) if member in hiding else dashes[member]  # what lies below shows in the gaps
        axes.plot(grid, share, color=colour, linewidth=1.4, linestyle=dash)
        words = f"{members[member].name}, {percent(float(share[-1]))}"
        ends.append(End(float(share[-1]), words, colour, dash))
        table.extend((member, float(h), float(s)) for h, s in zip(grid[::16], share[::16], strict=True))
    axes.set_ylim(-0.015, 1.02)  # a line at zero stands clear of the axis
    in_percent(axes)
    name_ends(axes, ends)
    axes.set_ylabel("share of runs")
    date_axis(axes, study, 0.0, last, top=False, most=8)
    ones = "".join(
        f" {listing([members[m].name for m in same])} share one line (dashed on full)." for same in alike
    )
    sheet.notes(
        f"Shares of {count(len(study.rows), 'run')}.{ones}{appeal_words(study, 0.0, last)} Hazards rise with "
        "closeness to the state held responsible and with open backing; they are assumptions, and when whom "
        "sanctions hit is not recorded in the sources used."
    )
    return Chart(
        "sanctions",
        "Sanctions by member",
        sheet.figure,
        ("member", "hours_after_start", "share_of_runs"),
        table,
    )


def _sanctioned(study: Study) -> dict[str, Floats]:
    """Return the share of runs in which each member is under sanctions, at the instants of the grid."""
    values = {member: curve(study, f"sanctioned.{member}") for member in study.scenario.alliance.members}
    return {m: np.mean(found, axis=0) for m, found in values.items() if found is not None and len(found)}


def _alike(shares: dict[str, Floats]) -> list[list[str]]:
    """Return the members whose lines coincide, together."""
    groups: list[list[str]] = []
    for member, share in shares.items():
        same = next((g for g in groups if np.array_equal(shares[g[0]], share)), None)
        groups.append([member]) if same is None else same.append(member)
    return [group for group in groups if len(group) > 1]


def draw_answers(study: Study) -> Chart:
    """Draw how each member answered the last motion put, over the runs in which one was put."""
    members = [m for m in study.scenario.alliance.members if m != study.scenario.crisis.host]
    notes = (
        f"{all_of(len(study.rows))}, of which those count in which a motion was put. Answers are to the last "
        "one, be it on force or on less. The host is not shown."
    )
    foot = notes_height(notes) + 0.72
    height = foot + 0.65 + 0.32 * len(members)
    sheet = Sheet("Answers to the last motion", height)
    tall = height - foot - 0.5
    axes = sheet.axes(1.2, foot, 5.7, tall)
    clean_axes(axes, grid="")
    table: Table = []
    words = ("object", "abstain", "support")
    asked = 0
    for place, member in enumerate(members):
        found = column(study, f"answer.{member}")
        found = found[~np.isnan(found)]
        asked = max(asked, found.size)
        left = 0.0
        for code in (2, 1, 0):
            share = float(np.mean(found == code)) if found.size else 0.0
            colour, hatch = style.ANSWERS[words[code]]
            axes.barh(
                len(members) - place, share, left=left, height=0.66, color=colour, hatch=hatch,
                edgecolor=style.EDGE, linewidth=0.4, label=words[code] if place == 0 else None,
            )  # fmt: skip
            table.append((member, words[code], share))
            left += share
    names = [study.scenario.alliance.members[m].name for m in members]
    axes.set_yticks([float(len(members) - p) for p in range(len(members))], names)
    axes.set_xlim(0, 1)
    in_percent(axes, along="x")
    axes.set_xlabel(f"share of the {count(asked, 'run')} in which a motion was put")
    axes.legend(ncols=3, loc="upper left", bbox_to_anchor=(-0.02, -0.42 / tall))
    if not asked:
        say(axes, "no motion was put in any run")
    sheet.notes(notes)
    return Chart("answers", "Answers to the last motion", sheet.figure, ("member", "answer", "share"), table)
