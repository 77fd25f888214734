"""Stories of who leaves amid a crisis: its host asks as any other state, who asked on its behalf no more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from sim.alliance.decision_rules import Position
from sim.engine.campaign import Campaign
from sim.engine.event_log import EventLog
from sim.engine.members import Members
from sim.engine.observers import weight_of_request
from sim.engine.replication import build_world, populate
from sim.engine.rivals import Rivals
from sim.engine.world import World
from sim.scenario.alliance import ProvisionTest, StandingToAsk
from sim.scenario.models import Scenario
from sim.scenario.occasion import Occasion
from tests.engine.campaigns import (
    campaign,
    episode,
    quiet,
    with_alliance,
    with_members,
    with_standing,
)
from tests.engine.worlds import POLITICS, K, a_member, certain_world, told
from tests.tiny import tiny_scenario

#: What the request of a state outside weighs.
OUTSIDE = 0.1


def for_members(settings: Mapping[str, Any] | None = None, base: Scenario | None = None) -> Scenario:
    """Return a certain world whose treaty carries more than words for members alone."""
    scenario = with_standing(certain_world(settings) if base is None else base)
    clause = scenario.alliance.treaty["mutual_help"]
    only = ProvisionTest.model_validate({"fact": "host_is_member", "met_by": ["yes"]})
    weights = {"none": OUTSIDE, "observer": 0.4, "partner": 0.7}
    asking = {"standing_to_ask": StandingToAsk.model_validate(weights)}
    return with_alliance(
        scenario,
        treaty={"mutual_help": clause.model_copy(update={"tests": (*clause.tests, only)})},
        organs=scenario.alliance.organs.model_copy(update=asking),
    )


def leave(world: World, member: str) -> None:
    """Let *member* leave the alliance now."""
    assert world.standing is not None
    world.standing.left.add(member)
    world.record(K.EXIT, member)


def left_at(hour: float, scenario: Scenario, member: str = "CCC") -> EventLog:
    """Return the log of a world that *member* leaves at *hour*."""
    world, _ = build_world(scenario, 1, 0)
    world.env.run(until=hour)
    leave(world, member)
    world.env.run(until=479)
    return EventLog(world.records, 479)


#: A host that asks the alliance even for words.
KEEN = {"crisis.host_choice.value_of_asking": 5, "crisis.host_choice.may_ask_lead_alone": False}


def test_a_host_that_has_left_asks_for_words_and_its_request_weighs_little():
    log = left_at(1.0, for_members(KEEN))
    assert log.first(K.APPEAL).detail["level"] == "words"
    assert [r.detail["level"] for r in log.of(K.MOTION)] == ["words"]
    assert {r.detail["terms"]["formal_request"] for r in log.of(K.POSITION)} == {OUTSIDE}


def test_what_is_weighed_when_it_leaves_falls_to_words_with_the_clause():
    log = left_at(13.2, for_members(KEEN))  # the motion on force put at 12.5 h, decided at 13.5 h
    assert told(log, K.MOTION, K.REFUSED, K.ADOPTED, K.MANDATE) == [
        (12.5, "motion", "CCC"), (13.5, "refused", "BBB"), (16.5, "motion", "CCC"), (17.5, "adopted", "BBB")
    ]  # fmt: skip
    refused = log.first(K.REFUSED)
    assert (refused.detail["support"], refused.detail["provisions"]) == (2, ())  # its own vote not among them
    assert [r.detail["lawful"] for r in log.of(K.LEDGER)] == [("words", "measures", "force"), ("words",)]
    assert log.first(K.ADOPTED).detail["level"] == "words"
    assert [r.detail["terms"]["formal_request"] for r in log.of(K.POSITION)] == [OUTSIDE] * 4


def test_a_mandate_given_before_it_left_runs_on():
    log = left_at(14.0, for_members(KEEN))
    assert {r.who for r in log.of(K.ECHELON_READY)} == {"AAA", "BBB"}
    assert len(log.of(K.LEDGER)) == 1


def test_another_members_exit_leaves_the_law_as_read():
    log = left_at(13.2, for_members(KEEN), "BBB")
    assert len(log.of(K.LEDGER)) == 1
    assert log.of(K.MANDATE)


def test_membership_that_ends_on_a_day_ends_alike():
    day = {"left": date(2022, 1, 3)}  # 24 h after the start, amid deliberations
    scenario = with_members(for_members({**KEEN, "council.deliberation_cleared": "20 h"}), CCC=day)
    world, _ = build_world(scenario, 1, 0)
    world.env.run(until=200)
    log = EventLog(world.records, 200)
    assert [r.detail["level"] for r in log.of(K.MOTION)] == ["force", "words"]
    assert not log.of(K.MANDATE)
    assert {r.detail["terms"]["formal_request"] for r in log.of(K.POSITION)} == {OUTSIDE}


def test_in_a_campaign_it_is_so_in_the_crisis_under_way():
    scenario = for_members(KEEN)
    root, _ = build_world(campaign(scenario, {"a": episode(scenario, 100)}), 1, 0)
    Campaign(root, populate)
    root.env.run(until=113.2)
    leave(root, "CCC")
    root.env.run(until=400)
    log = EventLog.of_campaign(root.records, 400).parts["a"]
    assert [r.detail["level"] for r in log.of(K.MOTION)] == ["force", "words"]
    assert not log.of(K.MANDATE)


def test_a_host_forecasts_no_vote_of_its_own_once_it_has_left():
    world, _ = build_world(for_members({"council.rule": "simple_majority"}), 1, 0)
    members = Members(world)
    yes, no = ({p: float(p is one) for p in Position} for one in (Position.SUPPORT, Position.OBJECT))
    chances = {"AAA": yes, "BBB": no}
    assert members.chance_of_passing(chances) == 1
    leave(world, "CCC")
    assert members.chance_of_passing(chances) == 0
    assert weight_of_request(world) == OUTSIDE


def test_rival_theories_answer_a_host_that_has_left_as_they_would_any_other():
    base = tiny_scenario({"decision.model": "legalist"})
    world, _ = build_world(for_members(base=base), 1, 0)
    members = Rivals(world)
    before = dict(members.classes)
    leave(world, "CCC")
    outside, _ = build_world(with_members(for_members(base=base), CCC={"participates": False}), 1, 0)
    assert members.classes == Rivals(outside).classes != before
    assert members.situation == Rivals(outside).situation


def asks() -> Scenario:
    """Return a world in which BBB asks on the host's behalf: in private at 15 h, in public at 16 h."""
    scenario = for_members(KEEN)
    reason = {"asked_by": "BBB", "label": "asks", "at": "2022-01-02T10:00+06:00", "need": 0.5}
    occasion = Occasion.model_validate({**reason, "lasts": "240 h"})
    crisis = quiet(scenario).crisis.model_copy(update={"occasion": occasion})
    return scenario.model_copy(update={"crisis": crisis})


