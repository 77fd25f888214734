"""Sweeps: points, their checks, their luck, what they change."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from sim.experiment import sweep
from sim.experiment.factors import design_of
from sim.experiment.main_effects import main_effects
from sim.experiment.responses import RESPONSES
from sim.experiment.sweep import run_sweep
from sim.experiment.sweep_results import design_csv, effects_csv, summary_csv, sweep_digest, write_runs
from sim.scenario.errors import ScenarioError
from sim.scenario.resolve import resolve
from sim.scenario.sweep import MOST_POINTS, Sweep, read_levels
from sim.scenario.vary import read_vary, split_levels
from tests.tiny import _load, tiny_scenario, tiny_yaml

FLEET, RULE = "fleets.AAA.medium.available", "council.rule"
#: An instrument that speeds up consultations.
BLOCK = {"name": "Line", "signed": "2010-01-01", "in_force": "2011-01-01", "affects": "consultation",
         "factor": 0.5}  # fmt: skip


def swept(vary=None, reps=6, **block):
    return run_sweep(tiny_scenario(), Sweep(vary=vary or {}, **block), reps, jobs=1)


def levels_of(study):
    return [point.levels for point in study.design.points]


def values(study, point, name):
    return [row[name] for row in study.rows_of(point)]


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        ("20:100:40", (20, 60, 100)),
        ("0.1:0.5:0.1", (0.1, 0.2, 0.3, 0.4, 0.5)),
        ("1:6:2", (1, 3, 5)),
        ("-2:2:2", (-2, 0, 2)),
        ("6:24:6 h", ("6 h", "12 h", "18 h", "24 h")),
        ("6 h:24 h:9 h", ("6 h", "15 h", "24 h")),
        ("5:5:1", (5,)),
        ("+05:00", ("+05:00",)),
        ("2022-01-02T06:00:00", ("2022-01-02T06:00:00",)),
    ],
)
def test_a_range_is_counted_out_with_its_stop(written, levels):
    assert read_levels(written) == levels


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1:5:0", "the step of '1:5:0' is 0; write one above 0"),
        ("5:1:-1", "the step of '5:1:-1' is -1; write one above 0"),
        ("5:1:1", "ends before it begins"),
        ("0:1e6:1", "has 1,000,001 values, more than 10,000; take a longer step"),
        ("1 h:2 min:1", "mixes units"),
        ([], "a factor needs a value or more"),
        ([1, 2, 1], "the value 1 is listed twice"),
    ],
)
def test_a_range_that_leads_nowhere_is_refused(written, said):
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        read_levels(written)


def test_commas_part_levels_but_not_inside_blocks_and_quotes():
    assert split_levels('a,{b: 1, c: [2, 3]},"d,e",null') == ["a", "{b: 1, c: [2, 3]}", '"d,e"', "null"]
    vary, origins = read_vary(["a.b=1,2.5,true,x", "c={d: 1},null"])
    assert vary == {"a.b": (1, 2.5, True, "x"), "c": ({"d": 1}, None)}
    assert origins == {"a.b": "--vary #1", "c": "--vary #2"}


def test_a_grid_has_every_combination_in_order():
    study = swept({RULE: ["consensus", "unanimity"], FLEET: "2:4:2"}, reps=1)
    assert levels_of(study) == [
        ("consensus", 2.0), ("consensus", 4.0), ("unanimity", 2.0), ("unanimity", 4.0),
    ]  # fmt: skip


def test_blocks_are_put_together_and_a_point_is_taken_once():
    blocks = [{"grid": {FLEET: [2, 4]}}, {"points": [{FLEET: 4}, {FLEET: 5, RULE: "unanimity"}]}]
    study = swept(blocks=blocks, reps=1)
    assert levels_of(study) == [(2.0, "consensus"), (4.0, "consensus"), (5.0, "unanimity")]


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol"])
def test_a_sample_covers_each_range_evenly(kind):
    spans = {FLEET: {"low": 1, "high": 8}, "reserves.arrival": {"low": "10 h", "high": "30 h"}}
    spans = {FLEET: spans[FLEET], "crisis.reserves.arrival": spans["reserves.arrival"]}
    design = design_of(tiny_scenario(), Sweep(blocks=[{kind: spans, "count": 16}]), 3)
    fleets, hours = ([point.levels[place] for point in design.points] for place in (0, 1))
    assert sorted(fleets) == [float(n) for n in range(1, 9) for _ in range(2)]
    assert sorted(int((hour - 10) / 1.25) for hour in hours) == list(range(16))
    again = design_of(tiny_scenario(), Sweep(blocks=[{kind: spans, "count": 16}]), 3)
    assert again.points == design.points


def test_whole_blocks_come_and_go():
    other = {**BLOCK, "factor": 0.9}
    study = swept({"instruments.extra": [None, BLOCK], "instruments.hotline": [None, other]})
    kinds = [tuple(s.alliance.instruments) for s in study.design.scenarios]
    assert kinds == [(), ("hotline",), ("extra",), ("hotline", "extra")]
    assert b'""factor"": 0.5' in design_csv(study)


def test_every_point_has_the_same_luck_and_a_factor_that_cannot_matter_changes_nothing():
    idle = [{"name": "Idle", "lat": 46, "lon": 66.5, "country": "BBB", "slots": slots} for slots in (1, 9)]
    study = swept({"airfields.idle": [None, *idle]}, reps=8)
    first = study.book.of(0)
    for point in (1, 2):
        np.testing.assert_array_equal(study.book.of(point), first)
    for effect in study.summary().effects:
        if effect.n:
            assert (effect.mean, effect.low, effect.high) == (0, 0, 0)


def test_a_factor_that_matters_shows():
    study = swept({FLEET: [1, 6]}, reps=20)
    effect = next(e for e in study.summary().effects if e.response == "hours_to_deployment_complete")
    assert effect.high < -24
    assert (effect.first, effect.level, effect.kind) == ("1", "6", "paired")


def effects_of(points, value, runs=6):
    """Return the main effects where the points answer with *value* of their levels, plus a run's luck."""
    design = design_of(tiny_scenario(), Sweep(blocks=[{"points": points}]), 1)
    luck = np.random.default_rng(1).normal(0, 100, runs)
    answers = {point.number: luck + value(*point.levels) for point in design.points}
    return main_effects(design, RESPONSES["killed"], answers.__getitem__, range(runs))


