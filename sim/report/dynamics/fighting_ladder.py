"""The ladder of ceasefires: runs one by one, and how many rounds of firing it took."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.report import style
from sim.report.bands import column, curve, date_axis
from sim.report.dynamics.fighting_charts import LEFT, STATES, WIDE, Table, last_turn
from sim.report.figures import Chart, Sheet, clean_axes, say

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
        f"a  {RUNS} runs, one to a line, by the hour of their last change",
        weight="bold",
        size=8,
    )
    lower = sheet.axes(LEFT, 0.85, WIDE, 1.2)
    _draw_rungs(study, lower, table)
    sheet.text(LEFT, 2.05 + 0.09, "b  Rounds of firing until the ceasefire lasts", weight="bold", size=8)
    _legends_of_states(upper)
    sheet.notes(
        f"a: evenly spaced among all {len(study.rows)} runs in order of the hour of their last change of "
        "state, read every 3 h. b: share of all runs; a diamond marks the number on record."
    )
    columns = ("panel", "run_or_rounds", "hours_after_start", "state_or_share")
    return Chart("ceasefires", "The ladder of ceasefires", sheet.figure, columns, table)


def _legends_of_states(axes: Axes) -> None:
    from matplotlib.patches import Patch

    shown = [Patch(facecolor=fill, edgecolor=style.TEXT, linewidth=0.4, label=name)
             for number, (name, fill, _) in STATES.items() if number]  # fmt: skip
    axes.legend(handles=shown, ncols=4, loc="upper left", bbox_to_anchor=(-0.02, -0.15), handlelength=1.4)


def _draw_runs(study: Study, axes: Axes, table: Table) -> None:
    from matplotlib.colors import ListedColormap

    states = curve(study, "fighting_state")
    axes.set_yticks([])
    axes.set_ylabel("runs")
    if states is None or not len(states):
        say(axes, "not simulated")
        return
    grid = np.asarray(study.grid, dtype=float)
    ends = np.array([np.flatnonzero(np.diff(run))[-1] if np.any(np.diff(run)) else 0 for run in states])
    order = np.argsort(ends, kind="stable")
    chosen = order[np.linspace(0, len(order) - 1, min(RUNS, len(order))).round().astype(int)]
    axes.imshow(
        states[chosen], aspect="auto", interpolation="nearest", vmin=-0.5, vmax=4.5,
        cmap=ListedColormap([fill for _, fill, _ in STATES.values()]),
        extent=(grid[0], grid[-1] + grid[1] - grid[0], len(chosen), 0),
    )  # fmt: skip
    for line in range(1, len(chosen)):
        axes.axhline(line, color="white", linewidth=0.6)
    for run in chosen:
        turns = [0, *(np.flatnonzero(np.diff(states[run])) + 1)]
        table.extend(("runs", int(run), float(grid[t]), STATES[int(states[run][t])][0]) for t in turns)


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
                f"{share:.0%}" if share >= 0.005 else "<1%",
                ha="center",
                va="bottom",
                fontsize=style.SMALL,
            )
    axes.set_xticks(range(RUNGS + 1), [*map(str, range(RUNGS)), f"{RUNGS}+"])
    axes.set_ylim(0, 1.25 * max(shares))
    table.extend(("rounds", k, None, share) for k, share in enumerate(shares))
    for value in _recorded_rounds(study):
        axes.plot(
            [min(value, RUNGS)], [0.04 * max(shares)], marker="D", markersize=4.6, markerfacecolor="white",
            markeredgecolor=style.TEXT, markeredgewidth=0.9, zorder=6,
        )  # fmt: skip
        table.append(("recorded rounds", int(value), None, None))


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
