"""Inputs that a crisis without use for them leaves out: no difference, and an error where they are needed."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.event_log import EventLog
from sim.engine.replication import run_replication
from sim.scenario.errors import ScenarioError
from tests.engine.borders import BORDER, PARTY, RAID, border
from tests.engine.fights import fought
from tests.engine.test_fighting import PEACEKEEPERS
from tests.engine.test_pressure import pressure, world
from tests.engine.worlds import K, history

BARE = {"west": {"name": "West", "lat": 43, "lon": 70}}
RAIDED = {key: BORDER[key] for key in ("alarm_step", "settles", "worry_far_bank")}


def raided(raid: dict[str, Any], **shape: Any) -> EventLog:
    """Return the log of a border to which nothing comes but one raid."""
    incursions = {**RAIDED, "sectors": BARE, "raids": {"one": raid}, **shape}
    return run_replication(border({"crisis.incursions": incursions}), 1, 0)


def test_a_raid_that_nothing_stops_is_the_same_whoever_watches():
    watched = {"sectors": {"west": BORDER["sectors"]["west"]}, "watch": {"effort": 3}}
    terrains = {"flat": {"detection": 1}}
    plain = raided(RAID)
    assert plain.of(K.RAID)
    assert history(plain) == history(raided(RAID, terrains=terrains, **watched))


@pytest.mark.parametrize(
    ("without", "fault"),
    [
        ("watch", "'watch' must say how"),
        ("length", "has no length"),
        ("terrain", "terrain ''"),
    ],
)
def test_what_can_be_stopped_must_be_watched(without: str, fault: str):
    raid = {**RAID, "interdiction": 0.5}
    sector = {key: item for key, item in BORDER["sectors"]["west"].items() if key != without}
    shape = {"terrains": {"flat": {"detection": 1}}, "watch": {"effort": 3}, "sectors": {"west": sector}}
    raided(raid, **{**shape, "sectors": {"west": BORDER["sectors"]["west"]}})
    shape.pop(without, None)
    with pytest.raises(ScenarioError, match=fault):
        raided(raid, **shape)


def test_a_far_bank_that_falls_needs_lengths():
    sectors = {"west": {**BARE["west"], "falls": {"at": RAID["at"]}}}
    with pytest.raises(ScenarioError, match="has no length"):
        raided(RAID, sectors=sectors)


def test_a_worry_without_a_memory_is_felt_for_good():
    def alarms(**memory: Any) -> list[float]:
        again = {**RAID, "at": "2022-01-12T00:00+06:00", "memory": "1 h"}
        raids = {"one": {**{k: v for k, v in RAID.items() if k != "memory"}, **memory}, "two": again}
        return [r.amount for r in raided(RAID, raids=raids).of(K.ALARM)]

    assert alarms(memory="48 h") == pytest.approx([0.1, 0.1])
    assert alarms() == pytest.approx([0.1, 0.2])


def test_parties_of_no_stated_size_lose_as_many_as_they_lose():
    party = {**PARTY, "killed": 6}

    def killed(party: dict[str, Any]) -> list[float]:
        log = run_replication(border({"crisis.incursions.parties": {"caravan": party}}), 1, 0)
        return [r.amount for r in log.of(K.CLASH)]

    capped = killed(party)
    assert max(capped) == 4
    free = killed({key: item for key, item in party.items() if key != "size"})
    assert max(free) > 4
    assert [min(4, n) for n in free] == capped


def test_peacekeepers_change_nothing_where_no_file_says_what():
    nothing = {"interposed": None, "peacekeepers": None}
    log = fought(PEACEKEEPERS | nothing)
    assert {r.detail["factor"] for r in log.of(K.INTERPOSED)} == {1.0}
    with pytest.raises(ScenarioError, match="belong together"):
        fought(PEACEKEEPERS | {"peacekeepers": None})


def test_pressure_without_an_alarm_worries_nobody_by_itself():
    def alarms(shape: dict[str, Any]) -> int:
        return len(run_replication(world(shape), 1, 0).of(K.ALARM))

    quiet = {key: item for key, item in pressure(attribution=None).items() if key != "alarm"}
    assert alarms(pressure(attribution=None)) > 0
    assert alarms(quiet) == 0


def test_soldiers_at_a_target_without_a_guard_deter_nobody():
    def attacks(guard: int | None, soldiers: int) -> int:
        shape, tasks = pressure(), {"line": {"name": "line", "site": "line", "soldiers": soldiers}}
        shape["targets"]["line"]["guard"] = guard
        log = run_replication(world(shape, {"mission.tasks": tasks, "mandate.duration": "140 days"}), 1, 0)
        assert log.of(K.ON_TASK)
        return len(log.of(K.ATTACK))

    assert attacks(50, 200) < attacks(None, 200) == attacks(None, 1)
