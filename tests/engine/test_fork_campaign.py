"""A fork of a campaign: crises under way take the change up, those to come begin as changed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from sim.engine.appointments import Appointments
from sim.engine.campaign import episode_scenario
from sim.engine.event_log import EventLog
from sim.engine.fork import run_forked
from sim.engine.merging import Merge
from sim.engine.replication import build_world, run_replication
from sim.scenario.models import Scenario
from tests.engine.campaigns import campaign, episode, every, with_alliance, with_beside, with_standing
from tests.engine.test_campaign import BUSY
from tests.engine.worlds import K, certain_world
from tests.tiny import tiny_scenario

GAP = 200.0


def three(place: str = "", **changes: Any) -> Scenario:
    """Return a campaign of three busy crises, one of them with other settings or as another episode."""
    settings = {name: value for name, value in changes.items() if "." in name}
    worlds = {
        key: tiny_scenario({**BUSY, **settings} if key == place else BUSY) for key in ("e0", "e1", "e2")
    }
    made = {key: episode(world, number * GAP, 900) for number, (key, world) in enumerate(worlds.items())}
    if place and not settings:
        made[place] = made[place].model_copy(update=changes)
    return with_standing(campaign(tiny_scenario(BUSY), made), half_life="10000 h", unpaid=-0.5)


def said(log: EventLog, until: float = float("inf")) -> list[tuple[Any, ...]]:
    records = sorted(every(log), key=lambda r: (r.time, r.id))
    return [
        (r.crisis, r.time, r.kind, r.who, r.where, r.amount, repr(r.detail))
        for r in records
        if r.time < until
    ]


@pytest.mark.parametrize("replication", range(3))
@pytest.mark.parametrize("at", [0.0, 30.0, GAP, 230.0, 450.0, 1100.0])
def test_a_fork_without_a_change_is_the_plain_run(replication: int, at: float):
    same = three().model_copy(update={"title": "The same in other words"})
    fork = run_forked(three(), same, 1, replication, at)
    assert said(fork.log) == said(run_replication(three(), 1, replication))
    assert not fork.kept


CHANGES: dict[str, Any] = {
    "weights": {"decision.ordered_choice.weights.ties_to_host": 4},
    "growth": {"crisis.unrest.growth": "0.3 per h"},
    "closed": {"response.decision.collective": False, "response.decision.bilateral": False},
    "posting": {"mission.posting": "30 h"},
    "calls": {"crisis.host_choice.announce": "9 h"},
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("place", ["e0", "e1", "e2"])
def test_a_change_at_the_very_start_is_the_changed_run(change: str, place: str):
    changed = three(place, **CHANGES[change])
    fork = run_forked(three(), changed, 1, 0, 0.0)
    assert said(fork.log) == said(run_replication(changed, 1, 0))


@pytest.mark.parametrize("change", CHANGES)
def test_a_crisis_to_come_begins_as_changed_and_the_others_are_untouched(change: str):
    changed = three("e2", **CHANGES[change])
    fork, plain = run_forked(three(), changed, 1, 0, 350.0), run_replication(three(), 1, 0)
    assert said(fork.log) == said(run_replication(changed, 1, 0))
    assert said(fork.log, 2 * GAP) == said(plain, 2 * GAP)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("at", [205.0, 215.0, 240.0])
def test_before_the_moment_it_is_the_plain_run(change: str, at: float):
    changed = three("e1", **CHANGES[change])
    fork, plain = run_forked(three(), changed, 1, 0, at), run_replication(three(), 1, 0)
    assert said(fork.log, at) == said(plain, at)


def test_growth_takes_hold_at_once_where_it_is_set_and_nowhere_else():
    log = run_forked(three(), three("e1", **CHANGES["growth"]), 1, 0, 235.3).log
    opened = {
        key: [r.detail["growth"] for r in part.of(K.UNREST) if r.time == 235.3]
        for key, part in log.parts.items()
    }
    assert max(opened["e1"]) == 0.3
    assert not opened["e0"]
    assert all(r.detail["growth"] < 0.3 for key in ("e0", "e2") for r in log.parts[key].of(K.UNREST))


def test_weights_count_in_the_crisis_they_are_set_for_alone():
    world = certain_world()
    keen = certain_world({"decision.ordered_choice.weights.ties_to_host": 4})
    whole, changed = (
        campaign(world, {"a": episode(world, 0), "b": episode(one, 2), "c": episode(world, 3)})
        for one in (world, keen)
    )
    log = run_forked(whole, changed, 1, 0, 7.0).log

    def ties(key: str) -> set[float]:
        return {r.detail["terms"]["ties_to_host"] for r in log.parts[key].of(K.POSITION) if r.who == "AAA"}

    assert ties("a") == ties("c") == {0.5 * 0.75}
    assert ties("b") == {4 * 0.75}


def test_the_alliance_changes_for_all_crises_at_once():
    changed = three().model_copy(
        update={"alliance": tiny_scenario({**BUSY, "council.rule": "lead_decides"}).alliance.model_copy(
            update={"standing": three().alliance.standing})}
    )  # fmt: skip
    log = run_forked(three(), changed, 1, 0, 203.0).log
    rules = {
        key: {r.detail["rule"] for r in (*part.of(K.ADOPTED), *part.of(K.REFUSED))}
        for key, part in log.parts.items()
    }
    assert rules == {"e0": {"consensus"}, "e1": {"lead_decides"}, "e2": {"lead_decides"}}


# which crises there are


def test_a_crisis_is_called_off_put_off_or_added_in_time():
    fork = run_forked(three(), three("e2", enabled=False), 1, 0, 350.0)
    assert set(fork.log.parts) == {"e0", "e1"}
    assert not fork.kept
    later = episode(tiny_scenario(BUSY), 600, 900)
    moved = run_forked(three(), three("e2", start=later.start, crisis=later.crisis), 1, 0, 350.0)
    assert moved.log.parts["e2"].records[0].time >= 600
    assert not moved.kept
    added = run_forked(three("e2", enabled=False), three(), 1, 0, 350.0)
    assert said(added.log) == said(run_replication(three(), 1, 0))


def test_what_comes_too_late_is_told_and_stays():
    plain = said(run_replication(three(), 1, 0))
    off = run_forked(three(), three("e1", enabled=False), 1, 0, 350.0)
    assert off.kept == ("crises.e1",)
    assert said(off.log) == plain
    on = run_forked(three("e1", enabled=False), three(), 1, 0, 350.0)
    assert on.kept == ("crises.e1",)
    assert set(on.log.parts) == {"e0", "e2"}
    short = run_forked(three(), three("e0", horizon=three().horizon.with_value(100)), 1, 0, 350.0)
    assert short.kept == ("crises.e0.horizon",)
    assert said(short.log) == plain


def test_what_comes_too_late_in_two_ways_is_told_once():
    sooner = three().crises["e0"]
    moved = {**three().crises, "e0": sooner.model_copy(update={"start": sooner.start + timedelta(hours=5)})}
    assert run_forked(three(), three().model_copy(update={"crises": moved}), 1, 0, 1000.0).kept == (
        "crises.e0",
    )


def test_a_crisis_that_is_over_stays_as_it_was():
    fork = run_forked(three(), three("e0", **CHANGES["growth"]), 1, 0, 1000.0)
    assert fork.kept == ("crises.e0",)
    assert said(fork.log) == said(run_replication(three(), 1, 0))


@pytest.mark.parametrize("alter", [False, True])
def test_a_crisis_under_way_stays_without_the_members_that_had_left_when_it_began(alter: bool):
    world = with_standing(three(), exit={"rate": "0.002 per h", "trust_power": 0})
    rule = world.alliance.organs.model_copy(
        update={"council": world.alliance.organs.council.model_copy(update={"rule": "lead_decides"})}
    )
    changed = with_alliance(world, organs=rule) if alter else world.model_copy(update={"title": "The same"})
    gone: dict[str, float] = {}
    for replication in range(200):
        plain = run_replication(world, 1, replication)
        gone = {r.who: r.time for r in plain.of(K.EXIT)}
        if gone.get("BBB", 900) < GAP and gone.get("CCC", 900) > 2 * GAP:
            break
    assert gone["BBB"] < GAP  # and the host is still there
    assert gone.get("CCC", 900) > 2 * GAP
    fork = run_forked(world, changed, 1, replication, 205.0)
    assert not fork.kept
    assert alter or said(fork.log) == said(plain)
    assert {r.who for r in fork.log.parts["e1"].of(K.POSITION)} == {"AAA"}
    adopted = fork.log.parts["e1"].of(K.ADOPTED)
    assert {r.detail["rule"] for r in adopted} == {"lead_decides" if alter else "consensus"}


def test_what_waits_for_an_event_of_a_crisis_is_brought_up_to_date():
    def with_shock(delay: str) -> Scenario:
        shock = {"shock": {"after": "appeal", "delay": delay}}
        world = certain_world()
        return campaign(world, {"a": episode(with_beside(world, injects=shock), 100)})

    log = run_forked(with_shock("1 h"), with_shock("5 h"), 1, 0, 101.0).log.parts["a"]
    appeal, shock = log.first(K.APPEAL), log.first(K.INJECT)
    assert appeal is not None
    assert shock is not None
    assert shock.time - appeal.time == pytest.approx(5)


def test_a_part_of_an_episodes_own_scenario_is_replaced_where_it_waits():
    old, new = three(), three("e1", **CHANGES["growth"])
    left = frozenset({"BBB"})
    before, after = (episode_scenario(one, "e1", left) for one in (old, new))
    world, _ = build_world(old, 1, 0)
    told: list[Any] = []
    world.after(1.0, partial(told.append, before))
    appointments = Appointments(old, new)
    appointments.also(before, after)
    appointments.bring_up_to_date([world], Merge(world))
    world.env.run(until=2)
    assert told == [after]
