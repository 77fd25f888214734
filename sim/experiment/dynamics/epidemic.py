"""How an epidemic is measured: cases, deaths, strain by state; when help arrived and whom it reached."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from math import inf, nan
from operator import itemgetter
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.experiment.curves import Floats, columns, running_total, stretches, summed
from sim.experiment.dynamics import Measures
from sim.experiment.dynamics.answers import answers
from sim.experiment.responses import RESPONSES, Response
from sim.experiment.spans import Span
from sim.scenario.models import Scenario
from sim.scenario.study import RecordEntry

if TYPE_CHECKING:
    import numpy as np
else:
    from sim.experiment.late import np

K = EventKind
_SEGMENT = itemgetter("cases", "growth", "ceiling")
KINDS = ("kits", "medics", "laboratory", "equipment", "doses", "production")


def _states(scenario: Scenario) -> tuple[str, ...]:
    assert scenario.crisis.epidemic is not None
    return tuple(scenario.crisis.epidemic.outbreaks)


def _counted(kind: EventKind, state: str, log: EventLog, _: Scenario) -> float:
    return float(sum(r.amount for r in log.of(kind) if state in ("", r.where)))


def _worst(state: str, log: EventLog, scenario: Scenario) -> float:
    """Return the greatest cases a day per 100,000 people at the grid of the curves (days)."""
    assert scenario.crisis.epidemic is not None
    days = np.arange(0.0, float(scenario.horizon), 24.0)
    people = float(scenario.crisis.epidemic.outbreaks[state].population)
    return float(np.max(incidence(log, state, days), initial=0.0)) / people * 1e5


def _waited(key: str, log: EventLog, _: Scenario) -> float:
    """Return the hours from the day a delivery was asked for to its arrival."""
    return next((float(r.detail["lead"]) for r in log.of(K.AID) if r.where == key), nan)


def _strained(log: EventLog, _: Scenario) -> float:
    return float(len({r.where for r in log.of(K.STRAINED)}))


def _dead(scenario: Scenario) -> str:
    """Return what the dead are called: nobody is killed by a disease; both are counted where both occur."""
    crisis = scenario.crisis
    violent = (crisis.unrest, crisis.fighting, crisis.incursions)
    return "Deaths" if all(part is None for part in violent) else "Killed, or dead of the disease"


def responses(scenario: Scenario) -> tuple[Response, ...]:
    """Return the responses of an epidemic."""
    found = [
        Response("cases", "Confirmed cases, all states", "people", None,
                 partial(_counted, K.CASES, ""), "count"),
        Response("strained", "States whose hospitals came under strain", "states", None, _strained, "count"),
    ]  # fmt: skip
    for state in _states(scenario):
        found += [
            Response(f"cases.{state}", f"Confirmed cases in {state}", "people", None,
                     partial(_counted, K.CASES, state), "count"),
            Response(f"deaths.{state}", f"Deaths in {state}", "people", None,
                     partial(_counted, K.DEATHS, state), "count"),
            Response(f"worst_day.{state}", f"Greatest cases a day per 100,000 in {state}", "", None,
                     partial(_worst, state), "count"),
        ]  # fmt: skip
    assert scenario.crisis.epidemic is not None
    found.append(RESPONSES["killed"]._replace(label=_dead(scenario)))
    for key, delivery in scenario.crisis.epidemic.deliveries.items():
        label = f"Asked to arrived: {delivery.label} ({delivery.to})"
        asked = scenario.hours(delivery.asked if delivery.latest is None else delivery.latest)
        found.append(
            Response(f"lead.{key}", label, "h", None, partial(_waited, key), "time", "start",
                     starts=max(0.0, asked))
        )  # fmt: skip
    return (*answers(scenario), *found)


# over time


def incidence(log: EventLog, state: str, grid: Floats) -> Floats:
    """Return expected cases a day in *state* (all if empty) on *grid*: r C (1 - C/K) of its segments."""
    segments = sorted((r for r in log.of(K.EPIDEMIC) if state in ("", r.where)), key=_course)
    if not segments:
        return np.zeros(len(grid))
    ends = [r.time if _course(r) == _course(before) else inf for before, r in pairwise(segments)]
    begin, end, *numbers = columns(
        [(r.time, end, *_SEGMENT(r.detail)) for r, end in zip(segments, [*ends, inf], strict=True)], 5
    )
    which, point, since = stretches(begin, end, grid)
    c, r, k = (values[which] for values in numbers)
    start = np.maximum(c, 1e-12)
    cases = k / (1 + (k / start - 1) * np.exp(-np.minimum(r * since, 700)))
    return summed(point, 24 * r * cases * (1 - cases / k), grid)


def _course(segment: EventRecord) -> str:
    return f"{segment.where} {segment.detail['course']}"


def curve_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of its curves."""
    return (*(f"cases_a_day.{state}" for state in _states(scenario)), "reached.medics", "reached.doses")


def curves(log: EventLog, scenario: Scenario, grid: Floats) -> list[Floats]:
    """Return cases a day by state, and how many states medics and vaccine from others have reached."""
    reached = (first_reached(log, what).values() for what in ("medics", "doses"))
    return [
        *(incidence(log, state, grid) for state in _states(scenario)),
        *(running_total([(at, 1.0) for at in times], grid) for times in reached),
    ]


def first_reached(log: EventLog, what: str) -> dict[str, float]:
    """Return when help of a kind from others first came to each state it came to (hours)."""
    times: dict[str, float] = {}
    for r in log.of(K.AID):
        if r.detail["what"] == what and r.who != r.detail["to"]:
            times.setdefault(r.detail["to"], r.time)
    return times


# record entries


def _reached(what: str, log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    assert entry.at is not None
    at = scenario.hours(entry.at)
    return float(sum(time <= at for time in first_reached(log, what).values()))


def _brought(what: str, log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    at = inf if entry.at is None else scenario.hours(entry.at)
    brought = (r for r in log.of(K.AID) if r.detail["what"] == what and r.time <= at)
    return float(sum(r.amount for r in brought if entry.who in ("", r.detail["to"])))


def spans() -> dict[str, Span]:
    """Return what record entries may ask of an epidemic: states reached, and amounts brought, by kind."""
    found = [Span(f"reached_by.{k}", "states", None, ("at",), partial(_reached, k)) for k in KINDS]
    found += [Span(f"brought.{k}", "", None, (), partial(_brought, k), may=("at", "who")) for k in KINDS]
    return {span.name: span for span in found}


MEASURES = Measures(responses, curve_names, curves, spans, (K.STRAINED, K.AID_ASKED, K.AID),
                    "every wave past")  # fmt: skip