def test_a_level_is_compared_at_points_alike_in_all_other_factors():
    points = [{FLEET: 2, RULE: "consensus"}, {FLEET: 4, RULE: "consensus"}, {FLEET: 4, RULE: "unanimity"},
              {FLEET: 9, RULE: "lead_decides"}]  # fmt: skip
    effects = effects_of(points, lambda fleet, rule: 10 * fleet + 1000 * (rule == "unanimity"))
    found = [(e.factor, e.level, e.points, round(e.mean, 6)) for e in effects]
    assert found == [(FLEET, "4", 1, 20.0), (RULE, "unanimity", 1, 1000.0)]
    points[2:] = [{FLEET: 4, RULE: "unanimity"}, {FLEET: 2, RULE: "unanimity"}]
    effects = effects_of(points, lambda fleet, rule: 10 * fleet + 1000 * (rule == "unanimity"))
    assert [(e.factor, e.points, round(e.mean, 6)) for e in effects] == [(FLEET, 2, 20.0), (RULE, 2, 1000.0)]
    assert all(effect.variance_reduction > 1e6 and not effect.flagged for effect in effects)


def test_where_no_points_are_alike_a_line_is_fitted():
    points = [{FLEET: n, "mandate.troops": 500 + 100 * ((7 * n) % 5)} for n in range(1, 6)]
    effects = effects_of(points, lambda fleet, troops: 3 * fleet - 0.5 * troops)
    assert [(e.kind, e.first, e.level) for e in effects] == [("slope", "1", "5"), ("slope", "500", "900")]
    assert [round(e.mean, 6) for e in effects] == [12.0, -200.0]


def test_the_order_of_points_and_levels_changes_no_row():
    forward = swept({RULE: ["consensus", "unanimity"], FLEET: [2, 5]})
    backward = swept({FLEET: [5, 2], RULE: ["unanimity", "consensus"]})
    found = {tuple(map(str, p.levels)): forward.book.of(p.number) for p in forward.design.points}
    for point in backward.design.points:
        np.testing.assert_array_equal(
            backward.book.of(point.number), found[tuple(map(str, reversed(point.levels)))]
        )


