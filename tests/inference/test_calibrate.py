"""Calibration and sensitivity on a shipped scenario, small."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.engine.event_log import EventKind
from sim.engine.replication import run_replication
from sim.experiment.executors import execute
from sim.inference.calibrate import calibrate
from sim.inference.effects import one_at_a_time
from sim.inference.fitted_text import fitted_text
from sim.inference.likelihood import fitted_targets
from sim.inference.sensitivity import centred, sensitivity, swings_of
from sim.inference.simulate import (
    SETTLED,
    DrawSimulator,
    DrawTask,
    PointSimulator,
    PointTask,
    point_runner,
    settled,
)
from sim.scenario.errors import ScenarioError
from sim.scenario.load import load_scenario
from sim.scenario.models import Scenario
from sim.scenario.paths import read_path, with_values
from sim.scenario.quantities import Quantity
from sim.scenario.study import Posterior

FILE = Path(__file__).resolve().parents[2] / "scenarios" / "kazakhstan.yaml"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(FILE, use_fitted=False)


def planned(scenario: Scenario, **keys: Any) -> Scenario:
    assert scenario.calibration is not None
    said = scenario.calibration
    numbers = {
        key: Quantity(value, unit=getattr(said, key).unit)
        for key, value in keys.items()
        if type(value) is int
    }
    return scenario.model_copy(update={"calibration": said.model_copy(update=keys | numbers)})


def few_parameters(scenario: Scenario) -> tuple[str, ...]:
    assert scenario.calibration is not None
    return scenario.calibration.parameters[:2]


def test_a_calibration_run_again_gives_the_same_file(scenario: Scenario):
    small = planned(scenario, draws=120, rounds=2)
    told: list[tuple[int, int]] = []
    first = calibrate(small, seed=1, progress=lambda done, total: told.append((done, total)))
    assert fitted_text(first) == fitted_text(calibrate(small, seed=1))
    assert told[-1] == (240, 240)
    assert [d for d, _ in told] == sorted(d for d, _ in told)
    for p in first.parameters:
        assert p.low <= p.median <= p.high


def test_workers_and_order_change_no_draw(scenario: Scenario):
    keys = tuple(t.key for t in fitted_targets(scenario.record))
    simulator = DrawSimulator(scenario, keys, seed=1)
    tasks = [DrawTask(i, dict.fromkeys(few_parameters(scenario), 0.3)) for i in range(30)]
    here = [simulator(task) for task in reversed(tasks)][::-1]
    assert repr(execute(simulator, tasks, 2, pool_from=1)) == repr(here)


def test_with_the_answer_settled_every_appeal_brings_a_mandate_and_every_offer(scenario: Scenario):
    answered = with_values(settled(scenario), SETTLED)
    appeals = 0
    for replication in range(20):
        log = run_replication(answered, 1, replication)
        mandate = log.first(EventKind.MANDATE)
        if log.first(EventKind.APPEAL) is not None:
            appeals += 1
            assert mandate is not None
            assert set(mandate.detail["contributors"]) == set(scenario.response.offers)
    assert appeals > 0


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"parameters": ()}, "no parameters to fit"),
        ({"parameters": ("response.decision.ordered_choice.weights.cost",)}, "belongs to the decision"),
        ({"parameters": ("crisis.unrest.calm",)}, "is not under 'uncertain:'"),
        ({"parameters": ("crisis.unrest.killed",) * 2}, "named twice"),
    ],
)
def test_a_parameter_that_cannot_be_fitted_is_refused(scenario: Scenario, keys: dict[str, Any], message: str):
    uncertain = {k: v for k, v in scenario.uncertain.items() if k != "crisis.unrest.calm"}
    changed = planned(scenario, **keys).model_copy(update={"uncertain": uncertain})
    with pytest.raises(ScenarioError, match=message):
        calibrate(changed)


def test_more_parameters_than_half_the_record_are_refused(scenario: Scenario):
    record: dict[str, Any] = {
        k: e.model_copy(update={"fitted": i < 4}) for i, (k, e) in enumerate(scenario.record.items())
    }
    changed = planned(scenario, parameters=few_parameters(scenario)).model_copy(update={"record": record})
    with pytest.raises(ScenarioError, match="2 parameters for 4 fitted quantities"):
        calibrate(changed)


def test_a_scenario_that_is_already_fitted_is_refused(scenario: Scenario):
    path = few_parameters(scenario)[0]
    done = Posterior(fitted_median=1.0, fitted_spread=1.5)
    changed = scenario.model_copy(update={"uncertain": {**scenario.uncertain, path: done}})
    with pytest.raises(ScenarioError, match="already stands as fitted"):
        calibrate(changed)


def test_a_scenario_without_a_plan_is_refused(scenario: Scenario):
    with pytest.raises(ScenarioError, match="no 'calibration:' block"):
        calibrate(scenario.model_copy(update={"calibration": None}))


def test_fitted_inputs_stand_at_their_median_and_keep_their_range(scenario: Scenario):
    path = few_parameters(scenario)[0]
    low, high = read_path(scenario, path).low, read_path(scenario, path).high
    done = Posterior(fitted_median=(low + high) / 2, fitted_spread=1.5)
    changed = scenario.model_copy(update={"uncertain": {**scenario.uncertain, path: done}})
    assert float(read_path(centred(changed), path)) == (low + high) / 2
    swing = next(s for s in swings_of(changed) if s.path == path)
    assert (swing.low, swing.base, swing.high) == (low, (low + high) / 2, high)


def test_growth_moves_deaths_and_the_rate_of_deaths_moves_no_city(scenario: Scenario):
    wanted = ("crisis.unrest.growth", "crisis.unrest.killed")
    swings = [s for s in swings_of(scenario) if s.path in wanted]
    run = point_runner(scenario, ("killed", "sites_overwhelmed"), seed=1, jobs=1, progress=None)
    rows = {
        (r.response, r.swing.path): r
        for r in one_at_a_time(swings, ["killed", "sites_overwhelmed"], run, reps=12)
    }
    assert rows["killed", "crisis.unrest.growth"].effect_low > 0
    assert rows["killed", "crisis.unrest.killed"].effect_low > 0
    # Deaths are counted, not felt: their rate moves no city.
    assert rows["sites_overwhelmed", "crisis.unrest.killed"].effect == 0


def test_a_response_outside_its_stratum_is_nan(scenario: Scenario):
    alone = with_values(scenario, {"crisis.host_choice.cost_at_home": 100.0})
    outcome = PointSimulator(alone, ("appealed", "flights_in"), 1)
    assert repr(outcome(PointTask({}, 0))) == "{'appealed': 0.0, 'flights_in': nan}"


def test_too_few_replications_and_unknown_responses_are_refused(scenario: Scenario):
    with pytest.raises(ValueError, match="at least 30"):
        sensitivity(scenario, reps=29)
    with pytest.raises(ScenarioError, match="there is no response 'kiled'; did you mean 'killed'"):
        sensitivity(scenario, responses=["kiled"])


def test_a_draw_runs_with_the_fitted_inputs_it_is_given(scenario: Scenario):
    keys = ("killed",)
    simulator = DrawSimulator(scenario, keys, seed=1)

    def killed(u: float) -> float:
        return sum(simulator(DrawTask(i, {"crisis.unrest.killed": u}))["killed"] for i in range(12))

    assert killed(0.05) < killed(0.95)


def test_the_answer_is_settled_whatever_the_model_of_decision():
    from tests.tiny import tiny_scenario

    plain = settled(tiny_scenario())
    other = settled(tiny_scenario({"decision.model": "always_none"}))
    assert other.response.decision == plain.response.decision
    assert plain.response.decision.model == "ordered_choice"
    assert plain.response.decision.weights == "assumed"
