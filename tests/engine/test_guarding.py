"""Stories of who guards what: near before far, one's own before others', nobody where he is not."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.event_log import EventLog, EventRecord
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


def reliefs(log: EventLog) -> list[tuple[EventRecord, EventRecord]]:
    """Return each post that was taken with the guards freed by it; it is one record for each."""
    freed = {r.cause: r for r in log.of(K.FREED)}
    found = [(post, freed.pop(post.id)) for post in log.of(K.ON_TASK) if post.where]
    assert not freed
    assert len(found) == len(log.of(K.FREED))
    return found


def test_every_guard_is_freed_when_his_own_delay_is_over():
    log = lived(two_sites())
    found = reliefs(log)
    assert len({round(post.time, 3) for post, _ in found}) > 3  # soldiers who take post one after another
    for post, freed in found:
        assert (freed.where, freed.amount) == (post.where, pytest.approx(0.8 * post.amount))
        assert freed.time - post.time == pytest.approx(2)


def test_the_delay_is_that_of_the_echelon_that_relieves():
    log = lived(two_sites(**{"effects.freed_forces.delay": {"uniform": {"low": "2 h", "high": "40 h"}}}))
    delays: dict[tuple[str, str], set[float]] = {}
    for post, freed in reliefs(log):
        landed = log.cause_of(post)
        delays.setdefault((landed.who, landed.detail["echelon"]), set()).add(round(freed.time - post.time, 6))
    assert all(len(own) == 1 for own in delays.values())
    assert len(set.union(*delays.values())) == len(delays) > 1


@pytest.mark.parametrize(("soldiers", "freed"), [(60, 48), (300, 240), (500, 400), (600, 400)])
def test_guards_are_neither_made_nor_lost(soldiers, freed):
    """There are 400 guards; 0.8 are freed for a soldier, and whoever is freed turns to unrest."""
    tasks = {"plant": {"name": "Power plant", "site": "north", "soldiers": soldiers}}
    many = {"mandate.troops": 700, "crisis.unrest.suppression": 0.1, "mission.tasks": tasks}
    log = lived(many)
    amounts = [r.amount for r in log.of(K.FREED)]
    assert min(amounts) > 0
    assert sum(amounts) == pytest.approx(freed)
    last = log.last(K.UNREST).detail
    force = last["suppression"] / (0.1 * 0.08 * 1.2) * 1000  # with the growth and the signal of the file
    assert force == pytest.approx(0.3 * 600 + freed)


def test_within_a_local_drive_the_road_costs_nothing():
    log = lived(two_sites(**{"mission.local_drive": "700 km"}))
    far = [r for r in log.of(K.ON_TASK) if r.detail["task"] == "far"]
    assert far
    assert all(r.time - log.cause_of(r).detail["unloaded"] == pytest.approx(3) for r in far)
