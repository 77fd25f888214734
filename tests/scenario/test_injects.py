"""Injects, measures and branches as data: what may be said, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sim.scenario.campaign import Episode
from sim.scenario.injects import Branch, Inject, Measure
from sim.scenario.models import Scenario, check_keys
from sim.scenario.response import Response
from tests.tiny import tiny_scenario

DAY = "2022-01-03T00:00+06:00"
LATER = "2022-01-05T00:00+06:00"


@pytest.mark.parametrize(
    "when",
    [
        {"at": DAY}, {"at": DAY, "latest": LATER}, {"rate": "0.1 per h"}, {"after": "appeal"},
        {"after": "appeal", "delay": "3 h"},
    ],
)  # fmt: skip
def test_there_are_three_ways_to_say_when(when: dict[str, Any]):
    assert Inject.model_validate({"label": "x", **when}).enabled


@pytest.mark.parametrize(
    "when",
    [
        {}, {"at": DAY, "rate": "0.1 per h"}, {"at": DAY, "after": "appeal"}, {"latest": LATER},
        {"at": LATER, "latest": DAY}, {"at": DAY, "delay": "3 h"}, {"rate": "0.1 per h", "latest": LATER},
    ],
)  # fmt: skip
def test_anything_else_is_refused(when: dict[str, Any]):
    with pytest.raises(ValidationError, match=r"exactly one|latest|delay"):
        Inject.model_validate({"label": "x", **when})


def test_a_collective_measure_without_a_time_follows_the_adoption():
    assert Measure.model_validate({"label": "x"}).after == "adopted"
    assert Measure.model_validate({"label": "x", "delay": "3 h"}).after == "adopted"
    assert Measure.model_validate({"label": "x", "rate": "0 per h", "by": ""}).after == ""
    with pytest.raises(ValidationError, match="exactly one"):
        Measure.model_validate({"label": "x", "by": "AAA"})


def test_what_was_read_reads_again():
    for raw in ({"label": "x"}, {"label": "x", "at": DAY, "latest": LATER, "levers": {"growth": 2}}):
        measure = Measure.model_validate(raw)
        assert Measure.model_validate(measure.model_dump(mode="json")) == measure


@pytest.mark.parametrize("chances", [[0.5, 0.4], [0.7, 0.4], [1.0, 0.1]])
def test_the_ways_of_a_branch_are_certain_together(chances: list[float]):
    ways = {str(i): {"label": "x", "chance": chance} for i, chance in enumerate(chances)}
    with pytest.raises(ValidationError, match="add up"):
        Branch.model_validate({"label": "b", "at": DAY, "outcomes": ways})


def test_a_lever_has_a_name_from_the_list():
    with pytest.raises(ValidationError, match="levers"):
        Inject.model_validate({"label": "x", "at": DAY, "levers": {"wealth": 2}})


def test_who_deploys_needs_something_to_deploy():
    raw = tiny_scenario().response.model_dump(mode="json")
    measure = {"label": "x", "at": DAY, "deploys": True}
    assert Response.model_validate({**raw, "measures": {"m": {**measure, "by": "AAA"}}})
    for broken in (
        {**raw, "measures": {"m": {**measure, "by": "CCC"}}},
        {**raw, "mandate": None, "mission": None, "measures": {"m": {**measure, "by": "AAA"}}},
    ):
        with pytest.raises(ValidationError, match="'m' deploys"):
            Response.model_validate(broken)


def test_no_two_share_a_key_and_so_their_luck():
    scenario = tiny_scenario()
    inject = Inject.model_validate({"label": "x", "at": DAY})
    measure = Measure.model_validate({"label": "x", "at": DAY, "by": "AAA"})
    crisis = scenario.crisis.model_copy(update={"injects": {"same": inject}})
    response = scenario.response.model_copy(update={"measures": {"same": measure}})
    with pytest.raises(ValueError, match="'same' names two"):
        check_keys(crisis, response)
    raw = scenario.model_dump(mode="json")
    raw["crisis"], raw["response"] = crisis.model_dump(mode="json"), response.model_dump(mode="json")
    with pytest.raises(ValidationError, match="'same' names two"):
        Scenario.model_validate(raw)
    part = {
        "title": "t",
        "start": DAY,
        "horizon": "9 h",
        "crisis": raw["crisis"],
        "response": raw["response"],
    }
    with pytest.raises(ValidationError, match="'same' names two"):
        Episode.model_validate(part)
