"""Scenarios read and changed by path: quickly for numbers, checked for anything."""

from __future__ import annotations

import pytest

from sim.scenario.errors import ScenarioError
from sim.scenario.load import with_settings
from sim.scenario.paths import ALIASES, full_path, quantities, read_path, with_values
from sim.scenario.quantities import Quantity
from tests.tiny import tiny_scenario

FORCES = "crisis.sites.north.forces"


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("council.rule", "alliance.organs.council.rule"),
        ("members.AAA.dependence", "alliance.members.AAA.dependence"),
        ("sites.north.forces", FORCES),
        ("offers.BBB.troops", "response.offers.BBB.troops"),
        (FORCES, FORCES),
        ("horizon", "horizon"),
    ],
)
def test_shortened_paths_are_written_out(short: str, full: str) -> None:
    assert full_path(short) == full_path(full) == full
    assert read_path(tiny_scenario(), short) == read_path(tiny_scenario(), full)


def test_every_shortened_path_leads_somewhere() -> None:
    for first in ALIASES:
        read_path(tiny_scenario(), first)  # raises KeyError where nothing can stand


@pytest.mark.parametrize("path", ["crisis.sits", "sites.west.forces", "alliance.chairs.7", "horizon.x", ""])
def test_a_path_that_leads_nowhere_is_told(path: str) -> None:
    with pytest.raises(KeyError):
        read_path(tiny_scenario(), path)
    with pytest.raises(KeyError):
        with_values(tiny_scenario(), {path: 1.0})


@pytest.mark.parametrize("path", ["crisis.sites.north", "crisis.title", "alliance.airlift.weather"])
def test_only_numbers_take_values(path: str) -> None:
    with pytest.raises(KeyError):
        with_values(tiny_scenario(), {path: 1.0})


def test_values_change_what_is_named_and_nothing_else() -> None:
    before = tiny_scenario()
    after = with_values(before, {"sites.north.forces": 700.0, "alliance.organs.chair_opens": 2.0})
    number = read_path(after, FORCES)
    assert isinstance(number, Quantity)
    assert (number, number.low, number.source) == (700.0, 500.0, ("assumption: small world",))
    assert after.alliance.organs.chair_opens.sample(0.3) == 2.0
    assert read_path(before, FORCES) == 1000.0
    assert after.crisis.sites["south"] is before.crisis.sites["south"]
    changed = {p for (p, a), (_, b) in zip(quantities(before), quantities(after), strict=True) if a != b}
    assert changed == {FORCES, "alliance.organs.chair_opens"}
    assert with_values(after, {FORCES: 1000.0, "organs.chair_opens": 0.5}) == before


def test_every_number_has_a_path_that_reads_and_sets_it() -> None:
    scenario = tiny_scenario()
    for path, number in quantities(scenario):
        assert read_path(scenario, path) is number
    values = {path: float(number) + 1 for path, number in quantities(scenario)}
    moved = dict(quantities(with_values(scenario, values)))
    assert moved == values


def test_many_values_are_set_at_once() -> None:
    scenario = tiny_scenario()
    values = {path: float(number) for path, number in list(quantities(scenario))[::4][:30]}
    assert len(values) == 30
    changed = with_values(scenario, {path: value + 1 for path, value in values.items()})
    assert {path: float(read_path(changed, path)) for path in values} == {p: v + 1 for p, v in values.items()}


def test_settings_are_checked_as_a_whole() -> None:
    scenario = tiny_scenario()
    changed = with_settings(
        scenario, {"council.rule": "unanimity", "crisis.reserves.order": {"value": "9 h"}}
    )
    assert changed.alliance.organs.council.rule == "unanimity"
    assert changed.crisis.reserves.order.sample(0.5) == 9.0
    with pytest.raises(ScenarioError) as caught:
        with_settings(
            scenario, {"council.rule": "unanimty", "mission.arrival_airfields.host_field": 0.5}, "here"
        )
    assert [str(problem) for problem in caught.value.problems] == [
        "tiny: response.mission: the shares in 'arrival_airfields' add up to 0.5, not 1",
        "here: council.rule: 'unanimty' is not known here; did you mean 'unanimity'?",
    ]


def test_a_number_that_is_set_is_certain() -> None:
    scenario = tiny_scenario()
    assert "sites.north.forces" in scenario.uncertain
    changed = tiny_scenario({FORCES: 3000})
    assert "sites.north.forces" not in changed.uncertain
    number = changed.crisis.sites["north"].forces
    assert (number, number.low, number.source) == (3000.0, None, ("assumption: small world",))
    assert tiny_scenario({FORCES: 900}).crisis.sites["north"].forces.low == 500.0
