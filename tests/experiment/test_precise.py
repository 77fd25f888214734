"""A study adds replications until it is precise; its folder is that of any study of the same inputs."""

from __future__ import annotations

import pytest

from sim.experiment.precise import aim_at, cut, do_until_precise, precision_lines
from sim.experiment.results import store_for, study_digest, write_results
from sim.experiment.study import do_study, plan_study, run_study
from sim.scenario.errors import ScenarioError
from tests.tiny import tiny_scenario


@pytest.fixture
def stopped(tmp_path):
    plan = plan_study(tiny_scenario(), 300, variants=())
    aim = aim_at(plan.scenario, 0.2, ["mandate"], 300)
    with store_for(plan, tmp_path) as store:
        study, reached = do_until_precise(plan, aim, store, 1)
        folder = write_results(study, tmp_path, store=store)
    return study, reached, aim, folder


def test_it_stops_at_the_first_look_that_is_precise_enough(stopped):
    study, reached, aim, _ = stopped
    assert len(study.rows) == reached.n
    assert reached.n in aim.rule.sizes()
    assert reached.n < 300
    assert reached.verdicts["mandate"].half_width <= 0.2
    lines = precision_lines(reached, aim, study.scenario)
    assert f"Precise enough after {reached.n} replications" in lines[0]


def test_it_is_the_study_of_so_many_replications(stopped, tmp_path):
    study, reached, _, folder = stopped
    other = run_study(tiny_scenario(), reached.n, variants=())
    assert study.rows == other.rows or repr(study.rows) == repr(other.rows)  # nan is not nan
    again = write_results(other, tmp_path / "other")
    assert folder.name == again.name  # the digest is untouched by how the number came about
    for name in ("runs.csv", "summary.csv", "scenario.resolved.yaml"):
        assert (folder / name).read_bytes() == (again / name).read_bytes()
    assert folder.name.startswith(study_digest(study.scenario, 1)[:8])


def test_more_replications_go_on_from_there(stopped):
    _, reached, _, folder = stopped
    said = []
    plan = plan_study(tiny_scenario(), reached.n + 20, variants=())
    with store_for(plan, folder.parent.parent, say=said.append) as store:
        do_study(plan, 1, store=store)
    assert said == [f"{reached.n} of {reached.n + 20} runs taken over from the finished results"]


def test_a_cap_is_told(tmp_path):
    plan = plan_study(tiny_scenario(), 30, variants=())
    aim = aim_at(plan.scenario, 0.01, ["killed"], 30)
    with store_for(plan, tmp_path) as store:
        study, reached = do_until_precise(plan, aim, store, 1)
    assert not reached.enough
    lines = precision_lines(reached, aim, study.scenario)
    assert lines[0].startswith("Stopped at the cap of 30 replications, held up by killed")
    assert lines[1].endswith("not yet")


def test_an_unknown_response_is_told():
    with pytest.raises(ScenarioError, match="no response 'mandat'; did you mean 'mandate'"):
        aim_at(tiny_scenario(), 0.1, ["mandat"], 100)


def test_a_cut_plan_is_a_plan_of_fewer():
    plan = plan_study(tiny_scenario(), 40)
    small = plan_study(tiny_scenario(), 10)
    found = cut(plan, 10)
    assert (found.scenario, found.design, list(found.tasks)) == (
        small.scenario,
        small.design,
        list(small.tasks),
    )
