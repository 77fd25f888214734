"""Readings of a finished event log that several responses, spans and curves share."""

from __future__ import annotations

from itertools import chain
from math import inf, nan
from operator import attrgetter, itemgetter

from sim.engine.event_log import EventKind, EventLog, EventRecord, once
from sim.engine.prepared import prepared
from sim.scenario.crisis import Site
from sim.scenario.models import Scenario

#: Kinds whose amount is people killed.
_KILLING = (EventKind.INCIDENT, EventKind.CLEARING, EventKind.DEATHS)
_OVERWHELMED, _CALM = EventKind.OVERWHELMED, EventKind.CALM
_by_time = itemgetter(1, 0)  # then by number
_amount = attrgetter("amount")


def first_time(log: EventLog, kind: EventKind) -> float:
    """Return when *kind* first happened (hours after the scenario's start); nan if it did not."""
    record = log.first(kind)
    return nan if record is None else record.time


def _heading(log: EventLog, kind: EventKind, direction: str) -> list[EventRecord]:
    """Return the movements of *kind* in *direction* ("in" or "out"), in order of time."""
    return log.in_order([r for r in log.unordered(kind) if r.detail["direction"] == direction])


@once
def arrivals(log: EventLog) -> list[EventRecord]:
    """Return the loads that came into the theatre, by air and by road."""
    return flights_in(log) + _heading(log, EventKind.ROAD_ARRIVED, "in")


@once
def departures(log: EventLog) -> list[EventRecord]:
    """Return the loads that left the theatre, by air and by road."""
    return flights_out(log) + _heading(log, EventKind.ROAD_DEPARTED, "out")


@once
def flights_in(log: EventLog) -> list[EventRecord]:
    """Return the landings in theatre, in order of time."""
    return _heading(log, EventKind.LANDED, "in")


@once
def flights_out(log: EventLog) -> list[EventRecord]:
    """Return the take-offs homeward, in order of time."""
    return _heading(log, EventKind.TAKEOFF, "out")


def troops_of(load: EventRecord) -> float:
    """Return the troops aboard a load."""
    return float(load.amount)


def order_time(log: EventLog) -> float:
    """Return when every site was calm for good (hours after the start); nan if unrest came back or stayed."""
    restored, onset = log.last(EventKind.ORDER_RESTORED), log.last(EventKind.ONSET)
    if restored is None or (onset is not None and onset.id > restored.id):
        return nan
    return restored.time


def killed(log: EventLog, by: float = inf) -> float:
    """Return the people killed up to *by* (hours after the start), whoever they were."""
    if by == inf:
        return _killed(log)
    return float(sum([r.amount for kind in _KILLING for r in log.of(kind) if r.time <= by]))


@once
def _killed(log: EventLog) -> float:
    return float(sum(map(_amount, chain.from_iterable(map(log.of, _KILLING)))))


def out_of_control_steps(log: EventLog, scenario: Scenario) -> list[tuple[float, float]]:
    """Return (hours, share of site weight overwhelmed from then on), in order of time."""
    changes = sorted(log.of(_OVERWHELMED) + log.of(_CALM), key=_by_time)
    if not changes:
        return []
    weights, total = _weights(scenario.crisis.sites)
    down: set[str] = set()
    steps = []
    for r in changes:
        if r.kind is _OVERWHELMED:
            down.add(r.where)
        elif r.where in down:
            down.remove(r.where)
        else:
            continue
        steps.append((r.time, sum([weights[site] for site in sorted(down)]) / total))
    return steps


def peak_out_of_control(log: EventLog, scenario: Scenario) -> float:
    """Return the greatest share of site weight that was overwhelmed at once."""
    if not log.of(_OVERWHELMED):
        return 0.0
    weights, total = _weights(scenario.crisis.sites)
    peak, down, risen = 0.0, set[str](), False

    def held() -> float:
        return sum([weights[site] for site in sorted(down)])

    for r in sorted(log.of(_OVERWHELMED) + log.of(_CALM), key=_by_time):
        if r.kind is _OVERWHELMED:
            down.add(r.where)
            risen = True
        elif r.where in down:
            if risen:  # the share was never greater than just before it fell
                peak, risen = max(peak, held()), False
            down.remove(r.where)
    return max(peak, held()) / total


@prepared
def _weights(sites: dict[str, Site]) -> tuple[dict[str, float], float]:
    """Return the weight of each site, and of all of them (1 if they have none)."""
    weights = {key: float(site.weight) for key, site in sites.items()}
    return weights, sum(weights.values()) or 1.0
