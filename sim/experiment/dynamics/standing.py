"""The alliance's standing measured: trust, cohesion, confidence, exits."""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import pairwise
from math import exp, inf
from math import log as log_of
from operator import itemgetter
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind, EventLog, EventRecord, once
from sim.engine.outset import outset
from sim.engine.prepared import prepared, prepared_by_scenario
from sim.experiment.curves import Floats
from sim.experiment.dynamics import Measures
from sim.experiment.responses import Response
from sim.scenario.models import Scenario
from sim.scenario.standing import Standing

if TYPE_CHECKING:
    import numpy as np
else:
    from sim.experiment.late import np

_IN_ORDER = itemgetter(1, 0)  # by time, then by number
HOURS_A_YEAR = 8766.0
#: Measures of the alliance as a whole, with their labels.
WHOLE = {
    "cohesion": "Cohesion of the alliance at the end",
    "confidence": "Share of the public that counts on help at the end",
}


@once
def _moves(log: EventLog) -> dict[tuple[str, str], list[EventRecord]]:
    """Return what has moved each measure of each member, in order of time, episodes included."""
    found: dict[tuple[str, str], list[EventRecord]] = {}
    for part in (log, *log.parts.values()):
        for record in part.of(EventKind.STANDING):
            found.setdefault((record.where, record.who), []).append(record)
    if log.parts:
        for moves in found.values():
            moves.sort(key=_IN_ORDER)
    return found


def value_at(log: EventLog, shape: Standing, measure: str, who: str, at: float) -> float:
    """Return *measure* of *who* at the hour *at*: the last logged value on its way back to the start."""
    start = _start(shape, measure, who)
    for last in reversed(_moves(log).get((measure, who), ())):
        if last.time <= at:
            found: float = start + (last.amount - start) * exp(-_rate(shape) * (at - last.time))
            return found
    return start


@prepared
def _rate(shape: Standing) -> float:
    """Return the rate (per h) at which everything returns to its start: ln 2 over the half-life."""
    return log_of(2) / float(shape.half_life)


def _start(shape: Standing, measure: str, who: str) -> float:
    return outset(shape).values.get((measure, who), 0.0)


def exits(log: EventLog, member: str = "") -> float:
    """Return how many members (or whether *member*) left."""
    found = log.of(EventKind.EXIT)
    return float(len(found) if not member else sum([r.who == member for r in found]))


def responses(scenario: Scenario) -> tuple[Response, ...]:
    """Return the state of every measure at the end, and the hazard of exit for every member but the lead."""
    hosts = (scenario.crisis.host, *(e.crisis.host for e in scenario.crises.values()))
    return _responses(tuple(scenario.alliance.members), tuple(dict.fromkeys(hosts)), scenario.alliance.lead)


@lru_cache(maxsize=32)
def _responses(members: tuple[str, ...], hosts: tuple[str, ...], lead: str) -> tuple[Response, ...]:
    found = [_at_end(label, name, "") for name, label in WHOLE.items()]
    for member in members:
        found.append(_at_end(f"Trust of {member} in the alliance at the end", "trust", member))
        if member == lead:
            continue  # it does not leave: without it there is no alliance to speak of
        found.append(
            Response(
                f"exit_hazard.{member}", f"Hazard at the end that {member} leaves", "1/year", None,
                partial(_hazard, member=member), "count",
            )
        )  # fmt: skip
    found += [
        _at_end(f"Trust of {host} in the lead as a patron at the end", "patron", host)
        for host in hosts
        if host in members and host != lead
    ]
    found.append(Response("exits", "Members that left", "members", None, lambda log, s: exits(log), "count"))
    return tuple(found)


def _at_end(label: str, measure: str, who: str) -> Response:
    def read(log: EventLog, scenario: Scenario) -> float:
        shape, horizon = _at_horizon(scenario)
        return value_at(log, shape, measure, who, horizon)

    name = f"{measure}.{who}" if who else measure
    return Response(name, label, "", None, read, "count")


