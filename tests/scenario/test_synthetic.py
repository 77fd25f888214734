"""Synthetic members as data: keys, ties, and a resolved file that reads again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.scenario.alliance import Alliance
from sim.scenario.errors import ScenarioError
from sim.scenario.load import load_scenario
from sim.scenario.plain import scenario_hash
from sim.scenario.resolve import resolve
from sim.scenario.synthetic import MOST, expanded
from tests.tiny import tiny_scenario, tiny_yaml

PLAN = """\
  synthetic:
    count: 3
    tie_least: -1
    tie_most: 1
    active_military: 20000
    dependence: 0.2
    capital: {name: Nowhere, lat: 48, lon: 60}
"""
REAL = {"AAA", "BBB", "CCC"}
few = settings(max_examples=20, deadline=None, derandomize=True)


def written(folder: Path, text: str | None = None) -> Path:
    path = folder / "tiny.yaml"
    path.write_text(text or tiny_yaml().replace("  coordination: 1\n", f"  coordination: 1\n{PLAN}", 1))
    return path


def raw_with(count: Any, **plan: Any) -> dict[str, Any]:
    raw = tiny_scenario().alliance.model_dump(mode="json")
    base = {
        "tie_least": -1, "tie_most": 1, "active_military": 20000, "dependence": 0.2,
        "capital": {"name": "Nowhere", "lat": 48, "lon": 60},
    }  # fmt: skip
    return {**raw, "synthetic": {**base, "count": count, **plan}}


def test_their_keys_are_codes_left_to_users_and_their_ties_are_spread_evenly(tmp_path: Path):
    alliance = load_scenario(written(tmp_path)).alliance
    assert set(alliance.members) == REAL | {"XAA", "XAB", "XAC"}
    for real in REAL:
        assert [alliance.tie(key, real) for key in ("XAA", "XAB", "XAC")] == [-1, 0, 1]
    assert alliance.tie("XAA", "XAB") == alliance.tie_default
    assert alliance.tie("AAA", "CCC") == 1.5


@few
@given(st.integers(0, 60), st.floats(-2, 2), st.floats(-2, 2))
def test_any_number_reads_again_as_the_same(count: int, least: float, most: float):
    once = expanded(raw_with(count, tie_least=least, tie_most=most))
    assert expanded(once) == once
    assert len(once["members"]) == 3 + count
    ties = [once["ties"][f"AAA-{key}"] for key in once["members"] if key not in REAL]
    assert all(min(least, most) - 1e-9 <= tie <= max(least, most) + 1e-9 for tie in ties)
    if count > 1:
        assert (ties[0], ties[-1]) == (least, pytest.approx(most))


def test_a_resolved_file_reads_again_to_the_same_bytes(tmp_path: Path):
    scenario = load_scenario(written(tmp_path))
    text = resolve(scenario)
    again = load_scenario(written(tmp_path, text))
    assert again == scenario
    assert resolve(again) == text
    assert scenario_hash(again) == scenario_hash(scenario)
    # with fewer, those of the earlier reading are gone
    fewer = load_scenario(written(tmp_path, text), ["synthetic.count=1"])
    assert set(fewer.alliance.members) == REAL | {"XAA"}
    assert not any("XAB" in pair for pair in fewer.alliance.ties)


@pytest.mark.parametrize("count", [2, "2", {"value": 2}, {"value": "2", "low": 1, "high": 3}, 2.0])
def test_a_number_is_read_as_the_model_reads_it(count: Any):
    assert set(Alliance.model_validate(raw_with(count)).members) == REAL | {"XAA", "XAB"}


def test_a_state_with_a_code_of_users_stays():
    raw = raw_with(2)
    raw["members"]["XAA"] = {**raw["members"]["BBB"], "name": "A state"}
    raw["ties"]["AAA-XAA"] = 2
    alliance = Alliance.model_validate(expanded(expanded(raw)))
    assert alliance.members["XAA"].name == "A state"
    assert alliance.tie("AAA", "XAA") == 2
    assert set(alliance.members) == REAL | {"XAA", "XAB", "XAC"}


@pytest.mark.parametrize("count", [-1, MOST + 1, "many", 1.5, True])
def test_a_number_that_cannot_be_is_refused(count: Any):
    with pytest.raises(ValidationError, match="count"):
        Alliance.model_validate(raw_with(count))


def test_they_need_a_range_of_ties(tmp_path: Path):
    with pytest.raises(ScenarioError, match="tie_least"):
        load_scenario(written(tmp_path), ["synthetic.tie_least=wide"])