def test_a_varied_input_is_no_longer_drawn_and_the_others_are_as_drawn():
    study = swept({"sites.north.forces": ["700 people", "1500 people"]}, reps=4)
    from sim.experiment.simulate import Task

    simulators = []
    for point in study.design.points:
        run = study.runs_of_point[3]
        from sim.experiment.sweep_plan import plan_sweep

        plan = plan_sweep(tiny_scenario(), study.scenario.sweep, 4)
        simulators.append(plan.simulator.scenario_of(Task(point.key, run)))
    forces = [float(s.crisis.sites["north"].forces) for s in simulators]
    gains = {float(s.crisis.effects.decision_signal.gain) for s in simulators}
    assert forces == [700.0, 1500.0]
    assert len(gains) == 1
    assert gains != {float(tiny_scenario().crisis.effects.decision_signal.gain)}


def test_two_workers_give_the_rows_of_one():
    sweep = Sweep(vary={FLEET: [2, 5]})
    one = run_sweep(tiny_scenario(), sweep, 10, jobs=1)
    two = run_sweep(tiny_scenario(), sweep, 10, jobs=2, pool_from=2)
    assert summary_csv(one, one.summary()) == summary_csv(two, two.summary())
    assert effects_csv(one.summary()) == effects_csv(two.summary())


def test_the_digest_covers_what_is_varied_but_not_how_often(tmp_path):
    small, large = swept({FLEET: [2, 5]}, 2), swept({FLEET: [2, 5]}, 4)
    assert sweep_digest(small.scenario, 1) == sweep_digest(large.scenario, 1)
    assert sweep_digest(small.scenario, 1) != sweep_digest(small.scenario, 2)
    assert sweep_digest(small.scenario, 1) != sweep_digest(swept({FLEET: [2, 6]}, 2).scenario, 1)
    write_runs(small, tmp_path)
    lines = (tmp_path / "runs.csv").read_text().splitlines()
    assert lines[0].startswith("run,point,draw,replication,seed,failed,")
    assert len(lines) == 1 + 2 * 2


def test_the_resolved_scenario_holds_the_sweep():
    study = swept({RULE: ["consensus", "unanimity"]}, 2, blocks=[{"points": [{"instruments.hotline": None}]}])
    again = _load(resolve(study.scenario))
    assert again == study.scenario
    assert run_sweep(again, jobs=1).book.of(1).tobytes() == study.book.of(1).tobytes()


@pytest.mark.parametrize(
    ("vary", "said"),
    [
        ({"council.rul": ["x"]}, "--vary #1: council.rul: there is no 'rul' here; did you mean 'rule'?"),
        ({RULE: ["consensus", "majorty"]}, "--vary #1: council.rule: 'majorty' is not known here"),
        ({FLEET: [-1, 2]}, f"--vary #1: {FLEET}: -1 is too low; write 0 or more"),
        ({"experiment.band": [0.5]}, "--vary #1: experiment.band: 'experiment' says how the scenario is"),
        ({"alliance.members.BBB": [None]}, "the point alliance.members.BBB=none: alliance.chairs.0.member"),
    ],
)
def test_faults_of_points_are_told_before_anything_runs(vary, said):
    ran = []
    with pytest.raises(ScenarioError) as caught:
        run_sweep(
            tiny_scenario(), Sweep(vary=vary), 2, origins=dict.fromkeys(vary, "--vary #1"),
            replicate=lambda *given: ran.append(given),
        )  # fmt: skip
    assert said in str(caught.value)
    assert not ran


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (f"vary: {{{RULE}: [consensus, majorty]}}", "'majorty' is not known here"),
        (f"vary: {{{FLEET}: 1:4:0}}", "the step of '1:4:0' is 0; write one above 0"),
        ("vary: {horizn: [3]}", "there is no 'horizn' here; did you mean 'horizon'?"),
        ("vary: {}", "nothing is varied"),
        (f"blocks: [{{sobol: {{{FLEET}: {{low: -4, high: 2}}}}, count: 4}}]", "-4 is too low"),
    ],
)
def test_faults_of_a_sweep_in_a_file_have_a_line(block, said):
    with pytest.raises(ScenarioError) as caught:
        _load(f"{tiny_yaml()}sweep:\n  {block}\n")
    problem = caught.value.problems[0]
    assert said in problem.message
    assert problem.line is not None
    assert problem.line >= len(tiny_yaml().splitlines()) + 1


