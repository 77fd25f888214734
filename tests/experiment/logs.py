"""Small event logs written by hand, and a stand-in for the engine that needs no world."""

from __future__ import annotations

from math import log
from typing import Any

from sim.engine.event_log import NOTHING, EventKind, EventLog, EventRecord, SortieParts
from sim.engine.streams import uniform_at
from sim.scenario.models import Scenario

K = EventKind


def a_log(*events: tuple[Any, ...]) -> EventLog:
    """Return a log of events (time, kind, and then any of who, where, amount, cause, detail as a mapping)."""
    records = []
    for number, (time, kind, *rest) in enumerate(events):
        said: dict[str, Any] = {"detail": NOTHING}
        for part in rest:
            said |= part
        records.append(EventRecord(number, time, kind, **said))
    return EventLog(records)


def by(who: str) -> dict[str, Any]:
    return {"who": who}


def at(where: str, amount: float = 0.0, **detail: Any) -> dict[str, Any]:
    return {"where": where, "amount": amount, "detail": detail}


def a_load(who: str, troops: float, direction: str = "in", **detail: Any) -> dict[str, Any]:
    return {"who": who, "amount": troops, "detail": {"direction": direction, "troops": troops, **detail}}


#: A deployment of the lead and an ally of the tiny scenario, in round hours; the appeal comes at 30 h.
PARTS = SortieParts(released=50.0, aircraft=3.0, slots=1.0, weather=0.5, handling=2.0, flight=2.5)
DEPLOYMENT: tuple[tuple[Any, ...], ...] = (
    (6.0, K.ONSET, at("north", 4)),
    (20.0, K.OVERWHELMED, at("north")),
    (21.0, K.INCIDENT, at("north", 2, wounded=5)),
    (30.0, K.APPEAL, by("CCC")),
    (31.0, K.MOTION, by("CCC"), {"detail": {"level": "force"}}),
    (32.0, K.POSITION, by("AAA"), {"detail": {"answer": "support", "contribute": True, "level": "force"}}),
    (32.5, K.POSITION, by("BBB"), {"detail": {"answer": "support", "contribute": False, "level": "force"}}),
    (33.0, K.ADOPTED, {"detail": {"level": "force"}}),
    (33.0, K.MANDATE, {"amount": 1000}),
    (35.0, K.APPROVED, by("AAA")),
    (40.0, K.TAKEOFF, a_load("AAA", 100)),
    (42.0, K.LANDED, a_load("AAA", 100, vehicles=3, echelon="advance", parts=PARTS)),
    (43.0, K.ON_TASK, at("north", 100, task="plant")),
    (44.0, K.FREED, at("north", 80)),
    (59.0, K.LANDED, a_load("AAA", 60, vehicles=2, echelon="main", parts=PARTS)),
    (62.0, K.DEPLOYED, {"cause": 14, "amount": 160}),
    (70.0, K.CALM, at("north", 64)),
    (70.0, K.CLEARING, at("north", 1)),
    (70.0, K.SWEEP, at("north", 200, lag=24.0)),
    (70.0, K.ORDER_RESTORED),
    (100.0, K.END_ANNOUNCED, by("CCC")),
    (110.0, K.WITHDRAWAL_BEGAN),
    (120.0, K.TAKEOFF, a_load("AAA", 160, "out")),
    (120.0, K.WITHDRAWN),
    (480.0, K.HORIZON),
)


def fake_replicate(scenario: Scenario, seed: int, replication: int) -> EventLog:
    """Answer at once: an appeal in four runs of five, a mandate in most, times from addressed luck.

    The number of people killed is the north's forces, so that outer draws show in the rows.
    """
    u = [uniform_at(seed, "fake", replication, "", index) for index in range(4)]
    events: list[tuple[Any, ...]] = [
        (1.0, K.ONSET, at("north", 4)),
        (2.0, K.INCIDENT, at("north", float(scenario.crisis.sites["north"].forces), wounded=1)),
        (480.0, K.HORIZON),
    ]
    if u[0] < 0.8:
        events.append((10.0, K.APPEAL, by("CCC")))
        answer = "support" if u[1] < 0.7 else "object"
        events.append((11.0, K.POSITION, by("AAA"), {"detail": {"answer": answer, "contribute": True}}))
        kind = K.ADOPTED if u[1] < 0.7 else K.REFUSED
        events.append((12.0, kind, {"detail": {"level": "force"}}))
        if kind is K.ADOPTED and scenario.response.decision.collective:
            events.append((10.0 - 4 * log(u[2]), K.MANDATE))
            events.append((14.0 - 300 * log(u[3]), K.ON_TASK))
    return a_log(*events)


def failing_replicate(scenario: Scenario, seed: int, replication: int) -> EventLog:
    """Break off in run 2, answer otherwise."""
    if replication == 2:
        raise ValueError("a broken run")
    return fake_replicate(scenario, seed, replication)


def cut_replicate(scenario: Scenario, seed: int, replication: int) -> EventLog:
    """Return the stand-in's log up to the horizon, as the engine would cut it."""
    end = float(scenario.horizon)
    kept = [r for r in fake_replicate(scenario, seed, replication) if r.time < end]
    return EventLog([*kept, EventRecord(len(kept) + 9, end, K.HORIZON)])
