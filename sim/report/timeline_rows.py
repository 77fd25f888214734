"""The rows of the timeline: which events, in which words, on which clock, with what is recorded of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.event_log import EventKind
from sim.experiment.responses import responses_of
from sim.experiment.samples import Sample, sample_of
from sim.report.dynamics import tellings_of
from sim.report.runs import Floats, column
from sim.report.times import kind_of, most_appeal, recorded_appeal, recorded_span

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.scenario.models import Scenario
    from sim.scenario.study import RecordedEvent, RecordEntry

K = EventKind
#: Rows in order from top to bottom, and their words; {who} is the actor's name. The words of a crisis that
#: depend on its kind are neutral here; each kind of dynamics may say them its own way and add rows.
LABELS: dict[EventKind, str] = {
    K.STANDOFF: "stand-off begins",
    K.ONSET: "the crisis begins",
    K.EXERCISE: "first exercise",
    K.ATTACK: "first attack",
    K.RAID: "first raid",
    K.EXCHANGE: "first shot",
    K.FAR_BANK_LOST: "first stretch of the border changes hands on its far side",
    K.FLED: "first people flee over the border",
    K.STRAINED: "first hospitals under strain",
    K.OVERWHELMED: "first site overwhelmed",
    K.RESERVES_ORDERED: "national reserves ordered",
    K.ATTRIBUTION: "first finding on the author",
    K.SANCTIONED: "first state under sanctions",
    K.AID_ASKED: "first help asked for",
    K.AID: "first help arrives",
    K.PRIVATE_APPEAL: "private appeal",
    K.APPEAL: "public appeal",
    K.WARNING_ORDER: "{who}: warning order",
    K.SECRETARY_GENERAL: "Secretary General's first word",
    K.CONSULTATIONS: "consultations open",
    K.MEASURE: "first measure of help",
    K.MANDATE: "decision (mandate)",
    K.BILATERAL: "the lead decides to help alone",
    K.APPROVED: "{who}: approval",
    K.TAKEOFF: "{who}: first departure by air",
    K.ROAD_DEPARTED: "{who}: first departure by road",
    K.LANDED: "{who}: first landing",
    K.ROAD_ARRIVED: "{who}: first arrival by road",
    K.ON_TASK: "first units on task",
    K.FREED: "first local forces freed",
    K.DEPLOYED: "deployment complete",
    K.CEASEFIRE: "first ceasefire",
    K.INTERPOSED: "peacekeepers between the sides",
    K.PREVAILED: "a side prevails",
    K.LASTING_CEASEFIRE: "ceasefire that lasts",
    K.PULLED_BACK: "reinforcements pulled back",
    K.CALM: "first place calm again",
    K.ORDER_RESTORED: "the crisis is over",
    K.END_ANNOUNCED: "end announced",
    K.END_REQUESTED: "formal request to end",
    K.WITHDRAWAL_ORDERED: "withdrawal ordered",
    K.WITHDRAWAL_BEGAN: "withdrawal begins",
    K.CONTINGENT_HOME: "{who}: contingent home",
    K.WITHDRAWN: "withdrawal complete",
    K.EXIT: "first member to leave",
}
#: What unrest says in place of the neutral words.
UNREST = {
    K.ONSET: "unrest begins", K.CALM: "first site calm again", K.ORDER_RESTORED: "every site calm again",
}  # fmt: skip
#: Kinds that earn a row only where something is recorded of them, to keep the chart to one page.
IF_RECORDED = frozenset({
    K.RESERVES_ORDERED, K.PRIVATE_APPEAL, K.WARNING_ORDER, K.SECRETARY_GENERAL, K.TAKEOFF, K.ROAD_DEPARTED,
    K.FREED, K.END_REQUESTED, K.WITHDRAWAL_ORDERED, K.CONTINGENT_HOME, K.AID_ASKED,
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
OF_MEMBERS = ("hours_to_approval", "hours_to_departure")
#: The response of a row that is about nobody in particular, by what its time is counted from.
ASKED = {kind: name for name, kind in RESPONSE_KINDS.items() if name not in OF_MEMBERS}
ASKED_FROM_START = {K.ORDER_RESTORED: "hours_to_order_from_start", K.APPEAL: "hours_to_appeal"}
MAIN_BODY = "hours_to_main_body"
#: Rows that are a member's, or the place's, first event of a kind that may come many times, and the words of
#: a label that speaks of a later one.
FIRSTS = frozenset({K.TAKEOFF, K.ROAD_DEPARTED, K.LANDED, K.ROAD_ARRIVED, K.ON_TASK, K.FREED, K.CALM})
WHOLE = re.compile(r"\b(all|complete|last|main body)\b", re.IGNORECASE)
LEAVES = re.compile(r"\b(leave|leaves|left)\b", re.IGNORECASE)
#: Share of runs below which a member's leaving gets no row.
RARE = 0.05
#: Events that mean the same instant: the second is left out where it never departs from the first.
TWINS = ((K.EXCHANGE, K.ONSET), (K.RAID, K.ONSET), (K.LASTING_CEASEFIRE, K.ORDER_RESTORED))


@dataclass
class Mark:
    """A recorded instant in hours on the timeline's clock."""

    value: float | None
    low: float | None = None
    high: float | None = None
    no_later: bool = False
    #: Known to a day or a month only: a range over it and no value.
    dated: bool = False