def test_too_many_points_are_refused():
    with pytest.raises(ValueError, match="the sweep has 10,100 points, more than 10,000"):
        Sweep(vary={FLEET: list(range(101)), "b": list(range(100))})
    assert MOST_POINTS == 10_000


def test_the_study_is_at_home_in_a_notebook():
    study = swept({FLEET: [2, 5]}, 3)
    assert list(study.runs.columns[:2]) == ["point", FLEET]
    assert len(study.runs) == 6
    assert study._repr_html_().count("<tr>") > 3
    assert "2 points, 6 runs" in repr(study)


def test_an_interrupted_sweep_goes_on_where_it_was(tmp_path):
    from sim.engine.replication import run_replication
    from sim.experiment.sweep import do_sweep
    from sim.experiment.sweep_plan import plan_sweep
    from sim.experiment.sweep_results import sweep_store

    ran = []

    def counted(scenario, seed, replication):
        ran.append(replication)
        if len(ran) == 5:
            raise KeyboardInterrupt
        return run_replication(scenario, seed, replication)

    plan = plan_sweep(tiny_scenario(), Sweep(vary={FLEET: [2, 5]}), 4, replicate=counted)
    with pytest.raises(KeyboardInterrupt), sweep_store(plan, tmp_path) as store:
        do_sweep(plan, jobs=1, store=store)
    told = []
    with sweep_store(plan, tmp_path, say=told.append) as store:
        study = do_sweep(plan, jobs=1, store=store)
    assert told == ["4 of 8 runs taken over from an interrupted run"]
    assert len(ran) == 5 + 4
    for point in (0, 1):
        np.testing.assert_array_equal(study.book.of(point), swept({FLEET: [2, 5]}, 4).book.of(point))


def test_the_facade_sweeps_draws_and_writes(tmp_path):
    import sim

    study = sim.sweep(tiny_scenario(), {FLEET: "2:6:4"}, 3, responses=["killed"], out=tmp_path)
    assert next(path.name for path in study.plot(to=tmp_path / "charts")) == "sweep-bands.png"
    assert (study.shown, study.folder is not None) == (("killed",), True)
    texts = sim.sweep(tiny_scenario(), [f"{FLEET}=2:6:4"], 3, responses=["killed"])
    assert texts.scenario == study.scenario
    with pytest.raises(ScenarioError, match=r"--vary #1: .*mixes units"):
        sim.sweep(tiny_scenario(), ["horizon=1 h:2 days:1"], 3)
    with pytest.raises(ScenarioError, match="write one above 0"):
        sim.sweep(tiny_scenario(), {FLEET: "2:6:0"}, 3)


def test_a_summary_reads_a_point_piece_by_piece(monkeypatch):
    study = swept({"mandate.troops": [500, 1000]}, 9)
    whole = study.summary().as_dict()
    monkeypatch.setattr(sweep, "PIECE", 2)
    again = swept({"mandate.troops": [500, 1000]}, 9)
    assert [len(rows) for rows in again.pieces_of(0)] == [2, 2, 2, 2, 1]
    assert repr(again.rows_of(1)) == repr(study.rows_of(1))
    # Whoever wants all rows of a point at once takes gigabytes where there are a million.
    monkeypatch.setattr(sweep.SweepStudy, "rows_of", None)
    assert repr(again.summary().as_dict()) == repr(whole)
    values, pieces = (sweep.study_values(one)(0)["mandate"] for one in (study, again))
    assert list(values.values) == list(pieces.values)
    assert list(values.groups) == list(pieces.groups)


def test_a_run_that_fails_is_told_and_left_out():
    def sometimes(scenario, seed, replication):
        from sim.engine.replication import run_replication

        if replication == 1:
            raise RuntimeError("no")
        return run_replication(scenario, seed, replication)

    study = run_sweep(tiny_scenario(), Sweep(vary={FLEET: [2, 5]}), 4, jobs=1, replicate=sometimes)
    assert (study.failed, len(study.failures)) == (2, 2)
    assert isnan(values(study, 0, "killed")[1])
    assert study.summary().at(0, "killed").n == 3
