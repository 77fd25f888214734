from dataclasses import replace

import numpy as np
import pytest

from sim.alliance.record_reading import Observation
from sim.alliance.theories import Ordered
from sim.inference.decision_fit import (
    ABSTENTION,
    DEPENDENCE_POWER,
    FACTORS,
    PRIOR_MEAN,
    fit_decisions,
    scenes,
    thresholds,
)
from sim.inference.decisions_file import decisions_text, raw_weights
from sim.scenario.response import OrderedChoice
from tests.inference.records import shipped_cases


@pytest.fixture(scope="module")
def fit():
    return fit_decisions(shipped_cases())


def test_without_cases_the_priors_stand():
    fit = fit_decisions(())
    assert fit.mode[:9] == pytest.approx(PRIOR_MEAN, abs=0.01)


def test_the_fit_is_the_same_every_time_wherever_it_starts(fit):
    again = fit_decisions(shipped_cases())
    assert (fit.mode == again.mode).all()
    assert fit_decisions(shipped_cases(), fit.mode + 0.1).mode == pytest.approx(fit.mode, abs=0.1)


def test_thresholds_rise_and_the_posterior_is_a_distribution(fit):
    assert (np.diff(thresholds(fit.mode)) > 0).all()
    assert (np.linalg.eigvalsh(fit.covariance) > 0).all()


def test_forecasts_use_nothing_coded_of_the_answers(fit):
    cases = shipped_cases()[:6]
    blind = [replace(c, observed={m: Observation(3, 3, 1.0) for m in c.situation.members}) for c in cases]
    for one, other in zip(scenes(fit, cases), scenes(fit, blind), strict=True):
        assert (one.classes == other.classes).all()
        assert (one.weights == other.weights).all()


def test_scenes_add_up(fit):
    for scene in scenes(fit, shipped_cases()):
        assert scene.weights.sum() == pytest.approx(1)
        assert scene.classes.sum(axis=-1) == pytest.approx(1)


def test_at_the_mode_the_forecast_is_the_theory_s_own(fit):
    """Two roads to one number: nodes and arrays here, the theory's trapezoid there."""
    numbers = raw_weights(fit, fit.mode)
    names = (*FACTORS, "lead_line")
    model = OrderedChoice(
        weights={name: numbers[name] for name in names},
        **{name: value for name, value in numbers.items() if name not in names},
        abstention=ABSTENTION, contribution_margin=0.1, sigma_own=1.0,
        dependence_power=DEPENDENCE_POWER, dilution=0.4,
    )  # fmt: skip
    theory = Ordered(model)
    for coded, scene in zip(shipped_cases(), scenes(fit, shipped_cases(), draws=1), strict=True):
        mine = np.einsum("s,smk->mk", scene.weights, scene.classes)
        theirs = theory.chances(coded.situation)
        for member, row in zip(scene.members, mine, strict=True):
            assert row == pytest.approx(list(theirs[member]), abs=0.02)


def test_help_coded_for_everybody_raises_willingness(fit):
    asked = [c for c in shipped_cases() if c.situation.asked]
    eager = [replace(c, observed={m: Observation(3, 3, 1.0) for m in c.situation.members}) for c in asked]
    warm = fit_decisions(eager)
    before = np.mean([s.classes[..., 3].mean() for s in scenes(fit, asked, 1)])
    assert np.mean([s.classes[..., 3].mean() for s in scenes(warm, asked, 1)]) > before


def test_a_line_held_stays(fit):
    held = fit_decisions(shipped_cases(), fit.mode, line=1.0)
    assert held.mode[5] == 1.0
    assert held.covariance[5, 5] < 1e-6


def test_the_file_of_weights_is_reproduced():
    few = shipped_cases()[-6:]
    first = decisions_text("record.yaml", few)
    assert first == decisions_text("record.yaml", few, fit_decisions(few))
    assert "lead_line: {value:" in first
    assert all(f"\n  {c.case.conflict}:" in first for c in few)
