"""A study keeps what its runs answered, says which failed, and does not depend on who did the work."""

from __future__ import annotations

import pickle
from math import isnan

import numpy as np
import pytest

from sim.experiment.design import drawn_values
from sim.experiment.responses import responses_of
from sim.experiment.study import do_study, plan_study, run_study
from sim.scenario.errors import ScenarioError
from tests.experiment.logs import failing_replicate, fake_replicate
from tests.experiment.test_responses import an_entry
from tests.tiny import tiny_scenario

NORTH = "crisis.sites.north.forces"


def a_study(reps=12, replicate=fake_replicate, settings=None, **options):
    return run_study(tiny_scenario(settings), reps, replicate=replicate, **options)


def test_a_row_holds_the_address_the_responses_and_the_record():
    study = a_study(3)
    row = study.rows[2]
    assert list(row)[:4] == ["run", "draw", "replication", "failed"]
    assert [row[name] for name in ("run", "draw", "replication", "failed")] == [2, 1, 2, 0]
    assert set(responses_of(study.scenario)) | {"record.decision"} <= set(row)
    assert row["record.decision"] == row["hours_to_decision"] or isnan(row["hours_to_decision"])


def test_the_draw_reaches_the_run():
    study = a_study(4)
    killed = [row["killed"] for row in study.rows]
    assert killed == [drawn_values(study.scenario, 1, draw)[NORTH] for draw in (0, 0, 1, 1)]


def test_any_run_can_be_run_again_alone():
    study = a_study(8)
    for run in (5, 0, 7):
        scenario = study.scenario_of(run)
        again = {n: r.function(study.log_of(run), scenario) for n, r in responses_of(scenario).items()}
        assert [str(again[name]) for name in again] == [str(study.rows[run][name]) for name in again]


def test_the_run_done_last_is_not_lived_again():
    lived = []

    def counted(scenario, seed, replication):
        lived.append(replication)
        return fake_replicate(scenario, seed, replication)

    study = a_study(3, counted)
    done = len(lived)
    last, other = study.log_of(2), study.log_of(1)
    assert lived[done:] == [1]
    assert last.records == fake_replicate(study.scenario_of(2), 1, 2).records
    assert other.records == fake_replicate(study.scenario_of(1), 1, 1).records
    assert study.log_of(2, "no_answer").records != last.records
    assert lived[done:] == [1, 2]


def test_workers_are_sent_no_log():
    simulator = a_study(1).simulator
    assert simulator._log is not None
    assert pickle.loads(pickle.dumps(simulator))._log is None


def test_variants_share_luck_and_draws():
    study = a_study(30)
    for own, other in zip(study.rows, study.variant_rows["no_answer"], strict=True):
        assert own["killed"] == other["killed"]
        assert str(own["hours_to_appeal"]) == str(other["hours_to_appeal"])
    assert sum(row["mandate"] for row in study.rows) > 0
    assert not any(row["mandate"] for row in study.variant_rows["no_answer"])


def test_what_a_variant_sets_stays_set():
    scenario = tiny_scenario()
    variant = scenario.variants["no_answer"].model_copy(update={"set": {"sites.north.forces": 777}})
    with_it = scenario.model_copy(update={"variants": {"small": variant}})
    study = run_study(with_it, 4, replicate=fake_replicate)
    assert {row["killed"] for row in study.variant_rows["small"]} == {777}


def test_a_failed_run_is_told_and_the_others_go_on():
    study = a_study(5, failing_replicate)
    assert [row["failed"] for row in study.rows] == [0, 0, 1, 0, 0]
    assert isnan(study.rows[2]["killed"])
    assert np.isnan(study.curves["unrest"][2]).all()
    failure = study.failures[0]
    assert (failure.variant, failure.run.run, failure.run.seed) == ("", 2, 1)
    assert failure.told.startswith("ValueError: a broken run\n")
    assert "\n  sim/experiment/simulate.py:" in failure.told
    assert "in failing_replicate" in failure.told
    assert [f.variant for f in study.failures] == ["", "no_answer"]
    assert (study.summary().n, study.summary().failed) == (4, 1)


def test_a_study_of_failures_only_still_stands():
    study = a_study(3, always_failing)
    assert study.typical == -1
    assert len(study.typical_log) == 0
    assert study.summary().n == 0


