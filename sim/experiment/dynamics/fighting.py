"""What is measured of fighting between two sides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from math import inf, nan
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.experiment.dynamics import Measures
from sim.experiment.dynamics.answers import answers
from sim.experiment.dynamics.fighting_readings import (
    dead,
    from_first_shot,
    hours_of_firing,
    last_hour,
    most_away,
    returned,
    turns,
)  # fmt: skip
from sim.experiment.readings import first_time, flights_in, troops_of
from sim.experiment.responses import Response
from sim.experiment.spans import Span
from sim.scenario.models import Scenario
from sim.scenario.study import RecordEntry

if TYPE_CHECKING:
    import numpy as np

    from sim.experiment.curves import Floats
else:
    from sim.experiment.late import np

K = EventKind


def _outbreak_to_shot(log: EventLog, scenario: Scenario) -> float:
    return first_time(log, K.EXCHANGE) - first_time(log, K.STANDOFF)


def _second_round(log: EventLog, scenario: Scenario) -> float:
    begun = log.of(K.EXCHANGE)
    return begun[1].time - begun[0].time if len(begun) > 1 else nan


def _words(log: EventLog, scenario: Scenario) -> float:
    """Return the hours from the start of it to the first public word of an organ of the alliance."""
    begun = min((time for time, _ in turns(log)), default=nan)
    spoken = [r.time for r in log.of(K.SECRETARY_GENERAL)]
    spoken += [r.time for r in log.of(K.MEASURE) if r.who and r.who not in _states(scenario)]
    return min(spoken, default=nan) - begun


def _states(scenario: Scenario) -> set[str]:
    return {*scenario.alliance.members, *scenario.alliance.partners}


# a force that one state sends on its own


def _sent(log: EventLog, kind: EventKind) -> float:
    """Return the hours from the lasting ceasefire to the first event of *kind* after it."""
    begun = first_time(log, K.LASTING_CEASEFIRE)
    return min((r.time for r in log.of(kind) if r.time >= begun), default=nan) - begun


def _first_landing(log: EventLog, scenario: Scenario) -> float:
    landed = [r.time for r in flights_in(log)]
    return min(landed, default=nan) - first_time(log, K.LASTING_CEASEFIRE)


def _landed(log: EventLog, what: Callable[[EventRecord], float]) -> float:
    if log.first(K.BILATERAL) is None:
        return nan
    return float(sum(what(r) for r in flights_in(log)))


def _days_of_lift(log: EventLog, scenario: Scenario) -> float:
    """Return the days from the first to the last landing; nan while loads are still to come."""
    flights = flights_in(log)
    if not flights or log.first(K.DEPLOYED) is None:
        return nan
    return (flights[-1].time - flights[0].time) / 24


# responses


def _count(kind: EventKind) -> Callable[[EventLog, Scenario], float]:
    return lambda log, s: float(len(log.of(kind)))


_SHOT, _LASTED = K.EXCHANGE, K.LASTING_CEASEFIRE
_COMMON: tuple[Response, ...] = (
    Response("firing", "A shot is fired", "", None, lambda log, s: float(bool(log.of(_SHOT))), "flag"),
    Response("ceasefire_lasted", "A ceasefire lasts", "", None,
             lambda log, s: float(bool(log.of(_LASTED))), "flag"),
    Response("hours_to_first_ceasefire", "First shot to first ceasefire", "h", _SHOT,
             lambda log, s: from_first_shot(log, K.CEASEFIRE), "time", "start"),
    Response("hours_to_second_round", "First shot to the second round of firing, where there is one", "h",
             _SHOT, _second_round, "count"),
    Response("hours_to_lasting_ceasefire", "First shot to lasting ceasefire", "h", _SHOT,
             lambda log, s: from_first_shot(log, K.LASTING_CEASEFIRE), "time", "start"),
    Response("hours_to_pull_back", "First shot to reinforcements back at their bases", "h", _SHOT,
             lambda log, s: from_first_shot(log, K.PULLED_BACK), "time", "start"),
    Response("hours_to_words", "Beginning to the first public word of an organ of the alliance", "h", None,
             _words, "time", "start"),
    Response("hours_of_firing", "Hours of firing", "h", None, lambda log, s: hours_of_firing(log), "count"),
    Response("rounds", "Rounds of firing", "rounds", None, _count(K.EXCHANGE), "count"),
    Response("ceasefires_broken", "Ceasefires that broke", "ceasefires", None,
             lambda log, s: float(sum(1 for (_, a), (_, b) in zip(turns(log), turns(log)[1:], strict=False)
                                      if a in (3, 4) and b == 2)), "count"),
    Response("civilians_killed", "Civilians killed, both sides", "people", None,
             lambda log, s: float(sum(r.detail.get("civilians", 0) for r in log.of(K.DEATHS))), "count"),
)  # fmt: skip
#: Where a stand-off comes before the first shot.
_STANDOFF: tuple[Response, ...] = (
    Response("hours_to_first_shot", "Beginning of the stand-off to first shot", "h", None, _outbreak_to_shot,
             "time", "start"),
)  # fmt: skip
_SENT: tuple[Response, ...] = (
    Response("sent_flights", "Flights of the force one state sends", "flights", _LASTED,
             lambda log, s: _landed(log, lambda r: 1.0), "count"),
    Response("sent_troops", "Troops of the force one state sends", "troops", _LASTED,
             lambda log, s: _landed(log, troops_of), "count"),
    Response("sent_vehicles", "Vehicles of the force one state sends", "vehicles", _LASTED,
             lambda log, s: _landed(log, lambda r: float(r.detail.get("vehicles", 0))), "count"),
    Response("sent_flights_per_day", "Its flights a day, first to last landing", "flights a day", _LASTED,
             lambda log, s: _landed(log, lambda r: 1.0) / max(1.0, _days_of_lift(log, s)), "count"),
    Response("hours_to_first_sent", "Lasting ceasefire to its first landing", "h", _LASTED, _first_landing,
             "time", "start"),
    Response("hours_to_all_sent", "Lasting ceasefire to the last of it on post", "h", _LASTED,
             lambda log, s: _sent(log, K.DEPLOYED), "time", "start"),
)  # fmt: skip


def _of_sides(scenario: Scenario) -> Iterable[Response]:
    """Yield the responses of each side."""
    fighting = scenario.crisis.fighting
    assert fighting is not None
    for key, side in fighting.sides.items():
        yield Response(
            f"killed.{key}", f"Killed, {side.name}", "people", None, partial(_killed, key), "count"
        )
        yield Response(
            f"wounded.{key}", f"Wounded, {side.name}", "people", None, partial(_wounded, key), "count"
        )
        if side.prevails > 0:
            yield Response(
                f"prevailed.{key}", f"{side.name} prevails", "", None, partial(_prevailed, key), "flag"
            )
        if side.displaced is not None:
            yield Response(
                f"displaced.{key}", f"Displaced at the most, {side.name}", "people", None,
                partial(_displaced, key), "count",
            )  # fmt: skip
            yield Response(
                f"returned.{key}", f"Back home by the end, {side.name}", "people", None,
                partial(_returned, key), "count",
            )  # fmt: skip


def _killed(key: str, log: EventLog, scenario: Scenario) -> float:
    return dead(log, key)


def _wounded(key: str, log: EventLog, scenario: Scenario) -> float:
    return float(sum(r.detail.get("wounded", 0) for r in log.of(K.DEATHS) if r.who == key))


def _prevailed(key: str, log: EventLog, scenario: Scenario) -> float:
    return float(any(r.who == key for r in log.of(K.PREVAILED)))


def _displaced(key: str, log: EventLog, scenario: Scenario) -> float:
    return most_away(log, key)


def _returned(key: str, log: EventLog, scenario: Scenario) -> float:
    return returned(log, key, last_hour(log))


def responses(scenario: Scenario) -> tuple[Response, ...]:
    """Return the responses of a fight: those that its scenario can answer."""
    fighting = scenario.crisis.fighting
    assert fighting is not None
    sent: tuple[Response, ...] = _SENT if _deploys(scenario) else ()
    before = _STANDOFF if fighting.standoff is not None else ()
    return (*before, *_COMMON, *_of_sides(scenario), *sent, *answers(scenario))


def _deploys(scenario: Scenario) -> bool:
    return any(measure.deploys for measure in scenario.response.measures.values())


# curves


def curve_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of the curves of a fight."""
    fighting = scenario.crisis.fighting
    assert fighting is not None
    killed = tuple(f"killed.{key}" for key in fighting.sides)
    away = tuple(f"away.{key}" for key, side in fighting.sides.items() if side.displaced is not None)
    home = tuple(name.replace("away", "returned", 1) for name in away)
    return ("fighting_state", *killed, *away, *home)


