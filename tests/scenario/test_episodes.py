"""Campaign files: episodes filled in from files of their own, resolved and read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.errors import ScenarioError
from sim.scenario.load import load_scenario
from sim.scenario.models import Scenario
from sim.scenario.resolve import resolve, scenario_hash
from tests.tiny import tiny_yaml

CRISES = """\
crises:
  first: {use: other.yaml}
  second: {use: other.yaml, start: 2022-03-01T00:00+06:00, title: Again, enabled: false}
  third:
    use: other.yaml
    crisis: {sites: {north: {weight: 0.1}}}
    response: {mandate: {ceiling: 1400}}
"""


def campaign(folder: Path, crises: str = CRISES, overrides: tuple[str, ...] = ()) -> Scenario:
    (folder / "other.yaml").write_text(tiny_yaml().replace("A tiny crisis", "The other crisis"))
    path = folder / "many.yaml"
    path.write_text(tiny_yaml() + crises)
    return load_scenario(path, overrides)


def test_an_episode_takes_its_crisis_and_its_answer_from_its_file(tmp_path: Path):
    made = campaign(tmp_path)
    other = load_scenario(tmp_path / "other.yaml")
    first = made.crises["first"]
    assert (first.title, first.enabled, first.start) == ("The other crisis", True, other.start)
    assert first.crisis == other.crisis
    assert first.response == other.response
    assert first.horizon == other.horizon


def test_what_the_campaign_says_itself_goes_first(tmp_path: Path):
    made = campaign(tmp_path)
    second, third = made.crises["second"], made.crises["third"]
    assert (second.title, second.enabled, second.start.month) == ("Again", False, 3)
    assert third.crisis.sites["north"].weight == 0.1
    assert third.crisis.sites["north"].forces == made.crises["first"].crisis.sites["north"].forces
    assert third.response.mandate is not None
    assert third.response.mandate.ceiling == 1400


def test_what_is_uncertain_in_an_episode_is_so_in_the_campaign(tmp_path: Path):
    made = campaign(tmp_path)
    paths = {str(path) for path in made.uncertain}
    assert "crises.first.crisis.sites.north.forces" in paths
    assert "crises.third.response.decision.ordered_choice.weights.lead_line" in paths
    assert not any(path.startswith(("crises.first.alliance", "alliance.crises")) for path in paths)


def test_a_resolved_campaign_reads_again_to_the_same_digest_and_bytes(tmp_path: Path):
    made = campaign(tmp_path)
    path = tmp_path / "resolved.yaml"
    path.write_text(resolve(made))
    again = load_scenario(path)
    assert again == made
    assert resolve(again) == resolve(made)
    assert scenario_hash(again) == scenario_hash(made)


def test_an_episode_can_be_set_and_switched(tmp_path: Path):
    off = campaign(tmp_path, overrides=("crises.first.enabled=false",))
    assert not off.crises["first"].enabled
    set_ = campaign(tmp_path, overrides=("crises.first.crisis.sites.north.weight=0.2",))
    assert set_.crises["first"].crisis.sites["north"].weight == 0.2
    assert set_.crises["third"].crisis.sites["north"].weight == 0.1


@pytest.mark.parametrize(
    ("crises", "told"),
    [
        ("crises: {first: {use: nowhere.yaml}}\n", "nowhere.yaml"),
        ("crises: {first: {use: other.yaml, horizn: 3 h}}\n", "horizon"),
        ("crises: {first: {use: other.yaml, start: soon}}\n", "start"),
    ],
)
def test_faults_are_told(tmp_path: Path, crises: str, told: str):
    with pytest.raises(ScenarioError, match=told):
        campaign(tmp_path, crises)
