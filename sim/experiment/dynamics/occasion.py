"""How an occasion to ask is measured: who answered what, what the law allowed, who came of his own accord."""

from __future__ import annotations

from functools import partial
from math import inf, nan

from sim.engine.event_log import EventKind, EventLog
from sim.experiment.curves import Floats, running_total
from sim.experiment.dynamics import Measures
from sim.experiment.dynamics.answers import answers
from sim.experiment.dynamics.beside import told_of
from sim.experiment.responses import Response
from sim.experiment.spans import Span
from sim.scenario.models import Scenario
from sim.scenario.study import RecordEntry

K = EventKind


def _came(key: str, log: EventLog, _: Scenario) -> float:
    """Return the hours from the occasion's alarm to the beginning of a member's own measure."""
    asked = log.first(K.ALARM)
    begun = next((r for r in log.of(K.MEASURE) if r.where == key), None)
    return nan if asked is None or begun is None else begun.time - asked.time


def _troops(key: str, log: EventLog, _: Scenario) -> float:
    return float(sum(r.amount for r in log.of(K.MEASURE) if r.where == key))


def _givers(log: EventLog, until: float) -> set[str]:
    return {r.who for r in log.of(K.MEASURE) if r.who and r.time <= until}


def responses(scenario: Scenario) -> tuple[Response, ...]:
    """Return the responses of an occasion: answers, and help by single members."""
    occasion = scenario.crisis.occasion
    assert occasion is not None
    asked = max(0.0, scenario.hours(occasion.latest or occasion.at))
    found = [
        Response("volunteers", "Members that helped on their own", "members", None,
                 lambda log, s: float(len(_givers(log, inf))), "count"),
    ]  # fmt: skip
    for key, measure in scenario.response.measures.items():
        if measure.by:
            told = told_of(scenario, measure)
            label = f"Occasion to: {told}"
            found += [
                Response(f"came.{key}", label, "h", None, partial(_came, key), "time", "start", starts=asked),
                Response(f"sent.{key}", f"People sent: {told}", "people", None,
                         partial(_troops, key), "count"),
            ]  # fmt: skip
    return (*answers(scenario), *found)


def curve_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the name of its curve."""
    return ("volunteers",)


def curves(log: EventLog, scenario: Scenario, grid: Floats) -> list[Floats]:
    """Return the people whom single members have sent on their own."""
    steps = [(r.time, r.amount) for r in log.of(K.MEASURE) if r.who]
    ended = {r.where: r.time for r in log.of(K.MEASURE_ENDED) if r.who}
    steps += [(ended[r.where], -r.amount) for r in log.of(K.MEASURE) if r.who and r.where in ended]
    return [running_total(steps, grid)]


def _volunteers_by(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    assert entry.at is not None
    return float(len(_givers(log, scenario.hours(entry.at))))


def spans() -> dict[str, Span]:
    """Return what record entries may ask of an occasion."""
    return {"volunteers_by": Span("volunteers_by", "members", None, ("at",), _volunteers_by)}


MEASURES = Measures(responses, curve_names, curves, spans, (K.ALARM, K.MEASURE),
                    "the end of the occasion")  # fmt: skip
