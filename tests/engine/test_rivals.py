"""Worlds that decide by a rival theory: they decide, repeat themselves, and say why."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from sim.alliance.theories import THEORIES
from sim.engine.members import gather
from sim.engine.replication import run_replication
from sim.engine.rivals import Rivals
from sim.engine.world import World
from sim.scenario.errors import ScenarioError
from sim.scenario.response import TAUGHT, Decision
from sim.scenario.yaml_events import read_yaml
from tests.engine.worlds import K, certain_world, happened
from tests.tiny import tiny_scenario

MODELS = get_args(Decision.model_fields["model"].annotation)
RIVALS = [m for m in MODELS if m != "ordered_choice"]
#: The host asks whatever it expects, at once.
EAGER: dict[str, Any] = {"crisis.host_choice.value_of_asking": 10}


@cache
def learnt() -> dict[str, Any]:
    """Return what the shipped record teaches, for a small world with an alliance of its own."""
    path = Path(__file__).parents[2] / "scenarios" / "alliances" / "csto_decisions.yaml"
    data = read_yaml(path).data
    return {**data["fits"]["all"], "cases": data["cases"]}


def model_of(model: str) -> dict[str, Any]:
    """Return the settings that make a small world decide by *model*."""
    taught = {"decision.learnt": learnt()} if model in TAUGHT else {}
    return {"decision.model": model, **taught}


def world(model: str, replication: int = 0, settings: dict[str, Any] | None = None) -> World:
    return World(tiny_scenario({**model_of(model), **(settings or {})}), 1, replication, 480.0)


def rivals(model: str, replication: int = 0, settings: dict[str, Any] | None = None) -> Rivals:
    found = gather(world(model, replication, settings))
    assert isinstance(found, Rivals)
    return found


def test_scenarios_offer_every_theory():
    assert set(MODELS) == set(THEORIES)


@pytest.mark.parametrize("model", TAUGHT)
def test_a_model_that_nothing_has_taught_is_refused(model):
    with pytest.raises(ScenarioError, match="must be learnt from past cases"):
        tiny_scenario({"decision.model": model})


@pytest.mark.parametrize("model", MODELS)
def test_every_theory_gives_a_decision(model):
    log = run_replication(certain_world({**model_of(model), **EAGER}), 1, 0)
    assert log.first(K.APPEAL)
    decided = [r for k in (K.ADOPTED, K.REFUSED, K.NO_MOTION) for r in log.of(k)]
    assert decided
    if model == "always_none":
        assert not log.of(K.ADOPTED)
        assert not log.of(K.MANDATE)
        assert not log.of(K.BILATERAL)


@pytest.mark.parametrize("model", MODELS)
def test_the_same_seed_tells_the_same_story(model):
    scenario = tiny_scenario({**model_of(model), **EAGER})
    assert run_replication(scenario, 3, 5).records == run_replication(scenario, 3, 5).records


@pytest.mark.parametrize("model", RIVALS)
def test_nothing_differs_before_the_host_first_weighs(model):
    logs = [run_replication(tiny_scenario(s), 1, 4) for s in ({}, model_of(model))]
    weighed = [log.first(K.SOUNDED) for log in logs]
    assert weighed[0]
    assert weighed[1]
    assert weighed[0].time == weighed[1].time
    before = [[happened(r) for r in log if r.time < weighed[0].time] for log in logs]
    assert before[0] == before[1]
    assert len(before[0]) > 5


@pytest.mark.parametrize("model", RIVALS)
def test_positions_carry_the_theory_and_its_reasons(model):
    settings = {**model_of(model), "decision.gate": False, **EAGER}
    positions = run_replication(certain_world(settings), 1, 0).of(K.POSITION)
    assert positions
    for record in positions:
        assert record.detail["terms"]
        assert all(name.startswith(f"{model}: ") for name in record.detail["terms"])
        supports = record.detail["willingness"] >= record.detail["threshold"]
        assert supports == (record.detail["answer"] == "support")


def test_classes_fall_as_often_as_the_theory_says():
    found = [rivals("legalist", n) for n in range(1500)]
    classes = Counter(r.classes["BBB"] for r in found)
    for rank, level in enumerate(("none", "words", "measures", "force")):
        assert classes[level] / 1500 == pytest.approx(found[0].before["BBB"][rank], abs=0.04)


def test_allies_follow_the_line_that_was_drawn():
    for n in range(60):
        members = rivals("lead_nation", n, {"members.BBB.dependence": 1})
        assert members.classes["BBB"] == members.classes["AAA"]


@pytest.mark.parametrize(
    ("noise", "private", "trust"),
    [(0, True, 1.0), (1, True, 0.5), (2, True, 0.2), (0.5, True, 0.8), (0, False, 0.0)],
)
def test_a_sounding_is_believed_as_far_as_it_is_reliable(noise, private, trust):
    settings = {
        "crisis.host_choice.sounding_noise": noise,
        "crisis.host_choice.private_sounding": private,
    }
    assert rivals("legalist", 0, settings).reliability == trust


@pytest.mark.parametrize("model", RIVALS)
def test_a_perfect_sounding_leaves_no_doubt(model):
    for n in range(20):
        members = rivals(model, n, {"crisis.host_choice.sounding_noise": 0})
        passes = members.classes["AAA"] == "force" and members.classes["BBB"] in ("force", "measures")
        assert members.belief(members.sounded()) == pytest.approx(float(passes))
        assert members.belief_in_lead(members.sounded()) == float(members.classes["AAA"] == "force")


@pytest.mark.parametrize("model", RIVALS)
@pytest.mark.parametrize("private", [True, False])
def test_the_host_is_right_on_average(model, private):
    settings = {
        "crisis.host_choice.sounding_noise": 1,
        "crisis.host_choice.private_sounding": private,
    }
    # The host's own forecast by past cases takes ten times as long as by any other theory.
    runs = [rivals(model, n, settings) for n in range(400 if model == "case_based" else 800)]
    believed = sum(m.belief(m.sounded()) for m in runs) / len(runs)
    held = [(m.classes["AAA"], m.classes["BBB"]) for m in runs]
    passed = sum(a == "force" and b in ("force", "measures") for a, b in held) / len(runs)
    assert believed == pytest.approx(passed, abs=0.05)


def test_only_a_lead_of_the_class_of_force_goes_alone():
    settings = {"decision.model": "legalist", "decision.collective": False, **EAGER}
    for n in range(12):
        scenario = certain_world(settings)
        alone = bool(run_replication(scenario, 1, n).of(K.BILATERAL))
        held = gather(World(scenario, 1, n, 480.0))
        assert isinstance(held, Rivals)
        assert alone == (held.classes["AAA"] == "force")
