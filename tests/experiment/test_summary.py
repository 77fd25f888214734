"""The summary says of the rows what a reader would count by hand."""

from __future__ import annotations

import json
from math import isnan

import numpy as np
import pytest

from sim.experiment.compare import compare, score_of
from sim.experiment.estimates import wilson
from sim.experiment.study import run_study
from tests.experiment.logs import fake_replicate
from tests.tiny import tiny_scenario

STUDY = run_study(tiny_scenario(), 200, replicate=fake_replicate)
SUMMARY = STUDY.summary()


def column(name, rows=STUDY.rows):
    return np.array([row[name] for row in rows])


def test_chances_are_counts_over_the_stratum():
    found, appealed = SUMMARY.responses["mandate"], column("appealed") == 1
    mandates = column("mandate")[appealed]
    assert (found.n, found.chance) == (appealed.sum(), mandates.mean())
    assert found.chance_low <= wilson(mandates.sum(), len(mandates))[0] + 0.02
    assert found.given == "given an appeal"


def test_times_are_quantiles_over_the_stratum():
    found = SUMMARY.responses["hours_to_decision"]
    assert (found.n, found.censored) == ((column("appealed") == 1).sum(), found.n - column("mandate").sum())
    decided = np.sort(column("hours_to_decision")[column("mandate") == 1])
    # Nobody is censored before the horizon, so the quantile is that of all runs of the stratum.
    assert found.median == decided[int(np.ceil(found.n / 2)) - 1]
    assert found.low < found.median
    assert isnan(found.high)  # more than 5 % never decide
    assert 0 < found.median_error < 5


def test_what_is_conditional_leaves_the_others_out():
    found = SUMMARY.responses["hours_to_first_on_task"]
    assert found.n == column("mandate").sum()
    assert SUMMARY.responses["approval.BBB"].n == 0


def test_positions_and_levels_are_shares():
    assert sum(SUMMARY.positions["AAA"].values()) == pytest.approx(1)
    assert SUMMARY.positions["AAA"]["contribute"] == pytest.approx(SUMMARY.responses["mandate"].chance)
    assert "BBB" not in SUMMARY.positions
    assert SUMMARY.help_levels["force"] == pytest.approx((column("help_level") == 3).mean())
    assert sum(SUMMARY.help_levels.values()) == pytest.approx(1)


def test_what_comes_from_inputs_and_what_from_chance():
    assert SUMMARY.responses["killed"].epistemic == pytest.approx(1)
    decision = SUMMARY.responses["hours_to_decision"]
    assert decision.epistemic < 3 * max(decision.epistemic_error, 0.05)


@pytest.mark.parametrize(
    ("settings", "share", "words"),
    [
        ({"experiment.uncertain": "fixed"}, 0, "all of the spread is chance"),
        ({"experiment.chance": "fixed"}, 1, "all of the spread comes from uncertain inputs"),
        ({"experiment.per_draw": 1}, float("nan"), "cannot be told apart"),
    ],
)
def test_a_design_that_cannot_tell_says_so(settings, share, words):
    summary = run_study(tiny_scenario(settings), 6, replicate=fake_replicate).summary()
    assert summary.responses["killed"].epistemic == pytest.approx(share, nan_ok=True)
    assert words in summary.epistemic_note


def test_effects_are_paired_over_the_stratum_on_both_sides():
    differences = SUMMARY.variants["no_answer"].differences
    assert differences["mandate"].mean == pytest.approx(-SUMMARY.responses["mandate"].chance)
    assert (differences["killed"].mean, differences["killed"].n) == (0, 200)
    assert "flights_in" not in differences  # no mandate on the other side
    # Without a mandate the decision counts as later than the horizon.
    assert differences["hours_to_decision"].variant == 480 - 10


RNG = np.random.default_rng(5)


def a_record(values, **change):
    """Return the tiny scenario's record beside rows that took *values* hours to decide."""
    scenario = tiny_scenario()
    entry = scenario.record["decision"].model_copy(update={"low": None, "high": None} | change)
    scenario = scenario.model_copy(update={"record": {"decision": entry}})
    base = dict.fromkeys(STUDY.rows[0], 0.0) | {"appealed": 1.0, "mandate": 1.0, "hours_simulated": 480.0}
    rows = [base | {"run": float(i), "draw": float(i), "record.decision": v} for i, v in enumerate(values)]
    return compare(scenario, rows, 0.9)["decision"]


HOURS = [float(hour) for hour in range(1, 101)]


@pytest.mark.parametrize(
    ("value", "band", "half"), [(50, True, True), (10, True, False), (3, False, False), (97, False, False)]
)
def test_a_value_falls_into_the_bands(value, band, half):
    found = a_record(HOURS, value=value)
    assert (found.inside_band, found.inside_half) == (band, half)
    assert found.percentile == pytest.approx((value - 0.5) / 100)


def test_a_range_scores_better_than_its_value_alone():
    assert a_record(HOURS, value=20, low=10, high=20).crps < a_record(HOURS, value=20).crps
    assert a_record(HOURS, value=20, low=10, high=20).agree == pytest.approx(0.11)


def test_a_bound_is_met_or_not_and_never_scored():
    met = a_record(HOURS, kind="bound", value=None, high=7)
    missed = a_record(HOURS, kind="bound", value=None, high=4)
    assert (met.inside_band, met.inside_half, met.agree) == (True, False, pytest.approx(0.07))
    assert missed.inside_band is False
    assert isnan(met.crps)


def test_an_input_is_never_judged():
    found = a_record(HOURS, kind="input", scored=False, value=50)
    assert (found.inside_band, found.inside_half) == (None, None)
    assert isnan(found.crps)


def test_what_the_horizon_hides_is_later_than_the_record():
    found = a_record([float("nan")] * 50 + HOURS[:50], value=60)
    assert (found.censored, found.percentile) == (50, 0.5)
    assert found.inside_band is True
    assert isnan(found.high)


def test_nothing_simulated_is_nothing_judged():
    found = a_record([])
    assert (found.n, found.inside_band) == (0, None)


def test_the_score_counts_scored_instants():
    near, far = a_record(HOURS, value=50, naive=(0.0, 400.0)), a_record(HOURS, value=99, naive=(90.0, 100.0))
    shown = a_record(HOURS, value=99, scored=False)
    score = score_of([near, far, shown])
    assert (score.n_instants, score.in_band, score.in_half) == (2, 0.5, 0.5)
    assert score.narrow_share == 0  # a band of 5 to 95 h is wider than 1.5 x 50 h
    assert score.mean_crps == pytest.approx((near.crps + far.crps) / 2)
    assert near.crps < near.crps_naive
    assert far.crps > far.crps_naive
    assert score_of([a_record([100.0, 110.0, 120.0], value=50)]).narrow_share == 1
    assert isnan(score_of([]).in_band)


def test_a_summary_is_plain_data_for_json():
    text = json.dumps(SUMMARY.as_dict(), allow_nan=False)
    assert json.loads(text)["responses"]["mandate"]["n"] == SUMMARY.responses["mandate"].n