@dataclass
class Row:
    """One line of the chart."""

    label: str
    kind: EventKind
    who: str
    hours: Floats  # on the timeline's clock; nan where it did not happen
    marks: list[Mark] = field(default_factory=list)
    #: The response of the outcome table that is this instant; none if empty.
    response: str = ""


def words_of(scenario: Scenario) -> dict[EventKind, str]:
    """Return the words of each kind of event in *scenario*, as its kinds of crisis say them."""
    words = dict(LABELS)
    for telling in tellings_of(scenario):
        words |= telling.labels
    return words | (UNREST if scenario.crisis.unrest is not None else {})


def timeline_rows(study: Study) -> list[Row]:
    """Return the rows that are drawn: simulated kinds and actors in the study, with their recorded marks.

    Hours count from the appeal of the same run where the appeal is a clock for the study
    (`times.most_appeal`), else from the scenario's start.
    """
    from_appeal = most_appeal(study)
    appeal = column(study, "hours_to_appeal")
    zero = appeal if from_appeal else np.zeros(len(study.rows))
    members = list(study.scenario.alliance.members)
    words = words_of(study.scenario)
    rows = []
    for key, times in study.events.items():
        name, _, who = key.partition("|")
        kind = _kind(name)
        hours = np.asarray(times, dtype=float)
        if kind not in words or len(hours) != len(zero) or np.isnan(hours - zero).all():
            continue
        response = _response(kind, who, from_appeal=from_appeal)
        label = _label(study.scenario, words, kind, who)
        rows.append(Row(label, kind, who, hours - zero, response=response))
    order = list(words)
    rows.sort(key=lambda r: (order.index(r.kind), members.index(r.who) if r.who in members else -1, r.who))
    rows = _without_twins(rows)
    for row in rows:
        row.marks = _marks(study.scenario, row, from_appeal=from_appeal)
    rows = [row for row in rows if row.marks or not (row.kind in IF_RECORDED or _rare(row))]
    return _with_main_body(study, rows, order) if from_appeal else rows


def _response(kind: EventKind, who: str, *, from_appeal: bool) -> str:
    """Return the response of the outcome table that is the first instant of *kind*; empty if none is."""
    if who:
        return f"approval.{who}" if kind is K.APPROVED and from_appeal else ""
    return (ASKED if from_appeal else ASKED_FROM_START).get(kind, "")


def row_sample(study: Study, row: Row) -> Sample:
    """Return the hours of a row over the runs it is about, those of its response in the outcome table.

    That is its stratum, where what has not come before the clock stopped counts as later. A row that no
    response stands for, or whose stratum has no run in it, is over the runs in which it happened.
    """
    response = responses_of(study.scenario).get(row.response)
    if response is not None:
        found = sample_of(response, [r for r in study.rows if not r["failed"]])
        if found.happened.any():
            return found
    known = ~np.isnan(row.hours)
    groups = tuple(float(run) for run in np.flatnonzero(known))
    return Sample(row.hours[known], np.ones(int(known.sum()), dtype=bool), groups)


