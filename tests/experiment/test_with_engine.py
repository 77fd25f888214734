"""The experiment floor on the real engine: nothing fails, parts add up, bytes do not depend on workers."""

from __future__ import annotations

from math import isnan

import pytest

from sim.experiment.chain import last_load, parts_of
from sim.experiment.results import write_results
from sim.experiment.study import run_study
from tests.experiment.test_results import contents
from tests.tiny import tiny_scenario


@pytest.fixture(scope="module")
def study():
    return run_study(tiny_scenario(), 40, jobs=1)


def deployed(study):
    return [place for place, row in enumerate(study.rows) if not isnan(row["hours_to_deployment_complete"])]


def test_no_run_fails(study):
    assert [failure.told for failure in study.failures] == []
    assert len(deployed(study)) > 5


def test_the_parts_of_a_deployment_add_up_with_no_remainder(study):
    for run in deployed(study):
        log, row = study.log_of(run), study.rows[run]
        arrived = last_load(log).detail["unloaded"] - row["hours_to_appeal"]
        parts = parts_of(log)
        assert sum(parts.values()) == pytest.approx(row["hours_to_deployment_complete"])
        assert parts["posting"] == pytest.approx(row["hours_to_deployment_complete"] - arrived)
        assert min(parts.values()) > -1e-9


def test_who_came_went_home(study):
    for place, row in enumerate(study.rows):
        if not isnan(row["hours_to_withdrawal_complete"]):
            assert study.curves["troops"][place].max() == row["troops_deployed"]
            assert study.curves["troops"][place][-1] == 0


def test_the_same_bytes_for_any_workers(study, tmp_path):
    one = write_results(study, tmp_path / "one")
    two = write_results(run_study(tiny_scenario(), 40, jobs=2, pool_from=2), tmp_path / "two")
    assert contents(one) == contents(two)
