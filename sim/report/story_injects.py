"""Sentences for what happens from outside or beside the council: alarms, injects, branches, measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.engine.event_log import EventKind, EventRecord
from sim.report.telling import Teller, percent
from sim.scenario.units import count

K = EventKind
#: What acts on a lever, in words.
WORDS = {
    "growth": "growth", "suppression": "suppression", "arrivals": "arrivals at the border",
    "refugees": "flight across the border", "detection": "detection", "interdiction": "interdiction",
    "intensity": "deadliness of the fighting", "strikes": "losses of the host's own side",
    "raids": "chance of an attack", "ceasefire": "chance of a ceasefire",
    "relapse": "chance of a relapse", "returns": "pace of return", "contacts": "contacts",
    "fatality": "fatality", "attribution": "pace of attribution", "attacks": "covert attacks",
    "sanctions": "chance of sanctions", "tension": "outside pressure", "consultation": "consultation times",
    "planning": "planning times", "ground_time": "ground times", "warning": "time to notice",
    "readiness": "time to make ready",
}  # fmt: skip


def _effect(levers: Mapping[str, float]) -> str:
    said = [f"{WORDS.get(k, k)} x {v:.3g}" for k, v in levers.items() if v != 1]
    return f" ({', '.join(said)})" if said else ""


#: Levers that help is meant to raise; it is meant to lower the others.
RAISED = frozenset({"suppression", "detection", "interdiction", "ceasefire", "returns", "attribution"})


def _backfires(levers: Mapping[str, float]) -> bool:
    """Return whether help does nothing but harm by its levers."""
    moved = [(name, factor) for name, factor in levers.items() if factor != 1]
    return bool(moved) and all((factor < 1) is (name in RAISED) for name, factor in moved)


def _who(t: Teller, r: EventRecord) -> str:
    return f"{t.member(r.who)}: " if r.who else ""


def _alarm(t: Teller, r: EventRecord) -> str:
    label = str(r.detail.get("label", "a new alarm"))
    occasion = t.scenario.crisis.occasion
    if occasion is not None and label == occasion.label:
        return f"{_who(t, r)}{label}"  # it asks for something; what it needs is no danger
    return f"{_who(t, r)}{label} ({percent(r.amount)} on the scale of danger)"


def _inject(t: Teller, r: EventRecord) -> str:
    return f"{_who(t, r)}{r.detail['label']}{_effect(r.detail['levers'])}"


def _branch(t: Teller, r: EventRecord) -> str:
    return f"turn of events: {r.detail['label']}{_effect(r.detail['levers'])}"


def _measure(t: Teller, r: EventRecord) -> str:
    who = _who(t, r) or "together: "
    troops = f", {count(r.amount, 'soldier')} tied up meanwhile" if r.amount else ""
    harm = "; in this run it does harm" if _backfires(r.detail["levers"]) else ""
    return f"{who}{r.detail['label']}{troops}{harm}{_effect(r.detail['levers'])}"


def _ended(t: Teller, r: EventRecord) -> str:
    detail: Mapping[str, Any] = r.detail
    return f"{_who(t, r)}ended: {detail['label']}"


SENTENCES = {
    K.ALARM: _alarm, K.INJECT: _inject, K.BRANCH: _branch, K.MEASURE: _measure,
    K.INJECT_ENDED: _ended, K.MEASURE_ENDED: _ended,
}  # fmt: skip
