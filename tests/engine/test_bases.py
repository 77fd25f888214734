"""Bases at work near a crisis, observers at the table, and second appeals."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.event_log import EventLog
from sim.engine.replication import build_world, run_replication
from sim.scenario.alliance import Partner
from sim.scenario.bases import Base
from sim.scenario.models import Scenario
from sim.scenario.quantities import Quantity
from tests.engine.campaigns import campaign, episode, every, with_alliance, with_standing
from tests.engine.worlds import K, certain_world, happened, history
from tests.tiny import tiny_scenario


def with_base(scenario: Scenario, **changes: Any) -> Scenario:
    raw = {
        "name": "Fort", "owner": "AAA", "place": {"name": "Fort", "lat": 45, "lon": 70}, "troops": 500,
        "near": ["CCC"], "levers": {"consultation": 2}, "shocks": {"cohesion": -0.2}, **changes,
    }  # fmt: skip
    return with_alliance(scenario, bases={"fort": Base.model_validate(raw)})


def opened(log: EventLog) -> list[Any]:
    return [r for r in log.of(K.INJECT) if r.where == "base fort"]


def test_a_base_works_in_crises_of_the_states_it_is_near_alone():
    def consulted(scenario: Scenario) -> float:
        log = run_replication(scenario, 1, 0)
        appeal, council = log.first(K.APPEAL), log.first(K.CONSULTATIONS)
        assert appeal is not None
        assert council is not None
        return council.time - appeal.time

    assert consulted(with_base(certain_world())) == pytest.approx(2 * consulted(certain_world()))
    assert consulted(with_base(certain_world(), near=["BBB"])) == consulted(certain_world())


@pytest.mark.parametrize("luck", range(3))
def test_a_base_that_is_not_there_changes_nothing(luck: int):
    plain = run_replication(tiny_scenario(), 1, luck)
    off = run_replication(with_base(tiny_scenario(), enabled=False), 1, luck)
    nil = run_replication(with_base(tiny_scenario(), levers={}, shocks=None), 1, luck)
    assert [happened(r) for r in off] == [happened(r) for r in plain]
    assert history(nil, K.INJECT) == history(plain)


def test_ground_times_at_a_base_count_for_the_force_that_comes():
    world = certain_world({"response.vanguard_loads_on_warning": False})
    quick = run_replication(with_base(world, levers={"ground_time": 0.5}), 1, 0)
    plain = run_replication(world, 1, 0)
    handled = [next(r.detail["parts"].handling for r in log.of(K.LANDED)) for log in (quick, plain)]
    assert handled[0] == pytest.approx(handled[1] / 2)


def test_its_opening_shakes_the_alliance_once_even_in_a_campaign():
    world = with_standing(with_base(certain_world()))
    log = run_replication(campaign(world, {"a": episode(world, 0), "b": episode(world, 500)}), 1, 0)
    shaken = [r for r in every(log) if r.kind is K.STANDING and r.detail["reason"] == "base: Fort"]
    assert [(r.time, r.where, r.detail["change"]) for r in shaken] == [(0, "cohesion", -0.2)]
    assert opened(log.parts["a"])
    assert opened(log.parts["b"])


def with_observers(number: int, cost: float) -> Scenario:
    scenario = certain_world()
    raw = {
        "name": "Guest",
        "capital": {"name": "City", "lat": 40, "lon": 60},
        "zone": "+00:00",
        "observer": True,
    }
    guests = {f"GG{i}": Partner.model_validate(raw) for i in range(number)}
    organs = scenario.alliance.organs.model_copy(update={"observer_cost": Quantity(cost)})
    return with_alliance(scenario, partners=guests, organs=organs)


@pytest.mark.parametrize(("number", "cost"), [(0, 0.2), (1, 0.2), (3, 0.2), (3, 0.0)])
def test_each_observer_lengthens_the_opening_of_consultations_by_its_share(number: int, cost: float):
    log = run_replication(with_observers(number, cost), 1, 0)
    appeal, council, motion = (log.first(k) for k in (K.APPEAL, K.CONSULTATIONS, K.MOTION))
    assert appeal is not None
    assert council is not None
    assert motion is not None
    assert council.time - appeal.time == pytest.approx(0.5 * (1 + number * cost))
    assert {r.who for r in log.of(K.POSITION)} == {"AAA", "BBB"}  # they do not vote


def test_a_second_appeal_has_luck_of_its_own():
    spread = {"lognormal": {"median": "5 h", "spread": 3}}
    scenario = certain_world(
        {
            "decision.ordered_choice.weights.formal_request": -4, "crisis.host_choice.value_of_asking": 2,
            "alliance.organs.chair_opens": spread,
        }
    )  # fmt: skip
    world, _ = build_world(scenario, 1, 0)
    world.env.run(until=100)
    first = [r.time for r in world.records if r.kind is K.APPEAL]
    world.record(K.ALARM, "CCC", amount=1.0, detail={"label": "worse", "grounds": "better"})
    world.env.run(until=300)
    log = EventLog(world.records)
    appeals = [r.time for r in log.of(K.APPEAL)]
    opened_at = [r.time for r in log.of(K.CONSULTATIONS)]
    assert len(first) == 1
    assert len(appeals) == len(opened_at) == 2
    waits = [council - appeal for appeal, council in zip(appeals, opened_at, strict=True)]
    assert waits[0] != pytest.approx(waits[1])
    # the first is as it would have been alone
    alone = run_replication(scenario, 1, 0).first(K.CONSULTATIONS)
    assert alone is not None
    assert alone.time == opened_at[0]
