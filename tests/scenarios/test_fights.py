"""The shipped fights: what each switch does, in pairs of runs with the same luck, and the record."""

from __future__ import annotations

from functools import cache
from math import isnan, sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest
import yaml

from sim.experiment.study import Study, run_study
from sim.scenario.load import load_scenario, with_settings

FOLDER = Path(__file__).parents[2] / "scenarios"
FIGHTS = ("intra_member_clash", "intra_member_clash_2022", "karabakh", "syunik")
RUNS = 40


@cache
def lived(name: str, *settings: tuple[str, Any]) -> Study:
    scenario = load_scenario(FOLDER / f"{name}.yaml")
    return run_study(with_settings(scenario, dict(settings)), RUNS, jobs=1, variants=[])


def differences(name: str, response: str, base: dict[str, Any], changed: dict[str, Any]) -> list[float]:
    """Return the response of *changed* minus that of *base*, run by run, where it is known in both."""
    fixed = {"experiment.uncertain": "fixed"}
    before = lived(name, *(fixed | base).items()).rows
    after = lived(name, *(fixed | base | changed).items()).rows
    pairs = [(a[response], b[response]) for a, b in zip(before, after, strict=True)]
    return [b - a for a, b in pairs if not (isnan(a) or isnan(b))]


def mediator(factor: float) -> dict[str, Any]:
    at_once = {"chance": 1, "delay": "1 h", "levers.ceasefire": factor}
    return {
        f"response.measures.{who}_mediates.{key}": value
        for who in ("russia", "kazakhstan")
        for key, value in at_once.items()
    }


def friends(tie: float) -> dict[str, Any]:
    return {f"alliance.ties.{member}-AZE": tie for member in ("BLR", "KAZ", "KGZ", "TJK")}


NO_MEDIATION = {"crisis.effects.mediation.enabled": False}
NO_WORDS = {"crisis.effects.good_offices.enabled": False}
LOUD = {"response.measures.good_offices.levers.ceasefire": 1.3, "response.measures.good_offices.delay": "1 h"}
QUIET = LOUD | {"response.measures.good_offices.levers.ceasefire": 1}
FRAGILE = {"crisis.fighting.breaks": "0.01 per day", "crisis.fighting.sides.AZE.prevails": "0.05 per day"}
IDLE = {"crisis.effects.interposition.enabled": False}
SILENT = {"response.decision.collective": False}
VACANT = {"alliance.organs.secretary_general_vacant": True}
ARREST = {"crisis.injects.arrest.enabled": True}
#: Where a majority decides, consultations are adopted, as on record; with the channel shut there is nothing.
ADOPTED = {"alliance.organs.council.rule": "simple_majority"}
TRUST = "alliance.standing.answered_trust"
#: Row and what it is about -> scenario, response, settings of both sides, the switch, which way
#: it must go, and settings of both sides under which it must change nothing.
SHOWN: dict[str, tuple[str, str, dict[str, Any], dict[str, Any], int, dict[str, Any]]] = {
    "R10 without mediation a clash is longer": (
        "intra_member_clash", "hours_of_firing", mediator(3), NO_MEDIATION, 1, mediator(1)),
    "R09 without good offices a little": (
        "intra_member_clash", "hours_of_firing", LOUD, NO_WORDS, 1, QUIET),
    "R40 idle peacekeepers let ceasefires break": (
        "karabakh", "ceasefires_broken", FRAGILE, IDLE, 1, FRAGILE | {"crisis.fighting.interposed": 1}),
    "R40 people come home the faster they trust it": (
        "karabakh", "returned.ARM", {}, {"response.measures.peacekeepers.levers.returns": 1.5}, 1,
        {"crisis.fighting.sides.ARM.displaced.returning": 0}),
    "R49 an empty office speaks later": (
        "karabakh", "hours_to_words", {}, VACANT, 1, {"alliance.organs.vacancy_factor": 1}),
    "R18 an arrest costs cohesion": (
        "karabakh", "cohesion", {}, ARREST, -1, {"crisis.injects.arrest.shocks.cohesion": 0}),
    "R13 no reaction costs trust": (
        "syunik", "trust.ARM", ADOPTED, SILENT, -1,
        {f"{TRUST}.{level}": 0 for level in ("none", "words", "measures")}),
    "R18 and raises the hazard of exit": (
        "syunik", "exit_hazard.ARM", ADOPTED, SILENT, 1, {"alliance.standing.exit.trust_power": 0}),
    "R06 R17 friends of the adversary hold help back": (
        "syunik", "help_level", friends(0), friends(2), -1,
        {
            "response.decision.weights": "assumed",
            "response.decision.ordered_choice.weights.ties_to_adversary": 0,
            "alliance.legal_doubt.with_adversary": 0,
        }),
}  # fmt: skip


@pytest.mark.parametrize("row", SHOWN)
def test_a_switch_shows_what_the_articles_say(row):
    name, response, base, switch, sign, nil = SHOWN[row]
    found = differences(name, response, base, switch)
    assert sign * fmean(found) > 2 * stdev(found) / sqrt(len(found))
    assert differences(name, response, base | nil, switch) == pytest.approx([0.0] * len(found), abs=1e-9)


def test_r08_a_clash_between_members_brings_no_help_beyond_words_even_when_asked():
    asked = {"crisis.host_choice.value_of_asking": 0.4, "crisis.host_choice.cost_at_home": 0.05}
    rows = lived("intra_member_clash", ("experiment.uncertain", "fixed"), *asked.items()).rows
    assert fmean(row["appealed"] for row in rows) > 0.5
    assert max(row["help_level"] for row in rows) <= 1


@pytest.mark.parametrize("name", FIGHTS)
def test_a_fight_meets_its_record(name):
    study = lived(name)
    assert study.failures == []
    summary = study.summary()
    assert summary.score.in_band >= 0.75


@pytest.mark.parametrize("name", FIGHTS)
def test_the_alliance_sends_nobody(name):
    for row in lived(name).rows:
        assert row["help_level"] < 3


def test_the_airlift_is_the_one_that_was_calibrated_elsewhere() -> None:
    """The file with the prediction of flights holds what the calibration wrote, and nothing of its own."""
    source, copied = (
        yaml.safe_load((FOLDER / f"{name}.fitted.yaml").read_text(encoding="utf-8"))
        for name in ("kazakhstan", "karabakh")
    )
    assert copied == {path: source[path] for path in copied}
    assert copied
