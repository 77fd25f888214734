"""What the host hopes for, what a doubtful legal basis costs, the lead's lines, and who is a member."""

from __future__ import annotations

from math import exp, inf
from typing import Any

import pytest

from sim.engine.event_log import EventLog
from sim.engine.host import Host
from sim.engine.injects import Injects
from sim.engine.law import highest_open, ledger_now
from sim.engine.members import gather
from sim.engine.replication import build_world, run_replication
from sim.engine.world import World
from sim.scenario.models import Scenario
from tests.engine.campaigns import quiet, with_beside, with_standing
from tests.engine.worlds import ALLY_AGAINST, UNWILLING, K, certain_world, lived

#: The one clause carries force only on territory that this crisis is not on, and measures anywhere.
NO_CLAUSE_FOR_FORCE: dict[str, Any] = {
    "treaty.mutual_help.permits": ["force"],
    "treaty.mutual_help.tests": [{"fact": "territory", "met_by": ["external"]}],
    "alliance.treaty.aid": {
        "instrument": "Treaty", "title": "Aid", "in_force": "1994-04-20", "permits": ["measures"],
    },
}  # fmt: skip
NO_CLAUSE: dict[str, Any] = {"treaty.mutual_help.tests": [{"fact": "territory", "met_by": ["external"]}]}
ASKS: dict[str, Any] = {
    "crisis.host_choice.value_of_asking": 2,
    "crisis.host_choice.may_ask_lead_alone": False,
}
IN_DOUBT: dict[str, Any] = {"crisis.facts.territory": "disputed"}
DOUBT: dict[str, Any] = {"alliance.legal_doubt": {"cost": 0.3, "with_adversary": 0.5}}


def unplanned(scenario: Scenario) -> Scenario:
    """Return *scenario* with nobody planning for force."""
    response = scenario.response.model_copy(update={"mandate": None, "mission": None, "offers": {}})
    return scenario.model_copy(update={"response": response})


def seen(log: EventLog) -> tuple[str, float, float]:
    """Return the level, the chance and the gain of the host's first weighing."""
    d = log.of(K.SOUNDED)[0].detail
    return d["level"], d["chance_of_help"], d["gain"]


# what the host hopes for


@pytest.mark.parametrize(
    ("settings", "planned", "level"),
    [
        ({}, True, "force"),
        ({}, False, "measures"),
        (NO_CLAUSE_FOR_FORCE, True, "measures"),
        (NO_CLAUSE, True, "words"),
        (IN_DOUBT, True, "force"),  # what is arguable can be put
    ],
)
def test_the_host_hopes_for_the_highest_level_that_treaty_and_plan_leave_open(settings, planned, level):
    scenario = certain_world({**ASKS, **settings})
    scenario = scenario if planned else unplanned(scenario)
    world = World(scenario, 1, 0, inf)
    assert highest_open(scenario, ledger_now(world)) == level
    assert seen(run_replication(scenario, 1, 0))[0] == level


def test_only_a_level_that_can_be_put_is_adopted_and_hoped_for_alike():
    log = run_replication(unplanned(certain_world(ASKS)), 1, 0)
    assert (seen(log)[0], log.of(K.ADOPTED)[0].detail["level"]) == ("measures", "measures")


def test_measures_bring_and_cost_a_share_of_what_force_does_and_words_nothing():
    world, crisis = build_world(certain_world({"crisis.host_choice.share_of_measures": 0.25}), 1, 0)
    host = Host(world, crisis, gather(world))
    asked = host.gain(0.5, 0.8, "words")
    assert host.gain(0.5, 0.0, "force") == asked
    force, measures = (host.gain(0.5, 0.8, level) - asked for level in ("force", "measures"))
    assert force == pytest.approx(0.8 * (0.5 * 1 - 0.1))
    assert measures == pytest.approx(force / 4)


def test_the_belief_is_in_the_level_named():
    # The ally is too far below force and well above measures; without errors the host knows.
    settings = {**ALLY_AGAINST, "decision.ordered_choice.threshold_measures": -9,
                "decision.ordered_choice.threshold_words": -10}  # fmt: skip
    scenario = certain_world(settings)
    members = gather(World(scenario, 1, 0, inf))
    assert members.belief(members.sounded(), "force") == pytest.approx(0, abs=1e-9)
    assert members.belief(members.sounded(1, "measures"), "measures") == pytest.approx(1)


