"""A border: closed forms, thinning, raids, flight, reserves, guards posted, and how worried its host is."""

from __future__ import annotations

from math import exp, sqrt
from statistics import fmean
from typing import Any

import pytest
from pydantic import ValidationError

from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.engine.replication import build_world, run_replication
from sim.experiment.dynamics.incursions import clashes, crossed
from sim.scenario.incursions import Fall, Party
from tests.engine.borders import PARTY, RAID, border
from tests.engine.worlds import history

K = EventKind
FALL = {"at": "2022-01-03T00:00+06:00"}
CALLED = {
    "personnel": 4000, "called_at": 0.4, "order": "1 h", "arrival": "10 h", "reaching": 0.5, "lasts": "100 h",
}  # fmt: skip
RUNS = 60


def logs(settings: dict[str, Any] | None = None, runs: int = RUNS) -> list[EventLog]:
    scenario = border(settings)
    return [run_replication(scenario, 7, i) for i in range(runs)]


def near(values: list[float], expected: float) -> bool:
    """Return whether the mean of Poisson-like *values* lies within 4.5 standard errors of *expected*."""
    return abs(fmean(values) - expected) < 4.5 * sqrt(max(expected, 0.2) / len(values))


def test_stopped_and_crossed_follow_the_closed_form() -> None:
    found = logs()
    days = 20
    for sector, guards, terrain in (("west", 500, 1.0), ("east", 200, 0.5)):
        came = 10 * days / 2
        seen = 1 - exp(-0.1 * terrain * guards / 100)
        assert near([clashes(log, sector) for log in found], came * seen * 0.5)
        assert near([crossed(log, sector) for log in found], came * (1 - seen * 0.5))


def test_killed_held_and_seized_follow_their_means() -> None:
    stopped = [r for log in logs() for r in log.of(K.CLASH)]
    n = len(stopped)
    assert abs(fmean(r.amount for r in stopped) - 0.5) < 4.5 * sqrt(0.5 / n)
    assert abs(fmean(r.detail["held"] for r in stopped) - 0.7) < 4.5 * sqrt(0.7 / n) + 0.01
    assert abs(fmean(r.detail["kg"] for r in stopped) - 40) < 4.5 * 40 / sqrt(n)


def test_known_clashes_stand_for_arrivals_whatever_guards_see() -> None:
    for effort in (0.02, 0.3):
        settings = {
            "crisis.incursions.parties.caravan.rate": None,
            "crisis.incursions.parties.caravan.clashes": "2 per day",
            "crisis.incursions.watch.effort": effort,
        }
        assert near([clashes(log) for log in logs(settings)], 40.0)


def test_more_guards_stop_the_same_parties_and_more() -> None:
    few, many = logs(runs=6), logs({"crisis.incursions.sectors.west.guards": 2000}, runs=6)
    for less, more in zip(few, many, strict=True):
        assert {r.time for r in less.of(K.CLASH)} < {r.time for r in more.of(K.CLASH)}
        assert clashes(less) + crossed(less) == clashes(more) + crossed(more)


def test_arrivals_follow_their_lever_within_the_days_it_acts() -> None:
    inject = {
        "label": "a rush", "at": "2022-01-07T00:00+06:00", "lasts": "120 h", "levers": {"arrivals": 3},
    }  # fmt: skip
    found = logs({"crisis.injects.rush": inject})
    during = [clashes(log, since=120, by=240) + crossed(log, since=120, by=240) for log in found]
    after = [clashes(log, since=240) + crossed(log, since=240) for log in found]
    assert near(during, 150)
    assert near(after, 100)


def test_what_crossed_is_recorded_once_and_at_its_own_hour() -> None:
    log = logs(runs=1)[0]
    times = [time for r in log.of(K.CROSSED) for time in r.detail["times"]]
    assert sum(r.amount for r in log.of(K.CROSSED)) == len(times) == len(set(times))
    assert max(times) <= 480
    assert len(log.of(K.CROSSED)) == 2  # one for each sector: nothing changed there