def curves(log: EventLog, scenario: Scenario, grid: Floats) -> list[Floats]:
    """Return state, dead, people away and people back on *grid* (hours after the start)."""
    found = [_state(log, grid)]
    for name in curve_names(scenario)[1:]:
        what, key = name.split(".", 1)
        if what == "killed":
            found.append(_dead_so_far(log, key, grid))
        else:
            away = _away(log, key, grid)
            found.append(away if what == "away" else np.maximum.accumulate(away) - away)
    return found


def _state(log: EventLog, grid: Floats) -> Floats:
    steps = turns(log)
    values = np.array([0.0, *(state for _, state in steps)])
    return np.asarray(values[np.searchsorted([time for time, _ in steps], grid, side="right")])


def _dead_so_far(log: EventLog, side: str, grid: Floats) -> Floats:
    mine = [r for r in log.of(K.DEATHS) if r.who == side]
    total = np.concatenate([[0.0], np.cumsum([r.amount for r in mine])])
    return np.asarray(total[np.searchsorted([r.time for r in mine], grid, side="right")])


def _away(log: EventLog, side: str, grid: Floats) -> Floats:
    mine = [r for r in log.of(K.DISPLACED) if r.who == side]
    rows = [(0.0, 0.0, 0.0, 0.0), *((r.time, r.amount, r.detail["rate"], r.detail["toward"]) for r in mine)]
    at, away, rate, toward = np.array(rows).T
    now = np.searchsorted(at[1:], grid, side="right")
    return np.asarray(toward[now] + (away[now] - toward[now]) * np.exp(-rate[now] * (grid - at[now])))


# responses with arguments


def back_by(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    """Return the displaced of both sides who are home again by the entry's instant."""
    fighting = scenario.crisis.fighting
    assert fighting is not None
    at = min(_at(scenario, entry), last_hour(log))
    return sum(returned(log, key, at) for key in fighting.sides)


def state_at(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    """Return whether there is no firing at the entry's instant (1) or there is (0)."""
    at = _at(scenario, entry)
    state = 0
    for time, turned in turns(log):
        if time <= at:
            state = turned
    return float(state != 2)


def _at(scenario: Scenario, entry: RecordEntry) -> float:
    return inf if entry.at is None else scenario.hours(entry.at)


def spans() -> dict[str, Span]:
    """Return the responses with arguments."""
    found = (
        Span("back_by", "people", None, ("at",), back_by, "count"),
        Span("no_firing", "", None, ("at",), state_at, "flag"),
    )
    return {span.name: span for span in found}


MEASURES = Measures(
    responses, curve_names, curves, spans,
    (K.STANDOFF, K.EXCHANGE, K.CEASEFIRE, K.LASTING_CEASEFIRE, K.PREVAILED, K.PULLED_BACK, K.INTERPOSED),
    "the last firing",
)  # fmt: skip
