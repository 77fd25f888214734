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


# responses


def responses(scenario: Scenario) -> tuple[Response, ...]:
    """Return the responses of a scenario with incursions."""
    model, host = scenario.crisis.incursions, scenario.crisis.host
    assert model is not None
    count = partial(_response, kind="count")
    found = [
        count("clashes", "Groups and caravans stopped", "clashes", lambda log, s: clashes(log)),
        count("crossed", "Groups and caravans that crossed", "parties", lambda log, s: crossed(log)),
        count("share_stopped", "Share of those that came who were stopped", "share", _share_stopped),
        count("intruders_killed", "Intruders killed", "people", lambda log, s: dead(log, "intruders")),
        count("intruders_held", "Intruders held", "people", _held),
        count("drugs_seized", "Drugs seized", "kg", partial(_of_clashes, "kg")),
        count("guards_killed", "Defenders killed", "people", lambda log, s: dead(log, host)),
        count("far_side_killed", "Killed on the far side", "people", lambda log, s: dead(log, "far side")),
        count("raids", "Raids", "raids", lambda log, s: float(len(log.of(K.RAID)))),
        count("far_bank_lost", "Far bank lost", "km",
              lambda log, s: float(sum(r.amount for r in log.of(K.FAR_BANK_LOST)))),
        count("fled_soldiers", "Soldiers who fled over the border", "people",
              lambda log, s: fled(log, "soldiers")),
        count("fled_civilians", "Civilians who fled over the border", "people",
              lambda log, s: fled(log, "civilians")),
        count("largest_batch", "Largest batch of soldiers to flee", "people", _largest),
        count("most_abroad", "Most who had fled and were not yet home", "people", _most_abroad),
        count("reserves_on_border", "Called-up reserves on the border", "people",
              lambda log, s: float(sum(r.amount for r in log.of(K.RESERVES_ARRIVED)))),
        count("exercise_hours", "Hours with an exercise near the border", "h", _exercise_hours),
        count("flight_to_reserves", "Last crossing of people who fled to the call-up", "h",
              _flight_to_reserves),
        Response("fall_to_appeal", "First fall of the far bank to public appeal", "h", K.APPEAL,
                 partial(_fall_to, K.APPEAL), "count"),
        count("fall_to_reserves", "First fall of the far bank to the call-up", "h",
              partial(_fall_to, K.RESERVES_ORDERED)),
        _response("hours_to_far_bank", "Start to the first fall of the far bank", "h",
                  lambda log, s: first_time(log, K.FAR_BANK_LOST), "time"),
    ]  # fmt: skip
    for key, sector in model.sectors.items():
        found += [
            count(f"stopped.{key}", f"Stopped: {sector.name}", "clashes", partial(_stopped_in, key)),
            count(f"crossed.{key}", f"Crossed: {sector.name}", "parties", partial(_crossed_in, key)),
        ]
    found += [
        count(f"crossed_by.{key}", f"Crossed: {party.name}", "parties", partial(_crossed_by, key))
        for key, party in model.parties.items()
    ]
    return (*found, *answers(scenario))


def _response(
    name: str, label: str, unit: str, read: Callable[[EventLog, Scenario], float], kind: str
) -> Response:
    return Response(name, label, unit, None, read, kind, "start")  # type: ignore[arg-type]


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
    troops = {r.where: r.amount for r in log.of(K.EXERCISE)}
    busy = [(r.time, r.amount) for r in log.of(K.EXERCISE)]
    busy += [(r.time, -troops.get(r.where, 0.0)) for r in log.of(K.EXERCISE_ENDED)]
    return [
        counted((r.time for r in log.of(K.CLASH)), grid),
        counted((time for time, _, _ in crossings(log)), grid),
        running_total([(r.time, r.amount) for r in ran if r.detail["who"] == "soldiers"], grid),
        running_total([(r.time, r.amount) for r in ran if r.detail["who"] == "civilians"], grid),
        running_total([(r.time, r.amount) for r in ran] + [(r.time, -r.amount) for r in home], grid),
        running_total([(r.time, r.amount) for r in log.of(K.FAR_BANK_LOST)], grid),
        running_total(busy, grid),
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
)  # fmt: skip
