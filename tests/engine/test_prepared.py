"""What is worked out once for all replications that share a part of a scenario."""

from __future__ import annotations

from datetime import timedelta

from sim.engine import prepared as module
from sim.engine.airlift import distances
from sim.engine.members import Members
from sim.engine.prepared import prepared, prepared_by_scenario, prepared_together
from sim.engine.world import World
from sim.scenario import models
from tests.tiny import tiny_scenario


def test_a_part_is_worked_on_once_and_an_equal_one_is_another():
    worked = []
    made = prepared(lambda part: worked.append(part) or len(worked))
    one, equal = [1], [1]
    assert [made(one), made(equal), made(one)] == [1, 2, 1]
    assert worked[0] is one
    assert worked[1] is equal


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    worked = []
    made = prepared(lambda part: worked.append(part) or len(worked))
    parts = [[n] for n in range(3)]
    assert [made(part) for part in [*parts, parts[2], parts[0]]] == [1, 2, 3, 3, 4]


def test_hours_between_the_same_instants_are_kept_and_the_keeping_is_bounded(monkeypatch):
    monkeypatch.setattr(models, "MOST_HOURS", 2)
    monkeypatch.setattr(models, "_hours", {})
    scenario = tiny_scenario()
    later = scenario.model_copy(update={"start": scenario.start + timedelta(hours=5)})
    instants = [scenario.start + timedelta(hours=n) for n in range(4)]
    assert [scenario.hours(instant) for instant in instants * 2] == [0, 1, 2, 3] * 2
    assert [later.hours(instants[3]), scenario.hours(instants[3]), later.hours(instants[3])] == [-2, 3, -2]
    assert 0 < len(models._hours) <= 2


def test_of_whole_scenarios_fewer_are_kept(monkeypatch):
    monkeypatch.setattr(module, "SCENARIOS", 1)
    worked = []
    made = prepared_by_scenario(lambda part: worked.append(part) or len(worked))
    one, other = [1], [2]
    assert [made(one), made(one), made(other), made(one)] == [1, 1, 2, 3]


def test_parts_worked_on_together_are_told_apart_each_by_itself(monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    worked = []
    made = prepared_together(lambda *parts: worked.append(parts) or len(worked))
    one, equal = [1], [1]
    assert [made(one, equal), made(one, equal), made(equal, one)] == [1, 1, 2]
    assert worked[0][0] is one
    assert [made(one, one), made(one, equal)] == [3, 4]  # no more than two are kept


def test_distances_are_those_of_the_alliance_asked_about():
    near = tiny_scenario().alliance.airfields
    a, b = list(near)[:2]
    far = {**near, b: near[b].model_copy(update={"lat": near[b].lat + 5})}
    assert distances(far)[a, b] != distances(near)[a, b] == distances(near)[b, a]
    assert distances(near)[a, a] == 0


def test_what_members_are_prepared_with_is_their_own_to_change():
    scenario = tiny_scenario()
    one, other = (Members(World(scenario, 1, replication, 480.0)) for replication in (0, 1))
    for mine in (one.factors, one.carry):
        mine.clear()
    for members in (other, Members(World(scenario, 1, 2, 480.0))):
        assert tuple(members.factors) == tuple(members.carry) == members.allies != ()
