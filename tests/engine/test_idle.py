"""Switches that nothing reads are told, and those that act are not."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.event_log import EventLog
from sim.engine.idle import MOST, idle_everywhere, idle_switches, unasked
from sim.engine.replication import run_replication
from sim.scenario.errors import ScenarioError
from sim.scenario.load import load_scenario, with_settings
from sim.scenario.models import Scenario
from tests.engine.borders import RAID, border
from tests.engine.campaigns import campaign, episode
from tests.engine.fights import a_fight
from tests.engine.worlds import certain_world, history

LINK = {"name": "link", "in_force": "2010-01-01", "affects": "planning", "factor": 0.5}
BASE = {
    "name": "Fort", "owner": "AAA", "place": {"name": "Fort", "lat": 44.5, "lon": 70}, "troops": 500,
    "near": ["CCC"], "levers": {"readiness": 0.5},
}  # fmt: skip
NO_FORCE: dict[str, Any] = {"response.mandate": None, "response.mission": None, "response.offers": {}}


def why(scenario: Scenario, path: str) -> str:
    """Return what is told of a path, or nothing."""
    notes = idle_switches(scenario, [path])
    assert all(note.startswith(f"note: nothing in this crisis reads {path}: ") for note in notes)
    return notes[0].rpartition(": ")[2] if notes else ""


def linked(scenario: Scenario, **link: Any) -> Scenario:
    return with_settings(scenario, {"alliance.instruments.link": {**LINK, **link}})


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ({}, ""),
        ({"affects": "arrivals"}, "no quantity here follows its lever (arrivals)"),
        ({"affects": "arrivals", "also": ["growth"]}, ""),
        ({"in_force": None}, "it is not in force before the run ends"),
        ({"in_force": "2030-01-01"}, "it is not in force before the run ends"),
        ({"enabled": False}, "it is not in force before the run ends"),
        ({"only_where": {"territory": "external"}}, "it works only where territory is external"),
    ],
)
def test_an_instrument_is_told_by_its_lever_its_day_and_the_kind_of_crisis(link: dict[str, Any], told: str):
    found = why(linked(certain_world(), **link), "instruments.link.factor")
    assert found.startswith(told)
    assert bool(found) is bool(told)


@pytest.mark.parametrize(
    "lever", ["planning", "growth", "arrivals", "raids", "intensity", "strikes", "refugees", "contacts"]
)
def test_a_lever_of_which_it_is_told_that_nothing_reads_it_moves_nothing(lever: str):
    raids = {"crisis.incursions.raids": {"one": RAID}}
    for scenario in (certain_world(), border(raids), border(), a_fight()):
        strong, weak = (linked(scenario, affects=lever, factor=factor) for factor in (0.01, 1))
        same = [history(run_replication(one, 1, 0)) for one in (strong, weak)]
        if why(strong, "instruments.link.factor"):
            assert same[0] == same[1]


def test_an_instrument_under_which_things_are_done_is_never_idle():
    inject = {"label": "used", "at": "2022-01-03T00:00+06:00", "instrument": "link"}
    scenario = linked(certain_world(), affects="arrivals", only_where={"territory": "external"})
    assert why(scenario, "instruments.link.in_force")
    assert not why(with_settings(scenario, {"crisis.injects": {"used": inject}}), "instruments.link.in_force")


@pytest.mark.parametrize(
    ("base", "settings", "told"),
    [
        ({}, {}, ""),
        ({"near": ["BBB"]}, {}, "it is not near CCC (near"),
        ({"near": ["BBB"], "drawn_from": ["guards"]}, {}, ""),
        ({"near": ["BBB"]}, {"crisis.facts.ground": "fort"}, ""),
        ({}, NO_FORCE, "no force is planned here"),
        ({"levers": {"warning": 0.5}}, NO_FORCE, ""),
        (
            {"near": ["BBB"], "shocks": {"cohesion": -0.1}},
            {},
            "it is not near CCC (near",
        ),  # nobody follows it
    ],
)
def test_a_base_is_told_by_whom_it_is_near_and_what_it_could_send(
    base: dict[str, Any], settings: dict[str, Any], told: str
):
    scenario = with_settings(certain_world(), {"alliance.bases": {"fort": {**BASE, **base}}, **settings})
    notes = idle_switches(scenario, ["bases.fort.enabled"])
    assert bool(notes) is bool(told)
    assert all(told in note for note in notes)


@pytest.mark.parametrize("name", ["deterrence", "mediation", "interposition"])
def test_a_mechanism_that_the_scenario_does_not_have_is_told(name: str):
    path = f"effects.{name}.enabled"
    assert why(certain_world(), path) == "the mechanism is not part of this scenario"
    assert why(with_settings(certain_world(), {path: True}), path) not in (
        "",
        "the mechanism is not part of this scenario",
    )


def test_a_mechanism_that_something_works_through_is_not_told():
    assert not why(certain_world(), "effects.decision_signal.enabled")
    assert why(with_settings(certain_world(), NO_FORCE), "effects.decision_signal.enabled")
    assert not why(a_fight(), "effects.interposition.strength")
    assert why(a_fight(), "effects.mediation.strength") == "nothing here works through it"


def test_what_is_said_to_be_off_and_no_more_is_as_if_left_out():
    scenario = certain_world()
    off = with_settings(
        with_settings(scenario, {"crisis.effects": {}}), {"crisis.effects.decision_signal.enabled": False}
    )
    assert off.crisis.effects.decision_signal is None
    with pytest.raises(ScenarioError, match="the key 'gain' is missing"):
        with_settings(
            with_settings(scenario, {"crisis.effects": {}}), {"effects.decision_signal.enabled": True}
        )


def exercised(scenario: Scenario, **changes: Any) -> Scenario:
    drill = {
        "name": "Drill", "begins": "2022-01-05", "ends": "2022-01-07", "near": ["CCC"],
        "place": {"name": "Range", "lat": 44, "lon": 70}, "levers": {"arrivals": 0.5}, **changes,
    }  # fmt: skip
    return with_settings(scenario, {"alliance.exercises": {"drill": drill}})


def test_an_exercise_is_told_by_its_days_and_by_who_feels_it():
    path = "exercises.drill.enabled"
    assert not why(exercised(border()), path)
    past = exercised(border(), begins="2021-01-05", ends="2021-01-07")
    assert why(past, path) == "it is not held, and no longer felt, while the run lasts"
    fresh = {"readiness_gain": 0.1, "half_life": "100 days"}
    assert not why(exercised(border(), begins="2021-11-05", ends="2021-11-07", **fresh), path)
    nobody = exercised(with_settings(border(), NO_FORCE), near=["BBB"])
    assert "nothing here follows what it changes" in why(nobody, path)
    assert not why(exercised(border()), "effects.deterrence.strength")
    assert "no exercise" in why(exercised(border(), near=["BBB"]), "effects.deterrence.strength")


def test_what_nobody_asked_for_is_told_only_where_no_run_saw_an_appeal():
    paths = ["council.session", "crisis.horizon", "partners.GGG.observer"]
    told = unasked(certain_world(), paths, [0.0, 0.0])
    assert [note.split()[3] for note in told] == ["council.session:", "partners.GGG.observer:"]
    assert unasked(certain_world(), paths, [0.0, 1.0]) == []
    assert unasked(certain_world(), paths, []) == []


@pytest.mark.parametrize(
    ("changes", "settings", "told"),
    [
        ({"levers": {"warning": 0.5}}, NO_FORCE | {"crisis.reserves": None}, True),
        ({"levers": {"warning": 0.5}}, NO_FORCE, False),  # reserves are called by it
        ({"levers": {"warning": 0.5}}, {"crisis.reserves": None}, False),  # a force may come unasked
        ({"levers": {"growth": 0.5}}, NO_FORCE | {"crisis.reserves": None}, False),
        (
            {"shocks": {"cohesion": 0.1}, "levers": {"warning": 1}},
            NO_FORCE | {"crisis.reserves": None},
            False,
        ),
    ],
)
def test_a_base_that_only_hastens_asking_is_told_where_nobody_asks(
    changes: dict[str, Any], settings: dict[str, Any], told: bool
):
    off = {"effects.local_mobilisation.enabled": False}
    scenario = with_settings(
        certain_world(), {"alliance.bases": {"fort": {**BASE, **changes}}, **off, **settings}
    )
    assert bool(unasked(scenario, ["bases.fort.enabled"], [0.0])) is told


def test_an_instrument_that_only_hastens_asking_is_told_where_nobody_asks():
    path = ["instruments.link.factor"]
    assert unasked(linked(certain_world(), affects="consultation"), path, [0.0])
    assert not unasked(linked(certain_world(), affects="consultation", also=["growth"]), path, [0.0])
    assert not unasked(linked(certain_world(), affects="arrivals"), path, [0.0])


def test_a_campaign_gets_no_notes_and_a_design_those_that_hold_at_all_its_points():
    scenario, path = certain_world(), "effects.deterrence.enabled"
    assert idle_switches(campaign(scenario, {"a": episode(scenario, 0)}), [path]) == []
    one, other = (linked(scenario, affects=lever) for lever in ("planning", "arrivals"))
    link = "instruments.link.factor"
    assert len(idle_everywhere([other, other], [link, path])) == 2
    assert [note.split()[6] for note in idle_everywhere([other, one], [link, path])] == [f"{path}:"]
    assert idle_everywhere([other] * (MOST + 1), [link]) == []
    assert idle_everywhere([], [link]) == []


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        (
            "kazakhstan",
            ["bases.base_201.enabled", "effects.deterrence.enabled", "instruments.air_defence.factor"],
        ),
        ("karabakh", ["bases.base_belarus.enabled", "instruments.counter_terror.factor"]),
        ("syunik", ["effects.decision_signal.enabled", "instruments.joint_support.factor"]),
    ],
)
def test_switches_of_shipped_scenarios_that_nothing_reads_are_told_and_move_nothing(
    name: str, paths: list[str]
):
    scenario = load_scenario(f"scenarios/{name}.yaml")
    assert all(why(scenario, path) for path in paths)
    switch = {path: 0.5 if path.endswith("factor") else path != "bases.base_201.enabled" for path in paths}
    known = {path: value for path, value in switch.items() if not path.startswith("effects.")}

    def lived(one: Scenario) -> EventLog:
        return run_replication(one, 1, 0)

    assert history(lived(with_settings(scenario, known))) == history(lived(scenario))
