"""Tiny alliances with a memory, tiny campaigns, and the ledgers that their laws are read from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sim.engine.event_log import EventLog, EventRecord
from sim.scenario.campaign import Episode
from sim.scenario.injects import Branch, Inject, Measure
from sim.scenario.models import Scenario
from sim.scenario.occasion import Occasion
from sim.scenario.standing import Standing
from tests.engine.worlds import K

STANDING: dict[str, Any] = {
    "cohesion": 0, "public_confidence": 0.1, "half_life": "100 h",
    "answered_trust": {"none": -0.3, "words": -0.1, "measures": 0.1, "force": 0.3},
    "answered_cohesion": {"none": -0.1, "words": 0, "measures": 0, "force": 0.1},
    "answered_confidence": {"none": -0.05, "words": 0, "measures": 0, "force": 0.05},
    "patron_gain": 0.2, "debt": 0.5, "reciprocity": 0, "unpaid": 0,
    "cohesion_weight": 0, "trust_weight": 0, "confidence_weight": 0,
    "exit": {"rate": "0 per h", "trust_power": 1},
}  # fmt: skip


def with_standing(scenario: Scenario, **changes: Any) -> Scenario:
    """Return *scenario* on an alliance that remembers: by default nobody leaves and nothing weighs."""
    shape = Standing.model_validate({**STANDING, **changes})
    return with_alliance(scenario, standing=shape)


def with_alliance(scenario: Scenario, **changes: Any) -> Scenario:
    """Return *scenario* with parts of its alliance otherwise."""
    return scenario.model_copy(update={"alliance": scenario.alliance.model_copy(update=changes)})


def with_members(scenario: Scenario, **changes: Mapping[str, Any]) -> Scenario:
    """Return *scenario* with members otherwise, by key."""
    members = dict(scenario.alliance.members)
    for key, change in changes.items():
        members[key] = members[key].model_copy(update=dict(change))
    return with_alliance(scenario, members=members)


def with_beside(
    scenario: Scenario,
    injects: Mapping[str, Any] | None = None,
    measures: Mapping[str, Any] | None = None,
    branches: Mapping[str, Any] | None = None,
) -> Scenario:
    """Return *scenario* with injects, measures and branches, given as a file would."""
    crisis = scenario.crisis.model_copy(
        update={
            "injects": {k: Inject.model_validate({"label": k, **v}) for k, v in (injects or {}).items()},
            "branches": {k: Branch.model_validate({"label": k, **v}) for k, v in (branches or {}).items()},
        }
    )
    given = {k: Measure.model_validate({"label": k, **v}) for k, v in (measures or {}).items()}
    response = scenario.response.model_copy(update={"measures": given})
    return scenario.model_copy(update={"crisis": crisis, "response": response})


def shifted(scenario: Scenario, hours: float) -> Any:
    """Return the crisis of the tiny world with the onset of its northern city *hours* later."""
    north = scenario.crisis.sites["north"]
    onset = north.onset
    assert onset is not None
    later = onset.model_copy(
        update={
            "earliest": onset.earliest + timedelta(hours=hours),
            "latest": onset.latest + timedelta(hours=hours),
        }
    )
    sites = {**scenario.crisis.sites, "north": north.model_copy(update={"onset": later})}
    return scenario.crisis.model_copy(update={"sites": sites})


def episode(scenario: Scenario, begins: float, horizon: float = 480.0, **changes: Any) -> Episode:
    """Return the crisis of *scenario* as an episode that begins at the hour *begins* of a campaign."""
    made = Episode.model_construct(
        title=f"after {begins:g} h", enabled=True, start=scenario.start + timedelta(hours=begins),
        horizon=scenario.horizon.with_value(horizon), crisis=shifted(scenario, begins),
        response=scenario.response,
    )  # fmt: skip
    return made.model_copy(update=changes)


def quiet(scenario: Scenario) -> Scenario:
    """Return *scenario* with no unrest of its own: an alliance at peace."""
    return scenario.model_copy(
        update={"crisis": scenario.crisis.model_copy(update={"unrest": None, "sites": {}})}
    )


def asked_by(world: Scenario, begins: float, member: str) -> Episode:
    """Return an episode in which *member* asks on the host's behalf 10 h after its start."""
    at = world.start + timedelta(hours=begins + 10)
    asks = {"asked_by": member, "label": "asks", "at": at, "need": 0.5, "lasts": "240 h"}
    crisis = quiet(world).crisis.model_copy(update={"occasion": Occasion.model_validate(asks)})
    return episode(world, begins, crisis=crisis)


def campaign(scenario: Scenario, episodes: Mapping[str, Episode], horizon: float = 2000.0) -> Scenario:
    """Return a campaign of *episodes* on the alliance of *scenario*, with a quiet crisis of its own."""
    peaceful = quiet(scenario)
    return peaceful.model_copy(
        update={"crises": dict(episodes), "horizon": scenario.horizon.with_value(horizon)}
    )


def every(log: EventLog) -> list[EventRecord]:
    """Return the records of a campaign's own crisis and of all its episodes."""
    return [*log, *(record for part in log.parts.values() for record in part)]


def stays(log: EventLog) -> Iterator[tuple[tuple[str, str], float, float, float]]:
    """Yield (member and unit, troops, first hour away, hour all of the contingent is home or inf)."""
    away: dict[tuple[str, str], float] = defaultdict(float)
    since: dict[tuple[str, str], float] = {}
    for record in log:
        if record.kind is K.ECHELON_READY:
            unit = (record.who, record.detail["unit"])
            away[unit] += record.amount
            since.setdefault(unit, record.time)
    home = {r.who: r.time for r in log.of(K.CONTINGENT_HOME)}
    for unit, troops in away.items():
        yield unit, troops, since[unit], home.get(unit[0], float("inf"))