def always_failing(scenario, seed, replication):
    raise RuntimeError("no")


def test_the_workers_do_not_matter():
    alone, shared = a_study(30, jobs=1), a_study(30, jobs=2, pool_from=2)
    assert repr(alone.rows) == repr(shared.rows)
    assert repr(alone.variant_rows) == repr(shared.variant_rows)
    assert repr(alone.events) == repr(shared.events)
    assert all(np.array_equal(alone.curves[n], shared.curves[n], equal_nan=True) for n in alone.curves)


def test_more_runs_begin_with_the_same_ones():
    assert repr(a_study(5).rows) == repr(a_study(9).rows[:5])


def test_curves_and_first_times_have_a_place_for_every_run():
    study = a_study(6)
    assert study.curves["troops.AAA"].shape == (6, len(study.grid))
    assert set(map(len, study.events.values())) == {6}
    appeals = [row["hours_to_appeal"] for row in study.rows]
    assert list(map(str, study.events["appeal|"])) == list(map(str, appeals))


def test_the_clock_stops_when_told():
    study = a_study(2, until=100)
    assert study.scenario.horizon == 100
    assert study.grid[-1] == 99
    with pytest.raises(ValueError, match="until must be"):
        a_study(2, until=0)


def test_wrong_orders_are_refused():
    with pytest.raises(ValueError, match="reps must be a whole number, 1 or more"):
        a_study(0)
    with pytest.raises(ValueError, match="unknown variant 'no_anser'; known: no_answer"):
        a_study(2, variants=["no_anser"])
    with pytest.raises(ScenarioError, match="needs the key 'at'"):
        run_study(an_entry("killed_by"), 1)
    assert a_study(2, variants=[]).variant_rows == {}


def test_rows_make_a_data_frame():
    frame = a_study(3).runs
    assert frame.shape[0] == 3
    assert frame["run"].tolist() == [0, 1, 2]


def test_plotting_needs_a_plotter():
    study = a_study(1)
    with pytest.raises(RuntimeError, match=r"use sim\.run"):
        study.plot()
    study.plotter = lambda s, kind, to: (s is study, kind, to)
    assert study.plot("main") == (True, "main", None)


def test_very_many_runs_are_read_piece_by_piece_and_say_the_same(tmp_path, monkeypatch):
    from sim.experiment import study as module
    from sim.experiment.results import store_for, write_results

    def made(out):
        plan = plan_study(tiny_scenario(), 11, replicate=fake_replicate)
        with store_for(plan, out) as store:
            found = do_study(plan, 1, store=store)
            folder = write_results(found, out, store=store)
        return found, folder

    whole, one = made(tmp_path / "whole")
    monkeypatch.setattr(module, "PIECEMEAL", 11)
    monkeypatch.setattr(module, "PIECE", 4)
    read, other = made(tmp_path / "read")
    assert set(read.curves) == set(whole.curves)
    for name in whole.curves:
        assert read.curves[name].tobytes() == whole.curves[name].tobytes()
    assert read.curves["troops"] is not read.curves["troops"]  # none is kept
    assert repr(read.events) == repr(whole.events)
    for file in ("runs.csv", "variants.csv", "summary.csv", "effects.csv", "design.csv", "events.jsonl.gz"):
        assert (one / file).read_bytes() == (other / file).read_bytes()
    with pytest.raises(KeyError):
        read.curves["nothing"]


def test_failures_of_very_many_runs_keep_their_addresses(tmp_path, monkeypatch):
    from sim.experiment import study as module
    from sim.experiment.results import store_for

    monkeypatch.setattr(module, "PIECEMEAL", 5)
    monkeypatch.setattr(module, "PIECE", 2)
    plan = plan_study(tiny_scenario(), 5, replicate=failing_replicate)
    with store_for(plan, tmp_path) as store:
        study = do_study(plan, 1, store=store)
    assert [(f.variant, f.run.run) for f in study.failures] == [("", 2), ("no_answer", 2)]
    assert np.isnan(study.curves["troops"][2]).all()
    assert not np.isnan(study.curves["troops"][[0, 1, 3, 4]]).any()
