"""A change by path is read again where it changes something, to the same end as if all were."""

from __future__ import annotations

from typing import Any

import pytest

from sim.scenario import load as loading
from sim.scenario.errors import ScenarioError
from sim.scenario.load import with_settings
from sim.scenario.plain import plain_data
from sim.scenario.variants import variants_of
from tests.tiny import tiny_scenario

SETTINGS: tuple[dict[str, Any], ...] = (
    {"council.rule": "simple_majority"},
    {"crisis.sites.north.forces": 700},
    {"crisis.sites.north.forces": {"value": 700, "low": 1, "high": 900, "source": "a book"}},
    {"crisis.sites.north.name": "Elsewhere", "crisis.sites.north.lat": 41.5},
    {"organs.council.travel": {"lognormal": {"median": "3 h", "spread": 2}}},
    {"organs.council.travel": "3 h"},
    {"members.AAA.units.guards.echelons.main.readiness": "company"},
    {"ties.AAA-BBB": -1},
    {"horizon": "30 h", "title": "Another"},
    {"response.decision.collective": False, "members.BBB.participates": False},
)
FAULTS: tuple[dict[str, Any], ...] = (
    {"council.rule": "no_rule"},
    {"crisis.sites.north.forces": -1},
    {"members.AAA.units.guards.echelons.main.share": 0.3},
    {"members.AAA.units.guards.echelons.main.readiness": "nowhere"},
    {"organs.council.travel": {"lognormal": {"median": "3 h", "spread": 0.5}}},
    {"crisis.sites": {"north": {"name": "Elsewhere"}}},
)


def outcome(settings: dict[str, Any]) -> Any:
    """Return what a scenario becomes with *settings*, or what is wrong with them."""
    try:
        return plain_data(with_settings(tiny_scenario(), settings))
    except ScenarioError as error:
        return str(error)


@pytest.mark.parametrize("settings", SETTINGS + FAULTS, ids=str)
def test_reading_only_what_changed_gives_what_reading_everything_gives(settings, monkeypatch):
    found = outcome(settings)
    monkeypatch.setattr(loading, "reuse", lambda data, old, read: data)
    assert found == outcome(settings)
    assert isinstance(found, str) == (settings in FAULTS)


def test_what_is_not_changed_is_shared():
    scenario = tiny_scenario()
    changed = with_settings(scenario, {"crisis.sites.north.forces": 700})
    assert changed.alliance is scenario.alliance
    assert changed.crisis.host_choice is scenario.crisis.host_choice
    assert changed.crisis.sites["north"].forces == 700


def test_variants_are_made_of_the_scenario_without_the_others():
    scenario = tiny_scenario()
    alone = scenario.model_copy(update={"variants": {}})
    made = variants_of(scenario)
    assert made == {key: with_settings(alone, variant.set) for key, variant in scenario.variants.items()}
    assert made
