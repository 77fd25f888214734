"""What is kept of one replication: its row of responses, its curves, its first times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import nan
from typing import NamedTuple, TypeAlias

from sim.engine.event_log import EventKind, EventLog
from sim.engine.prepared import prepared_by_scenario
from sim.experiment.dynamics import measures_of
from sim.experiment.responses import Response, responses_of
from sim.experiment.spans import spans
from sim.scenario.models import Scenario
from sim.scenario.study import RecordEntry

_K = EventKind
#: Kinds whose first time is kept, whoever acts; and those kept for each member.
FIRST_OF_ANY: tuple[EventKind, ...] = (
    _K.ONSET, _K.OVERWHELMED, _K.RESERVES_ORDERED, _K.PRIVATE_APPEAL, _K.APPEAL, _K.SECRETARY_GENERAL,
    _K.CONSULTATIONS, _K.MANDATE, _K.BILATERAL, _K.ON_TASK, _K.FREED, _K.DEPLOYED, _K.CALM,
    _K.ORDER_RESTORED, _K.END_ANNOUNCED, _K.END_REQUESTED, _K.WITHDRAWAL_ORDERED, _K.WITHDRAWAL_BEGAN,
    _K.WITHDRAWN,
)  # fmt: skip
FIRST_OF_MEMBER: tuple[EventKind, ...] = (
    _K.WARNING_ORDER, _K.APPROVED, _K.TAKEOFF, _K.LANDED, _K.ROAD_DEPARTED, _K.ROAD_ARRIVED,
    _K.CONTINGENT_HOME,
)  # fmt: skip
#: The columns that name a run, ahead of its responses.
ADDRESS = ("run", "draw", "replication", "failed")
#: The log of a run in which nothing happened.
_UNEVENTFUL = EventLog(())


def row_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the columns of a row after its address: responses, then the record's."""
    return (*responses_of(scenario), *(f"record.{key}" for key in scenario.record))


def read_row(log: EventLog, scenario: Scenario) -> list[float]:
    """Return the responses of one run in the order of `row_names`.

    A record entry that names a plain response takes its number rather than computing it again. Where nobody
    was sent, what hangs on a force sent is not read: it is what it is of a run in which nothing happened.
    """
    reading = _readings(scenario)
    if log.first(_K.MANDATE) is not None or log.first(_K.BILATERAL) is not None:
        values = [read(log, scenario) for read in reading.every]
    else:
        values = reading.still.copy()
        for place, read in reading.others:
            values[place] = read(log, scenario)
    for place, other in reading.same:
        values[place] = values[other]
    return values


_Read: TypeAlias = Callable[[EventLog, Scenario], float]


class _Reading(NamedTuple):
    """How a row is read: all of it, and what of it where nobody was sent."""

    every: list[_Read]
    #: The row of a run in which nothing happened, nan where that is not known.
    still: list[float]
    #: Places that do not hang on a force sent.
    others: list[tuple[int, _Read]]
    #: Places that take the number at another place.
    same: list[tuple[int, int]]


#: The last responses and records read, and how: all draws of a study share theirs.
_known: list[tuple[Mapping[str, Response], Mapping[str, RecordEntry], _Reading]] = []


@prepared_by_scenario
def _readings(scenario: Scenario) -> _Reading:
    """Return how the rows of a scenario are read."""
    responses, record = responses_of(scenario), scenario.record
    for known, entries, found in _known:
        if known is responses and entries is record:
            return found
    found = _columns(scenario, responses)
    _known[:] = [(responses, record, found), *_known[:3]]
    return found


def _columns(scenario: Scenario, responses: Mapping[str, Response]) -> _Reading:
    places = {name: place for place, name in enumerate(responses)}
    # An episode (it has a prefix) may be sent a force though the campaign's own crisis is not.
    columns = [(r.function, r.given is _K.MANDATE and not r.prefix) for r in responses.values()]
    same = []
    for place, entry in enumerate(scenario.record.values(), len(columns)):
        if entry.response in places:
            same.append((place, places[entry.response]))
            columns.append((_unread, True))
        else:
            span = spans()[entry.response]
            columns.append((_of_entry(span.function, entry), span.given is _K.MANDATE))
    still = [read(_UNEVENTFUL, scenario) if of_force else nan for read, of_force in columns]
    others = [(place, read) for place, (read, of_force) in enumerate(columns) if not of_force]
    return _Reading([read for read, _ in columns], still, others, same)


def _unread(log: EventLog, scenario: Scenario) -> float:
    """Return nan, in whose place another number comes."""
    return nan


def _of_entry(read: Callable[[EventLog, Scenario, RecordEntry], float], entry: RecordEntry) -> _Read:
    return lambda log, scenario: read(log, scenario, entry)


def _first_kinds(scenario: Scenario) -> tuple[EventKind, ...]:
    extra = (kind for measures in measures_of(scenario) for kind in measures.firsts)
    return (*FIRST_OF_ANY, *(kind for kind in extra if kind not in FIRST_OF_ANY))


def first_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the names "kind|who" of the first times of a run, in the order of `read_firsts`."""
    anybody = (f"{kind.value}|" for kind in _first_kinds(scenario))
    members = (f"{kind.value}|{who}" for kind in FIRST_OF_MEMBER for who in scenario.alliance.members)
    return (*anybody, *members)


def read_firsts(log: EventLog, scenario: Scenario) -> list[float]:
    """Return when each kind first happened (hours after the start; nan if never), homeward moves left out."""
    times: list[float] = []
    for kind in _first_kinds(scenario):
        record = log.first(kind)
        times.append(nan if record is None else record.time)
    for kind in FIRST_OF_MEMBER:
        first: dict[str, float] = {}
        for record in log.of(kind):
            if record.who not in first and record.detail.get("direction") != "out":
                first[record.who] = record.time
        times.extend(first.get(who, nan) for who in scenario.alliance.members)
    return times
