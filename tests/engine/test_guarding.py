"""Stories of who guards what: near before far, one's own before others', nobody where he is not."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.event_log import EventLog
from tests.engine.worlds import ALLY_AGAINST, K, lived

#: Fields beside the sites north (45, 69) and far away (51, 71), 690 km from each other.
NEAR = {"name": "Near Field", "lat": 45.1, "lon": 69, "country": "CCC", "slots": 2}
FAR = {"name": "Far Field", "lat": 51, "lon": 71.1, "country": "CCC", "slots": 2}


def two_sites(**more: Any) -> dict[str, Any]:
    """Return settings with a site far north of the others, three tasks of 60 soldiers, the far one first."""
    far = {"lat": 51, "lon": 71, "name": "Far City", "initial": "1 per day", "ceiling": "2 per day"}
    rest = {"forces": 500, "guard_share": 0.4, "lethality": 0, "priority": 3, "weight": 0.1}
    tasks = {
        "far": {"name": "Far works", "site": "far", "soldiers": 60},
        "plant": {"name": "Power plant", "site": "north", "soldiers": 60},
        "bridge": {"name": "Bridge", "site": "north", "soldiers": 60},
    }
    for key, value in more.pop("by", {}).items():
        tasks[key]["by"] = value
    return {
        "sites.far": {**far, **rest}, "mission.tasks": tasks, "airfields.near_field": NEAR,
        "mission.arrival_airfields": {"near_field": 1}, **more,
    }  # fmt: skip


def posts(log: EventLog) -> list[tuple[str, str, float]]:
    """Return (who, task, soldiers) in the order of landing."""
    return [(r.who, r.detail["task"], r.amount) for r in sorted(log.of(K.ON_TASK), key=lambda r: r.cause)]


def held(log: EventLog) -> dict[tuple[str, str], float]:
    """Return how many soldiers of whom came to hold each task."""
    found: dict[tuple[str, str], float] = {}
    for who, task, soldiers in posts(log):
        found[task, who] = found.get((task, who), 0.0) + soldiers
    return found


def test_the_nearest_task_is_taken_first_and_a_far_one_is_reached_by_road():
    log = lived(two_sites())
    assert {key: n for (key, _), n in held(log).items() if key in ("far", "reserve")} == {
        "far": 60,
        "reserve": 20,
    }
    landed = {r.id: r.detail["unloaded"] for r in log.of(K.LANDED)}
    after = {r.detail["task"]: r.time - landed[r.cause] for r in log.of(K.ON_TASK)}
    # 655 km of great circle and 150 km (of longitude), with the detour of 1.3 at 40 km/h
    assert after["far"] == pytest.approx(3 + 673.9 * 1.3 / 40, abs=0.1)
    assert after["plant"] == after["bridge"] == after["reserve"] == pytest.approx(3)
    assert log.first(K.DEPLOYED).time == max(r.time for r in log.of(K.ON_TASK))


def test_nobody_drives_far_to_where_others_land():
    fields = {"airfields.far_field": FAR, "mission.arrival_airfields": {"near_field": 1, "far_field": 0}}
    log = lived(two_sites(**fields, **{"offers.BBB.destination": {"rifles": "far_field"}}))
    assert held(log) == {
        ("plant", "AAA"): 60, ("bridge", "AAA"): 40, ("far", "BBB"): 60, ("reserve", "BBB"): 40,
    }  # fmt: skip
    assert all(r.time - log.cause_of(r).detail["unloaded"] == pytest.approx(3) for r in log.of(K.ON_TASK))


def test_whoever_a_task_is_reserved_for_takes_it_and_others_leave_it():
    log = lived(two_sites(by={"plant": ["BBB"], "far": ["BBB"]}))
    assert held(log) == {
        ("bridge", "AAA"): 60, ("reserve", "AAA"): 40, ("plant", "BBB"): 60, ("far", "BBB"): 40,
    }  # fmt: skip


def test_what_is_reserved_for_somebody_who_does_not_come_is_open():
    against = {**ALLY_AGAINST, "council.rule": "simple_majority", "mandate.troops": 100}
    log = lived({**two_sites(by={"plant": ["BBB"]}), **against})
    assert held(log) == {("bridge", "AAA"): 60, ("plant", "AAA"): 40}


def test_guards_of_one_site_are_not_kept_waiting_by_those_who_come_from_afar():
    """Local guards are relieved by the clock of whoever takes their posts, not of the last on the road."""
    log = lived(two_sites())
    first = min(r.time for r in log.of(K.ON_TASK) if r.where == "north")
    assert log.first(K.FREED).time == pytest.approx(first + 2)


def test_within_a_local_drive_the_road_costs_nothing():
    log = lived(two_sites(**{"mission.local_drive": "700 km"}))
    far = [r for r in log.of(K.ON_TASK) if r.detail["task"] == "far"]
    assert far
    assert all(r.time - log.cause_of(r).detail["unloaded"] == pytest.approx(3) for r in far)
