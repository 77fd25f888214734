"""Campaigns: crises on one alliance, each with luck of its own, sharing forces, aircraft and memory."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import pairwise
from math import inf, sqrt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine.campaign import Campaign, _made, episode_scenario
from sim.engine.event_log import EventLog, EventRecord
from sim.engine.members import Members
from sim.engine.replication import build_world, populate, run_replication
from sim.engine.rivals import Rivals
from sim.scenario.models import Scenario
from tests.engine.campaigns import (
    asked_by,
    campaign,
    episode,
    every,
    quiet,
    shifted,
    stays,
    with_beside,
    with_standing,
)
from tests.engine.test_laws import WILLING
from tests.engine.worlds import STREET, K, certain_world, happened
from tests.tiny import tiny_scenario

few = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
#: Enough of a force that two crises compete for it and for its aircraft.
BUSY: dict[str, Any] = {
    **WILLING, "mandate.troops": 1400, "mandate.ceiling": 1500, "mandate.vehicles": 40,
    "fleets.AAA.medium.available": 3, "fleets.AAA.heavy.available": 1,
}  # fmt: skip


@cache
def busy(gap: float, luck: int, horizon: float = 900.0) -> EventLog:
    """Return the log of three crises that begin *gap* hours apart."""
    world = tiny_scenario(BUSY)
    episodes = {f"e{i}": episode(world, i * gap, horizon) for i in range(3)}
    return run_replication(campaign(world, episodes), 1, luck)


gaps, lucks = st.sampled_from([0.0, 60.0, 200.0, 500.0]), st.integers(0, 30)


def troops(log: EventLog, direction: str) -> float:
    both = (*log.of(K.LANDED), *log.of(K.ROAD_ARRIVED))
    return sum(r.amount for r in both if r.detail["direction"] == direction)


# ledgers


@few
@given(gaps, lucks)
def test_no_soldier_is_in_two_places(gap: float, luck: int):
    log = busy(gap, luck)
    world = tiny_scenario(BUSY)
    away: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    for part in log.parts.values():
        for unit, number, since, until in stays(part):
            away[unit].append((since, until, number))
    assert away
    for (member, unit), found in away.items():
        strength = world.alliance.members[member].units[unit].strength
        for at, _, _ in found:
            assert sum(n for since, until, n in found if since <= at < until) <= strength


@few
@given(gaps, lucks)
def test_what_is_committed_stays_between_nothing_and_the_strength_of_the_unit(gap: float, luck: int):
    scenario = campaign(
        tiny_scenario(BUSY), {f"e{i}": episode(tiny_scenario(BUSY), i * gap, 900) for i in range(3)}
    )
    world, _ = build_world(scenario, 1, luck)
    Campaign(world, populate)
    for hours in range(20, 2000, 20):
        world.env.run(until=hours)
        for (member, unit), number in world.committed.items():
            assert 0 <= number <= scenario.alliance.members[member].units[unit].strength
        held: dict[str, float] = defaultdict(float)
        for (key, member), number in world.engaged.items():
            assert number >= 0, key
            held[member] += number
        for member, number in held.items():  # what is away is away in one crisis or another
            assert number == sum(n for (who, _), n in world.committed.items() if who == member)
    log = EventLog.of_campaign(world.records, inf)
    if all(part.of(K.WITHDRAWN) or not part.of(K.DEPLOYED) for part in log.parts.values()):
        assert set(world.committed.values()) <= {0.0}  # everybody is home


@few
@given(gaps, lucks)
def test_aircraft_in_the_air_are_no_more_than_there_are_and_none_flies_two_sorties(gap: float, luck: int):
    flown: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    ups = {r.id: r for r in every(busy(gap, luck)) if r.kind is K.TAKEOFF}
    for r in every(busy(gap, luck)):
        if r.kind is K.LANDED and r.cause in ups:
            up = ups[r.cause]
            flown[up.detail["aircraft"], up.detail["number"]].append((up.time, r.time))
    assert len({key for key in flown if key[0] == "medium"}) <= 3
    assert len({key for key in flown if key[0] == "heavy"}) <= 1
    for times in flown.values():
        times.sort()
        assert all(end <= begin + 1e-9 for (_, end), (begin, _) in pairwise(times))


@few
@given(gaps, lucks)
def test_who_came_in_went_home_or_is_still_there(gap: float, luck: int):
    for part in busy(gap, luck).parts.values():
        came, home = troops(part, "in"), troops(part, "out")
        assert home <= came
        assert part.first(K.WITHDRAWN) is None or sum(
            r.amount for r in part.of(K.TAKEOFF) + part.of(K.ROAD_DEPARTED) if r.detail["direction"] == "out"
        ) == pytest.approx(came)


@few
@given(gaps, lucks)
def test_ids_are_unique_and_causes_lie_within_their_part_and_before(gap: float, luck: int):
    log = busy(gap, luck)
    ids = [r.id for r in every(log)]
    assert len(ids) == len(set(ids))
    for part in (log, *log.parts.values()):
        own = {r.id for r in part}
        assert all(r.cause in own and r.cause < r.id for r in part if r.cause >= 0)
    assert {r.crisis for r in every(log)} == {"", "e0", "e1", "e2"}


@few
@given(gaps, lucks, st.sampled_from([100.0, 250.0]))
def test_a_part_ends_at_its_horizon(gap: float, luck: int, horizon: float):
    log = busy(gap, luck, horizon)
    for place in range(3):
        last = log.parts[f"e{place}"].records[-1]
        assert (last.kind, last.time) == (K.HORIZON, place * gap + horizon)
    assert log.records[-1].time == 2000


def test_a_force_comes_home_even_if_its_crisis_is_no_longer_followed():
    base = certain_world()  # where order never returns, so that the mandate's last day ends the mission
    world, _ = build_world(campaign(base, {"e0": episode(base, 0, 60)}), 1, 0)
    Campaign(world, populate)
    world.env.run(until=60)
    assert any(world.committed.values())
    world.env.run(until=1900)
    assert world.committed
    assert not any(world.committed.values())


def test_troops_of_a_measure_come_home_even_if_its_crisis_is_no_longer_followed():
    team = {"by": "BBB", "at": "2022-01-02T20:00+06:00", "lasts": "300 h", "troops": {"BBB": 100}}
    plain = certain_world({"decision.collective": False})
    base = with_beside(plain, measures={"team": team})
    world, _ = build_world(campaign(plain, {"e0": episode(base, 0, 60)}), 1, 0)
    Campaign(world, populate)
    world.env.run(until=310)
    assert (world.committed["BBB", "rifles"], world.engaged["e0", "BBB"]) == (100, 100)
    world.env.run(until=330)
    assert (world.committed["BBB", "rifles"], world.engaged["e0", "BBB"]) == (0, 0)


def test_the_second_crisis_finds_what_the_first_has_left():
    world = certain_world({"mandate.troops": 700, "mandate.ceiling": 1500, "offers.BBB.troops": 600})
    pair = campaign(world, {"a": episode(world, 0), "b": episode(world, 40)})
    log = run_replication(pair, 1, 0)

    def from_ally(part: EventLog) -> float:
        return sum(r.amount for r in part.of(K.ECHELON_READY) if r.who == "BBB")

    assert [from_ally(log.parts[key]) for key in "ab"] == [600, 200]  # of 800


def test_forces_that_another_crisis_holds_make_helping_dearer_until_they_are_home():
    strain = {"alliance.strain": 2, "alliance.members.BBB.active_military": 1000}
    world = certain_world({**strain, "mandate.duration": "20 days"})
    trio = campaign(world, {key: episode(world, at, 850) for key, at in (("a", 0), ("b", 100), ("c", 900))})
    log = run_replication(trio, 1, 0)
    asked = {key: next(r for r in log.parts[key].of(K.POSITION) if r.who == "BBB") for key in "abc"}
    ((_, _, _, until),) = (stay for stay in stays(log.parts["a"]) if stay[0][0] == "BBB")
    assert asked["b"].time < until < asked["c"].time
    cost = {key: record.detail["terms"]["cost"] for key, record in asked.items()}
    weight = world.response.decision.choice.weights.cost
    assert cost["b"] - cost["a"] == pytest.approx(weight * 2 * 100 / 1000)  # 100 of its 1000 are in the first
    assert cost["c"] == cost["a"]


def test_a_crisis_does_not_strain_itself_nor_beyond_all_the_forces_there_are():
    world, _ = build_world(certain_world({"alliance.members.BBB.engaged": 0.9, "alliance.strain": 1}), 1, 0)
    world.engage("BBB", "rifles", 500)
    assert Members(world).seen("BBB") == Members(world).factors["BBB"]
    whole = campaign(world.scenario, {"e": episode(world.scenario, 0)})
    root, _ = build_world(whole, 1, 0)
    root.engaged["e", "BBB"] = 1e9
    members = Members(root)
    assert members.seen("BBB").cost == pytest.approx(members.factors["BBB"].cost + 0.1)  # the tenth left
    assert members.seen("AAA") == members.factors["AAA"]


def test_who_was_asked_before_another_crisis_took_its_forces_is_dearer_when_asked_again():
    world = certain_world({"alliance.strain": 1})
    root, _ = build_world(campaign(world, {"e": episode(world, 0)}), 1, 0)
    members = Members(root)
    before = members.verdict("BBB", "force", limited=False, accepts=True)
    root.engaged["e", "BBB"] = 5000  # of 10,000
    after = members.verdict("BBB", "force", limited=False, accepts=True)
    assert after.willingness - before.willingness == pytest.approx(members.model.weights.cost * 0.5)
    root.engaged["e", "BBB"] = 0.0
    assert members.verdict("BBB", "force", limited=False, accepts=True) == before


def test_rival_theories_see_the_forces_that_another_crisis_holds():
    world = certain_world({"alliance.strain": 1, "decision.model": "lead_nation"})
    root, _ = build_world(campaign(world, {"e": episode(world, 0)}), 1, 0)
    free = Rivals(root)
    root.engaged["e", "BBB"] = 5000
    assert Rivals(root).situation.cost["BBB"] == pytest.approx(free.situation.cost["BBB"] + 0.5)


# luck


def seen(log: EventLog, by: float = 0.0, *leave_out: K) -> list[tuple[Any, ...]]:
    """Return what happened, *by* hours earlier, in an order of its own."""
    kept = (r for r in log if r.kind not in leave_out)
    return sorted((round(r.time - by, 6), str(r.kind), r.who, r.where, round(r.amount, 6)) for r in kept)


@pytest.mark.parametrize("luck", range(5))
def test_an_episodes_luck_depends_neither_on_the_others_nor_on_their_number(luck: int):
    world = tiny_scenario()
    # The others take no forces, which would make a difference that is none of luck.
    other = episode(tiny_scenario({"decision.collective": False, "decision.bilateral": False}), 50)
    one = episode(world, 100)
    alone = run_replication(campaign(world, {"e": one}), 1, luck).parts["e"]
    last = run_replication(campaign(world, {"x": other, "y": other, "e": one}), 1, luck).parts["e"]
    assert [happened(r) for r in alone] == [happened(r) for r in last]
    named = run_replication(campaign(world, {"f": one}), 1, luck).parts["f"]
    assert [happened(r) for r in named] != [happened(r) for r in alone]  # its luck has its name


@pytest.mark.parametrize("luck", range(4))
def test_an_episode_switched_off_is_as_one_that_never_was(luck: int):
    world = tiny_scenario(BUSY)
    one, off = episode(world, 100), episode(world, 50, enabled=False)
    with_it = run_replication(campaign(world, {"off": off, "e": one}), 1, luck)
    without = run_replication(campaign(world, {"e": one}), 1, luck)
    assert [tuple(happened(r)) for r in every(with_it)] == [tuple(happened(r)) for r in every(without)]
    assert list(with_it.parts) == ["e"]


def test_without_luck_an_episode_is_the_crisis_of_its_own_scenario():
    world = certain_world()
    own = run_replication(world, 1, 0)
    part = run_replication(campaign(world, {"e": episode(world, 96)}), 1, 0).parts["e"]

    # but for incidents, which are never certain
    street = (*STREET, K.ONSET, K.OVERWHELMED)
    assert seen(part, 96, *street) == seen(own, 0, *street)


def test_with_luck_it_is_so_in_distribution():
    world, n = tiny_scenario(), 150
    whole = campaign(world, {"e": episode(world, 96)}, 700)
    own = [run_replication(world, 1, luck) for luck in range(n)]
    parts = [run_replication(whole, 2, luck).parts["e"] for luck in range(n)]
    for kind in (K.APPEAL, K.MANDATE, K.GOVERNMENT_FELL):
        a, b = (sum(bool(log.of(kind)) for log in logs) / n for logs in (own, parts))
        pooled = (a + b) / 2
        assert abs(a - b) <= 4 * sqrt(2 * pooled * (1 - pooled) / n) + 1e-12, kind
    counts = [[len(log.of(K.INCIDENT)) for log in logs] for logs in (own, parts)]
    means = [sum(c) / n for c in counts]
    spread = sum(sum((x - m) ** 2 for x in c) / (n - 1) for c, m in zip(counts, means, strict=True))
    assert abs(means[0] - means[1]) < 4 * sqrt(spread / n)


# memory


def test_who_has_left_is_asked_for_nothing_in_a_later_crisis_and_hosts_none():
    world = with_standing(certain_world())
    scenario = campaign(world, {"a": episode(world, 100), "b": episode(world, 600)})
    root, _ = build_world(scenario, 1, 0)
    begun = Campaign(root, populate)
    assert root.standing is not None
    root.env.run(until=50)
    root.standing.left.add("BBB")
    root.record(K.EXIT, "BBB")
    root.env.run(until=590)
    root.standing.left.add("CCC")  # the host
    root.record(K.EXIT, "CCC")
    root.env.run(until=1500)
    log = EventLog.of_campaign(root.records, 2000)
    assert {r.who for r in log.parts["a"].of(K.POSITION)} == {"AAA"}
    assert {r.who for r in log.parts["a"].of(K.ECHELON_READY)} == {"AAA"}
    assert list(begun.worlds) == ["a"]


@pytest.mark.parametrize("gone", [False, True])
def test_who_has_left_asks_for_nothing_on_anothers_behalf(gone: bool):
    world = with_standing(certain_world())
    root, _ = build_world(campaign(world, {"a": asked_by(world, 100, "BBB")}), 1, 0)
    Campaign(root, populate)
    root.env.run(until=50)
    assert root.standing is not None
    if gone:
        root.standing.left.add("BBB")
        root.record(K.EXIT, "BBB")
    root.env.run(until=900)
    part = EventLog.of_campaign(root.records, 2000).parts["a"]
    assert part.of(K.ALARM)  # the reason to ask is there all the same
    assert bool(part.of(K.APPEAL)) is not gone


def test_the_trust_of_who_asks_is_what_counts_for_asking_on_anothers_behalf():
    world = with_standing(certain_world(), trust_weight=1)
    gains = []
    for who in ("", "BBB", "CCC"):
        root, _ = build_world(campaign(world, {"a": asked_by(world, 100, "BBB")}), 1, 0)
        Campaign(root, populate)
        root.env.run(until=109)
        assert root.standing is not None
        if who:
            root.standing.change("trust", who, -0.25, "a test", -1, root)
        root.env.run(until=300)
        gains.append(next(r.detail["gain"] for r in root.records if r.kind is K.SOUNDED))
    assert gains[1] < gains[0] - 0.2
    assert gains[2] == gains[0]


def test_what_one_crisis_leaves_behind_meets_the_next():
    world = with_standing(certain_world(), half_life="10000 h", unpaid=-0.5)
    log = run_replication(campaign(world, {"a": episode(world, 0), "b": episode(world, 600)}), 1, 0)

    def terms(part: EventLog) -> dict[str, float]:
        return next(r.detail["terms"] for r in part.of(K.POSITION) if r.who == "BBB")

    assert "unpaid debt" not in terms(log.parts["a"])
    assert -0.25 <= terms(log.parts["b"])["unpaid debt"] < -0.23  # half of 0.5, a little faded


def test_a_crisis_no_longer_followed_still_moves_standing_in_the_campaigns_own_log():
    world = with_standing(certain_world())
    log = run_replication(campaign(world, {"a": episode(world, 0, 20)}), 1, 0)
    answered = log.parts["a"].of(K.STANDING)
    assert {r.where for r in answered} == {"trust", "cohesion", "confidence"}
    assert {r.where for r in log.of(K.STANDING)} == {"owes AAA", "owes BBB"}  # they came after 20 h
    assert all(r.time > 20 and r.cause == -1 for r in log.of(K.STANDING))


# the scenario of an episode


def test_moved_by_moves_dated_things_and_nothing_else():
    inject = {"i": {"at": "2022-01-03T00:00+06:00", "latest": "2022-01-04T00:00+06:00"}}
    plain = with_beside(certain_world(), injects=inject)
    moved = plain.model_copy(
        update={"moved_by": plain.horizon.with_value(50), "horizon": plain.horizon.with_value(530)}
    )
    logs = [run_replication(s, 1, 0) for s in (plain, moved)]

    # the whole crisis is as much later, with the inject; what is not dated starts with the clock
    assert seen(logs[1], 50) == seen(logs[0], 0)
    exits = {"exit": {"rate": "0.01 per h", "trust_power": 0}}
    left = [
        [r.time for r in run_replication(with_standing(quiet(s), **exits), 1, 0).of(K.EXIT)][:1]
        for s in (plain, moved)
    ]
    assert left[0] == left[1]


def test_episodes_made_for_one_campaign_do_not_outlive_it():
    world = certain_world()
    for _ in range(5):
        scenario = campaign(world, {"a": episode(world, 0), "b": episode(world, 10)})
        for key in scenario.crises:
            for left in ((), ("BBB",)):
                made = episode_scenario(scenario, key, frozenset(left))
                assert made is episode_scenario(scenario, key, frozenset(left))
                assert made.crisis == shifted(world, 0 if key == "a" else 10)
    assert len(_made) <= 4


def kinds(records: list[EventRecord]) -> set[K]:
    return {r.kind for r in records}


def test_the_busy_world_is_busy():
    assert {K.LANDED, K.MANDATE, K.WITHDRAWN, K.DEPLOYED} <= kinds(every(busy(60.0, 1)))
    assert isinstance(tiny_scenario(BUSY), Scenario)
