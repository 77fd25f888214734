"""The record board: simulated bands as multiples of what was recorded, one row for each quantity."""

from __future__ import annotations

import math
import re
import textwrap
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sim.experiment.samples import sample_of
from sim.experiment.spans import record_responses
from sim.report import style
from sim.report.bands import FEW, draw_few, draw_interval, draw_recorded, handles
from sim.report.figures import Cell, Chart, Sheet, clean_axes, notes_height, say
from sim.report.record_marks import MARKS, PLACES, fit_words, marks_of, place_words, record_words
from sim.report.runs import Bands, band_words, levels, sample_bands
from sim.report.words import LATER, NONE, band, justified, number, verdict
from sim.scenario.units import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.compare import RecordSummary
    from sim.experiment.samples import Sample
    from sim.experiment.study import Study

#: The axis reaches from a fifth of the recorded value to five times it.
REACH = 5.0
#: Letters of a unit beyond which the board leaves it out (it explains codes).
LONGEST_UNIT = 14
#: Where the columns of text begin (inches), and their heads.
COLUMNS = {0.12: f"quantity ({MARKS})", 4.1: "recorded", 4.98: "simulated (band)", 6.24: "perc.",
           6.54: "falls"}  # fmt: skip


def draw_fit(study: Study) -> Chart:
    """Draw every record entry: the simulated band on the scale of the recorded value, with its verdict."""
    entries, record = board(study), study.summary().record
    rows = max(len(entries), 3)
    tall, notes = 0.215 * rows, _notes(study, entries)
    foot = notes_height(notes)
    bottom = foot + 0.6
    sheet = Sheet("The record against the simulation", tall + bottom + 0.6)
    axes = sheet.axes(2.45, bottom, 1.55, tall)
    clean_axes(axes, grid="x")
    table: list[tuple[Cell, ...]] = []
    for place, (found, sample) in enumerate(entries):
        quantiles = sample_bands(sample, levels(study))
        _words(sheet, bottom + tall * (1 - (place + 0.5) / rows) - 0.035, found, marks_of(found, record))
        _bars(axes, place, found, sample, quantiles)
        entry = found.entry
        table.append((found.key, entry.kind, int(entry.scored), int(entry.fitted), entry.unit, entry.value,
                      entry.low, entry.high, found.n, *quantiles, found.percentile, found.agree,
                      verdict(found), " ".join(entry.source)))  # fmt: skip
    _dress(axes, rows)
    if not entries:
        say(axes, "the scenario has no record")
    for x, words in COLUMNS.items():
        sheet.text(x, bottom + tall + 0.08, words, weight="bold", size=6.5)
    sheet.figure.legend(handles=handles(study, figure=sheet.figure), ncols=5, loc="lower left",
        columnspacing=1.2,
                        handlelength=1.5, bbox_to_anchor=(0.005, (foot - 0.06) / sheet.height))  # fmt: skip
    sheet.notes(notes)
    columns = ("key", "kind", "scored", "fitted", "unit", "recorded", "recorded_low", "recorded_high", "runs",
               "low", "lower_quartile", "median", "upper_quartile", "high", "percentile", "agree", "verdict",
               "source")  # fmt: skip
    return Chart("record", "The record against the simulation", sheet.figure, columns, table)


def board(study: Study) -> list[tuple[RecordSummary, Sample]]:
    """Return the record entries, scored ones first, with what the runs of their strata gave."""
    order = {"instant": 0, "bound": 1, "input": 2}
    summary, responses = study.summary(), record_responses(study.scenario)
    rows = [row for row in study.rows if not row["failed"]]
    entries = sorted(summary.record.values(), key=lambda r: (not r.entry.scored, order[r.entry.kind]))
    return [(entry, sample_of(responses[entry.key], rows)) for entry in entries]


def _bars(axes: Axes, place: int, found: RecordSummary, sample: Sample, quantiles: Bands) -> None:
    entry = found.entry
    unit = next((v for v in (entry.value, entry.high, entry.low) if v), None)
    if unit is None or math.isnan(quantiles.low):
        words = "no run" if unit is not None else "recorded 0: no scale"
        axes.text(0, place, words, ha="center", va="center", fontsize=6.3, style="italic", color=style.QUIET,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0})  # fmt: skip
        return
    if len(sample.values) < FEW:
        draw_few(axes, place, [_scale(float(v) / unit) for v in sample.known], half=0.3)
    else:
        # A quantile that the end of the simulated time hides lies beyond the axis.
        ratios = [math.inf if math.isnan(v) else float(v) / unit for v in quantiles]
        draw_interval(axes, place, Bands(*(_scale(ratio) for ratio in ratios)), half=0.3)
    recorded = [None if v is None else _scale(v / unit) for v in (entry.value, entry.low, entry.high)]
    draw_recorded(axes, place, *recorded)


