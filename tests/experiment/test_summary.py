"""The summary says of the rows what a reader would count by hand."""

from __future__ import annotations

import json
from datetime import timedelta
from math import isnan

import numpy as np
import pytest

from sim.experiment.compare import compare, score_of, unreached
from sim.experiment.estimates import KaplanMeier, effective_size, wilson
from sim.experiment.samples import Sample, sample_interval
from sim.experiment.study import run_study
from sim.experiment.typical import ENOUGH
from tests.experiment.logs import cut_replicate, failing_replicate, fake_replicate
from tests.tiny import tiny_scenario

STUDY = run_study(tiny_scenario(), 200, jobs=1, replicate=fake_replicate)
SUMMARY = STUDY.summary()


def column(name, rows=STUDY.rows):
    return np.array([row[name] for row in rows])


def test_chances_are_counts_over_the_stratum():
    found, appealed = SUMMARY.responses["mandate"], column("appealed") == 1
    mandates = column("mandate")[appealed]
    assert (found.n, found.chance) == (appealed.sum(), mandates.mean())
    size = effective_size(mandates, column("draw")[appealed].tolist())
    assert size < found.n  # in this sample runs of one draw are a little alike
    assert (found.chance_low, found.chance_high) == wilson(mandates.mean() * size, size)
    assert found.given == "given an appeal"


def test_times_are_quantiles_over_the_stratum():
    found = SUMMARY.responses["hours_to_decision"]
    decided = column("hours_to_decision")[column("mandate") == 1]
    assert (found.n, found.censored, found.chance) == (len(decided), 0, 1)
    assert found.median == np.quantile(decided, 0.5, method="inverted_cdf")
    assert found.low < found.median < found.high
    draws = column("draw")[column("mandate") == 1]
    for p in (0.5, 0.05, 0.95):
        n = effective_size(decided <= np.quantile(decided, p, method="inverted_cdf"), draws)
        step = 1.96 * np.sqrt(p * (1 - p) / n)
        ends = np.quantile(decided, (p - step, p + step), method="inverted_cdf")
        told = {0.5: (found.median_low, found.median_high), 0.05: (found.low_low, found.low_high),
                0.95: (found.high_low, found.high_high)}[p]  # fmt: skip
        assert told == tuple(ends)
    assert found.median_low < found.median < found.median_high


def test_what_the_horizon_hides_is_not_known():
    found = SUMMARY.responses["hours_to_first_on_task"]
    late = np.isnan(column("hours_to_first_on_task")[column("mandate") == 1])
    assert (found.n, found.censored) == (len(late), 0)
    short = run_study(tiny_scenario(), 200, jobs=1, until=200, replicate=cut_replicate).summary()
    found = short.responses["hours_to_first_on_task"]
    assert 0 < found.censored < found.n / 2
    assert isnan(found.high)  # more than 5 % come later
    assert found.median == SUMMARY.responses["hours_to_first_on_task"].median


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


def test_effects_are_paired_over_runs_with_a_mandate_in_the_base():
    variant, n = SUMMARY.variants["no_answer"], column("mandate").sum()
    assert (variant.n, variant.given) == (n, "a mandate in the base")
    # The decision itself is compared over all runs that appealed: those without a mandate lose nothing.
    appealed = column("appealed") == 1
    assert variant.differences["mandate"].mean == pytest.approx(-column("mandate")[appealed].mean())
    assert (variant.differences["killed"].mean, variant.differences["killed"].n) == (0, n)
    assert "flights_in" not in variant.differences  # no mandate on the other side
    # What never came counts as late as the clock ran: 480 h, 10 h of them before the appeal.
    assert variant.differences["hours_to_order"].variant == 480 - 10


def test_effects_are_paired_over_all_runs_where_mandates_are_few():
    few = run_study(tiny_scenario(), 4, replicate=fake_replicate)
    assert sum(row["mandate"] for row in few.rows) < ENOUGH
    assert (few.summary().variants["no_answer"].n, few.summary().variants["no_answer"].given) == (4, "")


def test_failed_runs_have_no_pair():
    study = run_study(tiny_scenario(), 4, replicate=failing_replicate)
    assert study.summary().variants["no_answer"].n == 3


def a_record(values, simulated=480.0, **change):
    """Return the tiny scenario's record beside rows that took *values* hours to decide."""
    scenario = tiny_scenario()
    entry = scenario.record["decision"].model_copy(update={"low": None, "high": None} | change)
    scenario = scenario.model_copy(update={"record": {"decision": entry}})
    base = dict.fromkeys(STUDY.rows[0], 0.0) | {"appealed": 1.0, "mandate": 1.0, "hours_simulated": simulated}
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
    assert a_record(HOURS, kind="bound", value=None, low=7, high=7).agree == pytest.approx(0.01)
    assert (met.meets_band, met.agree) == (True, pytest.approx(0.07))  # met by the band, kept by few runs
    assert missed.meets_band is False
    assert (met.inside_band, met.inside_half) == (None, None)  # a bound has no value to lie in a band
    assert a_record(HOURS, value=50).meets_band is None
    assert isnan(met.crps)


