"""Where the hours between appeal and full deployment went, along the chain of the last load to arrive."""

from __future__ import annotations

from sim.engine.event_log import EventKind, EventLog, EventRecord, SortieParts, once

#: The parts in order of time, and what each is.
PARTS: dict[str, str] = {
    "decision": "appeal to mandate (or to the lead acting alone)",
    "approval": "decision to national authorisation",
    "readiness": "authorisation to load ready at its airfield",
    "aircraft": "waiting for an aircraft",
    "slots": "waiting for a loading or unloading slot",
    "weather": "waiting for an open airfield",
    "handling": "loading and unloading",
    "flight": "on the way",
    "posting": "arrival to deployment complete",
}
_ARRIVALS = (EventKind.LANDED, EventKind.ROAD_ARRIVED)


def last_load(log: EventLog) -> EventRecord | None:
    """Return the load whose arrival completed the deployment, or none.

    It is the nearest arrival up the causes of the deployment's completion; where the causes name
    none, the last arrival before it.
    """
    record = log.first(EventKind.DEPLOYED)
    if record is None:
        return None
    done = record.time
    step: EventRecord | None = record
    while step is not None:
        if _is_arrival(step):
            return step
        step = log.cause_of(step)
    loads = [r for kind in _ARRIVALS for r in log.of(kind) if _is_arrival(r) and r.time <= done]
    return max(loads, key=lambda r: (r.time, r.id), default=None)


def _is_arrival(record: EventRecord) -> bool:
    detail = record.detail
    return record.kind in _ARRIVALS and detail.get("direction") == "in" and detail.get("parts") is not None


@once
def parts_of(log: EventLog) -> dict[str, float]:
    """Return the hours of each part; they add up to appeal to deployment complete. Empty without one.

    A load made ready before its member's authorisation waited for nothing else, so readiness then
    counts 0; arrival to completion is what remains of the whole.
    """
    load, appeal = last_load(log), log.first(EventKind.APPEAL)
    decided = log.first(EventKind.MANDATE) or log.first(EventKind.BILATERAL)
    deployed = log.first(EventKind.DEPLOYED)
    if load is None or appeal is None or decided is None or deployed is None:
        return {}
    waits: SortieParts = load.detail["parts"]
    approved = next((r.time for r in log.of(EventKind.APPROVED) if r.who == load.who), decided.time)
    authorised = max(decided.time, approved)
    hours = {
        "decision": decided.time - appeal.time,
        "approval": authorised - decided.time,
        "readiness": max(0.0, waits.released - authorised),
        "aircraft": waits.aircraft,
        "slots": waits.slots,
        "weather": waits.weather,
        "handling": waits.handling,
        "flight": waits.flight,
    }
    return hours | {"posting": deployed.time - appeal.time - sum(hours.values())}