@pytest.mark.parametrize("hour", [10.5, 12.0])
def test_who_asks_on_the_hosts_behalf_and_leaves_asks_no_more(hour: float):
    log = left_at(hour, asks(), "BBB")
    assert not log.of(K.PRIVATE_APPEAL)
    assert not log.of(K.APPEAL_CANCELLED)


@pytest.mark.parametrize(("hour", "made"), [(15.5, False), (16.2, True), (16.8, True)])
def test_what_it_has_asked_for_already_lapses(hour: float, made: bool):
    log = left_at(hour, asks(), "BBB")
    assert told(log, *POLITICS)[-1] == (hour, "appeal cancelled", "BBB")
    cancelled = log.first(K.APPEAL_CANCELLED)
    assert log.cause_of(cancelled).kind is K.EXIT
    assert dict(cancelled.detail) == ({"made": True, "left": True} if made else {"left": True})
    assert len(log.of(K.APPEAL)) == made
    assert not log.of(K.ANSWERED)


@pytest.mark.parametrize("hour", [12.0, 15.5, 16.2])
def test_that_another_leaves_takes_nothing_from_what_it_asks(hour: float):
    log = left_at(hour, a_member(asks(), "DDD"), "DDD")
    assert log.of(K.ANSWERED)


def test_an_answer_it_was_given_before_stands():
    log = left_at(20.0, asks(), "BBB")
    assert log.of(K.ANSWERED)
    assert not log.of(K.APPEAL_CANCELLED)
