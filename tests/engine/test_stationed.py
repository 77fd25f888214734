"""Troops at bases: who starts from there and how, what is not there without a base, and admitted ground."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.event_log import EventLog
from sim.engine.replication import build_world, run_replication
from sim.scenario.errors import ScenarioError
from sim.scenario.load import with_settings
from sim.scenario.models import Scenario
from tests.engine.worlds import K, certain_world, history

#: Both members contribute: 900 of the lead, 100 of the ally.
ASKS = {"crisis.host_choice.value_of_asking": 2}
FORCE = {"mandate.troops": 1000, "mandate.ceiling": 1500, "mandate.vehicles": 90}


def stationed(settings: dict[str, Any] | None = None, *, field: str = "host_field", **base: Any) -> Scenario:
    """Return a world whose lead has 500 soldiers at a fort with an airfield, beside its division at home."""
    fort = {
        "name": "Fort troops", "base": {"name": "Fort", "lat": 44.5, "lon": 70}, "airfield": field,
        "strength": 500, "echelons": {"main": {"share": 1, "readiness": "battalion"}},
    }  # fmt: skip
    raw = {
        "name": "Fort", "owner": "AAA", "place": {"name": "Fort", "lat": 44.5, "lon": 70}, "troops": 500,
        "units": ["fort"], "near": ["CCC"], **base,
    }  # fmt: skip
    world = certain_world(FORCE)
    return with_settings(
        world, {"alliance.members.AAA.units.fort": fort, "alliance.bases": {"fort": raw}} | (settings or {})
    )


def sent(log: EventLog, member: str = "AAA") -> dict[str, float]:
    """Return how many soldiers of each unit were ready to go."""
    found: dict[str, float] = {}
    for r in log.of(K.ECHELON_READY):
        if r.who == member:
            found[r.detail["unit"]] = found.get(r.detail["unit"], 0) + r.amount
    return found


def test_those_at_a_base_near_the_host_go_first_and_the_rest_from_home():
    log = run_replication(stationed(), 1, 0)
    assert sent(log) == {"fort": 500, "guards": 400}
    assert sent(log, "BBB") == {"rifles": 100}
    vehicles = {r.detail["unit"]: 0 for r in log.of(K.ECHELON_READY)}
    for r in log.of(K.ECHELON_READY):
        vehicles[r.detail["unit"]] += r.detail["vehicles"]
    assert vehicles == {"fort": 50, "guards": 40, "rifles": 0}
    # named in the offer, they go first all the same
    named = stationed({"offers.AAA.units": ["guards", "fort"]})
    assert sent(run_replication(named, 1, 0)) == {"fort": 500, "guards": 400}


def test_a_small_force_comes_from_the_base_alone():
    assert sent(run_replication(stationed({"mandate.troops": 300}), 1, 0)) == {"fort": 200}


@pytest.mark.parametrize("without", [{"near": ["BBB"]}, {"enabled": False}, {"units": []}])
def test_without_a_base_near_the_host_all_start_from_home(without: dict[str, Any]):
    log = run_replication(stationed(**without), 1, 0)
    assert sent(log) == {"guards": 900}
    assert history(log, K.INJECT) == history(run_replication(certain_world(FORCE), 1, 0))


def test_units_of_a_base_that_is_not_there_cannot_be_sent_even_if_offered():
    offered = {"offers.AAA.units": ["guards", "fort"], "mandate.troops": 1000}
    shared = sent(run_replication(stationed(offered, near=["BBB"]), 1, 0))
    assert shared == {"guards": 771, "fort": 129}  # by strength, as any two units
    assert sent(run_replication(stationed(offered, enabled=False), 1, 0)) == {"guards": 900}


def test_a_base_in_the_hosts_own_country_marches_both_ways_and_one_elsewhere_flies():
    short = {"mandate.troops": 1000, "mandate.duration": "4 days"}
    log = run_replication(stationed(short), 1, 0)
    marched = [(r.detail["unit"], r.detail["direction"], r.amount) for r in log.of(K.ROAD_ARRIVED)]
    assert marched == [("fort", "in", 500), ("fort", "out", 500)]
    assert {r.detail["unit"] for r in log.of(K.LANDED)} == {"guards", "rifles"}
    abroad = run_replication(stationed(short, field="ally_field"), 1, 0)
    assert not abroad.of(K.ROAD_ARRIVED)
    assert {r.detail["unit"] for r in abroad.of(K.LANDED)} == {"fort", "guards", "rifles"}
    assert {r.who: r.amount for r in log.of(K.CONTINGENT_HOME)} == {"AAA": 900, "BBB": 100}


def test_its_troops_are_taken_from_units_at_home():
    world, _ = build_world(stationed(drawn_from=["guards"], troops=400), 1, 0)
    assert world.committed == {("AAA", "guards"): 400}
    world, _ = build_world(stationed(enabled=False, drawn_from=["guards"]), 1, 0)
    assert world.committed == {("AAA", "fort"): 500}


def test_what_stands_at_a_base_plans_with_the_others_but_never_better_than_one_army():
    def readied(**base: Any) -> dict[str, float]:
        slow = {"alliance.coordination": 0.5, "alliance.organs.joint_staff_plan": "0 h"}
        log = run_replication(stationed(slow, **base), 1, 0)
        warned = next(r.time for r in log.of(K.WARNING_ORDER) if r.who == "AAA")
        return {
            r.detail["unit"]: r.time - warned
            for r in log.of(K.ECHELON_READY)
            if r.detail["echelon"] == "main"
        }

    assert readied()["fort"] == pytest.approx(20)  # a battalion in 10 h at half the coordination
    assert readied(coordination=1.25)["fort"] == pytest.approx(16)
    assert readied(coordination=4)["fort"] == pytest.approx(10)
    assert readied(coordination=4)["guards"] == readied()["guards"]


def test_what_comes_with_admitted_ground_comes_to_the_alliance_and_not_to_one_state_alone():
    alone = {"decision.collective": False}
    assert set(sent(run_replication(stationed(alone), 1, 0))) == {"fort", "guards"}
    admitted = stationed(alone, status="partially_recognised")
    assert set(sent(run_replication(admitted, 1, 0))) == {"guards"}
    assert set(sent(run_replication(stationed(status="partially_recognised"), 1, 0))) == {"fort", "guards"}


@pytest.mark.parametrize(
    ("ground", "base", "found"),
    [
        ("fort", {"status": "disputed"}, "contested"),
        ("fort", {"status": "recognised"}, "met"),
        ("fort", {"status": "recognised", "enabled": False}, "unmet"),
        ("fort", {}, "unmet"),
        ("", {"status": "recognised"}, "unmet"),
    ],
)
def test_admitted_ground_has_the_status_that_its_base_gives_it(ground: str, base: dict[str, Any], found: str):
    there = {"crisis.facts.territory": "external", "crisis.facts.ground": ground, **ASKS}
    ledger = run_replication(stationed(there, **base), 1, 0)
    read = ledger.first(K.LEDGER)
    assert read is not None
    assert read.detail["basis"]["force"] == found


@pytest.mark.parametrize("base", [{"units": ["fart"]}, {"drawn_from": ["fart"]}])
def test_units_that_nobody_has_are_refused(base: dict[str, Any]):
    with pytest.raises(ScenarioError, match="unknown unit of AAA 'fart'; did you mean 'fort'"):
        stationed(**base)


def test_ground_without_a_base_is_refused():
    with pytest.raises(ScenarioError, match="unknown base 'fart'"):
        stationed({"crisis.facts.ground": "fart"})
