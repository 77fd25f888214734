"""Outside pressure: attacks as Poisson events, attribution as a first passage, law that grows, sanctions."""

from __future__ import annotations

from math import sqrt
from statistics import fmean
from typing import Any

import pytest

from sim.engine.event_log import EventKind as K
from sim.engine.event_log import EventLog
from sim.engine.pressure import first_passage, logit
from sim.engine.replication import run_replication
from sim.engine.streams import Streams
from sim.experiment.responses import responses_of
from sim.report.story import tell
from sim.scenario.models import Scenario
from tests.engine.worlds import CERTAIN
from tests.tiny import tiny_scenario

DAY = "2022-01-02T00:00+06:00"
TREATY = {
    "attack": {
        "instrument": "Treaty", "title": "Help against attack", "in_force": "1994-04-20",
        "tests": [{"fact": "external_hand", "met_by": ["proved"], "contested_by": ["claimed"]}],
        "permits": ["force"],
    },
    "help": {
        "instrument": "Treaty", "title": "Help", "in_force": "1994-04-20", "permits": ["words", "measures"],
    },
}  # fmt: skip
UNREST_ONLY = (
    "crisis.unrest.", "effects.local", "sites.", "mandate.", "offers.",
)  # fmt: skip


def pressure(**changes: Any) -> dict[str, Any]:
    target = {
        "name": "a power line", "lat": 45, "lon": 69, "rate": "1 per day", "damage": 0.3, "killed": 0,
        "guard": 50,
    }  # fmt: skip
    return {
        "label": "sabotage", "earliest": DAY, "latest": DAY, "lasts": "100 days", "alarm": 0.05,
        "repair": "0.01 per day", "targets": {"line": target},
        "attribution": {
            "start": 0.1, "claimed": 0.5, "proved": 0.9, "drift": "0.2 per day", "noise": 0.01,
            "trace": "0 h",
        },
        **changes,
    }  # fmt: skip


def world(shape: dict[str, Any] | None = None, settings: dict[str, Any] | None = None) -> Scenario:
    """Return the small scenario with pressure in place of its unrest, and no luck in its members."""
    certain = {k: v for k, v in CERTAIN.items() if not k.startswith(UNREST_ONLY)}
    return tiny_scenario(
        {
            **certain, "horizon": "150 days", "crisis.type": "hybrid", "crisis.pressure": shape or pressure(),
            "crisis.sites": {}, "crisis.unrest": None, "crisis.reserves": None, "crisis.effects": {},
            "crisis.facts.external_hand": "absent", "alliance.treaty": TREATY, "mission.tasks": {},
            "decision.bilateral": False, "uncertain": {}, "record": {}, "variants": {}, **(settings or {}),
        }
    )  # fmt: skip


def lived(scenario: Scenario, replication: int = 0) -> EventLog:
    return run_replication(scenario, 1, replication)


def test_the_first_passage_has_the_mean_and_the_variance_of_its_law():
    found = [first_passage(2.0, 0.05, 0.5, Streams(1, n).open("passage")) for n in range(4000)]
    mean, variance = 2 / 0.05, 2 * 0.5**2 / 0.05**3
    assert abs(fmean(found) - mean) < 4 * sqrt(variance / len(found))


def test_without_drift_the_passage_has_the_median_of_its_law():
    found = sorted(first_passage(2.0, 0.0, 0.5, Streams(1, n).open("passage")) for n in range(2000))
    assert found[1000] == pytest.approx((2 / 0.5 / 0.6745) ** 2, rel=0.15)


def test_attacks_are_as_many_as_their_rate_says():
    counts = [len(lived(world(), n).of(K.ATTACK)) for n in range(30)]
    assert abs(fmean(counts) - 100) < 4 * sqrt(100 / len(counts))


def test_certainty_grows_and_the_law_with_it():
    log = lived(world())
    began = log.of(K.ATTACK)[0].time
    steps = {r.detail["external_hand"]: (r.time - began) / 24 for r in log.of(K.ATTRIBUTION)}
    assert steps["claimed"] == pytest.approx((logit(0.5) - logit(0.1)) / 0.2, rel=0.05)
    assert steps["proved"] == pytest.approx((logit(0.9) - logit(0.1)) / 0.2, rel=0.05)
    bases = [r.detail["basis"]["force"] for r in log.of(K.LEDGER)]
    assert bases[0] == "unmet"
    assert bases[1] == "contested"
    assert [r.detail["level"] for r in log.of(K.ADOPTED)] == ["measures", "force"]


def test_the_host_asks_again_only_when_grounds_have_improved():
    log = lived(world())
    assert len(log.of(K.APPEAL)) == 2  # the second brings force, after which nothing is left to ask for
    assert [r.detail["level"] for r in log.of(K.ANSWERED)] == ["measures", "force"]
    again = log.of(K.APPEAL)[1]
    assert again.time > log.of(K.ATTRIBUTION)[0].time


def test_without_attribution_there_is_no_lawful_force():
    never = pressure()
    never["attribution"] |= {"drift": "0 per day", "noise": 1e-6}
    log = lived(world(never))
    assert not log.of(K.ATTRIBUTION)
    assert not log.of(K.MANDATE)
    assert len(log.of(K.APPEAL)) == 1


