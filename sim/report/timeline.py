"""Who did what when: simulated bands against recorded instants, one row for each kind of event and actor."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.event_log import EventKind
from sim.report import style
from sim.report.bands import (
    Bands,
    Floats,
    bands,
    column,
    draw_interval,
    draw_recorded,
    handles,
    levels,
)
from sim.report.figures import Cell, Chart, Sheet, say
from sim.report.times import kind_of, midnights, origin, recorded_appeal, zone_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study
    from sim.scenario.models import Scenario
    from sim.scenario.study import RecordEntry

K = EventKind
#: Rows in order from top to bottom, and their words; {who} is the actor's name.
LABELS: dict[EventKind, str] = {
    K.ONSET: "unrest begins",
    K.OVERWHELMED: "first site overwhelmed",
    K.RESERVES_ORDERED: "national reserves ordered",
    K.PRIVATE_APPEAL: "private appeal",
    K.APPEAL: "public appeal",
    K.WARNING_ORDER: "{who}: warning order",
    K.SECRETARY_GENERAL: "Secretary General's first word",
    K.CONSULTATIONS: "consultations open",
    K.MANDATE: "decision (mandate)",
    K.BILATERAL: "bilateral help",
    K.APPROVED: "{who}: approval",
    K.TAKEOFF: "{who}: first departure by air",
    K.ROAD_DEPARTED: "{who}: first departure by road",
    K.LANDED: "{who}: first landing",
    K.ROAD_ARRIVED: "{who}: first arrival by road",
    K.ON_TASK: "first units on task",
    K.FREED: "first local forces freed",
    K.DEPLOYED: "deployment complete",
    K.CALM: "first site calm again",
    K.ORDER_RESTORED: "every site calm again",
    K.END_ANNOUNCED: "host announces the end",
    K.END_REQUESTED: "formal request to end",
    K.WITHDRAWAL_ORDERED: "withdrawal ordered",
    K.WITHDRAWAL_BEGAN: "withdrawal begins",
    K.CONTINGENT_HOME: "{who}: contingent home",
    K.WITHDRAWN: "withdrawal complete",
}
#: Kinds that earn a row only where something is recorded of them, to keep the chart to one page.
IF_RECORDED = frozenset({
    K.RESERVES_ORDERED, K.PRIVATE_APPEAL, K.WARNING_ORDER, K.SECRETARY_GENERAL, K.TAKEOFF, K.ROAD_DEPARTED,
    K.FREED, K.END_REQUESTED, K.WITHDRAWAL_ORDERED, K.CONTINGENT_HOME,
})  # fmt: skip
#: Responses of record entries that are the time of an event.
RESPONSE_KINDS: dict[str, EventKind] = {
    "hours_to_decision": K.MANDATE,
    "hours_to_first_on_task": K.ON_TASK,
    "hours_to_deployment_complete": K.DEPLOYED,
    "hours_to_order": K.ORDER_RESTORED,
    "hours_to_end_announced": K.END_ANNOUNCED,
    "hours_to_withdrawal_start": K.WITHDRAWAL_BEGAN,
    "hours_to_withdrawal_complete": K.WITHDRAWN,
    "hours_to_approval": K.APPROVED,
    "hours_to_departure": K.TAKEOFF,
}
MAIN_BODY = "hours_to_main_body"
#: Share of the axis up to the appeal, from the appeal to BREAK, and after it.
BREAK = 48.0
#: Share of the axis that a written date takes up.
DATE_ROOM = 0.085
SHARES = (0.16, 0.46, 0.38)


@dataclass
class Mark:
    """A recorded instant in hours from the appeal."""

    value: float | None
    low: float | None = None
    high: float | None = None
    no_later: bool = False


@dataclass
class Row:
    """One line of the chart."""

    label: str
    kind: EventKind
    who: str
    hours: Floats  # from the appeal of the same run; nan where it did not happen
    marks: list[Mark] = field(default_factory=list)


def draw_timeline(study: Study) -> Chart:
    """Draw simulated 5-95 % and 25-75 % bands and medians of event times against the recorded instants."""
    rows = timeline_rows(study)
    height = 0.205 * max(len(rows), 4) + 1.75
    sheet = Sheet("Who did what when, in hours from the public appeal", height)
    axes = sheet.axes(2.05, 0.98, 4.5, height - 1.68)
    found = [bands(row.hours, levels(study)) for row in rows]
    stretch = _Stretch(rows, found)
    table: list[tuple[Cell, ...]] = []
    for place, (row, band) in enumerate(zip(rows, found, strict=True)):
        draw_interval(axes, place, Bands(*(stretch(value) for value in band)), half=0.3)
        for mark in row.marks:
            draw_recorded(axes, place, stretch(mark.value), stretch(mark.low), stretch(mark.high),
                          no_later=mark.no_later)  # fmt: skip
        chance = float(np.mean(~np.isnan(row.hours))) if len(row.hours) else 0.0
        axes.text(1.015, place, f"{100 * chance:.0f} %", transform=axes.get_yaxis_transform(), va="center",
                  fontsize=style.SMALL, color=style.TEXT)  # fmt: skip
        table.extend(_table_rows(row, band, chance))
    _dress(axes, study, rows, stretch)
    axes.legend(handles=handles(study, bound=True), ncols=6, loc="upper left", columnspacing=1.2,
                bbox_to_anchor=(-2.0 / 4.5, -0.42 / (height - 1.68)), handlelength=1.5)  # fmt: skip
    sheet.notes(_notes(study))
    columns = ("event", "who", "chance", "low", "lower_quartile", "median", "upper_quartile", "high",
               "recorded", "recorded_low", "recorded_high", "no_later_than")  # fmt: skip
    return Chart("timeline", "Timeline of events", sheet.figure, columns, table)


def timeline_rows(study: Study) -> list[Row]:
    """Return the rows that are drawn: simulated kinds and actors in the study, with their recorded marks."""
    appeal = column(study, "hours_to_appeal")
    members = list(study.scenario.alliance.members)
    rows = []
    for key, times in study.events.items():
        name, _, who = key.partition("|")
        kind = _kind(name)
        hours = np.asarray(times, dtype=float)
        if kind not in LABELS or len(hours) != len(appeal) or np.isnan(hours).all():
            continue
        rows.append(Row(_label(study.scenario, kind, who), kind, who, hours - appeal))
    order = list(LABELS)
    rows.sort(key=lambda r: (order.index(r.kind), members.index(r.who) if r.who in members else -1, r.who))
    for row in rows:
        row.marks = _marks(study.scenario, row)
    rows = [row for row in rows if row.marks or row.kind not in IF_RECORDED]
    return _with_main_body(study, rows)


def _with_main_body(study: Study, rows: list[Row]) -> list[Row]:
    """Add the landing of the lead's main body, which is a response and not the first event of its kind."""
    hours = column(study, MAIN_BODY)
    if np.isnan(hours).all():
        return rows
    lead = study.scenario.alliance.lead
    entries = [e for e in study.scenario.record.values() if e.response == MAIN_BODY]
    name = study.scenario.alliance.members[lead].name
    row = Row(f"{name}: main body lands", K.LANDED, lead, hours, [_entry_mark(e) for e in entries])
    order = list(LABELS)
    later = [i for i, r in enumerate(rows) if order.index(r.kind) > order.index(K.LANDED)]
    place = later[0] if later else len(rows)
    return [*rows[:place], row, *rows[place:]]