def _shape(scenario: Scenario) -> Standing:
    assert scenario.alliance.standing is not None
    return scenario.alliance.standing


@prepared_by_scenario
def _at_horizon(scenario: Scenario) -> tuple[Standing, float]:
    """Return the standing of a scenario's alliance, and the last hour simulated."""
    return _shape(scenario), float(scenario.horizon)


def _hazard(log: EventLog, scenario: Scenario, member: str) -> float:
    shape, horizon = _at_horizon(scenario)
    rate, power = _exit(shape)
    return rate * exp(-power * value_at(log, shape, "trust", member, horizon)) * HOURS_A_YEAR


@prepared
def _exit(shape: Standing) -> tuple[float, float]:
    """Return the rate (per h) at which a member without trust leaves, and the power of trust against it."""
    return float(shape.exit.rate), float(shape.exit.trust_power)


def owed(log: EventLog, scenario: Scenario, debtor: str) -> float:
    """Return what *debtor* owes all others for their help at the end, by the scale of the standing."""
    shape, at = _at_horizon(scenario)
    return sum(value_at(log, shape, f"owes {m}", debtor, at) for m in scenario.alliance.members)


def curve_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of the curves: cohesion, confidence, trust of every member."""
    return (*WHOLE, *(f"trust.{member}" for member in scenario.alliance.members))


def curves(log: EventLog, scenario: Scenario, grid: Floats) -> list[Floats]:
    """Return cohesion, confidence and every member's trust on *grid*."""
    shape = _shape(scenario)
    names = [(name, "") for name in WHOLE] + [("trust", m) for m in scenario.alliance.members]
    return [_curve(log, shape, measure, who, grid) for measure, who in names]


def _curve(log: EventLog, shape: Standing, measure: str, who: str, grid: Floats) -> Floats:
    """Return one measure on *grid*: each logged value fades back to the start until the next."""
    start = _start(shape, measure, who)
    values = np.full(len(grid), start)
    moves = _moves(log).get((measure, who), ())
    if not moves:
        return values
    rate = _rate(shape)
    begin = np.array([record.time for record in moves])
    places = [*grid.searchsorted(begin).tolist(), len(grid)]
    for record, (first, past) in zip(moves, pairwise(places), strict=True):
        if first < past:
            since = grid[first:past] - record.time
            values[first:past] = start + (record.amount - start) * np.exp(-rate * since)
    return values


def exit_hazard(log: EventLog, scenario: Scenario, grid: Floats) -> Floats:
    """Return the hazard (per year) that some member leaves on *grid*: the sum of theirs, without the lead's.

    A member that has left adds nothing.
    """
    shape = _shape(scenario)
    total = np.zeros(len(grid))
    if not shape.exit.enabled:
        return total
    gone = {r.who: r.time for r in log.of(EventKind.EXIT)}
    power, rate = float(shape.exit.trust_power), float(shape.exit.rate) * HOURS_A_YEAR
    for member, state in scenario.alliance.members.items():
        if member != scenario.alliance.lead and state.takes_part(scenario.start.date()):
            trust = _curve(log, shape, "trust", member, grid)
            total += np.where(grid < gone.get(member, inf), rate * np.exp(-power * trust), 0.0)
    return total


def debts(log: EventLog, scenario: Scenario, grid: Floats) -> Floats:
    """Return all that members owe each other for help on *grid*, by the scale of the standing."""
    shape = _shape(scenario)
    known = {(debtor, f"owes {c}") for debtor, owes in shape.owes.items() for c in owes}
    parts = (log, *log.parts.values())
    known |= {
        (r.who, r.where) for part in parts for r in part.of(EventKind.STANDING)
        if r.where.startswith("owes ")
    }  # fmt: skip
    found = (_curve(log, shape, measure, debtor, grid) for debtor, measure in sorted(known))
    return sum(found, start=np.zeros(len(grid)))


MEASURES = Measures(responses, curve_names, curves, dict, (EventKind.EXIT,))
