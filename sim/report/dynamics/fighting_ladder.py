"""The ladder of ceasefires: runs one by one, and how many rounds of firing it took."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from sim.report import style
from sim.report.bands import date_axis
from sim.report.dynamics.fighting_charts import LEFT, WIDE, Table, cut_words, last_turn
from sim.report.figures import Chart, Sheet, clean_axes, say
from sim.report.marks import in_percent
from sim.report.runs import column, curve
from sim.scenario.units import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study

#: Runs drawn one by one on the ladder, and rungs of it.
RUNS, RUNGS = 40, 8


def draw_ladder(study: Study) -> Chart:
    """Draw runs one by one as bars of firing and ceasefire, and how many ceasefires it took."""
    table: Table = []
    sheet = Sheet("The ladder of ceasefires", 6.35)
    last = last_turn(study)
    upper = sheet.axes(LEFT, 3.05, WIDE, 2.4)
    _draw_runs(study, upper, table)
    date_axis(upper, study, 0.0, last)
    sheet.text(
        LEFT,
        5.45 + 0.3,
        f"a  {count(min(RUNS, len(study.rows)), 'run')}, one to a line, by the hour of their last change",
        weight="bold",
        size=8,
    )
    lower = sheet.axes(LEFT, 0.85, WIDE, 1.2)
    _draw_rungs(study, lower, table)
    sheet.text(LEFT, 2.05 + 0.09, "b  Rounds of firing until the ceasefire lasts", weight="bold", size=8)
    _legends_of_states(upper)
    sheet.notes(
        f"a: evenly spaced among {count(len(study.rows), 'run')} in order of the hour of their last change "
        f"of state, read every 3 h.{cut_words(study)} b: share of all runs; "
        + ("a diamond marks the number on record." if _recorded_rounds(study) else "not recorded.")
    )
    columns = ("panel", "run_or_rounds", "hours_after_start", "state_or_share", "unit")
    return Chart("ceasefires", "The ladder of ceasefires", sheet.figure, columns, table)


def _legends_of_states(axes: Axes) -> None:
    from matplotlib.patches import Patch

    shown = [Patch(facecolor=fill, hatch=hatch, edgecolor=style.TEXT, linewidth=0.4, label=name)
             for number, (name, fill, hatch) in style.FIGHT.items() if number != "0"]  # fmt: skip
    axes.legend(handles=shown, ncols=4, loc="upper left", bbox_to_anchor=(-0.02, -0.15), handlelength=1.4)


def _draw_runs(study: Study, axes: Axes, table: Table) -> None:
    states = curve(study, "fighting_state")
    axes.set_yticks([])
    axes.set_ylabel("runs")
    if states is None or not len(states):
        say(axes, "not simulated")
        return
    grid = np.asarray(study.grid, dtype=float)
    last = np.array([np.flatnonzero(np.diff(run))[-1] if np.any(np.diff(run)) else 0 for run in states])
    order = np.argsort(last, kind="stable")
    chosen = order[np.linspace(0, len(order) - 1, min(RUNS, len(order))).round().astype(int)]
    stretches: dict[str, list[list[tuple[float, float]]]] = {key: [] for key in style.FIGHT}
    for line, run in enumerate(chosen):
        turns = [0, *(np.flatnonzero(np.diff(states[run])) + 1)]
        ends = [*(float(grid[turn]) for turn in turns), float(2 * grid[-1] - grid[-2])]
        for turn, (since, until) in zip(turns, pairwise(ends), strict=True):
            key, low, high = str(int(states[run][turn])), line + 0.06, line + 0.94
            stretches[key].append([(since, low), (until, low), (until, high), (since, high)])
            table.append(("runs", int(run), since, style.FIGHT[key][0], "state"))
    _draw_stretches(axes, stretches)
    axes.set_ylim(len(chosen), 0)


def _draw_stretches(axes: Axes, stretches: dict[str, list[list[tuple[float, float]]]]) -> None:
    """Draw the stretches of each state: corners in hours and lines of runs."""
    from matplotlib.collections import PolyCollection

    for key, corners in stretches.items():
        _, fill, hatch = style.FIGHT[key]
        axes.add_collection(
            PolyCollection(corners, facecolor=fill, hatch=hatch, edgecolor=style.TEXT, linewidth=0)
        )


def _draw_rungs(study: Study, axes: Axes, table: Table) -> None:
    clean_axes(axes)
    rounds = column(study, "rounds")
    rounds = rounds[~np.isnan(rounds)]
    axes.set_xlabel("rounds of firing in the run")
    axes.set_ylabel("share of runs")
    if not len(rounds):
        say(axes, "not simulated")
        return
    capped = np.minimum(rounds, RUNGS)
    shares = [float((capped == k).mean()) for k in range(RUNGS + 1)]
    axes.bar(range(RUNGS + 1), shares, width=0.7, color=style.tint(style.LINE, style.INNER), linewidth=0)
    for k, share in enumerate(shares):
        if share:
            axes.text(
                k,
                share,
                f"{100 * share:.0f} %" if share >= 0.005 else "<1 %",
                ha="center",
                va="bottom",
                fontsize=style.SMALL,
            )
    axes.set_xticks(range(RUNGS + 1), [*map(str, range(RUNGS)), f"{RUNGS}+"])
    axes.set_ylim(0, 1.25 * max(shares))
    in_percent(axes)
    table.extend(("rounds", k, None, share, "share (0-1)") for k, share in enumerate(shares))
    for value in _recorded_rounds(study):
        axes.plot(
            [min(value, RUNGS)], [0.04 * max(shares)], marker="D", markersize=4.6, markerfacecolor="white",
            markeredgecolor=style.TEXT, markeredgewidth=0.9, zorder=6,
        )  # fmt: skip
        table.append(("recorded rounds", int(value), None, None, "rounds"))


def _recorded_rounds(study: Study) -> list[float]:
    """Return the recorded number of rounds: said so, or one more than the ceasefires that broke."""
    found = []
    for entry in study.scenario.record.values():
        if entry.value is not None and not math.isnan(entry.value):
            if entry.response == "rounds":
                found.append(entry.value)
            elif entry.response == "ceasefires_broken":
                found.append(entry.value + 1)
    return found