def _entry_mark(entry: RecordEntry) -> Mark:
    return Mark(entry.value, entry.low, entry.high, entry.kind == "bound" and entry.low is None)


def _kind(name: str) -> EventKind | None:
    words = name.strip().lower().replace("_", " ")
    return EventKind(words) if words in set(EventKind) else None


def _label(scenario: Scenario, kind: EventKind, who: str) -> str:
    member = scenario.alliance.members.get(who)
    words = LABELS[kind]
    if "{who}" in words:
        return words.format(who=member.name if member else who) if who else words.removeprefix("{who}: ")
    return f"{words}, {member.name}" if member and kind is K.ON_TASK else words


def _marks(scenario: Scenario, row: Row) -> list[Mark]:
    """Return the recorded instants of a row: from the scored record if it has one, else from dated events."""
    entries = [e for e in scenario.record.values() if _entry_fits(e, row)]
    if entries:
        return [_entry_mark(entry) for entry in entries]
    zero = recorded_appeal(scenario)
    if zero is None:
        return []
    events = [e for e in scenario.recorded_events if kind_of(e) == row.kind.value and e.who == row.who]
    events.sort(key=lambda e: e.at)
    return [Mark(scenario.hours(e.at) - zero, no_later=e.no_later_than) for e in events[:1]]


