"""What is worked out once for all replications that share a part of a scenario."""

from __future__ import annotations

from sim.engine import prepared as module
from sim.engine.airlift import distances
from sim.engine.prepared import prepared
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


def test_distances_are_those_of_the_alliance_asked_about():
    near = tiny_scenario().alliance.airfields
    a, b = list(near)[:2]
    far = {**near, b: near[b].model_copy(update={"lat": near[b].lat + 5})}
    assert distances(far)[a, b] != distances(near)[a, b] == distances(near)[b, a]
    assert distances(near)[a, a] == 0