def _words(sheet: Sheet, y: float, found: RecordSummary, marks: str) -> None:
    entry = found.entry
    unit = f" ({entry.unit})" if 0 < len(entry.unit) <= LONGEST_UNIT else ""
    label = textwrap.shorten(_without_codes(entry.label) + unit, 54, placeholder=" ...")
    late = found.n and math.isnan(found.median)
    middle = LATER if late else number(justified(found.median, found.low, found.high), entry.unit)
    spread = band(found.low, found.high, entry.unit)
    simulated = middle if spread == NONE else f"{middle} ({spread})"
    cells = {
        0.12: marks,
        0.26: label,
        4.1: record_words(entry),
        4.98: simulated,
        6.24: place_words(found),
        6.54: verdict(found),
    }
    for x, words in cells.items():
        tight = x == 4.1 and len(words) > 17  # long ranges of large numbers
        sheet.text(x, y, words, size=4.9 if tight else 6.0)


def _without_codes(label: str) -> str:
    """Return *label* without a bracket that explains its codes, as in '(0 none, 1 words, ...)'."""
    return re.sub(r" ?\(0 [^)]*\)", "", label)


def _dress(axes: Axes, rows: int) -> None:
    ticks = (0.2, 0.5, 1, 2, 5)
    axes.set_xticks([_scale(t) for t in ticks], ["1/5", "1/2", "1", "2", "5"])
    axes.set_xlim(-math.log(REACH) * 1.04, math.log(REACH) * 1.04)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=style.TEXT, linewidth=0.6)
    axes.set_xlabel("multiple of the recorded value", labelpad=2)


def _notes(study: Study, entries: list[tuple[RecordSummary, Sample]]) -> str:
    score = study.summary().score
    late = f" {score.n_unreached} lie past the simulated time: not reached." if score.n_unreached else ""
    scored = "No instant is scored."
    if score.n_instants:
        scored = (
            f"Of {count(score.n_instants, 'scored instant')} {100 * score.in_band:.0f} % fall in the "
            f"{band_words(study)} band, "
            f"{100 * score.in_half:.0f} % in 25-75 %. {fit_words(study.summary())}"
        )
    return (
        f"{scored}{late} Inputs and bounds are shown, not counted; predicted: kept out of the fit. {PLACES}. "
        f"{_drawn_words(entries)} {_sources(study)}"
    )


def _drawn_words(entries: list[tuple[RecordSummary, Sample]]) -> str:
    """Return what the marks and words of the rows mean, of those alone that are there."""
    few = any(len(sample.known) > 0 and len(sample.values) < FEW for _, sample in entries)
    limits = any(not found.entry.value and (found.entry.high or found.entry.low) for found, _ in entries)
    later = any(found.n and any(map(math.isnan, (found.median, found.high))) for found, _ in entries)
    told = [f"Circles: single runs, where there are fewer than {FEW}."] if few else []
    told.append("Log scale, cut at 1/5 and 5")
    told[-1] += "; a row without a recorded value is scaled by its upper (or only) limit." if limits else "."
    told += ["'later': beyond the simulated time."] if later else []
    return " ".join(told)


def _sources(study: Study) -> str:
    """Return the sites that the record's sources stand on, the most used first; the rest are counted."""
    places = Counter(
        urlsplit(part).netloc.removeprefix("www.")
        for entry in study.scenario.record.values()
        for part in entry.source
        if part.startswith("http")
    )
    if not places:
        return "Sources: see 'record' in the scenario."
    first = [place for place, _ in places.most_common(6)]
    more = f" and {len(places) - len(first)} more" if len(places) > len(first) else ""
    return f"Recorded by {', '.join(first)}{more}; each entry's source is in the numbers beside this chart."


def _scale(ratio: float) -> float:
    """Return the place of a multiple of the recorded value on the logarithmic axis, cut at its ends."""
    return math.log(min(max(ratio, 1 / REACH), REACH))
