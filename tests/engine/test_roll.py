"""What members see of a crisis follows from the scenario alone."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.geometry import great_circle_km
from sim.engine.roll import roll_at_start
from sim.scenario.models import Scenario
from tests.tiny import tiny_scenario

ALLIES = ("AAA", "BBB")


def costs(scenario: Scenario) -> list[float]:
    """Return the cost of help that each ally sees."""
    return [roll_at_start(scenario).factors[key].cost for key in ALLIES]


def away(scenario: Scenario, place: Any) -> list[float]:
    """Return the way from each ally's capital to a *place*, in units of 3,000 km."""
    homes = [scenario.alliance.members[key].capital for key in ALLIES]
    return [great_circle_km(home.lat, home.lon, place.lat, place.lon) / 3000 for home in homes]


def test_help_costs_by_the_way_to_where_forces_would_land():
    near = tiny_scenario({"mission.arrival_airfields": {"host_field": 1}})
    both = tiny_scenario({"mission.arrival_airfields": {"host_field": 0.75, "ally_field": 0.25}})
    fields = near.alliance.airfields
    moved = [b - a for a, b in zip(costs(near), costs(both), strict=True)]
    ways = zip(away(near, fields["host_field"]), away(near, fields["ally_field"]), strict=True)
    assert moved == pytest.approx([0.25 * (to_ally - to_host) for to_host, to_ally in ways])


def test_without_a_mission_it_is_the_way_to_the_hosts_capital():
    planned = tiny_scenario({"mission.arrival_airfields": {"ally_field": 1}})
    without = planned.model_copy(update={"response": planned.response.model_copy(update={"mission": None})})
    capital = planned.alliance.members["CCC"].capital
    moved = [b - a for a, b in zip(costs(planned), costs(without), strict=True)]
    ways = zip(away(planned, planned.alliance.airfields["ally_field"]), away(planned, capital), strict=True)
    assert moved == pytest.approx([to_capital - to_ally for to_ally, to_capital in ways])
