"""A record that names what does not exist is refused, with a cure."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sim.experiment.record_check import check_record, record_faults
from sim.scenario.errors import ScenarioError
from sim.scenario.injects import Measure
from tests.experiment.test_responses import an_entry, hour
from tests.tiny import tiny_scenario

FAULTS = [
    (
        "hours_to_decison",
        {},
        "response: unknown response 'hours_to_decison'; did you mean 'hours_to_decision'?",
    ),
    ("killed_by", {}, "at: 'killed_by' needs the key 'at'"),
    ("killed", {"at": hour(3)}, "at: 'killed' takes no 'at'; leave it out"),
    ("hours_to_approval", {"unit": "h"}, "who: 'hours_to_approval' needs the key 'who'"),
    (
        "hours_to_approval",
        {"unit": "h", "who": "AAB"},
        "who: unknown member 'AAB'; did you mean 'AAA'?",
    ),
    (
        "sites_calm",
        {"unit": "sites", "at": hour(3), "among": ("nort",)},
        "among: unknown site 'nort'; did you mean 'north'?",
    ),
    (
        "hours_to_decision",
        {"unit": "days"},
        "unit: 'hours_to_decision' is in h, not days; convert the values",
    ),
    (
        "killed_by",
        {"at": hour(3).replace(tzinfo=None)},
        "at: 'at' needs a zone, as in 2022-01-04T18:00+06:00",
    ),
]


@pytest.mark.parametrize(("response", "arguments", "told"), FAULTS)
def test_a_faulty_entry_is_told_with_its_cure(response, arguments, told):
    with pytest.raises(ScenarioError) as caught:
        check_record(an_entry(response, **arguments), "a.yaml")
    assert str(caught.value) == f"a.yaml: record.x.{told}"


def test_a_recorded_event_needs_a_known_kind():
    scenario = tiny_scenario()
    event = {"at": hour(3), "label": "x", "kind": "on tusk"}
    from sim.scenario.study import RecordedEvent

    wrong = scenario.model_copy(update={"recorded_events": (RecordedEvent.model_validate(event),)})
    with pytest.raises(
        ScenarioError, match=r"recorded_events\.0\.kind: unknown event kind 'on tusk'; did you"
    ):
        check_record(wrong)


def test_a_sound_record_passes():
    check_record(tiny_scenario())
    check_record(an_entry("killed_by", at=hour(3)))


def test_the_check_needs_no_numbers_library():
    heavy = ("numpy", "simpy", "pandas")
    code = f"import sys, sim.experiment.record_check; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("field", "wrong", "hint"),
    [("after", "apeal", "appeal"), ("unless", "mandat", "mandate"), ("mechanism", "deterence", "deterrence")],
)
def test_what_a_measure_leans_on_must_exist(field, wrong, hint):
    told = {"label": "advisers", "delay": "2 h", "by": "AAA", "after": "appeal", field: wrong}
    measures = {"advisers": Measure.model_validate(told)}
    scenario = tiny_scenario()
    scenario = scenario.model_copy(
        update={"response": scenario.response.model_copy(update={"measures": measures})}
    )
    (fault,) = record_faults(scenario)
    assert fault.path == ("response", "measures", "advisers", field)
    assert f"'{wrong}'" in fault.message
    assert f"did you mean '{hint}'?" in fault.message
