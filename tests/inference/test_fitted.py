"""What a calibration hands on: results, notes and the file."""

from __future__ import annotations

from math import exp, nan
from pathlib import Path

import pytest
import yaml

from sim.inference.fitted import LEAST_SPREAD, CalibrationResult, summarise
from sim.inference.fitted_text import calibration_text, fitted_text, write_fitted
from sim.inference.likelihood import Target, target_of
from sim.inference.population import Parameter, each, fit
from sim.inference.posterior import luck, normal_scores
from sim.scenario.study import Posterior, RecordEntry

PARAMETERS = [Parameter("crisis.pace", lambda u: 10**u), Parameter("crisis.idle", lambda u: 10**u)]
RANGES = {"crisis.pace": (1.0, 10.0), "crisis.idle": (1.0, 10.0)}


def targets() -> list[Target]:
    known = RecordEntry(response="x", label="x", kind="instant", unit="h", value=3.0)
    least = RecordEntry(response="x", label="x", kind="bound", unit="h", low=0.5)
    return [target_of("first", known), target_of("least", least)]


def toy(values: dict[str, float], index: int) -> dict[str, float]:
    noise = normal_scores(luck(0, "toy", index).random(2))
    first = values["crisis.pace"] * exp(0.2 * noise[0])
    return {"first": first if index % 10 else nan, "least": exp(float(noise[1]))}


def a_result(seed: int = 1) -> CalibrationResult:
    populations = fit(PARAMETERS, targets(), each(toy), draws=500, rounds=2, seed=seed)
    return summarise(
        populations,
        PARAMETERS,
        RANGES,
        targets(),
        scenario="toy",
        fixed="",
        version="0",
        seed=seed,
        notes=["a note"],
    )


def test_what_is_written_lies_within_the_inputs_own_range():
    for p in a_result().parameters:
        assert p.low <= p.median <= p.high
        assert p.spread >= LEAST_SPREAD


def test_the_quantity_that_identifies_an_input_is_named():
    pace, idle = a_result().parameters
    assert [key for key, _ in pace.identified_by] == ["first"]
    assert idle.identified_by == ()
    assert (pace.says_little, idle.says_little) == (False, True)
    assert "the record says little" in idle.note


def test_the_fit_brings_the_quantity_nearer_the_record():
    first, least = a_result().quantities
    assert first.piece_posterior > first.piece_prior
    assert first.posterior[1] == pytest.approx(3, rel=0.1)
    assert first.happened == pytest.approx(0.9)
    assert (first.low, first.high) == pytest.approx((3, 3))
    assert str(least.high) == "nan"


def test_inputs_that_only_act_together_are_said_to():
    def product(values: dict[str, float], index: int) -> dict[str, float]:
        return toy({"crisis.pace": values["crisis.pace"] * values["crisis.idle"]}, index + 1) | {"least": 1.0}

    def whole(values: dict[str, float], index: int) -> dict[str, float]:
        return product(values, 10 * index)

    populations = fit(PARAMETERS, targets(), each(whole), draws=500, rounds=3, seed=1)
    result = summarise(
        populations, PARAMETERS, RANGES, targets(), scenario="toy", fixed="", version="0", seed=1
    )
    assert [(a, b) for a, b, _ in result.correlations] == [("crisis.pace", "crisis.idle")]
    assert result.correlations[0][2] < -0.5
    assert any("correlated" in note for note in result.notes)


def test_the_file_reads_back_as_posteriors():
    result = a_result()
    raw = yaml.safe_load(fitted_text(result))
    assert list(raw) == ["crisis.pace", "crisis.idle"]
    for parameter in result.parameters:
        posterior = Posterior.model_validate(raw[parameter.path])
        assert posterior.fitted_median == parameter.median
        assert posterior.fitted_spread == parameter.spread
        assert posterior.source[0].startswith("fitted by python -m sim calibrate")


def test_the_same_calibration_writes_the_same_bytes(tmp_path: Path):
    one = write_fitted(a_result(), tmp_path / "one.yaml")
    two = write_fitted(a_result(), tmp_path / "two.yaml")
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes() != write_fitted(a_result(seed=2), tmp_path / "three.yaml").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.yaml", "three.yaml", "two.yaml"]


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path):
    (tmp_path / "taken.yaml").mkdir()
    with pytest.raises(OSError, match=r"taken\.yaml"):
        write_fitted(a_result(), tmp_path / "taken.yaml")
    assert [p.name for p in tmp_path.iterdir()] == ["taken.yaml"]


def test_a_posterior_is_never_written_as_a_point():
    certain = [Parameter("crisis.pace", lambda u: 3.0), PARAMETERS[1]]
    populations = fit(certain, targets(), each(toy), draws=200, rounds=1, seed=1)
    result = summarise(populations, certain, RANGES, targets(), scenario="toy", fixed="", version="0", seed=1)
    assert result.parameters[0].spread == LEAST_SPREAD
    assert "fitted_spread: 1.02" in fitted_text(result)


def test_the_tables_name_every_input_quantity_and_note():
    text = calibration_text(a_result())
    for word in ("crisis.pace", "crisis.idle", "first", "at least 0.5", "a note", "round 2"):
        assert word in text
