"""Fitted decision weights: found by name, a conflict left out, drawn as whole vectors, switched."""

import random
from pathlib import Path

import numpy as np
import pytest

from sim.experiment.design import drawn_values, scenario_for
from sim.scenario.errors import ScenarioError
from sim.scenario.learnt import ASSUMED, LEARNT, NAMES, numbers_at
from sim.scenario.load import load_scenario, with_settings
from sim.scenario.paths import full_path
from sim.scenario.resolve import resolve
from sim.scenario.uncertain import draw_uncertain
from sim.scenario.variants import variants_of

ROOT = Path(__file__).parents[2]
FILE = ROOT / "scenarios" / "kazakhstan.yaml"
CONFLICT = "kazakhstan_jan_2022"


@pytest.fixture(scope="module")
def fitted():
    return load_scenario(FILE, ["decision.weights=fitted", f"decision.leave_out={CONFLICT}"])


def draws(scenario, count):
    rng = random.Random(1)
    found = []
    for _ in range(count):
        values = draw_uncertain(scenario, lambda _: rng.random())
        found.append({k.removeprefix(LEARNT): v for k, v in values.items() if k.startswith(LEARNT)})
    return found


def test_a_conflict_left_out_leaves_no_trace(fitted):
    learnt = fitted.response.decision.learnt
    assert learnt.left_out == CONFLICT
    assert learnt.cases
    assert all(case.conflict != CONFLICT for case in learnt.cases.values())
    whole = load_scenario(FILE, ["decision.weights=fitted", "decision.leave_out="])
    assert whole.response.decision.choice.weights != fitted.response.decision.choice.weights


def test_an_unknown_conflict_is_refused_with_a_hint():
    with pytest.raises(ScenarioError, match="did you mean 'kazakhstan_jan_2022'"):
        load_scenario(FILE, ["decision.leave_out=kazakhstan_jan_202"])


def test_the_centre_of_the_draws_is_the_value_in_force(fitted):
    posterior, choice = fitted.response.decision.learnt.posterior, fitted.response.decision.choice
    at = numbers_at(list(posterior.mode), posterior.scale)
    assert float(choice.weights.formal_request) == pytest.approx(at["weights.formal_request"], abs=0.005)
    assert float(choice.threshold_force) == pytest.approx(at["threshold_force"], abs=0.005)
    middle = draw_uncertain(fitted, lambda _: 0.5)
    assert middle[f"{LEARNT}sigma_common"] == pytest.approx(at["sigma_common"])


def test_an_assumed_weight_is_not_drawn_where_a_learnt_one_is_in_force(fitted):
    """One number, one column of the design; the variants share the draws, so theirs count too."""
    twins = {
        f"{ASSUMED}{name}" for name in ("weights.cost", "weights.lead_line", "abstention", "sigma_common")
    }
    drawn = {"fitted": draw_uncertain(fitted, lambda _: 0.5)}
    assumed = load_scenario(FILE, ["decision.weights=assumed"])
    drawn["assumed"] = draw_uncertain(assumed, lambda _: 0.5)
    back = fitted.variants["no_answer"].model_copy(update={"set": {"decision.weights": "assumed"}})
    both = fitted.model_copy(update={"variants": {"back": back}})
    drawn["both"] = draw_uncertain(both, lambda _: 0.5)
    assert {key: twins & values.keys() for key, values in drawn.items()} == {
        "fitted": set(), "assumed": twins, "both": twins,
    }  # fmt: skip
    assert {full_path(name) for name in fitted.uncertain} >= twins
    assert "alliance.airlift.load_share" in drawn["fitted"]


def test_whole_vectors_are_drawn_with_the_posterior_s_spread_and_correlation(fitted):
    joint = fitted.response.decision.learnt.posterior
    root = np.array([[*row, *[0.0] * (len(NAMES) - len(row))] for row in joint.root])
    covariance = root @ root.T
    request, words = NAMES.index("formal_request"), NAMES.index("threshold_words")
    found = draws(fitted, 4000)
    x = np.array([[d["weights.formal_request"] * joint.scale[3], d["threshold_words"]] for d in found])
    expected = covariance[np.ix_([request, words], [request, words])]
    assert np.cov(x.T) == pytest.approx(expected, rel=0.1, abs=0.02)
    assert all(d["threshold_words"] < d["threshold_measures"] < d["threshold_force"] for d in found)


def test_outer_draws_put_them_in_force_and_the_switch_takes_them_out(fitted):
    one, other = (scenario_for(fitted, 1, draw).response.decision.choice for draw in (0, 1))
    assert one.weights.cost != other.weights.cost
    assert one == scenario_for(fitted, 1, 0).response.decision.choice
    assumed = with_settings(fitted, {"decision.weights": "assumed"})
    assert assumed.response.decision.choice == assumed.response.decision.ordered_choice
    assert not any(path.startswith(LEARNT) for path in drawn_values(assumed, 1, 0))


def test_a_variant_may_throw_the_switch_and_shares_the_draws():
    base = load_scenario(FILE, ["decision.weights=assumed"])
    data = {"title": "Fitted", "set": {"decision.weights": "fitted"}}
    scenario = with_settings(base, {"variants.fitted_weights": data})
    variant = variants_of(scenario)["fitted_weights"]
    drawn = scenario_for(variant, 1, 0, scenario).response.decision.choice
    assert drawn.weights.cost != variant.response.decision.choice.weights.cost
    assert drawn.weights.cost == drawn_values(scenario, 1, 0)[f"{LEARNT}weights.cost"]


def test_a_number_set_by_hand_holds_under_fitted_weights():
    path = "decision.ordered_choice.weights.lead_line"
    scenario = load_scenario(FILE, ["decision.weights=fitted", f"{path}=0"])
    for draw in (0, 1, None):
        assert scenario_for(scenario, 1, draw).response.decision.choice.weights.lead_line == 0


def test_the_resolved_file_is_complete(fitted, tmp_path):
    (tmp_path / "whole.yaml").write_text(resolve(fitted), encoding="utf-8")
    assert load_scenario(tmp_path / "whole.yaml") == fitted


def test_an_alliance_without_past_cases_has_no_fitted_weights():
    from tests.tiny import tiny_scenario

    with pytest.raises(ScenarioError, match="fitted weights must be learnt from past cases"):
        tiny_scenario({"decision.weights": "fitted"})


@pytest.mark.parametrize("model", ["case_based", "plain_logit", "base_rate"])
def test_taught_theories_read_what_was_learnt(model):
    from sim.alliance.theories import make_theory

    scenario = load_scenario(FILE, [f"decision.model={model}"])
    theory = make_theory(scenario.response.decision)
    if model == "case_based":
        assert len(theory.cases) > 100
    if model == "base_rate":
        assert theory.shares.force == pytest.approx(scenario.response.decision.learnt.shares[3], abs=0.001)
