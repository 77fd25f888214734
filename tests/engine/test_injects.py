"""Injects, measures and branches: when they come, whether they come, and what they leave alone."""

from __future__ import annotations

from collections import Counter
from math import exp, sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.event_log import EventLog
from sim.engine.injects import Injects
from sim.engine.replication import run_replication
from sim.engine.world import World
from sim.scenario.models import Scenario
from tests.engine.campaigns import quiet, with_beside, with_standing
from tests.engine.worlds import K, certain_world, happened, history
from tests.tiny import tiny_scenario

few = settings(max_examples=30, deadline=None, derandomize=True)
N = 1000
BEGUN = (K.INJECT, K.MEASURE, K.BRANCH)


MADE: dict[str, Scenario] = {}


def lone(luck: int, horizon: float = 480.0, **beside: Any) -> World:
    """Return a world in which nothing but what is planned *beside* happens, run to its horizon."""
    name = repr(beside)
    if name not in MADE:
        MADE[name] = with_beside(quiet(certain_world()), **beside)
    world = World(MADE[name], 1, luck, horizon)
    Injects(world)
    world.env.run(until=horizon + 1e-9)
    return world


def first(world: World) -> float | None:
    return next((r.time for r in world.records if r.kind in BEGUN), None)


def lived_with(settings: dict[str, Any] | None = None, **beside: Any) -> EventLog:
    return run_replication(with_beside(certain_world(settings), **beside), 1, 0)


def began(log: EventLog, key: str) -> list[float]:
    return [r.time for r in log if r.kind in BEGUN and r.where == key]


# when


def test_a_date_is_kept_and_one_gone_by_is_kept_at_the_start():
    assert first(lone(0, injects={"a": {"at": "2022-01-03T00:00+06:00"}})) == 24
    assert first(lone(0, injects={"a": {"at": "2021-12-01T00:00+06:00"}})) == 0
    assert first(lone(0, 100, injects={"a": {"at": "2022-02-01T00:00+06:00"}})) is None


def test_within_a_window_every_hour_is_as_likely():
    window = {"a": {"at": "2022-01-03T00:00+06:00", "latest": "2022-01-07T04:00+06:00"}}  # 24 h to 124 h
    times = [first(lone(luck, injects=window)) for luck in range(N)]
    found = [t for t in times if t is not None]
    assert len(found) == N
    assert min(found) >= 24
    assert max(found) <= 124
    mean, deviation = sum(found) / N, 100 / sqrt(12)
    assert abs(mean - 74) < 4 * deviation / sqrt(N)
    early = sum(t < 49 for t in found) / N  # a quarter of the window
    assert abs(early - 0.25) < 4 * sqrt(0.25 * 0.75 / N)


def test_at_a_rate_the_wait_is_exponential():
    times = [first(lone(luck, injects={"a": {"rate": "0.01 per h"}})) for luck in range(N)]
    for hours in (50, 100, 300):
        share, chance = sum(t is not None and t <= hours for t in times) / N, 1 - exp(-0.01 * hours)
        assert abs(share - chance) < 4 * sqrt(chance * (1 - chance) / N)
    assert first(lone(0, injects={"a": {"rate": "0 per h"}})) is None


def test_after_an_event_it_waits_its_delay_and_comes_once():
    log = lived_with(injects={"a": {"after": "appeal", "delay": "5 h"}})
    appeal = log.first(K.APPEAL)
    assert appeal is not None
    assert began(log, "a") == [appeal.time + 5]
    many = lived_with(injects={"a": {"after": "landed"}})
    assert len(many.of(K.LANDED)) > 1
    assert len(began(many, "a")) == 1


@pytest.mark.parametrize("kind", ["landed", "on task", "deployed", "takeoff"])
def test_what_follows_an_arrival_follows_its_true_time(kind: str):
    log = lived_with(injects={"a": {"after": kind, "delay": "1 h"}})
    # Logged ahead of its time, an arrival has not happened yet.
    causes = [log.cause_of(r) for r in log if r.kind is K.INJECT and r.where == "a"]
    assert causes[0] is not None
    assert began(log, "a") == [pytest.approx(causes[0].time + 1)]


def test_it_is_called_off_by_what_has_happened_and_not_by_what_will():
    plain = lived_with(injects={"a": {"after": "appeal", "delay": "1 h"}})
    assert began(plain, "a")
    assert not began(
        lived_with(injects={"a": {"after": "appeal", "delay": "1 h", "unless": "sounding"}}), "a"
    )
    late = lived_with(injects={"a": {"after": "appeal", "delay": "1 h", "unless": "withdrawn"}})
    assert began(late, "a") == began(plain, "a")
    posted = plain.first(K.ON_TASK)
    landed = plain.first(K.LANDED)
    assert posted is not None
    assert landed is not None
    between = (landed.time + posted.time) / 2  # the posting is logged by now but has not happened
    from_appeal = between - next(r.time for r in plain if r.kind is K.APPEAL)
    log = lived_with(injects={"a": {"after": "appeal", "delay": f"{from_appeal} h", "unless": "on task"}})
    assert began(log, "a") == [pytest.approx(between)]