@pytest.mark.parametrize("model", ["legalist", "lead_nation"])
def test_rivals_forecast_the_level_named(model):
    scenario = certain_world({"decision.model": model, "crisis.host_choice.sounding_noise": 0})
    for run in range(20):
        members = gather(World(scenario, 1, run, inf))
        rank = {m: ("none", "words", "measures", "force").index(c) for m, c in members.classes.items()}
        passes = max(rank.values()) >= 2 and min(rank.values()) >= 1
        assert members.belief(members.sounded(1, "measures"), "measures") == pytest.approx(float(passes))


def test_the_old_reading_weighs_force_whatever_the_treaty_says():
    old = {"crisis.host_choice.hopes_for": "force"}
    plain, closed = lived(old), lived({**NO_CLAUSE, **old})
    assert seen(closed) == seen(plain)
    assert seen(lived(NO_CLAUSE))[0] == "words"


def test_where_force_is_lawful_and_planned_both_readings_are_one():
    assert list(map(repr, lived({"crisis.host_choice.hopes_for": "force"}))) == list(map(repr, lived()))


def test_the_lead_is_asked_alone_only_where_it_has_a_force_to_send():
    scenario = certain_world({"decision.collective": False, **NO_CLAUSE})
    assert [r.detail["to"] for r in run_replication(scenario, 1, 0).of(K.APPEAL)] == ["lead"]
    bare = unplanned(scenario)
    assert seen(run_replication(bare, 1, 0))[0] == "words"
    assert run_replication(bare, 1, 0).of(K.SOUNDED)[0].detail["chance_of_lead"] == 0
    assert not [r for r in run_replication(bare, 1, 0).of(K.APPEAL) if r.detail["to"] == "lead"]


# the lead's line


def test_the_lead_tells_its_line_on_each_motion_that_is_put():
    torn = {"decision.ordered_choice.weights.formal_request": -1, "decision.ordered_choice.weights.cost": 0}
    log = lived({**ASKS, **torn, "decision.gate": False, "decision.bilateral": False})
    told = [(r.detail["level"], r.detail["scope"], r.detail["line"]) for r in log.of(K.LEAD_LINE)]
    assert told == [
        ("force", "full", -1), ("force", "limited", 0), ("measures", "full", 1),
    ]  # fmt: skip
    for motion in log.of(K.MOTION):
        line = log.cause_of(motion)
        assert (line.detail["level"], line.detail["scope"]) == (
            motion.detail["level"],
            motion.detail["scope"],
        )
        answers = {r.who: r.detail["answer"] for r in log.of(K.POSITION) if r.cause == motion.id}
        assert {"support": 1, "abstain": 0, "object": -1}[answers["AAA"]] == line.detail["line"]


def test_its_line_takes_the_doubt_into_account():
    much = {"alliance.legal_doubt": {"cost": 20, "with_adversary": 0}, "decision.gate": False}
    log = lived({**ASKS, **IN_DOUBT, **much})
    told = {r.detail["level"]: r.detail["line"] for r in log.of(K.LEAD_LINE)}
    assert told == {"force": -1, "measures": -1, "words": 1}


def test_a_lead_that_asks_for_it_has_no_line_apart_from_that():
    asks = {"asked_by": "AAA", "label": "asks", "at": "2022-01-02T00:00+06:00", "need": 0.5, "lasts": "240 h"}
    log = run_replication(quiet(certain_world({**ASKS, "crisis.occasion": asks})), 1, 0)
    assert not log.of(K.LEAD_LINE)
    answers = {r.who: r.detail for r in log.of(K.POSITION)}
    assert answers["AAA"]["answer"] == "support"
    assert answers["BBB"]["terms"]["lead_line"] == 0


# a legal basis in doubt


def terms_of(log: EventLog) -> dict[str, float]:
    return {r.who: r.detail["terms"].get("contested law", 0.0) for r in log.of(K.POSITION)[:2]}


def test_a_legal_basis_in_doubt_costs_willingness_and_more_with_ties_to_the_adversary():
    foes = {"crisis.facts.adversary": "state", "crisis.facts.adversaries": ["XXX"]}
    ties = {"alliance.ties": {"AAA-CCC": 1.5, "AAA-XXX": -2, "BBB-XXX": 1}}
    log = lived({**ASKS, **IN_DOUBT, **DOUBT, **foes, **ties})
    assert terms_of(log) == {"AAA": pytest.approx(-0.3), "BBB": pytest.approx(-0.3 - 0.5 * 0.5)}
    for r in log.of(K.POSITION)[:2]:
        assert r.detail["willingness"] == pytest.approx(sum(r.detail["terms"].values()))