def test_a_lever_speeds_the_inquiry_and_traces_put_it_forward():
    faster = {"label": "experts", "at": DAY, "levers": {"attribution": 2}}
    quick = lived(world(settings={"crisis.injects": {"experts": faster}}))
    slow = lived(world())
    began = slow.of(K.ATTACK)[0].time
    first, second = (log.of(K.ATTRIBUTION)[0].time - began for log in (quick, slow))
    assert first == pytest.approx(second / 2, rel=0.01)
    traced = pressure()
    traced["attribution"] |= {"trace": "24 h"}
    assert lived(world(traced)).of(K.ATTRIBUTION)[0].time - began < second


def test_guards_on_post_halve_the_rate_of_attacks():
    shape, tasks = pressure(), {"line": {"name": "power line", "site": "line", "soldiers": 200}}
    log = lived(world(shape, {"mission.tasks": tasks, "mandate.duration": "140 days"}))
    posted = log.of(K.ON_TASK)[-1].time
    alone = lived(world(shape))

    def later(found: EventLog) -> int:
        return sum(r.time > posted for r in found.of(K.ATTACK))

    assert later(log) < later(alone) / 2


def test_help_may_come_late_or_never():
    scenario = world(settings={"crisis.pressure.lasts": "6 days"})
    log = lived(scenario)
    found = {name: r.function(log, scenario) for name, r in responses_of(scenario).items()}
    assert (found["help.timely"], found["help.late"], found["help.never"]) in {(0, 1, 0), (0, 0, 1)}
    text = " ".join(" ".join(tell(lived(world()), world())).split())
    assert "a hand from outside is claimed" in text
    assert "nobody owns up to it" in text


# sanctions

SANCTIONS = {
    "party": "AAA", "earliest": DAY, "latest": DAY, "hazard": "0.001 per day", "closeness": 3, "backing": 4,
    "united": 0.1,
}  # fmt: skip


def associated(settings: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    shape = {
        "label": "pressure", "earliest": DAY, "latest": DAY, "lasts": "140 days", "alarm": 1, "tension": 0.1,
        "sanctions": {**SANCTIONS, **changes},
    }  # fmt: skip
    return world(shape, settings)


def shares(scenario: Scenario, runs: int = 60) -> dict[str, float]:
    hit = [{r.who for r in lived(scenario, n).of(K.SANCTIONED)} for n in range(runs)]
    return {m: fmean(m in found for found in hit) for m in ("AAA", "BBB", "CCC")}


def test_the_closer_a_member_stands_the_likelier_are_sanctions():
    ties = {"alliance.ties": {"AAA-BBB": 2, "AAA-CCC": 0}}
    found = shares(associated(ties, hazard="0.0005 per day", backing=1))
    assert found["AAA"] > 0.5
    assert found["BBB"] > found["CCC"] + 0.2


def test_nobody_is_sanctioned_before_the_state_at_blame():
    for run in range(20):
        found = [r.who for r in lived(associated(), run).of(K.SANCTIONED)]
        assert not found or found[0] == "AAA"


def test_a_claimed_deterrent_works_only_while_its_mechanism_is_on():
    front = {"label": "front", "at": DAY, "levers": {"sanctions": 0.01}, "mechanism": "solidarity"}
    on = {"crisis.injects": {"front": front}, "crisis.effects": {"solidarity": {"strength": 1}}}
    off = {**on, "crisis.effects": {"solidarity": {"enabled": False, "strength": 1}}}
    assert shares(associated(on), 20)["AAA"] < 0.3 < shares(associated(off), 20)["AAA"]
    assert shares(associated(off), 20) == shares(associated(), 20)


def test_dialogue_that_lowers_tension_lowers_the_hazard():
    talks = {"label": "talks", "at": DAY, "levers": {"tension": 0.2}}
    assert (
        shares(associated({"crisis.injects": {"talks": talks}}), 30)["AAA"] < shares(associated(), 30)["AAA"]
    )


def test_the_state_at_blame_has_a_pace_of_its_own():
    found = shares(associated(hazard="0 per day", own="10 per day"), 20)
    assert found == {"AAA": 1, "BBB": 0, "CCC": 0}
    assert shares(associated(hazard="1 per day", own="0 per day"), 5)["AAA"] == 0


def of_hand(drift: str) -> dict[str, float]:
    """Return the responses where inquiries run at *drift* and measures begin a day after the appeal."""
    talks = {"label": "data exchanged", "after": "appeal", "delay": "1 day", "level": "measures"}
    shape = pressure(attribution={**pressure()["attribution"], "drift": drift})
    scenario = world(shape, {"response.measures": {"talks": talks}})
    return {n: r.function(lived(scenario), scenario) for n, r in responses_of(scenario).items()}


def test_soldiers_hang_on_attribution_where_measures_do_not():
    unknown, known = of_hand("0 per day"), of_hand("20 per day")
    assert unknown["help.timely"] == known["help.timely"] == 1
    assert (unknown["force.timely"], unknown["force.late"], unknown["force.never"]) == (0, 0, 1)
    assert known["force.timely"] == 1
    assert unknown["attacks_before_force"] == 1 > known["attacks_before_force"]


def test_the_closing_line_says_whether_soldiers_came():
    text = " ".join(" ".join(tell(lived(world()), world())).split())
    assert "soldiers on post after" in text
