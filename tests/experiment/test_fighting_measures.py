"""Measures of a fight read off logs written by hand."""

from __future__ import annotations

from math import exp, isnan

import numpy as np
import pytest

from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.experiment.curves import curve_names, read_curves
from sim.experiment.dynamics.fighting import back_by, most_away, returned, turns
from sim.experiment.responses import responses_of
from sim.experiment.spans import spans
from sim.scenario.study import RecordEntry
from tests.engine.fights import STANDOFF, a_fight

K = EventKind
#: Two rounds: 6-10 h and 20-22 h, lasting from 30 h; half of those away come home at 0.1 per h from 40 h.
STORY = [
    (6, K.EXCHANGE, "", 1, {}),
    (6, K.DISPLACED, "CCC", 0, {"rate": 0.1, "toward": 100}),
    (10, K.DEATHS, "CCC", 3, {"civilians": 1, "wounded": 4}),
    (10, K.CEASEFIRE, "", 4, {"round": 1}),
    (10, K.DISPLACED, "CCC", 30, {"rate": 0.0, "toward": 30}),
    (20, K.EXCHANGE, "", 2, {}),
    (22, K.DEATHS, "BBB", 2, {"civilians": 0, "wounded": 0}),
    (22, K.CEASEFIRE, "", 2, {"round": 2}),
    (30, K.LASTING_CEASEFIRE, "", 24, {"rounds": 2}),
    (40, K.DISPLACED, "CCC", 30, {"rate": 0.1, "toward": 15}),
    (54, K.PULLED_BACK, "", 0, {}),
    (60, K.HORIZON, "", 0, {}),
]


def story(rows=STORY):
    return EventLog([EventRecord(i, t, k, who, "", n, -1, d) for i, (t, k, who, n, d) in enumerate(rows)])


def read(name, log=None, scenario=None):
    scenario = scenario or a_fight()
    return responses_of(scenario)[name].function(log or story(), scenario)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("firing", 1), ("rounds", 2), ("ceasefires_broken", 1), ("hours_of_firing", 6),
        ("hours_to_first_ceasefire", 4), ("hours_to_second_round", 14), ("hours_to_lasting_ceasefire", 24),
        ("hours_to_pull_back", 48), ("killed.CCC", 3), ("killed.BBB", 2), ("wounded.CCC", 4),
        ("civilians_killed", 1), ("killed", 5), ("displaced.CCC", 30),
        ("returned.CCC", 15 * (1 - exp(-2))), ("ceasefire_lasted", 1),
    ],
)  # fmt: skip
def test_a_response(name, value):
    assert read(name) == pytest.approx(value)


def test_what_has_not_happened_is_missing():
    begun = story([(6, K.EXCHANGE, "", 1, {}), (60, K.HORIZON, "", 0, {})])
    assert isnan(read("hours_to_first_ceasefire", begun))
    assert read("hours_of_firing", begun) == 54
    nothing = story([(60, K.HORIZON, "", 0, {})])
    assert read("rounds", nothing) == read("killed.CCC", nothing) == read("displaced.CCC", nothing) == 0
    assert turns(nothing) == []


def test_a_scenario_answers_only_what_it_can():
    names = set(responses_of(a_fight()))
    assert "hours_to_first_shot" not in names
    assert "displaced.BBB" not in names
    assert not {name for name in names if name.startswith("sent_")}
    assert "hours_to_first_shot" in responses_of(a_fight({"standoff": STANDOFF}))


def test_curves_agree_with_the_responses():
    scenario, log = a_fight(), story()
    grid = np.array([0.0, 8.0, 12.0, 21.0, 29.0, 31.0, 60.0])
    curves = dict(zip(curve_names(scenario), read_curves(log, scenario, grid), strict=True))
    assert list(curves["fighting_state"]) == [0, 2, 3, 2, 3, 4, 4]
    assert list(curves["killed.CCC"]) == [0, 0, 3, 3, 3, 3, 3]
    assert curves["away.CCC"][1] == pytest.approx(100 * (1 - exp(-0.2)))
    assert curves["away.CCC"][-1] + curves["returned.CCC"][-1] == pytest.approx(most_away(log, "CCC"))


def test_people_who_are_back_by_a_day():
    entry = RecordEntry.model_validate(
        {"response": "back_by", "label": "back", "kind": "instant", "unit": "people", "value": 1,
         "at": "2022-01-04T02:00+06:00"}
    )  # fmt: skip
    assert back_by(story(), a_fight(), entry) == pytest.approx(15 * (1 - exp(-1)))
    assert returned(story(), "CCC", 35) == 0
    assert set(spans()) >= {"back_by", "no_firing"}


@pytest.mark.parametrize(("day", "quiet"), [("2022-01-02T07:00+06:00", 0), ("2022-01-02T12:00+06:00", 1)])
def test_whether_there_is_firing_at_an_hour(day, quiet):
    entry = RecordEntry.model_validate(
        {"response": "no_firing", "label": "quiet", "kind": "instant", "unit": "", "value": 1, "at": day}
    )
    assert spans()["no_firing"].function(story(), a_fight(), entry) == quiet