def test_a_fall_worries_the_host_and_sets_people_moving() -> None:
    settings = {
        "crisis.incursions.sectors.west.falls": FALL,
        "crisis.incursions.sectors.west.soldiers": 200,
        "crisis.incursions.sectors.west.civilians": 100,
        "crisis.incursions.parties.caravan.when_fallen": 4,
    }
    found = logs(settings)
    log = found[0]
    lost = log.first(K.FAR_BANK_LOST)
    alarm = log.first(K.ALARM)
    assert lost is not None
    assert (lost.time, lost.amount) == (24.0, 100.0)
    assert alarm is not None
    assert alarm.amount == pytest.approx(0.25)
    assert [round(r.time) for r in log.of(K.FLED)] == [26, 26]
    assert {r.detail["who"]: r.time for r in log.of(K.WENT_HOME)} == {"soldiers": 74.0, "civilians": 122.0}
    fled = [sum(r.amount for r in x.of(K.FLED)) for x in found]
    assert abs(fmean(fled) - 300) < 4.5 * 150 / sqrt(RUNS)
    west = [clashes(x, "west", since=24) + crossed(x, "west", since=24) for x in found]
    assert near(west, 4 * 5 * 19)


def test_reserves_are_called_once_enough_is_lost_and_go_home() -> None:
    settings = {"crisis.incursions.sectors.west.falls": FALL, "crisis.incursions.reserves": CALLED}
    scenario = border(settings)
    log = run_replication(scenario, 7, 0)
    assert [(r.time, r.amount) for r in log.of(K.RESERVES_ORDERED)] == [(25.0, 4000.0)]
    assert [(r.time, r.amount) for r in log.of(K.RESERVES_ARRIVED)] == [(35.0, 1000.0), (35.0, 1000.0)]
    found = logs(settings)
    seen = 1 - exp(-0.1 * 15)
    assert near([clashes(x, "west", 35, 135) for x in found], 5 * 100 / 24 * seen * 0.5)
    none = logs({**settings, "crisis.incursions.reserves.called_at": 0.6}, runs=1)[0]
    assert not none.of(K.RESERVES_ORDERED)


def test_posted_soldiers_count_as_guards_until_they_leave() -> None:
    _world, crisis = build_world(border(), 7, 0)
    stretch = crisis.dynamics[0].stretches["west"]  # type: ignore[attr-defined]
    before = stretch.detection()
    crisis.post("west", 1000, -1)
    assert stretch.guards() == 1500
    assert stretch.detection() == pytest.approx(1 - exp(-1.5))
    assert stretch.detection() > before
    crisis.post("nowhere", 1000, -1)
    crisis.leave(-1)
    assert stretch.guards() == 500
    _off, crisis = build_world(border({"crisis.effects.border_reinforcement.enabled": False}), 7, 0)
    crisis.post("west", 1000, -1)
    assert crisis.dynamics[0].stretches["west"].guards() == 500  # type: ignore[attr-defined]


def test_a_raid_strikes_after_its_way_and_one_beyond_costs_the_far_side() -> None:
    log = logs({"crisis.incursions.raids": {"one": RAID}}, runs=1)[0]
    raid = log.first(K.RAID)
    assert raid is not None
    assert raid.time == 96.0
    assert {r.detail["side"] for r in log.of(K.DEATHS) if r.cause == raid.id} <= {"intruders", "CCC"}
    kinds = [r.kind for r in log if r.kind in (K.ONSET, K.ALARM, K.ORDER_RESTORED)]
    assert kinds == [K.ONSET, K.ALARM, K.ORDER_RESTORED]
    beyond = {"one": {**RAID, "beyond": True, "lost": 2}}
    far = logs({"crisis.incursions.raids": beyond}, runs=1)[0]
    assert "far side" in {r.detail["side"] for r in far.of(K.DEATHS)}
    assert not any(r.detail["stopped"] for r in far.of(K.RAID))


def raided(runs: int = 200, effort: float = 1e6, **raid: Any) -> list[EventLog]:
    """Return runs in which a raid comes that is stopped if it is seen, by default always."""
    shape = {**RAID, "interdiction": 1, "held": 0.5, "soldiers": 1000, "civilians": 500, **raid}
    settings = {
        "crisis.incursions.raids": {"one": shape}, "crisis.incursions.parties": {},
        "crisis.incursions.watch.effort": effort,
    }  # fmt: skip
    return logs(settings, runs)


def of_raid(log: EventLog) -> EventRecord:
    (raid,) = log.of(K.RAID)
    return raid


