"""Responses that a record entry reads at an instant, over a span, among some sites or for a member."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from math import exp, inf, nan
from operator import attrgetter, itemgetter
from typing import NamedTuple

from sim.engine.event_log import EventKind, EventLog, EventRecord, once
from sim.engine.prepared import prepared_by_scenario, prepared_together
from sim.experiment.dynamics import all_spans
from sim.experiment.readings import flights_in, flights_out, killed
from sim.experiment.responses import Response, ResponseKind, approval, from_appeal, responses_of
from sim.scenario.models import Scenario
from sim.scenario.study import RecordEntry

_TIME, _BY_TIME = attrgetter("time"), itemgetter(1, 0)
_ONSET = EventKind.ONSET


class Span(NamedTuple):
    """A response with arguments: which keys of a record entry it takes, and how it is computed."""

    name: str
    unit: str
    given: EventKind | None
    #: Keys of a record entry that must be there, and those that may be.
    needs: tuple[str, ...]
    function: Callable[[EventLog, Scenario, RecordEntry], float]
    kind: ResponseKind = "count"
    may: tuple[str, ...] = ()


def detained_reported(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    """Return the people detained as reported by the entry's instant.

    Each sweep is reported with an exponential lag of its mean (*assumed*).
    """
    _, at = _span_of(scenario, entry)
    shares = [
        many * (1 - exp((time - at) / lag)) if lag > 0 else many
        for time, many, lag in _sweeps(log)
        if time <= at
    ]
    return float(sum(shares))


@once
def _sweeps(log: EventLog) -> list[tuple[float, float, float]]:
    """Return when (h) people were detained, how many, and the mean lag (h) until it is reported."""
    return [(r.time, r.amount, float(r.detail.get("lag", 0.0))) for r in log.of(EventKind.SWEEP)]


def sites_calm(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    """Return how many of the entry's sites (all, if it names none) are without unrest at its instant."""
    _, at = _span_of(scenario, entry)
    times, turns = _turns(log)
    last = dict(turns[: bisect_right(times, at)])
    return float(len(_among(scenario, entry) - {site for site, begins in last.items() if begins}))


@once
def _turns(log: EventLog) -> tuple[list[float], list[tuple[str, bool]]]:
    """Return when (h) unrest began or ended, in order of time, and at which site, and whether it began."""
    turns = sorted(log.of(_ONSET) + log.of(EventKind.CALM), key=_BY_TIME)
    return [r.time for r in turns], [(r.where, r.kind is _ONSET) for r in turns]


def killed_by(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    """Return the people killed by the entry's instant."""
    return killed(log, _span_of(scenario, entry)[1])


def flights_in_between(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    """Return the landings in theatre after the entry's `since` and up to its `at`."""
    return _count_between(flights_in(log), scenario, entry)


def flights_out_between(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    """Return the take-offs homeward after the entry's `since` and up to its `at`."""
    return _count_between(flights_out(log), scenario, entry)


def sites_guarded(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    """Return at how many of the mission's tasks soldiers took post: arithmetic on inputs."""
    tasks = scenario.response.mission.tasks if scenario.response.mission else {}
    return float(len(tasks.keys() & {r.detail.get("task") for r in log.of(EventKind.ON_TASK)}))


def hours_to_approval(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    """Return the hours from the appeal to the authorisation by the entry's member."""
    return approval(log, entry.who)


def hours_to_departure(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    """Return the hours from the appeal to the first departure of the entry's member for the theatre."""
    who = entry.who
    own = [
        r
        for kind in (EventKind.TAKEOFF, EventKind.ROAD_DEPARTED)
        for r in log.unordered(kind)
        if r.who == who and r.detail["direction"] == "in"
    ]
    ordered = log.in_order(own)
    return from_appeal(log, ordered[0].time) if ordered else nan


@prepared_together
def _span_of(scenario: Scenario, entry: RecordEntry) -> tuple[float, float]:
    """Return the instants (hours after the start) after and up to which an entry is read."""
    since = -inf if entry.since is None else scenario.hours(entry.since)
    return since, inf if entry.at is None else scenario.hours(entry.at)


@prepared_together
def _among(scenario: Scenario, entry: RecordEntry) -> frozenset[str]:
    """Return the sites that an entry counts among."""
    return frozenset(entry.among or scenario.crisis.sites)


def _count_between(flights: list[EventRecord], scenario: Scenario, entry: RecordEntry) -> float:
    if not flights:
        return 0.0
    since, until = _span_of(scenario, entry)
    # The flights are in order of time.
    return float(max(0, bisect_right(flights, until, key=_TIME) - bisect_right(flights, since, key=_TIME)))


_MANDATE = EventKind.MANDATE
SPANS: dict[str, Span] = {
    span.name: span
    for span in (
        Span("detained_reported", "people", None, ("at",), detained_reported),
        Span("sites_calm", "sites", None, ("at",), sites_calm, may=("among",)),
        Span("killed_by", "people", None, ("at",), killed_by),
        Span("flights_in_between", "flights", _MANDATE, ("at",), flights_in_between, may=("since",)),
        Span("flights_out_between", "flights", _MANDATE, ("at",), flights_out_between, may=("since",)),
        Span("sites_guarded", "sites", _MANDATE, (), sites_guarded),
        Span("hours_to_approval", "h", _MANDATE, ("who",), hours_to_approval, "time"),
        Span("hours_to_departure", "h", _MANDATE, ("who",), hours_to_departure, "time"),
    )
}


class _Spans(Mapping[str, Span]):
    """Every span; the modules of the kinds of dynamics are imported when a name is not among the others."""

    def __getitem__(self, name: str) -> Span:
        return SPANS[name] if name in SPANS else _every()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_every())

    def __len__(self) -> int:
        return len(_every())


@cache
def _every() -> dict[str, Span]:
    return SPANS | all_spans()


def spans() -> Mapping[str, Span]:
    """Return every response with arguments by name, those of each kind of dynamics included."""
    return _Spans()


def record_response(scenario: Scenario, key: str) -> Response:
    """Return the response that the record entry *key* is compared with, its arguments filled in."""
    entry = scenario.record[key]
    name = f"record.{key}"
    scalar = responses_of(scenario).get(entry.response)
    if scalar is not None:
        return scalar._replace(name=name, label=entry.label)
    span = spans()[entry.response]
    return Response(
        name, entry.label, span.unit, span.given, lambda log, s: span.function(log, s, entry), span.kind,
        # Only troops under a mandate wait for who is named to contribute; other readings just name a state.
        contributor=entry.who if span.given is _MANDATE else "",
    )  # fmt: skip


@prepared_by_scenario
def record_responses(scenario: Scenario) -> dict[str, Response]:
    """Return the responses behind the scenario's record, by key of the entry."""
    return {key: record_response(scenario, key) for key in scenario.record}
