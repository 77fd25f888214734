"""How the January 2022 scenario meets its record (in-sample: what is scored was also fitted)."""

from __future__ import annotations

import pytest

from sim.experiment.study import run_study
from sim.scenario.load import load_scenario


@pytest.fixture(scope="module")
def summary():
    return run_study(load_scenario("scenarios/kazakhstan.yaml"), jobs=1, variants=()).summary()


def test_the_scored_instants_fall_where_a_calibrated_model_puts_them(summary):
    score = summary.score
    assert score.n_instants >= 15
    assert score.in_band >= 0.85
    assert score.in_half >= 1 / 3
    assert score.narrow_share >= 2 / 3


def test_the_timings_beat_the_naive_reference_clearly(summary):
    assert summary.score.n_crps >= 6
    assert summary.score.mean_crps < 0.7 * summary.score.mean_crps_naive


def test_inputs_are_shown_and_never_counted(summary):
    inputs = [r for r in summary.record.values() if r.entry.kind == "input"]
    assert {r.entry.response for r in inputs} >= {
        "troops_deployed", "vehicles_deployed", "local_freed", "sites_guarded",
    }  # fmt: skip
    assert not any(r.entry.scored or r.entry.fitted for r in inputs)


def test_withdrawal_flights_are_a_prediction(summary):
    predicted = [r for r in summary.record.values() if r.entry.response == "flights_out_between"]
    assert len(predicted) >= 6
    assert not any(r.entry.fitted for r in predicted)


def test_fewer_inputs_were_fitted_than_half_the_fitted_quantities():
    scenario = load_scenario("scenarios/kazakhstan.yaml")
    fitted = sum(entry.fitted for entry in scenario.record.values())
    assert scenario.calibration is not None
    assert 2 * len(scenario.calibration.parameters) < fitted