def test_an_input_is_never_judged():
    found = a_record(HOURS, kind="input", scored=False, value=50)
    assert (found.inside_band, found.inside_half, found.meets_band) == (None, None, None)
    assert isnan(found.crps)


def test_what_the_horizon_hides_is_later_than_the_record():
    found = a_record([float("nan")] * 50 + HOURS[:50], value=60)
    assert (found.censored, found.percentile) == (50, 0.5)
    assert found.inside_band is True
    assert isnan(found.high)
    # A run whose clock stopped before the recorded value is later than it all the same.
    assert a_record([float("nan")] * 50 + HOURS[:50], simulated=55.0, value=60).percentile == 0.5


def test_nothing_simulated_is_nothing_judged():
    found = a_record([])
    assert (found.n, found.inside_band) == (0, None)


def cut_at(hours, **change):
    """Return the record of `a_record` beside a simulation that stopped after *hours*."""
    scenario = tiny_scenario()
    entry = scenario.record["decision"].model_copy(update={"low": None, "high": None} | change)
    update = {"record": {"decision": entry}, "horizon": scenario.horizon.with_value(hours)}
    scenario = scenario.model_copy(update=update)
    base = dict.fromkeys(STUDY.rows[0], 0.0) | {"appealed": 1.0, "mandate": 1.0, "hours_simulated": hours}
    rows = [base | {"run": float(i), "draw": float(i), "record.decision": v} for i, v in enumerate(HOURS)]
    return compare(scenario, rows, 0.9)["decision"]


def test_what_lies_past_the_end_is_not_judged_and_counted_apart():
    late, just = cut_at(55.0, value=60), cut_at(60.0, value=60)
    assert (late.reached, late.inside_band, late.inside_half) == (False, None, None)
    assert isnan(late.crps)
    assert isnan(late.percentile)
    assert (just.reached, just.inside_band) == (True, True)
    # A range is over when its longest is; an instant of its own counts before the value.
    assert not cut_at(55.0, value=50, high=60).reached
    start = tiny_scenario().start
    assert not cut_at(55.0, value=50, at=start + timedelta(hours=56)).reached
    assert cut_at(55.0, value=60, at=start + timedelta(hours=55)).reached
    score = score_of([late, just])
    assert (score.n_instants, score.n_unreached, score.in_band) == (1, 1, 1.0)


def test_a_total_is_reached_with_the_last_of_the_record():
    scenario = tiny_scenario()
    timing = scenario.record["decision"].model_copy(update={"value": 60.0, "low": None, "high": None})
    total = timing.model_copy(update={"response": "killed", "unit": "people", "value": 5.0})
    record = {"decision": timing, "dead": total}

    def left_out(hours):
        cut = {"record": record, "horizon": scenario.horizon.with_value(hours)}
        return unreached(scenario.model_copy(update=cut))

    assert left_out(60.0) == set()
    assert left_out(59.0) == {"decision", "dead"}


def test_a_wait_counts_from_the_recorded_appeal():
    scenario = tiny_scenario()
    wait = scenario.record["decision"].model_copy(update={"value": 60.0, "low": None, "high": None})
    appeal = wait.model_copy(update={"response": "hours_to_appeal", "value": 10.0})
    record = {"appeal": appeal, "decision": wait}

    def left_out(hours):
        cut = {"record": record, "horizon": scenario.horizon.with_value(hours)}
        return unreached(scenario.model_copy(update=cut))

    assert (left_out(70.0), left_out(69.0)) == (set(), {"decision"})


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


def test_where_no_pair_differs_there_is_nothing_to_reduce():
    found = SUMMARY.variants["no_answer"].differences["killed"]
    assert (found.mean, found.low, found.high) == (0, 0, 0)
    assert isnan(found.variance_reduction)


@pytest.mark.parametrize("happened", [True, False])
def test_the_quantiles_of_one_run_are_what_it_answered(happened):
    times, seen = np.array([7.5]), np.array([happened])
    sample, curve = Sample(times, seen, (0,)), KaplanMeier(times, seen)
    for p in (0.05, 0.5, 1.0):
        assert str(sample.quantile(p)) == str(curve.quantile(p)) == ("7.5" if happened else "nan")
        assert str(sample_interval(sample, p)) == "(nan, nan)"