def _entry_fits(entry: RecordEntry, row: Row) -> bool:
    if RESPONSE_KINDS.get(entry.response) is not row.kind or entry.unit not in ("h", "hours"):
        return False
    return entry.who == row.who


class _Stretch:
    """A scale in three straight pieces: before the appeal, the first hours, the rest."""

    def __init__(self, rows: list[Row], found: list[Bands]) -> None:
        ends = [float(v) for band in found for v in band if not math.isnan(v)]
        ends += [v for row in rows for m in row.marks for v in (m.value, m.low, m.high) if v is not None]
        first, last = min([*ends, -6.0]) - 4, max([*ends, BREAK]) + 6
        self.first, self.last = first, last
        if last <= 1.5 * BREAK:
            self.knots, self.places = [first, last], [0.0, 1.0]
        else:
            self.knots = [first, 0.0, BREAK, last]
            self.places = [0.0, SHARES[0], SHARES[0] + SHARES[1], 1.0]

    def __call__(self, hours: float | None) -> float | None:
        if hours is None or math.isnan(hours):
            return math.nan if hours is not None else None
        return float(np.interp(hours, self.knots, self.places))

    def ticks(self) -> list[float]:
        """Return round hours, finer in the middle piece."""
        if len(self.knots) == 2:
            return [float(h) for h in np.arange(math.ceil(self.first / 12) * 12, self.last, 12)]
        before = np.arange(math.ceil(self.first / 48) * 48, 0, 48)
        step = 48 if self.last < 300 else 96
        late = np.arange(step * (2 if step == 48 else 1.5), self.last, step)
        return [float(h) for h in (*before, *np.arange(0, BREAK + 1, 6), *late)]


def _dress(axes: Axes, study: Study, rows: list[Row], stretch: _Stretch) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(max(len(rows), 1) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [row.label for row in rows])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    ticks = stretch.ticks()
    places = [stretch(hour) for hour in ticks]
    axes.set_xticks([p for p in places if p is not None], [f"{h:+g}" if h else "0" for h in ticks])
    axes.grid(visible=True, axis="x", color=style.GRID, linewidth=0.5)
    axes.set_xlabel("hours from the public appeal of the same run")
    axes.axvline(stretch(0.0) or 0.0, color=style.QUIET, linewidth=0.7, linestyle=":")
    for knot in stretch.places[1:-1]:
        axes.plot([knot], [0], marker=(2, 0, -20), markersize=9, color=style.TEXT, clip_on=False,
                  transform=axes.get_xaxis_transform())  # fmt: skip
    axes.text(1.015, 1.01, "share of\nruns", transform=axes.transAxes, fontsize=style.SMALL, va="bottom")
    _dates(axes, study, stretch)
    if not rows:
        say(axes, "no event of the timeline happened in any run")


def _dates(axes: Axes, study: Study, stretch: _Stretch) -> None:
    """Write local dates along the top, where the appeal is at its recorded (or median) instant."""
    zero, _ = origin(study)
    place = axes.get_xaxis_transform()
    days = midnights(study.scenario, zero + stretch.first, zero + stretch.last, most=400)
    written: list[float] = []
    # The first days matter most: their dates are written first, others where room is left.
    for hour, words in sorted(days, key=lambda day: (not -1 <= day[0] - zero <= BREAK, day[0])):
        x = stretch(hour - zero)
        assert x is not None
        axes.plot([x], [1], transform=place, marker="|", markersize=4, color=style.QUIET, clip_on=False)
        if all(abs(x - other) >= DATE_ROOM for other in written):
            written.append(x)
            axes.text(x, 1.01, words, transform=place, fontsize=style.SMALL, ha="center", va="bottom")


def _notes(study: Study) -> str:
    _, name = origin(study)
    return (
        "Bands over the runs with an appeal in which the event happened; their share of all "
        f"{len(study.rows)} runs stands on the right. The scale changes at each slanted stroke. Dates "
        "above: local "
        f"midnights ({zone_name(study.scenario)}) when the appeal is at the {name}. Sources: 'record' and "
        "'recorded_events' in the scenario."
    )


def _table_rows(row: Row, band: Bands, chance: float) -> list[tuple[Cell, ...]]:
    numbers = tuple(float(v) for v in band)
    marks = row.marks or [Mark(None)]
    return [
        (row.label, row.who, chance, *numbers, m.value, m.low, m.high, str(m.no_later).lower()) for m in marks
    ]
