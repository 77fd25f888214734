"""Worlds without luck for stories and laws: nobody is moody, no city differs, nothing breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.engine.replication import run_replication
from sim.scenario.alliance import Member
from sim.scenario.models import Scenario
from tests.tiny import tiny_scenario

K = EventKind

#: No shocks, no frailty, no chance ends, no contagion; the northern city is overwhelmed at its onset at 6 h,
#: stays so for ever (nothing suppresses unrest), and the host's own reserves are not called.
CERTAIN: dict[str, Any] = {
    "decision.ordered_choice.sigma_common": 0,
    "decision.ordered_choice.sigma_own": 0,
    "crisis.unrest.frailty_shape": 1e10,
    "crisis.unrest.ends.fade": "0 per h",
    "crisis.unrest.ends.settle": "0 per h",
    "crisis.unrest.ends.fall": "0 per h",
    "crisis.unrest.spread.enabled": False,
    "crisis.unrest.suppression": 0,
    "crisis.host_choice.sounding_noise": 0,
    "effects.local_mobilisation.enabled": False,
    "sites.north.initial": "30 per day",
    "instruments.hotline.factor": 1,
    "mandate.troops": 200,
    "mandate.vehicles": 0,
    "offers.BBB.troops": 100,
    "offers.BBB.vehicles": 0,
    "airlift.crew_duty": "1000 h",
}

#: Settings that make every ally object, or only the second.
UNWILLING = {"decision.ordered_choice.weights.formal_request": -4}
ALLY_AGAINST = {
    "alliance.ties": {"AAA-CCC": 1.5, "BBB-CCC": -2},
    "decision.ordered_choice.weights.ties_to_host": 3,
}

#: What happens in the streets, left out of most stories.
STREET = (K.UNREST, K.INCIDENT, K.SWEEP, K.CLEARING, K.RESERVES_ORDERED, K.RESERVES_ARRIVED)
#: Who decides what, without the movements.
POLITICS = (
    K.DANGER_NOTICED, K.SOUNDING, K.SOUNDED, K.PRIVATE_APPEAL, K.APPEAL, K.APPEAL_WITHHELD,
    K.APPEAL_CANCELLED, K.WARNING_ORDER, K.SECRETARY_GENERAL, K.CONSULTATIONS, K.LEAD_LINE, K.MOTION,
    K.POSITION, K.NO_MOTION, K.ADOPTED, K.REFUSED, K.MANDATE, K.BILATERAL,
)  # fmt: skip


def certain_world(settings: Mapping[str, Any] | None = None) -> Scenario:
    """Return the tiny scenario without luck, with *settings* on top."""
    return tiny_scenario({**CERTAIN, **(settings or {})})


def lived(settings: Mapping[str, Any] | None = None, until: float | None = None) -> EventLog:
    """Return the log of the one history that a certain world has."""
    return run_replication(certain_world(settings), 1, 0, until)


def told(log: EventLog, *kinds: EventKind) -> list[tuple[float, str, str]]:
    """Return (time, kind, who) of the records of *kinds*, or of all that did not happen in the streets."""
    wanted = kinds or tuple(k for k in K if k not in STREET)
    return [(round(r.time, 3), str(r.kind), r.who) for r in log if r.kind in wanted]


def happened(record: EventRecord) -> tuple[Any, ...]:
    """Return everything about *record* but its number and its cause's, which count other people's events."""
    return (record.time, record.kind, record.who, record.where, record.amount, dict(record.detail))


def history(log: EventLog, *leave_out: EventKind) -> list[tuple[Any, ...]]:
    """Return all that happened, in an order that does not depend on the order of recording."""
    return sorted((happened(r) for r in log if r.kind not in leave_out), key=repr)


def a_member(scenario: Scenario, key: str, like: str = "BBB", **changes: Any) -> Scenario:
    """Return *scenario* with one more member, a copy of *like* but for its *changes*."""
    alliance = scenario.alliance
    member: Member = alliance.members[like].model_copy(update={"units": {}, **changes})
    members = {**alliance.members, key: member}
    return scenario.model_copy(update={"alliance": alliance.model_copy(update={"members": members})})