def _rare(row: Row) -> bool:
    """Return whether so few runs see a member leave that the row would only stretch the axis."""
    return row.kind is K.EXIT and float(np.mean(~np.isnan(row.hours))) < RARE


def _without_twins(rows: list[Row]) -> list[Row]:
    """Leave out an event that is always another's instant under another name."""
    by_kind = {row.kind: row for row in rows}
    dropped = set()
    for kept, other in TWINS:
        if kept in by_kind and other in by_kind:
            here, there = by_kind[kept].hours, by_kind[other].hours
            if np.array_equal(np.isnan(here), np.isnan(there)) and np.nanmax(np.abs(here - there)) < 1e-6:
                dropped.add(other)
    return [row for row in rows if row.kind not in dropped]


def _with_main_body(study: Study, rows: list[Row], order: list[EventKind]) -> list[Row]:
    """Add the landing of the lead's main body, which is a response and not the first event of its kind."""
    hours = column(study, MAIN_BODY)
    if np.isnan(hours).all():
        return rows
    lead = study.scenario.alliance.lead
    entries = [e for e in study.scenario.record.values() if e.response == MAIN_BODY]
    name = study.scenario.alliance.members[lead].name
    marks = [_entry_mark(e) for e in entries]
    row = Row(f"{name}: main body lands", K.LANDED, lead, hours, marks, MAIN_BODY)
    later = [i for i, r in enumerate(rows) if order.index(r.kind) > order.index(K.LANDED)]
    place = later[0] if later else len(rows)
    return [*rows[:place], row, *rows[place:]]


def _entry_mark(entry: RecordEntry) -> Mark:
    return Mark(entry.value, entry.low, entry.high, entry.kind == "bound" and entry.low is None)


def _kind(name: str) -> EventKind | None:
    words = name.strip().lower().replace("_", " ")
    return EventKind(words) if words in set(EventKind) else None


def _label(scenario: Scenario, labels: Mapping[EventKind, str], kind: EventKind, who: str) -> str:
    member = scenario.alliance.members.get(who)
    words = labels[kind]
    if "{who}" in words:
        return words.format(who=member.name if member else who) if who else words.removeprefix("{who}: ")
    return f"{words}, {member.name}" if member and kind is K.ON_TASK else words


def _marks(scenario: Scenario, row: Row, *, from_appeal: bool) -> list[Mark]:
    """Return the recorded instants of a row: from the scored record if it has one, else from dated events."""
    entries = [e for e in scenario.record.values() if _entry_fits(e, row)] if from_appeal else []
    if entries:
        return [_entry_mark(entry) for entry in entries]
    zero = recorded_appeal(scenario) if from_appeal else 0.0
    if zero is None:
        return []
    told = (e for e in scenario.recorded_events if kind_of(e) == row.kind.value and e.who == row.who)
    events = sorted((e for e in told if not _tells_otherwise(e, row)), key=lambda e: e.at)
    return [_event_mark(scenario, e, zero) for e in events[:1]]


def _tells_otherwise(event: RecordedEvent, row: Row) -> bool:
    """Return whether what is recorded, by its own label, is not the instant that the row is about.

    A row of a member is its first event of the kind: what a label calls complete, the last, all or the main
    body is a later one. A contingent that is recorded to leave is not home yet.
    """
    if row.kind is K.CONTINGENT_HOME:
        return LEAVES.search(event.label) is not None
    return row.kind in FIRSTS and WHOLE.search(event.label) is not None


def _event_mark(scenario: Scenario, event: RecordedEvent, zero: float) -> Mark:
    """Return an event's instant from *zero* on; of one known to a day or a month only, that as a range."""
    low, high = (hours - zero for hours in recorded_span(scenario, event))
    if event.precision == "time":
        return Mark(low, no_later=event.no_later_than)
    return Mark(high, no_later=True, dated=True) if event.no_later_than else Mark(None, low, high, dated=True)


def _entry_fits(entry: RecordEntry, row: Row) -> bool:
    if RESPONSE_KINDS.get(entry.response) is not row.kind or entry.unit not in ("h", "hours"):
        return False
    return entry.who == row.who
