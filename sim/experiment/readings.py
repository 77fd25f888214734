"""Readings of a finished event log that several responses, spans and curves share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import nan

from sim.engine.event_log import EventKind, EventLog, EventRecord, once
from sim.scenario.models import Scenario


def first_time(log: EventLog, kind: EventKind) -> float:
    """Return when *kind* first happened (hours after the scenario's start); nan if it did not."""
    record = log.first(kind)
    return nan if record is None else record.time


def heading(records: Iterable[EventRecord], direction: str) -> Iterator[EventRecord]:
    """Yield the movements in *direction* ("in" or "out"), in the order of *records*."""
    return (r for r in records if r.detail.get("direction") == direction)


@once
def arrivals(log: EventLog) -> list[EventRecord]:
    """Return the loads that came into the theatre, by air and by road."""
    both = log.of(EventKind.LANDED) + log.of(EventKind.ROAD_ARRIVED)
    return list(heading(both, "in"))


@once
def departures(log: EventLog) -> list[EventRecord]:
    """Return the loads that left the theatre, by air and by road."""
    both = log.of(EventKind.TAKEOFF) + log.of(EventKind.ROAD_DEPARTED)
    return list(heading(both, "out"))


@once
def flights_in(log: EventLog) -> list[EventRecord]:
    """Return the landings in theatre, in order of time."""
    return list(heading(log.of(EventKind.LANDED), "in"))


@once
def flights_out(log: EventLog) -> list[EventRecord]:
    """Return the take-offs homeward, in order of time."""
    return list(heading(log.of(EventKind.TAKEOFF), "out"))


def troops_of(load: EventRecord) -> float:
    """Return the troops aboard a load."""
    return float(load.detail.get("troops", load.amount))


def order_time(log: EventLog) -> float:
    """Return when every site was calm for good (hours after the start); nan if unrest came back or stayed."""
    restored, onset = log.last(EventKind.ORDER_RESTORED), log.last(EventKind.ONSET)
    if restored is None or (onset is not None and onset.id > restored.id):
        return nan
    return restored.time


def killed(log: EventLog, by: float = float("inf")) -> float:
    """Return the people killed up to *by* (hours after the start), whoever they were."""
    kinds = (EventKind.INCIDENT, EventKind.CLEARING, EventKind.DEATHS)
    return float(sum([r.amount for kind in kinds for r in log.of(kind) if r.time <= by]))


def out_of_control_steps(log: EventLog, scenario: Scenario) -> list[tuple[float, float]]:
    """Return (hours, share of site weight overwhelmed from then on), in order of time."""
    weights = {key: float(site.weight) for key, site in scenario.crisis.sites.items()}
    total = sum(weights.values()) or 1.0
    kinds = (EventKind.OVERWHELMED, EventKind.CALM)
    changes = sorted((r for kind in kinds for r in log.of(kind)), key=lambda r: (r.time, r.id))
    down: set[str] = set()
    steps = []
    for r in changes:
        if r.kind is EventKind.CALM and r.where not in down:
            continue
        (down.add if r.kind is EventKind.OVERWHELMED else down.discard)(r.where)
        steps.append((r.time, sum([weights[site] for site in sorted(down)]) / total))
    return steps