def test_a_key_that_reads_like_a_kind_of_event_calls_nothing_off():
    log = lived_with(
        injects={"appeal": {"at": "2022-01-02T01:00+06:00"}, "b": {"after": "onset", "unless": "appeal"}}
    )
    assert began(log, "b")


def test_a_chance_is_the_share_of_runs_in_which_it_happens():
    hit = sum(
        first(lone(luck, injects={"a": {"at": "2022-01-03T00:00+06:00", "chance": 0.3}})) is not None
        for luck in range(N)
    )
    assert abs(hit / N - 0.3) < 4 * sqrt(0.3 * 0.7 / N)


@few
@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 999))
def test_a_greater_chance_never_prevents_what_a_smaller_one_let_happen(one: float, other: float, luck: int):
    low, high = sorted((one, other))
    seen = [
        first(lone(luck, 30, injects={"a": {"at": "2022-01-03T00:00+06:00", "chance": c}})) is not None
        for c in (low, high)
    ]
    assert seen != [True, False]


def test_branches_take_each_way_as_often_as_their_chances_say():
    chances = {"x": 0.5, "y": 0.3, "z": 0.2}
    branch = {
        "b": {
            "at": "2022-01-03T00:00+06:00",
            "outcomes": {w: {"label": w, "chance": c} for w, c in chances.items()},
        }
    }
    ways = Counter(lone(luck, 30, branches=branch).records[-1].detail["outcome"] for luck in range(N))
    assert sum(ways.values()) == N
    for way, chance in chances.items():
        assert abs(ways[way] / N - chance) < 4 * sqrt(chance * (1 - chance) / N), way


# what


def test_levers_work_while_it_lasts_and_facts_for_good():
    world = World(
        with_beside(
            quiet(certain_world()),
            injects={
                "a": {
                    "at": "2022-01-03T00:00+06:00", "lasts": "10 h", "levers": {"growth": 3},
                    "facts": {"territory": "disputed"},
                }
            },
        ),
        1, 0, 100,
    )  # fmt: skip
    Injects(world)
    seen = []
    for hours in (23, 25, 33, 35):
        world.env.run(until=hours)
        seen.append((world.levers.value("growth"), world.facts.get("territory")))
    assert seen == [(1, None), (3, "disputed"), (3, "disputed"), (1, "disputed")]


EFFECT: dict[str, Any] = {
    "at": "2022-01-02T08:00+06:00", "lasts": "200 h", "levers": {"growth": 0.2, "consultation": 4},
    "facts": {"territory": "none"}, "shocks": {"trust": -0.5, "cohesion": -0.5}, "mechanism": "mediation",
}  # fmt: skip


def with_mediation(scenario: Scenario, **mechanism: Any) -> Scenario:
    from sim.scenario.crisis import Mechanism

    made = Mechanism.model_validate(mechanism) if mechanism else None
    effects = scenario.crisis.effects.model_copy(update={"mediation": made})
    return scenario.model_copy(update={"crisis": scenario.crisis.model_copy(update={"effects": effects})})


@pytest.mark.parametrize("luck", range(4))
@pytest.mark.parametrize("mechanism", [{}, {"enabled": False, "strength": 1}])
def test_with_its_mechanism_off_a_measure_changes_nothing(luck: int, mechanism: dict[str, Any]):
    world = with_standing(tiny_scenario(), cohesion_weight=1)
    beside = ("measure", "measure ended")

    def log(scenario: Scenario) -> EventLog:
        return run_replication(scenario, 1, luck)

    def apart(scenario: Scenario) -> list[Any]:
        return [h for h in history(log(scenario)) if str(h[1]) not in beside]

    without = apart(world)
    talks = with_beside(world, measures={"talks": {**EFFECT, "by": "AAA"}})
    off = apart(with_mediation(talks, **mechanism))
    on = apart(
        with_mediation(
            with_beside(world, measures={"talks": {**EFFECT, "by": "AAA"}}), enabled=True, strength=1
        )
    )
    assert off == without
    assert on != without


def test_an_inject_switched_off_is_as_one_that_never_was():
    plain = run_replication(tiny_scenario(), 1, 3)
    off = run_replication(
        with_beside(tiny_scenario(), injects={"a": {**EFFECT, "enabled": False, "mechanism": ""}}), 1, 3
    )
    assert [happened(r) for r in off] == [happened(r) for r in plain]


def test_shocks_move_standing_once_and_not_again_when_they_end():
    world = with_standing(certain_world({"decision.collective": False, "decision.bilateral": False}))
    log = run_replication(with_beside(world, injects={"a": {**EFFECT, "mechanism": "", "facts": {}}}), 1, 0)
    shocks = [(r.time, r.where, r.detail["change"]) for r in log.of(K.STANDING) if r.detail["reason"] == "a"]
    assert shocks == [(8, "trust", -0.5), (8, "cohesion", -0.5)]
    assert log.of(K.INJECT_ENDED)


# measures


