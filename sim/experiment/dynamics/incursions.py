"""What is measured of incursions: who was stopped and who crossed by sector, flight, the far bank."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf, nan

from sim.engine.event_log import EventKind, EventLog, once
from sim.experiment.curves import Floats, counted, running_total
from sim.experiment.dynamics import Measures
from sim.experiment.dynamics.answers import answers
from sim.experiment.readings import first_time
from sim.experiment.responses import Response
from sim.experiment.spans import Span
from sim.scenario.incursions import Incursions
from sim.scenario.models import Scenario
from sim.scenario.study import RecordEntry

K = EventKind
CURVES = (
    "clashes", "crossed", "fled_soldiers", "fled_civilians", "refugees", "far_bank_lost", "exercise_troops",
)  # fmt: skip


# readings


@once
def crossings(log: EventLog) -> list[tuple[float, str, str]]:
    """Return (hours, sector, party) of every unstopped crossing, in order of time."""
    found = [(time, r.where, r.detail["party"]) for r in log.of(K.CROSSED) for time in r.detail["times"]]
    return sorted(found)


def crossed(log: EventLog, sector: str = "", party: str = "", since: float = -inf, by: float = inf) -> float:
    """Return how many crossed unstopped, in all or in a *sector*, of a *party*, between two instants (h)."""
    return float(
        sum(
            since < time <= by and sector in ("", where) and party in ("", kind)
            for time, where, kind in crossings(log)
        )
    )


def clashes(log: EventLog, sector: str = "", since: float = -inf, by: float = inf) -> float:
    """Return how many were stopped, in all or in a *sector*, between two instants (h)."""
    return float(sum(since < r.time <= by and sector in ("", r.where) for r in log.of(K.CLASH)))


def fled(log: EventLog, who: str = "", by: float = inf) -> float:
    """Return how many fled over the border by an instant (h): soldiers, civilians, or both."""
    return float(sum(r.amount for r in log.of(K.FLED) if r.time <= by and who in ("", r.detail["who"])))


def dead(log: EventLog, side: str) -> float:
    """Return the people of *side* killed (intruders, far side, or the key of a state)."""
    return float(sum(r.amount for r in log.of(K.DEATHS) if r.detail["side"] == side))


def _dead(side: str, log: EventLog, _: Scenario) -> float:
    return dead(log, side)


def _of_clashes(name: str, log: EventLog, _: Scenario) -> float:
    return float(sum(r.detail[name] for r in log.of(K.CLASH)))


def _held(log: EventLog, s: Scenario) -> float:
    return float(_of_clashes("held", log, s) + sum(r.detail["held"] for r in log.of(K.RAID)))


def _share_stopped(log: EventLog, _: Scenario) -> float:
    came = clashes(log) + crossed(log)
    return clashes(log) / came if came else nan


def _largest(log: EventLog, _: Scenario) -> float:
    return max((r.amount for r in log.of(K.FLED) if r.detail["who"] == "soldiers"), default=0.0)


def _most_abroad(log: EventLog, _: Scenario) -> float:
    steps = [(r.time, r.amount) for r in log.of(K.FLED)] + [(r.time, -r.amount) for r in log.of(K.WENT_HOME)]
    most = here = 0.0
    for _time, change in sorted(steps):
        here += change
        most = max(most, here)
    return most


def _fall_to(kind: EventKind, log: EventLog, _: Scenario) -> float:
    """Return the hours from the first fall of the far bank to the first event of *kind*; nan without both."""
    return first_time(log, kind) - first_time(log, K.FAR_BANK_LOST)


def _flight_to_reserves(log: EventLog, _: Scenario) -> float:
    """Return the hours from the last large crossing before the reserves are called to that call."""
    called = first_time(log, K.RESERVES_ORDERED)
    before = [r.time for r in log.of(K.FLED) if r.time <= called]
    return called - max(before) if before else nan


def _exercise_hours(log: EventLog, _: Scenario) -> float:
    """Return the hours for which an exercise was felt at this border (days of several at once count once)."""
    felt = [r for r in log.of(K.EXERCISE) if r.detail["levers"]]
    ends = {r.where: r.time for r in log.of(K.EXERCISE_ENDED)}
    horizon = first_time(log, K.HORIZON)
    total, until = 0.0, -inf
    for r in felt:
        end = ends.get(r.where, horizon)
        total += max(0.0, end - max(until, r.time))
        until = max(until, end)
    return total


def _in_exercises(log: EventLog) -> list[tuple[float, float]]:
    """Return (hours, change) of the troops that are tied up in exercises, in order of time."""
    troops = {r.where: r.amount for r in log.of(K.EXERCISE)}
    busy = [(r.time, r.amount) for r in log.of(K.EXERCISE)]
    return sorted(busy + [(r.time, -troops.get(r.where, 0.0)) for r in log.of(K.EXERCISE_ENDED)])


def _most_in_exercises(log: EventLog, _: Scenario) -> float:
    now, most = 0.0, 0.0
    for _time, change in _in_exercises(log):
        now += change
        most = max(most, now)
    return most


# responses


def responses(scenario: Scenario) -> tuple[Response, ...]:
    """Return the responses of a scenario with incursions: those of what can happen in it."""
    model, host = scenario.crisis.incursions, scenario.crisis.host
    assert model is not None
    found = [
        _count("intruders_killed", "Intruders killed", "people", partial(_dead, "intruders")),
        _count("intruders_held", "Intruders held", "people", _held),
        _count("guards_killed", "Defenders killed", "people", partial(_dead, host)),
        _count("exercise_hours", "Hours with an exercise near the border", "h", _exercise_hours),
        _count("exercise_troops", "Most troops in exercises at once", "troops", _most_in_exercises),
    ]
    if model.raids:
        found += [
            _count("raids", "Raids", "raids", lambda log, s: float(len(log.of(K.RAID)))),
            _count(
                "far_side_killed", "Killed on the far side", "people", lambda log, s: dead(log, "far side")
            ),
        ]
    if model.moves_people():
        found += _of_flight()
    if any(sector.falls is not None for sector in model.sectors.values()):
        found += _of_falls()
    if model.reserves is not None:
        found += _of_reserves()
    if model.parties:
        found += _of_parties(model)
    return (*found, *answers(scenario))


def _count(name: str, label: str, unit: str, read: Callable[[EventLog, Scenario], float]) -> Response:
    return Response(name, label, unit, None, read, "count", "start")


def _of_flight() -> list[Response]:
    return [
        _count("fled_soldiers", "Soldiers who fled over the border", "people",
               lambda log, s: fled(log, "soldiers")),
        _count("fled_civilians", "Civilians who fled over the border", "people",
               lambda log, s: fled(log, "civilians")),
        _count("largest_batch", "Largest batch of soldiers to flee", "people", _largest),
        _count("most_abroad", "Most who had fled and were not yet home", "people", _most_abroad),
    ]  # fmt: skip


def _of_falls() -> list[Response]:
    return [
        _count("far_bank_lost", "Border whose far side changed hands", "km",
               lambda log, s: float(sum(r.amount for r in log.of(K.FAR_BANK_LOST)))),
        Response("hours_to_far_bank", "Start to the first change of hands across the border", "h", None,
                 lambda log, s: first_time(log, K.FAR_BANK_LOST), "time", "start"),
        Response("fall_to_appeal", "First change of hands across the border to public appeal", "h", K.APPEAL,
                 partial(_fall_to, K.APPEAL), "count"),
    ]  # fmt: skip


def _of_reserves() -> list[Response]:
    return [
        _count("reserves_on_border", "Called-up reserves on the border", "people",
               lambda log, s: float(sum(r.amount for r in log.of(K.RESERVES_ARRIVED)))),
        _count("flight_to_reserves", "Last crossing of people who fled to the call-up", "h",
               _flight_to_reserves),
        _count("fall_to_reserves", "First change of hands across the border to the call-up", "h",
               partial(_fall_to, K.RESERVES_ORDERED)),
    ]  # fmt: skip


def _of_parties(model: Incursions) -> list[Response]:
    found = [
        _count("clashes", "Groups and caravans stopped", "clashes", lambda log, s: clashes(log)),
        _count("crossed", "Groups and caravans that crossed", "parties", lambda log, s: crossed(log)),
        _count("share_stopped", "Share of those that came who were stopped", "share", _share_stopped),
        _count("drugs_seized", "Drugs seized", "kg", partial(_of_clashes, "kg")),
    ]
    for key, sector in model.sectors.items():
        found += [
            _count(f"stopped.{key}", f"Stopped: {sector.name}", "clashes", partial(_stopped_in, key)),
            _count(f"crossed.{key}", f"Crossed: {sector.name}", "parties", partial(_crossed_in, key)),
        ]
    for key, party in model.parties.items():
        read = partial(_crossed_by, key)
        found.append(_count(f"crossed_by.{key}", f"Crossed: {party.name}", "parties", read))
    return found


def _stopped_in(key: str, log: EventLog, _: Scenario) -> float:
    return clashes(log, key)


def _crossed_in(key: str, log: EventLog, _: Scenario) -> float:
    return crossed(log, key)


def _crossed_by(key: str, log: EventLog, _: Scenario) -> float:
    return crossed(log, party=key)


# curves and spans


def curves(log: EventLog, scenario: Scenario, grid: Floats) -> list[Floats]:
    """Return the curves of `CURVES` on *grid*: running totals; refugees and exercise troops are levels."""
    ran, home = log.of(K.FLED), log.of(K.WENT_HOME)
    return [
        counted((r.time for r in log.of(K.CLASH)), grid),
        counted((time for time, _, _ in crossings(log)), grid),
        running_total([(r.time, r.amount) for r in ran if r.detail["who"] == "soldiers"], grid),
        running_total([(r.time, r.amount) for r in ran if r.detail["who"] == "civilians"], grid),
        running_total([(r.time, r.amount) for r in ran] + [(r.time, -r.amount) for r in home], grid),
        running_total([(r.time, r.amount) for r in log.of(K.FAR_BANK_LOST)], grid),
        running_total(_in_exercises(log), grid),
    ]


def _window(scenario: Scenario, entry: RecordEntry) -> tuple[float, float]:
    since = -inf if entry.since is None else scenario.hours(entry.since)
    return since, inf if entry.at is None else scenario.hours(entry.at)


def _clashes_between(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    since, by = _window(scenario, entry)
    return float(sum(clashes(log, sector, since, by) for sector in entry.among or ("",)))


def _crossed_between(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    since, by = _window(scenario, entry)
    return float(sum(crossed(log, sector, "", since, by) for sector in entry.among or ("",)))


def _fled_by(who: str, log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    return fled(log, who, _window(scenario, entry)[1])


def _lost_by(log: EventLog, scenario: Scenario, entry: RecordEntry) -> float:
    by = _window(scenario, entry)[1]
    return float(sum(r.amount for r in log.of(K.FAR_BANK_LOST) if r.time <= by))


def spans() -> dict[str, Span]:
    """Return the responses that a record entry reads at an instant or over a span."""
    found = (
        Span("clashes_between", "clashes", None, ("at",), _clashes_between, may=("since", "among")),
        Span("crossed_between", "parties", None, ("at",), _crossed_between, may=("since", "among")),
        Span("soldiers_fled_by", "people", None, ("at",), partial(_fled_by, "soldiers")),
        Span("civilians_fled_by", "people", None, ("at",), partial(_fled_by, "civilians")),
        Span("far_bank_lost_by", "km", None, ("at",), _lost_by),
    )
    return {span.name: span for span in found}


MEASURES = Measures(
    responses, lambda scenario: CURVES, curves, spans,
    (K.FAR_BANK_LOST, K.FLED, K.ALARM, K.RAID, K.EXERCISE, K.MEASURE),
    "a border held to be calm",
)  # fmt: skip
