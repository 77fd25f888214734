"""What each member answered, and how far the alliance went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind
from sim.report import style
from sim.report.figures import Cell, Chart, Sheet, clean_axes, say
from sim.report.record_marks import ANSWER_OF, recorded_answer
from sim.report.runs import finished_rows, share_band
from sim.report.times import kind_of
from sim.report.words import all_of, percent
from sim.scenario.alliance import HELP_LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from sim.experiment.study import Study
    from sim.experiment.summary import Summary

#: Inches for a member's bar.
ROW = 0.3
Table = list[tuple[Cell, ...]]


def answer_shares(shares: Mapping[str, float], voted: float = 1.0) -> dict[str, float]:
    """Return a member's shares of answers, of which *voted* came to a vote; 'no vote' fills what is left."""
    known = {
        answer: voted * float(shares.get(answer, 0.0)) for answer in style.ANSWERS if answer != "no vote"
    }
    return {**known, "no vote": max(1 - sum(known.values()), 0.0)}


def draw_positions(study: Study) -> Chart:
    """Draw the shares of each member's answers, and of the highest help level adopted."""
    summary = study.summary()
    members = [m for m in study.scenario.alliance.members if m in summary.positions]
    tall = ROW * max(len(members), 2)
    sheet = Sheet("Positions of the members and the help they agreed on", tall + 3.5)
    table: Table = []
    left, width = 1.35, 4.75
    upper = sheet.axes(left, 2.85, width, tall)
    _answers(study, summary, upper, members, table)
    sheet.text(0.12, 2.85 + tall + 0.12, "a  Answers to the motion finally decided", weight="bold", size=8)
    lower = sheet.axes(left, 0.78, width, 1.0)
    _levels(study, summary, lower, table)
    sheet.text(0.12, 0.78 + 1.0 + 0.12, "b  Highest help level adopted", weight="bold", size=8)
    sheet.notes(
        f"{all_of(summary.n, 'finished run')}. 'No vote': no motion on force came to a decision. The host "
        "supports its own "
        "motion and is not shown. "
        "Whiskers: 95 % intervals of the shares. Numbers in the bars are percents. Words on the right: the "
        "record."
    )
    return Chart("positions", "Positions and help level", sheet.figure, ("panel", "row", "answer", "share",
                 "share_low", "share_high", "recorded"), table)  # fmt: skip


def _answers(study: Study, summary: Summary, axes: Axes, members: list[str], table: Table) -> None:
    from matplotlib.patches import Patch

    kept = finished_rows(study)
    for place, member in enumerate(members):
        start = 0.0
        said = [ANSWER_OF.get(row[f"position.{member}"], "no vote") for row in kept]
        recorded = recorded_answer(study, member)
        for answer, share in answer_shares(
            summary.positions[member], summary.positions_n / max(summary.n, 1)
        ).items():
            fill, hatch = style.ANSWERS[answer]
            axes.barh(place, share, 0.7, start, color=fill, hatch=hatch, edgecolor=style.EDGE, linewidth=0.6)
            if share >= 0.06:
                box = {"facecolor": fill, "edgecolor": "none", "pad": 1.0}
                axes.text(start + share / 2, place, f"{100 * share:.0f}", ha="center", va="center_baseline",
                          fontsize=style.SMALL, color=style.ink_on(fill), bbox=box)  # fmt: skip
            start += share
            low, high = share_band(kept, [word == answer for word in said])
            table.append(("answers", member, answer, share, low, high, int(recorded == answer)))
        axes.text(1.015, place, recorded or "-", transform=axes.get_yaxis_transform(), va="center",
                  fontsize=style.SMALL)  # fmt: skip
    names = study.scenario.alliance.members
    host = study.scenario.crisis.host
    axes.set_yticks(range(len(members)), [names[m].name + (" (host)" if m == host else "") for m in members])
    _shares_axis(axes, len(members))
    axes.text(1.015, 1.0, "recorded", transform=axes.transAxes, fontsize=style.SMALL, va="bottom")
    patches = [
        Patch(facecolor=fill, hatch=hatch, edgecolor=style.EDGE, label=answer)
        for answer, (fill, hatch) in style.ANSWERS.items()
    ]
    axes.set_xlabel("share of runs", labelpad=2)
    below = -0.42 / (ROW * max(len(members), 2))
    axes.legend(handles=patches, ncols=5, loc="upper left", bbox_to_anchor=(-0.02, below),
                handlelength=1.6, handleheight=1.0)  # fmt: skip
    if not members:
        say(axes, "no motion on force was decided in any run")


def _levels(study: Study, summary: Summary, axes: Axes, table: Table) -> None:
    recorded = recorded_level(study)
    kept = finished_rows(study)
    for place, level in enumerate(HELP_LEVELS):
        share = float(summary.help_levels.get(level, 0.0))
        low, high = share_band(kept, [round(row["help_level"]) == place for row in kept])
        axes.barh(place, share, 0.62, color=style.tint(style.LINE, style.INNER), linewidth=0)
        axes.plot([low, high], [place, place], color=style.LINE, linewidth=1.2, marker="|", markersize=5)
        inside = high > 0.92
        axes.text(low - 0.015 if inside else high + 0.012, place, percent(share), va="center",
                  ha="right" if inside else "left", fontsize=style.SMALL)  # fmt: skip
        if level == recorded:
            axes.text(1.015, place, level, transform=axes.get_yaxis_transform(), va="center",
                      fontsize=style.SMALL)  # fmt: skip
        table.append(("help level", level, "", share, low, high, int(level == recorded)))
    axes.set_yticks(range(len(HELP_LEVELS)), list(HELP_LEVELS))
    _shares_axis(axes, len(HELP_LEVELS))
    axes.set_xlabel("share of runs")
    head = "recorded" if recorded else "not recorded"
    axes.text(1.015, 1.0, head, transform=axes.transAxes, fontsize=style.SMALL, va="bottom")


def recorded_level(study: Study) -> str:
    """Return the recorded help level; a recorded mandate is one of force. Empty if not recorded."""
    entry = next((e for e in study.scenario.record.values() if e.response == "help_level"), None)
    if entry is not None and entry.value is not None:
        return HELP_LEVELS[round(entry.value)]
    mandate = any(kind_of(e) == EventKind.MANDATE.value for e in study.scenario.recorded_events)
    decided = any(e.response == "hours_to_decision" for e in study.scenario.record.values())
    return "force" if mandate or decided else ""


def _shares_axis(axes: Axes, rows: int) -> None:
    clean_axes(axes, grid="x")
    axes.set_xlim(0, 1)
    axes.set_ylim(max(rows, 1) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    places = (0, 0.25, 0.5, 0.75, 1)
    axes.set_xticks(places, [f"{100 * p:g} %" for p in places])
