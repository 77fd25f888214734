"""States outside the alliance: what they cost at its table, groups of them, and what their requests weigh."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.law import facts_now
from sim.engine.observers import time_of_observers, weight_of_request
from sim.engine.replication import build_world, run_replication
from sim.scenario.load import with_settings
from sim.scenario.models import Scenario
from tests.engine.worlds import K, certain_world

GUEST = {"name": "Guest", "capital": {"name": "City", "lat": 40, "lon": 60}, "zone": "+00:00"}
WEIGHTS = {"none": 0.1, "observer": 0.4, "partner": 0.7}


def world_with(guests: dict[str, dict[str, Any]], **settings: Any) -> Scenario:
    """Return a world with states outside the alliance, by key, and parts of its organs set."""
    organs = {f"organs.{key}": value for key, value in settings.items()}
    partners = {key: {**GUEST, **raw} for key, raw in guests.items()}
    return with_settings(certain_world(), {"alliance.partners": partners, **organs})


def factor(scenario: Scenario) -> float:
    return time_of_observers(scenario.alliance, ("AAA", "BBB", "CCC"))


def test_an_observer_at_odds_with_a_member_takes_more_time_than_one_that_is_not():
    costs = {"observer_cost": 0.1, "discord_cost": 0.5}
    friend = world_with({"GGG": {"observer": True}}, **costs)
    assert factor(friend) == pytest.approx(1.1)
    foe = with_settings(friend, {"alliance.ties": {"BBB-GGG": -2, "CCC-GGG": -1, "AAA-GGG": 2}})
    assert factor(foe) == pytest.approx(1.1 + 0.5 * (1 + 0.5))
    assert factor(with_settings(foe, {"partners.GGG.observer": False})) == 1


def test_observers_quarrel_among_themselves_and_members_quarrels_are_not_counted():
    scenario = world_with({"GGG": {"observer": True}, "HHH": {"observer": True}}, discord_cost=0.5)
    quarrel = {"alliance.ties": {"GGG-HHH": -2, "AAA-BBB": -2, "BBB-CCC": -2}}
    assert factor(with_settings(scenario, quarrel)) == pytest.approx(1.5)


def test_discord_lengthens_the_opening_of_consultations():
    def opened(scenario: Scenario) -> float:
        log = run_replication(scenario, 1, 0)
        appeal, council = log.first(K.APPEAL), log.first(K.CONSULTATIONS)
        assert appeal is not None
        assert council is not None
        return council.time - appeal.time

    scenario = world_with({"GGG": {"observer": True}}, discord_cost=0.5)
    foe = with_settings(scenario, {"alliance.ties.BBB-GGG": -2})
    assert opened(scenario) == pytest.approx(0.5)
    assert opened(foe) == pytest.approx(0.75)


def test_a_group_is_let_in_at_once_and_without_those_who_are_members():
    guests = {"GGG": {"groups": ["league"]}, "HHH": {"groups": ["club", "league"]}, "KKK": {}}
    scenario = world_with({**guests, "BBB": {"groups": ["league"]}}, observer_cost=0.1)
    assert factor(scenario) == 1
    together = with_settings(scenario, {"organs.observer_groups": ["league"]})
    assert [key for key in together.alliance.partners if together.alliance.observes(key)] == ["GGG", "HHH"]
    assert factor(together) == pytest.approx(1.2)


@pytest.mark.parametrize(
    ("host", "status", "weight"),
    [
        ("GGG", {}, 0.1), ("GGG", {"observer": True}, 0.4), ("GGG", {"groups": ["league"]}, 0.4),
        ("GGG", {"partnership": True}, 0.7), ("GGG", {"partnership": True, "observer": True}, 0.7),
        ("CCC", {}, 1),
    ],
)  # fmt: skip
def test_what_is_asked_weighs_by_the_status_of_who_asks(host: str, status: dict[str, Any], weight: float):
    scenario = world_with({"GGG": status}, standing_to_ask=WEIGHTS, observer_groups=["league"])
    world, _ = build_world(with_settings(scenario, {"crisis.host": host}), 1, 0)
    assert weight_of_request(world) == weight
    seen = facts_now(world)
    assert seen["host_is_observer"] == ("yes" if status.keys() & {"observer", "groups"} else "no")


def test_a_lighter_request_finds_members_less_willing():
    def willing(weights: dict[str, float] | None) -> float:
        guests = world_with({"GGG": {}}, standing_to_ask=weights)
        log = run_replication(
            with_settings(guests, {"crisis.host": "GGG", "crisis.host_choice.value_of_asking": 5}), 1, 0
        )
        found = next(r for r in log.of(K.POSITION) if r.who == "BBB")
        return float(found.detail["terms"]["formal_request"])

    assert willing(None) == 1  # the weight of a formal request itself
    assert willing(WEIGHTS) == pytest.approx(0.1)


def test_a_former_members_request_weighs_as_that_of_any_other_state():
    scenario = world_with({}, standing_to_ask=WEIGHTS)
    left = with_settings(scenario, {"members.CCC.left": "2021-01-01"})
    world, _ = build_world(left, 1, 0)
    assert weight_of_request(world) == 0.1