def test_it_costs_nothing_where_the_basis_is_clear_or_the_cost_is_off():
    plain = list(map(repr, lived(ASKS)))
    assert list(map(repr, lived({**ASKS, **DOUBT}))) == plain
    off = {"alliance.legal_doubt": {"cost": 0, "with_adversary": 0}}
    assert list(map(repr, lived({**ASKS, **IN_DOUBT, **off}))) == list(map(repr, lived({**ASKS, **IN_DOUBT})))


def test_it_can_stop_a_motion_but_not_a_lead_that_goes_alone():
    much = {"alliance.legal_doubt": {"cost": 20, "with_adversary": 0}}
    log = lived({**ASKS, **IN_DOUBT, **much})
    assert "force" not in {r.detail["level"] for r in log.of(K.ADOPTED)}
    assert [r.who for r in log.of(K.BILATERAL)] == ["AAA"]
    without = lived({**ASKS, **IN_DOUBT})
    assert [r.detail["level"] for r in without.of(K.ADOPTED)] == ["force"]


def test_the_host_sees_that_the_basis_is_in_doubt():
    much = {"alliance.legal_doubt": {"cost": 20, "with_adversary": 0}}
    level, chance, _ = seen(lived({**ASKS, **IN_DOUBT, **much}))
    assert (level, round(chance, 6)) == ("force", 0)


def test_the_host_knows_who_rejects_a_contested_basis():
    keen = {
        "decision.ordered_choice.weights.formal_request": 9,
        "decision.ordered_choice.weights.ties_to_host": 0,
    }
    at_odds = {**keen, "alliance.ties": {"AAA-CCC": -1, "BBB-CCC": -1}}
    assert seen(lived({**ASKS, **keen, **IN_DOUBT}))[1] == pytest.approx(1)
    assert seen(lived({**ASKS, **at_odds}))[1] == pytest.approx(1)
    doubtful = lived({**ASKS, **at_odds, **IN_DOUBT})
    assert seen(doubtful)[1] == pytest.approx(0)
    assert not [r for r in doubtful.of(K.ADOPTED) if r.detail["level"] == "force"]


# who is a member


def test_a_host_that_takes_no_part_is_no_member_to_the_treaty():
    clause = {"treaty.mutual_help.tests": [{"fact": "host_is_member", "met_by": ["yes"]}]}
    assert [r.detail["level"] for r in lived({**ASKS, **clause}).of(K.ADOPTED)] == ["force"]
    log = lived({**ASKS, **clause, "members.CCC.participates": False})
    assert log.of(K.LEDGER)[0].detail["lawful"] == ("words",)
    assert [r.detail["level"] for r in log.of(K.ADOPTED)] == ["words"]


def test_a_host_that_has_left_is_no_member_to_the_treaty():
    clause = {"treaty.mutual_help.tests": [{"fact": "host_is_member", "met_by": ["yes"]}]}
    world, _ = build_world(with_standing(certain_world(clause)), 1, 0)
    assert ledger_now(world).basis["force"] == "met"
    world.standing.left.add("CCC")
    assert ledger_now(world).basis["force"] == "unmet"


# an asker that wants more than words, and volunteers


def occasion(least: str, **settings: Any) -> Scenario:
    asked = {
        "label": "asks", "at": "2022-01-02T00:00+06:00", "need": 0.5, "lasts": "240 h", "asks_for": least,
    }  # fmt: skip
    return quiet(certain_world({**ASKS, **NO_CLAUSE, "crisis.occasion": asked, **settings}))


def test_less_than_was_asked_for_is_not_put():
    words = run_replication(occasion("words"), 1, 0)
    assert [r.detail["level"] for r in words.of(K.ADOPTED)] == ["words"]
    more = run_replication(occasion("measures"), 1, 0)
    assert [r.detail["reason"] for r in more.of(K.NO_MOTION)][-1] == "less than was asked for"
    assert not more.of(K.MOTION)
    assert seen(more)[0] == "none"


def test_where_nothing_is_put_who_would_have_supported_it_may_come():
    measure = {"m": {"after": "answered", "delay": "1 h", "by": "BBB", "if_willing": True}}
    log = run_replication(with_beside(occasion("measures"), measures=measure), 1, 0)
    assert log.of(K.ANSWERED)[0].detail["willing"] == ("AAA", "BBB")
    assert [r.who for r in log.of(K.MEASURE)] == ["BBB"]
    unwilling = occasion("measures", **{"decision.ordered_choice.weights.formal_request": -4})
    assert not run_replication(with_beside(unwilling, measures=measure), 1, 0).of(K.MEASURE)


