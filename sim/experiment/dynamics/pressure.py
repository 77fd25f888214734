"""How outside pressure is measured: attacks, attribution, what help came when, sanctions by member."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf, nan
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind, EventLog
from sim.experiment.curves import Floats, counted, running_total
from sim.experiment.dynamics import Measures
from sim.experiment.dynamics.answers import answers
from sim.experiment.responses import Response, ResponseKind
from sim.experiment.spans import Span
from sim.scenario.alliance import HELP_LEVELS
from sim.scenario.models import Scenario
from sim.scenario.study import RecordEntry

if TYPE_CHECKING:
    import numpy as np
else:
    from sim.experiment.late import np

K = EventKind
GRADES = {"unmet": 0.0, "contested": 1.0, "met": 2.0}


def first_attack(log: EventLog) -> float:
    """Return when the first attack came (hours); nan without one."""
    found = log.first(K.ATTACK)
    return nan if found is None else found.time


def first_help(log: EventLog) -> float:
    """Return when help beyond words began: a measure, or soldiers on task (hours); nan if it never did."""
    times = [r.time for kind in (K.MEASURE, K.ON_TASK) for r in log.of(kind)[:1]]
    return min(times, default=nan)


def first_force(log: EventLog) -> float:
    """Return when the first soldiers took post (hours), which hangs on attribution; nan if none did."""
    found = log.first(K.ON_TASK)
    return nan if found is None else found.time


def _attributed(hand: str, log: EventLog, _: Scenario) -> float:
    found = (r.time for r in log.of(K.ATTRIBUTION) if r.detail["external_hand"] == hand)
    return next(found, nan) - first_attack(log)


def _to_lawful(log: EventLog, _: Scenario) -> float:
    """Return the hours from the first attack to the first reading that finds force lawful or arguable."""
    read = (r.time for r in log.of(K.LEDGER) if r.detail["basis"]["force"] != "unmet")
    return next(read, nan) - first_attack(log)


def _to_help(log: EventLog, _: Scenario) -> float:
    return first_help(log) - first_attack(log)


def _before(first: Callable[[EventLog], float], log: EventLog, _: Scenario) -> float:
    """Return the share of the attacks that came before the *first* help of a kind; nan without an attack."""
    attacks, came = log.of(K.ATTACK), first(log)
    if not attacks:
        return nan
    return sum(came != came or r.time <= came for r in attacks) / len(attacks)


def _outcome(first: Callable[[EventLog], float], word: str, log: EventLog, _: Scenario) -> float:
    """Return whether help of a kind came while it lasted ("timely"), afterwards ("late") or not at all."""
    came, over = first(log), log.last(K.ORDER_RESTORED)
    found = "never" if came != came else "timely" if over is None or came <= over.time else "late"
    return float(found == word)


def _sanctioned(member: str, log: EventLog, _: Scenario) -> float:
    return float(any(member in ("", r.who) for r in log.of(K.SANCTIONED)))


def _to_sanctions(member: str, log: EventLog, _: Scenario) -> float:
    return next((r.time for r in log.of(K.SANCTIONED) if r.who == member), nan)


def _flag(name: str, label: str, function: partial[float]) -> Response:
    kind: ResponseKind = "flag"
    return Response(name, label, "", None, function, kind)


def _in_time(name: str, label: str, first: Callable[[EventLog], float]) -> list[Response]:
    return [
        _flag(f"{name}.{word}", f"{label}: {word}", partial(_outcome, first, word))
        for word in ("timely", "late", "never")
    ]


def responses(scenario: Scenario) -> tuple[Response, ...]:
    """Return the responses of outside pressure, as far as the scenario has attacks and sanctions."""
    pressure = scenario.crisis.pressure
    assert pressure is not None
    found: list[Response] = []
    if pressure.targets:
        found += [
            Response("attacks", "Covert attacks", "attacks", None,
                     lambda log, s: float(len(log.of(K.ATTACK))), "count"),
            Response("attacks_before_help", "Share of the attacks before help beyond words", "share", None,
                     partial(_before, first_help), "count"),
            Response("hours_to_lawful_force", "First attack to force lawful or arguable", "h", None,
                     _to_lawful, "time", "start"),
            Response("hours_to_help", "First attack to help beyond words", "h", None, _to_help, "time",
                     "start"),
        ]  # fmt: skip
        found += _in_time("help", "Help beyond words", first_help)
        if scenario.response.mandate is not None:
            found.append(
                Response("attacks_before_force", "Share of the attacks before soldiers were on post", "share",
                         None, partial(_before, first_force), "count")
            )  # fmt: skip
            found += _in_time("force", "Soldiers on post", first_force)
    if pressure.attribution is not None:
        found += [
            Response(f"hours_to_{hand}", f"First attack to an external hand {hand}", "h", None,
                     partial(_attributed, hand), "time", "start")
            for hand in ("claimed", "proved")
        ]  # fmt: skip
    if pressure.sanctions is not None:
        found.append(
            Response("sanctioned", "Members under sanctions", "members", None,
                     lambda log, s: float(len({r.who for r in log.of(K.SANCTIONED)})), "count")
        )  # fmt: skip
        for member in scenario.alliance.members:
            found.append(
                _flag(f"sanctioned.{member}", f"{member} under sanctions", partial(_sanctioned, member))
            )
    return (*answers(scenario), *found)


def curve_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of its curves."""
    sanctions = scenario.crisis.pressure is not None and scenario.crisis.pressure.sanctions is not None
    members = tuple(f"sanctioned.{m}" for m in scenario.alliance.members) if sanctions else ()
    return ("attacks", "attribution", "basis_force", "help_level_reached", *members)


def curves(log: EventLog, scenario: Scenario, grid: Floats) -> list[Floats]:
    """Return attacks so far, attribution (0-2), legal basis of force last read (0-2), help, sanctions."""
    stages = [(r.time, 1.0) for r in log.of(K.ATTRIBUTION)]
    found = [
        counted((r.time for r in log.of(K.ATTACK)), grid),
        running_total(stages, grid),
        _highest([(r.time, GRADES[r.detail["basis"]["force"]]) for r in log.of(K.LEDGER)], grid),
        _highest([(r.time, float(HELP_LEVELS.index(r.detail["level"]))) for r in log.of(K.ADOPTED)], grid),
    ]
    pressure = scenario.crisis.pressure
    if pressure is not None and pressure.sanctions is not None:
        hit = log.of(K.SANCTIONED)
        found += [counted((r.time for r in hit if r.who == m), grid) for m in scenario.alliance.members]
    return found


def _highest(steps: list[tuple[float, float]], grid: Floats) -> Floats:
    """Return the highest of the levels (hours, level) reached so far at each point of *grid*."""
    level = np.zeros(len(grid))
    for at, value in steps:
        level = np.where(grid >= at, np.maximum(level, value), level)
    return level


def _sanctioned_by(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    until = inf if entry.at is None else scenario.hours(entry.at)
    return float(any(r.who == entry.who and r.time <= until for r in log.of(K.SANCTIONED)))


def spans() -> dict[str, Span]:
    """Return what record entries may ask of pressure."""
    return {"sanctioned_by": Span("sanctioned_by", "", None, ("who",), _sanctioned_by, "flag", ("at",))}


MEASURES = Measures(
    responses, curve_names, curves, spans, (K.ATTACK, K.ATTRIBUTION, K.MEASURE, K.SANCTIONED),
    "the end of the pressure",
)  # fmt: skip
