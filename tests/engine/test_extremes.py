"""Worlds at the edge of sense: the answer there is known without any model."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sim.engine.replication import run_replication
from tests.engine.worlds import POLITICS, K, a_member, certain_world, lived, told
from tests.tiny import tiny_scenario

NO_FLEET = {"fleets.AAA.medium.available": 0, "fleets.AAA.heavy.available": 0}
ROAD = {"offers.BBB.mode_in": "road", "offers.BBB.mode_out": "road"}
ASKS_ANYHOW = {"crisis.host_choice.value_of_asking": 3, "crisis.host_choice.may_ask_lead_alone": False}


def test_without_aircraft_the_force_is_decided_made_ready_and_never_arrives():
    log = lived(NO_FLEET)
    assert log.of(K.MANDATE)
    assert len(log.of(K.ECHELON_READY)) == 3
    assert not log.of(K.TAKEOFF)
    assert not log.of(K.DEPLOYED)


def test_without_aircraft_only_those_who_drive_arrive():
    log = lived({**NO_FLEET, **ROAD})
    assert {r.who for r in log.of(K.ON_TASK)} == {"BBB"}


def test_without_the_large_type_the_usual_one_carries_everything():
    world = {"fleets.AAA.heavy.available": 0, "mandate.vehicles": 60, "airlift.outsize_share": 0.5}
    log = lived(world)
    assert {r.detail["aircraft"] for r in log.of(K.TAKEOFF)} == {"medium"}
    assert sum(r.detail["vehicles"] for r in log.of(K.LANDED)) == 60


def test_one_slot_lets_one_aircraft_unload_at_a_time():
    log = lived({"airfields.host_field.slots": 1, "mandate.troops": 1000, "fleets.AAA.medium.available": 8})
    ends = sorted(r.detail["unloaded"] for r in log.of(K.LANDED))
    gaps = [b - a for a, b in pairwise(ends)]
    assert min(gaps) >= 1 - 1e-9  # an hour to unload each
    assert sum(gap < 1 + 1e-6 for gap in gaps) > 3  # and they do queue for it


def test_slots_without_end_let_nobody_wait():
    log = lived({f"airfields.{field}.slots": 1000 for field in ("lead_field", "ally_field", "host_field")})
    assert max(r.detail["parts"].slots for r in log.of(K.LANDED)) < 1e-9


def test_without_growth_a_city_that_is_held_is_never_lost():
    log = lived({"crisis.unrest.growth": "0 per h", "sites.north.initial": "1 per day"})
    assert len(log.of(K.ONSET)) == 1
    assert not log.of(K.OVERWHELMED)
    assert told(log, *POLITICS) == []


def test_without_local_forces_a_city_is_lost_at_once_and_unrest_reaches_its_ceiling():
    log = lived({"sites.north.forces": 0, "effects.freed_forces.enabled": False})
    assert log.first(K.OVERWHELMED).time == log.first(K.ONSET).time == 6.0
    assert not log.of(K.CALM)
    last = [r.time for r in log.of(K.INCIDENT) if r.time > 380]
    assert abs(len(last) - 250) < 4 * 250**0.5  # 60 a day for 100 h are Poisson with mean 250


def test_without_a_ceiling_there_is_no_room_for_unrest():
    log = lived({"sites.north.ceiling": "0 per day"})
    assert [r.kind for r in log] == [K.HORIZON]


def test_without_an_onset_nothing_happens():
    scenario = certain_world()
    north = scenario.crisis.sites["north"].model_copy(update={"onset": None})
    crisis = scenario.crisis.model_copy(update={"sites": {**scenario.crisis.sites, "north": north}})
    log = run_replication(scenario.model_copy(update={"crisis": crisis}), 1, 0)
    assert [(r.time, r.kind) for r in log] == [(480.0, K.HORIZON)]


def test_one_site_is_enough():
    scenario = certain_world()
    north = {"north": scenario.crisis.sites["north"]}
    crisis = scenario.crisis.model_copy(update={"sites": north})
    log = run_replication(scenario.model_copy(update={"crisis": crisis}), 1, 0)
    assert log.first(K.DANGER_NOTICED).detail["out_of_control"] == 1.0
    assert log.of(K.DEPLOYED)


def test_when_all_object_nothing_at_all_is_adopted():
    log = lived({**ASKS_ANYHOW, "decision.ordered_choice.weights.formal_request": -9, "decision.gate": False})
    assert {r.detail["answer"] for r in log.of(K.POSITION)} == {"object"}
    assert len(log.of(K.REFUSED)) == 4
    assert not log.of(K.ADOPTED)
    assert not log.of(K.BILATERAL)
    assert not log.of(K.TAKEOFF)


def test_when_all_are_devoted_everybody_contributes_at_the_first_motion():
    log = lived({"decision.ordered_choice.weights.formal_request": 9})
    assert len(log.of(K.MOTION)) == 1
    assert log.first(K.MANDATE).detail["contributors"] == ("AAA", "BBB")


def test_a_host_without_allies_asks_in_vain():
    alone = certain_world({**ASKS_ANYHOW, "decision.gate": False})
    for member in ("AAA", "BBB"):
        alone = a_member(alone, member, like=member, participates=False)
    log = run_replication(alone, 1, 0)
    assert not log.of(K.ADOPTED)
    assert not log.of(K.BILATERAL)
    assert [r.detail["level"] for r in log.of(K.REFUSED)] == ["force", "force", "measures", "words"]


def test_a_horizon_before_the_appeal_shows_a_crisis_without_an_answer():
    log = lived(until=10)
    assert [k for _, k, _ in told(log)] == ["onset", "overwhelmed", "danger noticed", "sounding", "horizon"]
    assert log.last(K.HORIZON).time == 10


def test_a_horizon_of_nothing():
    assert [(r.time, r.kind) for r in lived(until=0)] == [(0.0, K.HORIZON)]


def test_without_shocks_every_replication_answers_alike():
    silent = {"decision.ordered_choice.sigma_common": 0, "decision.ordered_choice.sigma_own": 0}
    scenario = tiny_scenario(silent)
    said = {
        (r.who, r.detail["level"], r.detail["scope"], r.detail["willingness"])
        for replication in range(30)
        for r in run_replication(scenario, 1, replication).of(K.POSITION)
    }
    assert len(said) == len({who for who, *_ in said}) == 2


def test_a_mandate_for_nobody_sends_nobody():
    log = lived({"mandate.troops": 0})
    assert log.of(K.MANDATE)
    assert not log.of(K.TAKEOFF)
    assert not log.of(K.DEPLOYED)


def test_the_ceiling_of_the_mandate_caps_the_force():
    log = lived({"mandate.troops": 1000, "mandate.ceiling": 300})
    assert log.first(K.DEPLOYED).amount == 300


def test_an_airlift_that_nobody_provides_carries_nobody():
    log = lived({"airlift.providers": []})
    assert log.of(K.ECHELON_READY)
    assert not log.of(K.TAKEOFF)


@pytest.mark.parametrize("ratio", [0, 1e6])
def test_no_more_guards_are_freed_than_stand_there(ratio):
    log = lived({"effects.freed_forces.ratio": ratio})
    assert sum(r.amount for r in log.of(K.FREED)) == (400 if ratio else 0)