@pytest.mark.parametrize(("mandate", "comes"), [("no", False), ("yes", True)])
def test_a_chance_can_hang_on_a_fact_of_the_crisis(mandate, comes):
    measure = {
        "m": {"at": "2022-01-03T00:00+06:00", "by": "BBB", "chance": 0,
              "chance_given": {"un_mandate": {"yes": 1}}},
    }  # fmt: skip
    scenario = with_beside(quiet(certain_world({"crisis.facts.un_mandate": mandate})), measures=measure)
    world = World(scenario, 1, 0, 100.0)
    Injects(world)
    world.env.run(until=99)
    assert bool([r for r in world.records if r.kind is K.MEASURE]) is comes


def test_facts_found_out_count_for_a_chance():
    injects = {"found": {"at": "2022-01-02T01:00+06:00", "facts": {"un_mandate": "yes"}}}
    measure = {
        "m": {"at": "2022-01-03T00:00+06:00", "by": "BBB", "chance": 0,
              "chance_given": {"un_mandate": {"yes": 1}}},
    }  # fmt: skip
    world = World(with_beside(quiet(certain_world()), injects=injects, measures=measure), 1, 0, 100.0)
    Injects(world)
    world.env.run(until=99)
    assert [r for r in world.records if r.kind is K.MEASURE]


def test_where_nothing_can_be_put_the_host_hopes_for_volunteers_if_there_are_any():
    measure = {"m": {"after": "answered", "delay": "1 h", "by": "BBB", "if_willing": True}}
    third = {"crisis.host_choice.share_of_measures": 0.3}
    level, none, asked = seen(run_replication(occasion("measures", **third), 1, 0))
    assert (level, none) == ("none", 0)
    level, chance, gain = seen(
        run_replication(with_beside(occasion("measures", **third), measures=measure), 1, 0)
    )
    assert (level, chance) == ("none", pytest.approx(1))
    danger = 1 - exp(-0.5 * 0.5)
    assert gain - asked == pytest.approx(0.3 * (danger * 1 - 0.1))
    closed = occasion("measures", **{"decision.bilateral": False})
    assert seen(run_replication(with_beside(closed, measures=measure), 1, 0))[1] == 0


@pytest.mark.parametrize("model", ["ordered_choice", "legalist", "lead_nation"])
def test_the_chance_of_a_volunteer_is_that_of_one_or_more_but_for_the_asker(model):
    sure = {"decision.model": model, "crisis.host_choice.sounding_noise": 0}
    for run in range(12):
        members = gather(World(certain_world({**UNWILLING, **sure}), 1, run, inf))
        willing = [
            members.verdict(m, "measures", False, True).answer.position == "support" for m in members.allies
        ]
        heard = members.sounded(1, "measures")
        assert members.belief_in_any(heard, "measures") == pytest.approx(float(any(willing)))
    asks = {"asked_by": "AAA", "label": "asks", "at": "2022-01-02T00:00+06:00", "need": 0.5, "lasts": "240 h"}
    seen_alone = set()
    for run in range(40):
        torn = {**sure, **ALLY_AGAINST}
        both, other = (gather(World(certain_world({**torn, **more}), 1, run, inf)) for more in
                       ({}, {"crisis.occasion": asks}))  # fmt: skip
        willing = {
            m: both.verdict(m, "measures", False, True).answer.position == "support" for m in both.allies
        }
        believed = [m.belief_in_any(m.sounded(1, "measures"), "measures") for m in (both, other)]
        assert believed == [pytest.approx(float(any(willing.values()))), pytest.approx(float(willing["BBB"]))]
        seen_alone.add((willing["AAA"], willing["BBB"]))
    assert (True, False) in seen_alone or model == "lead_nation"  # there the ally follows


def test_the_host_counts_on_whoever_asks_for_it():
    asks = {"asked_by": "AAA", "label": "asks", "at": "2022-01-02T00:00+06:00", "need": 0.5, "lasts": "240 h"}
    lukewarm = {"decision.ordered_choice.weights.formal_request": -0.6}  # abstains, were it not the asker
    assert (
        seen(run_replication(quiet(certain_world({**ASKS, **lukewarm, "crisis.occasion": asks})), 1, 0))[1]
        == 1
    )
    members = gather(World(certain_world(lukewarm), 1, 0, inf))
    assert members.belief(members.sounded()) < 0.01
