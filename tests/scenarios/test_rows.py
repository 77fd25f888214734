"""The rows: every switch moves what it should with the same luck, and nothing at all once its effect is nil.

Most effects are assumptions. What is tested is the wiring, not the world: that the switch reaches the
response it is said to move, in the direction that its own assumption gives it.
"""

from __future__ import annotations

import shlex
from functools import cache
from math import isnan, sqrt
from pathlib import Path
from statistics import fmean, stdev

import pytest

from sim import api
from sim.cli.run import run_command
from sim.cli.sweep import sweep_command
from sim.experiment.responses import responses_of
from sim.experiment.study import run_study
from sim.experiment.sweep_plan import plan_sweep
from sim.scenario.load import load_scenario, with_settings
from sim.scenario.models import Scenario
from sim.scenario.plain import scenario_hash
from sim.scenario.vary import make_sweep, read_vary
from tests.scenarios.row_table import (
    CARRIED,
    ROWS,
    Row,
    carried_lines,
    command,
    document_lines,
    sides,
    variants_named,
)

ROOT = Path(__file__).parents[2]
README = ROOT / "scenarios" / "README.md"
NIL_RUNS = 8
EVERY = {f"R{number:02d}" for number in range(1, 51)}
each = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.id}-{row.response}")
_studies: dict[str, tuple[Scenario, list[dict[str, float]]]] = {}


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def answers(scenario: Scenario, response: str, runs: int) -> list[float]:
    """Return a response run by run; a study that another row has run at least as far is not run again."""
    key = scenario_hash(scenario)
    if key not in _studies or len(_studies[key][1]) < runs:
        study = run_study(scenario, runs, jobs=1, variants=())
        assert study.failures == []
        _studies[key] = scenario, study.rows
    return [row[response] for row in _studies[key][1][:runs]]


@cache
def both_sides(place: int, nil: bool) -> tuple[Scenario, Scenario]:
    """Return the two scenarios of the row at a place."""
    return sides(ROWS[place], nil=nil)


def pairs(row: Row, runs: int, *, nil: bool) -> list[tuple[float, float]]:
    """Return the response of both sides, run by run with the same luck."""
    one, other = (answers(side, row.response, runs) for side in both_sides(ROWS.index(row), nil))
    return list(zip(one, other, strict=True))


@each
def test_a_switch_moves_its_response(row):
    assert row.runs <= 40
    both = [(a, b) for a, b in pairs(row, row.runs, nil=False) if not (isnan(a) or isnan(b))]
    found = [b - a for a, b in both]
    assert len(found) >= 8
    mean, error = fmean(found), stdev(found) / sqrt(len(found))
    assert row.way * mean > 0
    assert row.way * mean >= 2 * error


@each
def test_a_switch_without_effect_moves_nothing(row):
    both = pairs(row, min(NIL_RUNS, row.runs), nil=True)
    assert all(a == b or (isnan(a) and isnan(b)) for a, b in both)


@each
def test_its_command_runs_what_is_tested(row):
    words = shlex.split(command(row))
    assert words[:3] == ["python", "-m", "sim"]
    verb = {"run": run_command, "sweep": sweep_command}[words[3]]
    asked = verb.make_context(words[3], words[4:]).params
    assert asked["reps"] == row.runs
    scenario = api.load(asked["file"], asked["overrides"])
    one, other = both_sides(ROWS.index(row), False)
    assert row.response in responses_of(other)
    if words[3] == "sweep":
        vary, origins = read_vary(asked["vary"])
        sweep = make_sweep({"vary": vary, "responses": list(asked["responses"])}, scenario.sweep, origins)
        assert plan_sweep(scenario, sweep, 1, 1, origins=origins)
        [(path, levels)] = vary.items()
        points = [with_settings(scenario, {path: level}) for level in levels]
        assert [bare(point) for point in points] == [bare(one), bare(other)]
    else:
        assert set(variants_named(row)) <= set(scenario.variants)


def bare(scenario: Scenario) -> str:
    """Return what identifies a scenario but for the study around it."""
    return scenario_hash(scenario.model_copy(update={"variants": {}, "sweep": None}))


@pytest.mark.parametrize("carried", CARRIED, ids=lambda c: f"{c.id}-{c.response}")
def test_an_event_is_there_and_of_the_right_size(carried):
    scenario = load_scenario(f"scenarios/{carried.scenario}.yaml")
    known = [value for value in answers(scenario, carried.response, 40) if not isnan(value)]
    assert len(known) >= 8
    assert carried.low <= fmean(known) <= carried.high


def test_every_row_is_there_and_in_the_document():
    assert {row.id for row in ROWS} == EVERY
    written = [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("| R")]
    assert [less_figures(line) for line in written] == [
        less_figures(line) for line in (*document_lines({}), *carried_lines({}))
    ]
    assert all(line.rsplit("|", 2)[1].strip() for line in written)


def less_figures(line: str) -> str:
    """Return a line of a table without its last cell."""
    return line.rsplit("|", 2)[0].rstrip()


def test_the_example_of_the_document_loads_and_runs(tmp_path):
    document = README.read_text(encoding="utf-8").partition("## A small complete example")[2]
    path = tmp_path / "small_town.yaml"
    path.write_text(document.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    for folder in ("parts", "alliances"):
        (tmp_path / folder).symlink_to(ROOT / "scenarios" / folder)
    study = run_study(load_scenario(path), 4, jobs=1)
    assert study.failures == []
    assert len(study.variant_rows["no_price_rise"]) == 4
    assert study.scenario.hypothetical


def test_what_the_document_says_of_the_bench_is_so():
    scenario = load_scenario("scenarios/ready_alliance.yaml")
    rows = run_study(scenario, 20, jobs=1, variants=()).rows
    assert all(row["help_level"] == 3 for row in rows if row["appealed"])


@cache
def _elements() -> set[str]:
    return {str(path.relative_to(ROOT / "sim").with_suffix("")) for path in (ROOT / "sim").rglob("*.py")}


@each
def test_its_element_is_a_module(row):
    assert row.element in _elements()