def test_collective_measures_wait_for_the_adoption_of_their_level():
    words = {"s": {"level": "words", "delay": "2 h"}, "f": {"level": "force"}, "m": {"level": "measures"}}
    log = lived_with(measures=words)
    adopted = log.first(K.ADOPTED)
    assert adopted is not None
    assert adopted.detail["level"] == "force"
    assert (began(log, "f"), began(log, "s"), began(log, "m")) == ([adopted.time], [], [])


@pytest.mark.parametrize(
    ("by", "closed", "comes"),
    [
        ("", "collective", False),
        ("AAA", "collective", True),
        ("AAA", "bilateral", False),
        ("", "bilateral", True),
    ],
)
def test_a_closed_channel_gives_nothing(by: str, closed: str, comes: bool):
    measure = {"m": {"at": "2022-01-03T00:00+06:00", "by": by}}
    log = lived_with({f"decision.{closed}": False}, measures=measure)
    assert bool(began(log, "m")) is comes


def test_only_who_has_supported_a_motion_is_willing():
    measure = {"m": {"after": "answered", "delay": "1 h", "by": "BBB", "if_willing": True}}
    early = {"m": {"at": "2022-01-02T01:00+06:00", "by": "BBB", "if_willing": True}}
    assert began(lived_with(measures=measure), "m")
    assert not began(lived_with(measures=early), "m")


def test_the_troops_of_a_measure_are_away_while_it_lasts_and_never_more_than_there_are():
    world = World(
        with_beside(
            quiet(certain_world()),
            measures={
                "one": {"at": "2022-01-03T00:00+06:00", "by": "BBB", "lasts": "48 h", "troops": {"BBB": 500}},
                "two": {"at": "2022-01-04T00:00+06:00", "by": "BBB", "lasts": "48 h", "troops": {"BBB": 500}},
                "far": {"at": "2022-01-04T00:00+06:00", "by": "BBB", "lasts": "48 h", "troops": {"CCC": 5}},
            },
        ),
        1, 0, 200,
    )  # fmt: skip
    Injects(world)
    seen = []
    for hours in (23, 25, 49, 73, 97):
        world.env.run(until=hours)
        seen.append(world.committed.get(("BBB", "rifles"), 0.0))
    assert seen == [0, 500, 800, 300, 0]  # the brigade has 800


def test_troops_tied_up_cannot_be_sent():
    tied = {"m": {"at": "2022-01-02T01:00+06:00", "by": "BBB", "troops": {"BBB": 750}}}
    log = lived_with(measures=tied)
    plain = lived_with()
    came = [
        sum(r.amount for r in one.of(K.LANDED) if r.who == "BBB" and r.detail["direction"] == "in")
        for one in (plain, log)
    ]
    assert came == [100, 50]


def test_a_lead_that_is_on_its_way_alone_is_not_sent_twice():
    measure = {"m": {"at": "2022-01-02T06:30+06:00", "by": "AAA", "deploys": True}}
    log = lived_with(measures=measure)
    assert log.of(K.BILATERAL)
    assert log.of(K.MANDATE)
    arrived = Counter[str]()
    for r in log.of(K.LANDED):
        if r.detail["direction"] == "in":
            arrived[r.who] += int(r.amount)
    # 200 are planned and the lead has sent them all: the mandate finds nobody missing
    assert arrived == {"AAA": 200}
    out = Counter[str]()
    for r in log.of(K.LANDED):
        if r.detail["direction"] == "out":
            out[r.who] += int(r.amount)
    # the second contingent is not left behind when the mission ends
    assert out in ({}, arrived)


@pytest.mark.parametrize(("troops", "ceiling", "ally"), [(200, 1000, 50), (900, 200, 50), (900, 900, 100)])
def test_what_a_lead_has_sent_alone_counts_towards_a_later_mandate(troops: int, ceiling: int, ally: int):
    few_guards = {
        "members.AAA.units.guards.strength": "150 troops",
        "mandate.troops": troops,
        "mandate.ceiling": ceiling,
    }
    alone = {"m": {"at": "2022-01-02T06:30+06:00", "by": "AAA", "deploys": True}}
    came = Counter[str]()
    for r in lived_with(few_guards, measures=alone).of(K.LANDED):
        if r.detail["direction"] == "in":
            came[r.who] += int(r.amount)
    # the ally offers 100 and brings what the 150 of the lead leave open
    assert came == {"AAA": 150, "BBB": ally}


def test_a_mission_waits_for_those_that_a_later_mandate_sends():
    # The lead, with half of the planned force, is there after a day; the ally is ready long after the first
    # order has run out.
    slow = {
        "members.AAA.units.guards.strength": "100 troops",
        "alliance.notice_to_move.ally": "200 h",
        "council.deliberation_cleared": "40 h",
        "mandate.duration": "100 h",
    }
    log = lived_with(slow, measures={"m": {"at": "2022-01-02T06:30+06:00", "by": "AAA", "deploys": True}})
    moved: dict[str, Counter[str]] = {"in": Counter(), "out": Counter()}
    for r in log.of(K.LANDED):
        moved[r.detail["direction"]][r.who] += int(r.amount)
    assert moved["in"] == {"AAA": 100, "BBB": 100}
    assert moved["out"] == moved["in"]