def test_of_the_toll_of_a_raid_that_is_stopped_its_share_is_left():
    whole, part = raided(), raided(stopped_cost=0.3)
    lost = {1.0: [of_raid(x).detail["lost"] for x in whole], 0.3: [of_raid(x).detail["lost"] for x in part]}
    for share, found in lost.items():  # two defenders for twenty attackers
        assert near(found, share * 2)
    for x, y in zip(whole, part, strict=True):
        at, then = of_raid(x), of_raid(y)
        assert at.detail["stopped"] is then.detail["stopped"] is True
        assert (at.time, at.detail["killed"], at.detail["held"]) == (
            then.time, then.detail["killed"], then.detail["held"],
        )  # fmt: skip
        assert then.detail["lost"] <= at.detail["lost"]
        fled, fewer = ([r.amount for r in log.of(K.FLED)] for log in (x, y))
        assert fewer == pytest.approx([0.3 * n for n in fled], abs=1)
        assert [r.amount for r in y.of(K.ALARM)] == pytest.approx([0.03])
    assert fmean(lost[0.3]) < 0.5 * fmean(lost[1.0])


def test_a_raid_that_costs_nothing_when_stopped_alarms_nobody():
    for log in raided(5, stopped_cost=0):
        assert of_raid(log).detail["lost"] == 0
        assert not [r for r in log if r.kind in (K.ALARM, K.ONSET, K.FLED)]
        assert {r.detail["side"] for r in log.of(K.DEATHS)} <= {"intruders"}


def test_a_raid_that_gets_through_costs_all_it_does():
    through, same = raided(5, stopped_cost=0.3, interdiction=0), raided(5, interdiction=0)
    assert not any(of_raid(log).detail["stopped"] for log in through)
    assert [history(log) for log in through] == [history(log) for log in same]


def test_guards_who_see_more_lose_fewer_to_raids_run_by_run():
    few, many = (raided(effort=effort, stopped_cost=0.3) for effort in (0.05, 0.3))
    lost = [[of_raid(log).detail["lost"] for log in logs] for logs in (few, many)]
    assert all(more <= less for less, more in zip(*lost, strict=True))
    for found, effort in zip(lost, (0.05, 0.3), strict=True):
        assert near(found, 2 * (1 - 0.7 * (1 - exp(-5 * effort))))


def test_raids_at_random_come_at_their_rate_times_the_lever() -> None:
    raid = {k: v for k, v in RAID.items() if k != "at"} | {"rate": "0.05 per day", "delay": "0 h"}
    settings = {"crisis.incursions.raids": {"one": raid}, "crisis.incursions.parties": {}}
    rush = {"label": "a rush", "at": "2022-01-12T00:00+06:00", "levers": {"arrivals": 3}}
    found = logs({**settings, "crisis.injects.rush": rush}, runs=300)
    share = fmean(bool(log.of(K.RAID)) for log in found)
    expected = 1 - exp(-0.05 * (10 + 3 * 10))
    assert abs(share - expected) < 4.5 * sqrt(expected * (1 - expected) / 300)


def test_the_host_calms_down_when_no_alarm_comes() -> None:
    world, crisis = build_world(border({"crisis.incursions.raids": {"one": RAID}}), 7, 0)
    world.env.run(until=97)
    assert crisis.danger() == pytest.approx(0.1)
    assert not crisis.calm()
    world.env.run(until=96 + 73)
    assert crisis.danger() == 0
    assert crisis.calm()


def test_a_branch_brings_the_fall_where_it_takes_that_way() -> None:
    branch = {
        "label": "a turn", "at": "2022-01-04T00:00+06:00",
        "outcomes": {"a": {"label": "one way", "chance": 0.5}, "b": {"label": "another", "chance": 0.5}},
    }  # fmt: skip
    fall = {"branch": "turn", "outcome": "a", "delay": "12 h"}
    found = logs({"crisis.branches.turn": branch, "crisis.incursions.sectors.west.falls": fall}, runs=30)
    for log in found:
        turn = log.first(K.BRANCH)
        assert turn is not None
        falls = [r.time for r in log.of(K.FAR_BANK_LOST)]
        assert falls == ([60.0] if turn.detail["outcome"] == "a" else [])
    assert 0 < sum(bool(log.of(K.FAR_BANK_LOST)) for log in found) < 30


@pytest.mark.parametrize("wrong", [{}, {"at": "2022-01-03T00:00+06:00", "branch": "x"}, {"branch": "x"}])
def test_a_fall_is_timed_in_one_way(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Fall.model_validate(wrong)


def test_a_party_is_counted_in_one_way() -> None:
    for wrong in (
        {"clashes": "1 per day"},
        {"rate": None},
        {"rate": None, "clashes": "1 per day", "interdiction": 0},
    ):
        with pytest.raises(ValidationError):
            Party.model_validate(PARTY | wrong)
