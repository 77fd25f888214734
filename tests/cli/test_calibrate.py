from pathlib import Path

import pytest

from tests.tiny import tiny_yaml

RECORDED = """
  mandated: {response: mandate, label: Mandate, kind: instant, unit: "", value: 1}
  toll: {response: killed, label: Killed, kind: instant, unit: people, value: 40, scored: true, fitted: true}
  calm: {response: hours_to_order, label: Calm, kind: instant, unit: h, value: 90, scored: true, fitted: true}
  hit: {response: sites_overwhelmed, label: Overwhelmed, kind: instant, unit: sites, value: 1, fitted: true}
"""
PLAN = """calibration:
  parameters: [crisis.sites.north.forces]
  writes: tiny.fitted.yaml
  draws: 60
  rounds: 1
"""


@pytest.fixture
def fittable(tiny: Path) -> Path:
    """Return the path of a scenario with something to fit, quick enough for a test."""
    text = tiny_yaml().replace("record:\n", f"record:{RECORDED}") + PLAN
    path = Path("fittable.yaml")
    path.write_text(text)
    return path


def test_a_fit_writes_the_file_the_scenario_names_and_the_same_again(call, fittable):
    first = call("calibrate", fittable, "--quiet")
    written = Path("tiny.fitted.yaml").read_bytes()
    again = call("calibrate", fittable, "--quiet", "--jobs", 2)
    assert (first.code, again.code) == (0, 0)
    assert first.out.splitlines()[-2:] == ["written: the values are new", "tiny.fitted.yaml"]
    assert again.out.splitlines()[-2:] == [
        "unchanged: the file held these values already",
        "tiny.fitted.yaml",
    ]
    assert Path("tiny.fitted.yaml").read_bytes() == written
    assert b"crisis.sites.north.forces" in written


def test_the_written_values_can_be_used_by_the_scenario(call, fittable):
    call("calibrate", fittable, "--quiet")
    fittable.write_text("fitted: tiny.fitted.yaml\n" + fittable.read_text())
    assert call("check", fittable).code == 0
    before = Path("tiny.fitted.yaml").read_bytes()
    assert call("calibrate", fittable, "--quiet").code == 0  # starts from the ranges, not from the fit
    assert Path("tiny.fitted.yaml").read_bytes() == before


def test_another_file_can_be_named(call, fittable):
    ended = call("calibrate", fittable, "--quiet", "--to", "other.yaml", "--seed", 2)
    assert ended.folder == Path("other.yaml")
    assert not Path("tiny.fitted.yaml").exists()


def test_the_record_can_be_predicted_from_itself_without_writing(call, fittable):
    ended = call("calibrate", fittable, "--quiet", "--left-out")
    assert ended.code == 0
    assert ended.out.startswith("3 fitted entries of the record, each predicted")
    assert "fitted to the others" in ended.out
    assert not Path("tiny.fitted.yaml").exists()


def test_what_writes_nothing_takes_no_file(call, fittable):
    ended = call("calibrate", fittable, "--left-out", "--to", "other.yaml")
    assert (ended.code, ended.out) == (2, "")
    assert "--left-out writes no file; leave --to out" in ended.err


def test_a_scenario_without_a_plan_cannot_be_fitted(call):
    ended = call("calibrate", "tiny.yaml")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("tiny.yaml: calibration: ")


@pytest.mark.parametrize("name", ["../elsewhere.yaml", "/tmp/elsewhere.yaml", "tiny.txt"])
def test_a_plan_cannot_write_outside_its_folder(call, fittable, name):
    fittable.write_text(fittable.read_text().replace("writes: tiny.fitted.yaml", f"writes: {name}"))
    ended = call("calibrate", fittable)
    assert ended.code == 3
    assert "calibration.writes" in ended.err


def test_a_place_that_cannot_be_written_ends_with_1(call, fittable):
    ended = call("calibrate", fittable, "--quiet", "--to", "nowhere/fitted.yaml")
    assert (ended.code, ended.out) == (1, "")
    assert len(ended.err.splitlines()) == 1
