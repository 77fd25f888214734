"""How far the response went: the share of runs that reached each rung, from the appeal to soldiers there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.event_log import EventKind
from sim.report import style
from sim.report.campaigns import one_of_several, titled
from sim.report.figures import Cell, Chart, Sheet, clean_axes, notes_height
from sim.report.positions import recorded_level
from sim.report.runs import column, curve, finished, finished_rows, share_band, with_mandate
from sim.report.times import kind_of, recorded_appeal
from sim.report.words import all_of, percent
from sim.scenario.alliance import HELP_LEVELS

if TYPE_CHECKING:
    from sim.experiment.study import Study

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
#: Inches for a rung, and the axes' left edge and width.
ROW, LEFT, WIDE = 0.34, 2.6, 3.3

#: What of a record says that allied soldiers came: how many, and that they had arrived.
SIZES = ("sent_troops", "troops_deployed")
ARRIVED = frozenset(
    k.value for k in (EventKind.LANDED, EventKind.ROAD_ARRIVED, EventKind.ON_TASK, EventKind.DEPLOYED)
)


@dataclass(frozen=True, eq=False)
class Rung:
    """One rung: its words, which finished runs reached it, and whether the record did (none: untold)."""

    words: str
    runs: Flags
    recorded: bool | None

    @property
    def reached(self) -> int:
        """How many runs reached it."""
        return int(np.sum(self.runs))


def rungs(study: Study) -> list[Rung]:
    """Return the rungs from the lowest up; a help level counts the runs that adopted it or a higher one."""
    kept = finished(study)
    level = recorded_level(study)
    answered = HELP_LEVELS.index(level) if level else None
    asked = True if recorded_appeal(study.scenario) is not None or answered else None
    entry = next((e for e in study.scenario.record.values() if e.response == "appealed"), None)
    if entry is not None and entry.value is not None:
        asked = entry.value > 0
    found = [Rung("the host appeals in public", column(study, "appealed")[kept] > 0, asked)]
    highest, came = column(study, "help_level")[kept], _came(study)
    words = {
        "words": "words or more adopted", "measures": "measures short of force or more",
        "force": "force: a mandate adopted",
    }  # fmt: skip
    for number, name in enumerate(HELP_LEVELS):
        if number:
            recorded = None if answered is None else answered >= number
            found.append(Rung(words[name], highest >= number, recorded))
    alone = np.asarray(study.events.get("bilateral|", []), dtype=float)
    if len(alone) == len(study.rows) and not np.isnan(alone).all():
        only = ~np.isnan(alone) & ~with_mandate(study)
        told = None if answered is None or not came else answered < HELP_LEVELS.index("force")
        found.append(Rung("no mandate: the lead sends a force alone", only[kept], told))
    troops = curve(study, "troops")
    if troops is not None and troops.size and float(troops.max()) > 0:
        found.append(Rung("allied soldiers in theatre", troops.max(axis=1) > 0, came))
    return found


def _came(study: Study) -> bool | None:
    """Return whether allied soldiers in theatre are on record; none if nothing is.

    Where that is so and no mandate is, the force was the lead's own: nobody else may send one without.
    """
    record = study.scenario.record.values()
    sizes = [e.value if e.value is not None else e.low for e in record if e.response in SIZES]
    if any(size is not None and size > 0 for size in sizes):
        return True
    return True if any(kind_of(e) in ARRIVED for e in study.scenario.recorded_events) else None


def draw_ladder(study: Study) -> Chart:
    """Draw the share of runs that reached each rung, with 95 % intervals, beside what is recorded."""
    found, kept = rungs(study), finished_rows(study)
    n = len(kept)
    told = any(rung.recorded is not None for rung in found)
    title = titled(study.scenario, "How far the response went")
    notes = (
        f"{one_of_several(study.scenario)}{all_of(n, 'finished run')}. Each help level counts the runs that "
        "adopted it or a higher one. Whiskers: 95 % intervals of the shares."
        + (" Filled diamond: the record reached the rung; open: it did not." if told else " Not recorded.")
    )
    foot = notes_height(notes) + 0.48
    tall = ROW * len(found)
    sheet = Sheet(title, foot + tall + 0.62)
    axes = sheet.axes(LEFT, foot, WIDE, tall)
    clean_axes(axes, grid="x")
    table: list[tuple[Cell, ...]] = []
    for place, rung in enumerate(found):
        share = rung.reached / n if n else 0.0
        low, high = share_band(kept, rung.runs.tolist())
        axes.barh(place, share, 0.6, color=style.tint(style.LINE, style.INNER), linewidth=0)
        axes.plot([low, high], [place, place], color=style.LINE, linewidth=1.2, marker="|", markersize=5)
        axes.text(1.02, place, percent(share), transform=axes.get_yaxis_transform(), va="center",
                  fontsize=style.SMALL)  # fmt: skip
        if rung.recorded is not None:
            axes.plot([1.2], [place], marker="D", markersize=4.6, linestyle="none", clip_on=False,
                      transform=axes.get_yaxis_transform(), markeredgecolor=style.TEXT, markeredgewidth=0.9,
                      markerfacecolor=style.TEXT if rung.recorded else "white")  # fmt: skip
        table.append((rung.words, rung.reached, n, share, low, high,
                      None if rung.recorded is None else int(rung.recorded)))  # fmt: skip
    axes.set_yticks(range(len(found)), [rung.words for rung in found])
    axes.set_ylim(-0.6, len(found) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel("share of runs", labelpad=2)
    for x, words in ((1.02, "share"), (1.16, "recorded")):
        if words == "share" or told:
            axes.text(x, 1.02, words, transform=axes.transAxes, fontsize=style.SMALL, va="bottom")
    sheet.notes(notes)
    columns = ("rung", "runs", "of", "share", "share_low", "share_high", "recorded")
    return Chart("ladder", title, sheet.figure, columns, table)
