"""Who did what when: simulated bands against recorded instants, one row for each kind of event and actor."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from sim.report import style
from sim.report.bands import FEW, draw_few, draw_interval, draw_recorded, handles
from sim.report.campaigns import one_of_several, titled
from sim.report.figures import Cell, Chart, Sheet, notes_height, say
from sim.report.runs import Bands, levels, sample_bands
from sim.report.timeline_rows import Mark, Row, row_sample, timeline_rows
from sim.report.times import LONG, local_time, midnights, most_appeal, origin, zone_name
from sim.report.words import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study

#: Hours from the appeal in which most is decided, and which get more than their share of the axis.
BREAK = 48.0
#: Inches: the axes' left edge and width, room above them, from the foot of the axes to the legend.
LEFT, WIDE, ABOVE, BELOW = 2.05, 4.5, 0.72, 0.6
#: Inches that a written tick takes up, and a letter of a date.
TICK_ROOM, LETTER = 0.42, 0.058
#: Share of the axis that is left free at its ends.
ROOM = 0.008
#: Least share of the axis for each of its pieces.
LEAST = 0.12
#: Steps between ticks, hours.
STEPS = (6.0, 12.0, 24.0, 48.0, 120.0, 240.0, 480.0, 720.0, 1200.0, 2400.0, 4800.0, 9600.0)


def draw_timeline(study: Study) -> Chart:
    """Draw simulated 5-95 % and 25-75 % bands and medians of event times against the recorded instants."""
    rows = timeline_rows(study)
    from_appeal = most_appeal(study)
    since = "from the public appeal" if from_appeal else "from the start"
    samples = [row_sample(study, row) for row in rows]
    found = [sample_bands(sample, levels(study)) for sample in samples]
    stretch = Stretch(rows, found, broken=from_appeal)
    notes = _notes(
        study, from_appeal=from_appeal, dated=any(mark.dated for row in rows for mark in row.marks),
        broken=len(stretch.knots) > 2, few=any(0 < len(sample.known) < FEW for sample in samples),
    )  # fmt: skip
    foot = notes_height(notes) + BELOW
    height = 0.205 * max(len(rows), 4) + foot + ABOVE
    sheet = Sheet(titled(study.scenario, f"Who did what when, {since}"), height)
    axes = sheet.axes(LEFT, foot, WIDE, height - foot - ABOVE)
    table: list[tuple[Cell, ...]] = []
    for place, (row, sample, band) in enumerate(zip(rows, samples, found, strict=True)):
        if len(sample.known) < FEW:
            draw_few(axes, place, [stretch(float(value)) or 0.0 for value in sample.known], half=0.3)
        else:
            shown = (stretch.last if math.isnan(value) else value for value in band)  # later
            draw_interval(axes, place, Bands(*(stretch(value) for value in shown)), half=0.3)
        for mark in row.marks:
            draw_recorded(axes, place, stretch(mark.value), stretch(mark.low), stretch(mark.high),
                          no_later=mark.no_later)  # fmt: skip
        chance = len(sample.known) / max(len(study.rows), 1)
        axes.text(1.015, place, percent(chance), transform=axes.get_yaxis_transform(), va="center",
                  fontsize=style.SMALL, color=style.TEXT)  # fmt: skip
        table.extend(_table_rows(row, band, chance))
    _dress(axes, rows, stretch, since, from_appeal=from_appeal)
    _dates(axes, study, stretch)
    late = any(mark.no_later for row in rows for mark in row.marks)
    axes.legend(handles=handles(study, bound=late, figure=sheet.figure), ncols=6, loc="lower left",
                columnspacing=1.2, handlelength=1.5, borderaxespad=0,
                bbox_to_anchor=(-1.93 / WIDE, (BELOW - 0.56 - BELOW) / (height - foot - ABOVE)))  # fmt: skip
    sheet.notes(notes)
    columns = ("event", "who", "unit", "chance", "low", "lower_quartile", "median", "upper_quartile", "high",
               "recorded", "recorded_low", "recorded_high", "no_later_than")  # fmt: skip
    title = titled(study.scenario, "Timeline of events")
    return Chart("timeline", title, sheet.figure, columns, table)


class Stretch:
    """A scale in up to three straight pieces: before the appeal, the first hours, the rest.

    The pieces share the axis by how many events have their median in them.
    """

    def __init__(self, rows: list[Row], found: list[Bands], *, broken: bool) -> None:
        """Fit the scale to the bands and marks of *rows*; one piece unless it may be *broken*."""
        ends = [float(v) for band in found for v in band if not math.isnan(v)]
        ends += [v for row in rows for m in row.marks for v in (m.value, m.low, m.high) if v is not None]
        first, last = min([*ends, -6.0 if broken else 0.0]), max([*ends, BREAK])
        margin = 0.01 * (last - first)
        first, last = first - max(margin, 4 if broken else 0), last + max(margin, 6)
        self.first, self.last = first, last
        self.knots, self.places = [first, last], [0.0, 1.0]
        if broken and last - first > 2 * BREAK:
            edges = [first, 0.0, BREAK, last] if last > 1.5 * BREAK else [first, 0.0, last]
            medians = [float(band.middle) for band in found if not math.isnan(band.middle)]
            weights = [1.0 + sum(a < m <= b for m in medians) for a, b in pairwise(edges)]
            shares = [max(LEAST, weight / sum(weights)) for weight in weights]
            self.knots, self.places = edges, [0.0, *(float(s) for s in np.cumsum(shares) / sum(shares))]

    def __call__(self, hours: float | None) -> float | None:
        """Return where *hours* lies on the axis, 0 to 1; nan and none stay what they are."""
        if hours is None or math.isnan(hours):
            return math.nan if hours is not None else None
        return float(np.interp(hours, self.knots, self.places))

    def ticks(self) -> list[tuple[float, str]]:
        """Return round instants with their words, as many as have room in each piece."""
        found: dict[float, str] = {}
        for (low, high), (left, right) in zip(pairwise(self.knots), pairwise(self.places), strict=True):
            room = max(1.0, (right - left) * WIDE / TICK_ROOM)
            step = next((s for s in STEPS if (high - low) / s <= room), STEPS[-1])
            days = high - low > 30 * 24
            marks = [step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
            for mark in marks:
                close = [other for other in found if other != mark and self._gap(other, mark) < TICK_ROOM]
                if mark not in found and not close:
                    found[mark] = f"{mark / 24:+,g} d" if days and mark else f"{mark:+g}" if mark else "0"
        return sorted(found.items())

    def _gap(self, one: float, other: float) -> float:
        """Return the inches between two instants."""
        places = [float(np.interp(hours, self.knots, self.places)) for hours in (one, other)]
        return WIDE * abs(places[0] - places[1])


def _dress(axes: Axes, rows: list[Row], stretch: Stretch, since: str, *, from_appeal: bool) -> None:
    axes.set_xlim(-ROOM, 1 + ROOM)  # a circle at an end of the scale is whole
    axes.set_ylim(max(len(rows), 1) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [row.label for row in rows])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    ticks = stretch.ticks()
    axes.set_xticks([float(stretch(hour) or 0.0) for hour, _ in ticks], [words for _, words in ticks])
    axes.grid(visible=True, axis="x", color=style.GRID, linewidth=0.5)
    unit = "hours (d: days)" if any(words.endswith("d") for _, words in ticks) else "hours"
    axes.set_xlabel(f"{unit} {since}{' of the same run' if from_appeal else ' of the scenario'}", labelpad=2)
    if from_appeal:
        axes.axvline(stretch(0.0) or 0.0, color=style.QUIET, linewidth=0.7, linestyle=":")
    for knot in stretch.places[1:-1]:
        axes.plot([knot], [0], marker=(2, 0, -20), markersize=9, color=style.TEXT, clip_on=False,
                  transform=axes.get_xaxis_transform())  # fmt: skip
    axes.annotate("share of\nruns", (1.015, 1), (0, 2), xycoords="axes fraction", textcoords="offset points",
                  fontsize=style.SMALL, va="bottom")  # fmt: skip
    if not rows:
        say(axes, "no event of the timeline happened in any run")


def _dates(axes: Axes, study: Study, stretch: Stretch) -> None:
    """Write local dates along the top, where the appeal is at its recorded (or median) instant."""
    zero, _ = origin(study)
    place = axes.get_xaxis_transform()
    first, last = zero + stretch.first, zero + stretch.last
    days = midnights(study.scenario, first, last, most=75)
    if last - first > 75 * 24 and len(stretch.knots) > 2:
        days += midnights(study.scenario, zero - 24, zero + BREAK, most=75)
    begun, end = (local_time(study.scenario, hours).year for hours in (first, last))
    years = begun != end or last - first > LONG
    written: list[tuple[float, float]] = []
    # The first days matter most: their dates are written first, others where room is left.
    for hour, words in sorted(days, key=lambda day: (not -1 <= day[0] - zero <= BREAK, day[0])):
        x = stretch(hour - zero)
        assert x is not None
        if years and len(words) < 7:
            words = f"{words} {local_time(study.scenario, hour + 1e-6).year}"
        room = LETTER * (len(words) + 1.5) / WIDE
        axes.plot([x], [1], transform=place, marker="|", markersize=4, color=style.QUIET, clip_on=False)
        if all(abs(x - other) >= (room + width) / 2 for other, width in written) and x < 1 - 0.5 * room:
            written.append((x, room))
            axes.annotate(words, (x, 1), (0, 3), xycoords=place, textcoords="offset points",
                          fontsize=style.SMALL, ha="center", va="bottom")  # fmt: skip


def _notes(study: Study, *, from_appeal: bool, dated: bool, broken: bool, few: bool) -> str:
    zero, name = origin(study)
    year = local_time(study.scenario, zero).year
    scope = "with an appeal " if from_appeal else ""
    when = f" when the appeal is at the {name}" if from_appeal else ""
    days = " Recorded to a day or a month only: a bar over the whole of it." if dated else ""
    scale = " The scale changes at each slanted stroke." if broken else ""
    line = " Dotted line: the appeal." if from_appeal else ""
    circles = f" Circles: single runs, where there are fewer than {FEW}." if few else ""
    return (
        f"{one_of_several(study.scenario)}Bands: runs {scope}in which it happened (on the right, their share "
        f"of all {len(study.rows)}); rows that the outcome table has are over its runs, "
        f"most with a mandate.{circles}{days}{scale}{line} "
        f"Dates above: local midnights in {year}, {zone_name(study.scenario)}{when}. Sources: "
        "'record', "
        "'recorded_events' in the scenario."
    )


def _table_rows(row: Row, band: Bands, chance: float) -> list[tuple[Cell, ...]]:
    numbers = tuple(float(v) for v in band)
    marks = row.marks or [Mark(None)]
    return [
        (row.label, row.who, "h", chance, *numbers, m.value, m.low, m.high, str(m.no_later).lower())
        for m in marks
    ]
