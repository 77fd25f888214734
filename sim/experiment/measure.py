"""What is kept of one replication: its row of responses, its curves, its first times."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import NamedTuple, TypeAlias

from sim.engine.event_log import EventKind, EventLog
from sim.engine.prepared import prepared_by_scenario
from sim.experiment.dynamics import measures_of
from sim.experiment.responses import responses_of
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


def row_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the columns of a row after its address: responses, then the record's."""
    return (*responses_of(scenario), *(f"record.{key}" for key in scenario.record))


def read_row(log: EventLog, scenario: Scenario) -> list[float]:
    """Return the responses of one run in the order of `row_names`.

    A record entry that names a plain response takes its number rather than computing it again.
    """
    reading = _reading(scenario)
    values = [read(log, scenario) for read in reading.plain]
    values += [
        values[place] if read is None else read(log, scenario, entry) for place, read, entry in reading.record
    ]
    return values


#: An entry of the record: the place of the plain response that it names, or else how it is read.
_Entry: TypeAlias = tuple[int, Callable[[EventLog, Scenario, RecordEntry], float] | None, RecordEntry]


class _Reading(NamedTuple):
    """How the rows of a scenario are read."""

    plain: list[Callable[[EventLog, Scenario], float]]
    record: list[_Entry]


@prepared_by_scenario
def _reading(scenario: Scenario) -> _Reading:
    responses = responses_of(scenario)
    places = {name: place for place, name in enumerate(responses)}
    record: list[_Entry] = [
        (places[entry.response], None, entry)
        if entry.response in places
        else (-1, spans()[entry.response].function, entry)
        for entry in scenario.record.values()
    ]
    return _Reading([response.function for response in responses.values()], record)


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
            if record.detail.get("direction") != "out":
                first.setdefault(record.who, record.time)
        times.extend(first.get(who, nan) for who in scenario.alliance.members)
    return times
