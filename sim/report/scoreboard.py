"""Charts and the results folder of a back-test: score board, calibration, cases by members."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from math import isfinite, nan, sqrt
from pathlib import Path
from typing import TYPE_CHECKING

from sim import __version__
from sim.alliance.record_reading import decided_class
from sim.experiment.results import SHORT, write_folder
from sim.inference.backtest import REFERENCE, Backtest, coded_answers
from sim.inference.backtest_text import MISS, SAMPLE_WORDS, SHOWN, backtest_text, document
from sim.inference.board_scores import FEWEST_CONFLICTS
from sim.inference.material import Material
from sim.report import style
from sim.report.figures import Cell, Chart, Sheet, clean_axes, save
from sim.report.undrawn import attempted
from sim.scenario.alliance import RANK
from sim.scenario.record_shapes import CODED_ANSWERS, CodedAnswer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = ("png", "svg", "csv")
LEFT, INSIDE = style.OKABE_ITO["blue"], style.OKABE_ITO["orange"]
#: The member's answer that a coded one is drawn as.
LIKE = dict(zip(CODED_ANSWERS, ("contribute", "support", "abstain", "object"), strict=True))
WORDS = dict(zip(CODED_ANSWERS, ("contributes", "supports", "abstains or silent", "opposes"), strict=True))
#: Ends of the axis of skill.
REACH = (-1.0, 1.0)
#: Edges of the bins of the calibration chart.
BINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
#: Width of the council's column of the matrix, in those of members: room for the longest words.
COUNCIL = 1.35
PANELS = ("all", "own_acts", "level")


def write_backtest(
    result: Backtest,
    material: Material,
    out: str | Path = "results",
    command: Sequence[str] = (),
    started: datetime | None = None,
) -> Path:
    """Write the results folder of a back-test and return its path.

    Args:
        result: what to write.
        material: what it was made of.
        out: the folder that holds all results.
        command: the command line, for the manifest.
        started: when the work began, for the manifest.

    Raises:
        ResultsError: the folder cannot be written, or holds something else.
    """
    content = json.dumps(document(result), indent=2, ensure_ascii=False, allow_nan=False)
    files = {
        "scores.json": (content + "\n").encode(),
        "scoreboard.txt": (backtest_text(result, len(result.cases)) + "\n").encode(),
    }
    about = {
        "record": material.record,
        "counts": {"cases": len(result.cases), "learnt_from_elsewhere": result.borrowed},
    }

    def draw(folder: Path) -> None:
        for chart in charts(result):
            save(chart, folder / "charts", FORMATS)

    stem = Path(material.record).stem
    target = Path(out) / "backtest" / f"{stem}-{__version__}-{material.digest[:SHORT]}"
    return write_folder(target, material.digest, files, about, command, draw, started)


def charts(result: Backtest) -> list[Chart]:
    """Return the three charts of *result*, not yet written; a note in place of one that cannot be drawn."""
    drawn = (draw_scoreboard, draw_calibration, draw_matrix)
    return [attempted(draw.__name__.removeprefix("draw_"), partial(draw, result)) for draw in drawn]


def draw_scoreboard(result: Backtest) -> Chart:
    """Draw skill with its interval for each theory, left out and in-sample, in three samples."""
    theories = [t for t in result.scores if t != REFERENCE]
    tall = 0.3 * len(theories)
    sheet = Sheet("Skill of each theory against base rates", tall + 1.65)
    rows: list[tuple[Cell, ...]] = []
    for panel, sample in enumerate(PANELS):
        axes = sheet.axes(1.25 + 2.0 * panel, 1.0, 1.75, tall, SAMPLE_WORDS[sample])
        clean_axes(axes, grid="x")
        for place, theory in enumerate(theories):
            for shift, name, colour, mark in (
                (-0.15, sample, LEFT, "o"), (0.15, f"{sample}_in_sample", INSIDE, "s"),
            ):  # fmt: skip
                score = result.scores[theory][name]
                rows.append(
                    (theory, name, score.rps, score.log_score, score.skill, score.low, score.high, score.n)
                )
                ends = (score.low, score.high) if score.usable else (score.skill, score.skill)
                _interval(axes, place + shift, score.skill, *ends, colour, mark)
        axes.axvline(0, color=style.TEXT, linewidth=0.8)
        axes.set_xlim(*REACH)
        axes.set_ylim(len(theories) - 0.5, -0.5)
        axes.set_xticks([-1, -0.5, 0, 0.5], ["-1", "-0.5", "0", "0.5"])
        axes.set_yticks(range(len(theories)), [t.replace("_", " ") for t in theories] if panel == 0 else [])
        axes.set_xlabel("skill (0 base rate, 1 perfect)")
    sheet.figure.legend(
        handles=_marks(), loc="lower left", ncols=2, bbox_to_anchor=(0.01, 0.33 / sheet.height)
    )
    sheet.notes(
        "Bars: 95 % of resamples of conflicts; arrows leave the axis. Skill may be claimed only where a "
        f"left-out bar lies right of zero. No bar: fewer than {FEWEST_CONFLICTS} conflicts, or all alike. "
        "In-sample forecasts have seen the case."
    )
    columns = ("theory", "sample", "rps", "log_score", "skill", "low", "high", "n")
    return Chart("scoreboard", "Skill of each theory against base rates", sheet.figure, columns, rows)


def _interval(axes: Axes, y: float, at: float, low: float, high: float, colour: str, mark: str) -> None:
    if not isfinite(at):
        return
    ends = [min(max(x, REACH[0]), REACH[1]) for x in (low, high)]
    axes.plot(ends, [y, y], color=colour, linewidth=1.4, solid_capstyle="butt")
    for end, beyond, arrow in ((ends[0], low < REACH[0], "<"), (ends[1], high > REACH[1], ">")):
        if beyond:
            axes.plot([end], [y], arrow, color=colour, markersize=3, clip_on=False)
    axes.plot([min(max(at, REACH[0]), REACH[1])], [y], mark, color=colour, markersize=3.6)


def _marks() -> list[object]:
    from matplotlib.lines import Line2D

    return [
        Line2D(
            [], [], color=LEFT, marker="o", markersize=3.6, label="left out: no case of the conflict seen"
        ),
        Line2D([], [], color=INSIDE, marker="s", markersize=3.6, label="in-sample"),
    ]


def draw_calibration(result: Backtest) -> Chart:
    """Draw how often an ally backed the host, or the council went beyond words, against the chance given."""
    sheet = Sheet(f"Calibration of {SHOWN.replace('_', ' ')}", 3.75)
    rows: list[tuple[Cell, ...]] = []
    for panel, (kind, title) in enumerate((("answers", "an ally supports or contributes"),
                                           ("council", "the council goes beyond words"))):  # fmt: skip
        axes = sheet.axes(0.6 + 3.45 * panel, 0.95, 2.95, 2.2, title)
        clean_axes(axes, grid="both")
        axes.plot([0, 1], [0, 1], color=style.QUIET, linewidth=0.8, linestyle="--")
        for mode, colour, mark in (("left_out", LEFT, "o"), ("in_sample", INSIDE, "s")):
            shift = 0.012 if mode == "in_sample" else -0.012
            for given, came, n in _bins(_events(result, mode, kind)):
                rows.append((kind, mode, given, came, n))
                half = sqrt(max(came * (1 - came), 0.25 / n) / n)
                axes.plot([given + shift] * 2, [max(0.0, came - half), min(1.0, came + half)], color=colour,
                          linewidth=0.8)  # fmt: skip
                axes.plot(
                    [given + shift], [came], mark, color=colour, markersize=2.2 + sqrt(n) / 1.6, alpha=0.85
                )
        axes.set_xlim(-0.06, 1.06)  # the largest marks at either end are whole
        axes.set_ylim(-0.06, 1.06)
        axes.set_xlabel("chance given")
        axes.set_ylabel("share that came true")
    sheet.figure.legend(
        handles=_marks(), loc="lower left", ncols=2, bbox_to_anchor=(0.01, 0.33 / sheet.height)
    )
    sheet.notes(
        "Marks grow with the number of forecasts in a tenth; bars are one standard error as if answers were "
        "independent, which within a conflict they are not."
    )
    columns = ("what", "mode", "mean_chance", "share", "n")
    return Chart("calibration", f"Calibration of {SHOWN}", sheet.figure, columns, rows)


def _events(result: Backtest, mode: str, kind: str) -> list[tuple[float, bool]]:
    found = []
    for coded in result.cases:
        forecast = result.forecasts[SHOWN][mode][coded.id]
        if kind == "council":
            beyond = RANK[decided_class(coded.case)] > RANK["words"]
            found.append((float(forecast.level[2:].sum()), beyond))
            continue
        for member, _, place in coded_answers(coded, "all"):
            found.append((float(forecast.answers["all"][member][:2].sum()), place < 2))
    return found


def _bins(events: list[tuple[float, bool]]) -> list[tuple[float, float, int]]:
    """Return mean chance, share come true and number for each tenth that holds a forecast."""
    found = []
    for low, high in pairwise(BINS):
        held = [(p, came) for p, came in events if low <= p < high or (p == high == 1.0)]
        if held:
            n = len(held)
            found.append((sum(p for p, _ in held) / n, sum(came for _, came in held) / n, n))
    return found


def draw_matrix(result: Backtest) -> Chart:
    """Draw cases by allies: what was coded, what was foreseen without them, and the council's step."""
    from matplotlib.patches import Patch

    members = sorted({m for c in result.cases for m in c.situation.members})
    cases = sorted(result.cases, key=lambda c: (c.case.day, c.id))
    tall = max(0.17 * len(cases), 0.8)
    sheet = Sheet("Coded answers and left-out forecasts, case by case", tall + 1.35)
    axes = sheet.axes(2.15, 0.85, 4.95, tall)
    rows: list[tuple[Cell, ...]] = []
    for place, coded in enumerate(cases):
        forecast = result.forecasts[SHOWN]["left_out"][coded.id]
        answers = {m: k for m, _, k in coded_answers(coded, "all")}
        for column, member in enumerate(members):
            if member not in forecast.answers["all"]:
                continue
            chances = [float(p) for p in forecast.answers["all"][member]]
            known = answers.get(member)
            _cell(axes, column, place, chances, None if known is None else CODED_ANSWERS[known])
            rows.append((coded.id, member, None if known is None else CODED_ANSWERS[known], *chances))
        happened = RANK[decided_class(coded.case)]
        chance = float(forecast.level[happened])
        ink = style.TEXT if chance >= MISS else style.OKABE_ITO["vermilion"]
        mark = "" if chance >= MISS else " ◂"  # a letter in red is not seen in gray
        words = f"{decided_class(coded.case)} {100 * chance:.0f} %{mark}"
        axes.text(len(members) + 0.05, place, words, va="center", fontsize=5.6, color=ink)
        rows.append((coded.id, "council", decided_class(coded.case), chance, nan, nan, nan))
    axes.set_xlim(0, len(members) + COUNCIL)
    axes.set_ylim(len(cases) - 0.5, -0.5)
    axes.set_yticks(range(len(cases)), [c.id for c in cases], fontsize=5.6)
    axes.set_xticks(
        [k + 0.5 for k in range(len(members))] + [len(members) + COUNCIL / 2], [*members, "council"]
    )
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    keys = [
        Patch(facecolor=fill, hatch=hatch, edgecolor=style.EDGE, label=WORDS[a])
        for a, (fill, hatch) in ((answer, style.ANSWERS[like]) for answer, like in LIKE.items())
    ]
    keys.append(Patch(facecolor="#eeeeee", label="not established"))
    sheet.figure.legend(handles=keys, loc="lower left", ncols=5, bbox_to_anchor=(0.01, 0.33 / sheet.height))
    sheet.notes(
        "Left third of a cell: what was coded; the rest: chances foreseen without a case of the conflict in "
        "view. Council: what it did and the chance that had been given (marked and red below a third). "
        "Empty: host, party to the case, or no member."
    )
    columns = ("case", "member", "coded", *CODED_ANSWERS)
    return Chart("matrix", "Coded answers and left-out forecasts", sheet.figure, columns, rows)


def _cell(axes: Axes, x: float, y: float, chances: Sequence[float], known: CodedAnswer | None) -> None:
    from matplotlib.patches import Rectangle

    fill, hatch = style.ANSWERS[LIKE[known]] if known else ("#eeeeee", "")
    axes.add_patch(Rectangle((x + 0.03, y - 0.4), 0.28, 0.8, facecolor=fill, hatch=hatch,
                             edgecolor=style.EDGE, linewidth=0))  # fmt: skip
    start, width = x + 0.35, 0.6
    for answer, chance in zip(CODED_ANSWERS, chances, strict=True):
        fill, hatch = style.ANSWERS[LIKE[answer]]
        axes.add_patch(Rectangle((start, y - 0.3), width * chance, 0.6, facecolor=fill, hatch=hatch,
                                 edgecolor=style.EDGE, linewidth=0))  # fmt: skip
        start += width * chance
