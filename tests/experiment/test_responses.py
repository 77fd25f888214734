"""Every response is read off a log by hand."""

from __future__ import annotations

from math import exp, isnan, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiment.chain import PARTS, last_load, parts_of
from sim.experiment.readings import out_of_control_steps, peak_out_of_control
from sim.experiment.responses import RESPONSES, responses_of
from sim.experiment.spans import SPANS, record_response, record_responses
from tests.experiment.logs import DEPLOYMENT, K, a_load, a_log, at, by
from tests.tiny import tiny_scenario

SITES = st.sampled_from(("north", "south"))
LOG = a_log(*DEPLOYMENT)
NOTHING_HAPPENED = a_log((480.0, K.HORIZON))

EXPECTED = {
    "appealed": 1,
    "mandate": 1,
    "help_level": 3,
    "hours_to_appeal": 30,
    "hours_to_decision": 3,
    "hours_to_first_on_task": 13,
    "hours_to_main_body": 29,
    "hours_to_deployment_complete": 32,
    "hours_to_order": 40,
    "hours_to_order_from_start": 70,
    "hours_to_end_announced": 70,
    "hours_to_withdrawal_start": 80,
    "hours_to_withdrawal_complete": 90,
    "flights_in": 2,
    "flights_out": 1,
    "flights_per_day_in": 1,  # both land between 24 h and 72 h: days 1 and 2
    "troops_deployed": 160,
    "vehicles_deployed": 5,
    "local_freed": 80,
    "sites_overwhelmed": 1,
    "incidents": 1,
    "killed": 3,
    "wounded": 5,
    "detained": 200,
    "government_fell": 0,
    "hours_to_government_fall": nan,
    "peak_out_of_control": 0.7,
    "hours_simulated": 480,
    "position.AAA": 3,
    "position.BBB": 2,
    "approval.AAA": 5,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_response_reads_the_log(name):
    scenario = tiny_scenario()
    assert responses_of(scenario)[name].function(LOG, scenario) == pytest.approx(EXPECTED[name], nan_ok=True)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.sampled_from((K.OVERWHELMED, K.CALM)), st.sampled_from(("north", "south"))), max_size=12
    )
)
def test_the_peak_is_the_greatest_of_all_steps(changes):
    scenario = tiny_scenario()
    log = a_log(*((float(hour), kind, at(site)) for hour, (kind, site) in enumerate(changes)))
    steps = [share for _, share in out_of_control_steps(log, scenario)]
    assert peak_out_of_control(log, scenario) == max(steps, default=0.0)


def test_nothing_is_left_untested():
    assert set(RESPONSES) <= set(EXPECTED)


@pytest.mark.parametrize("name", [n for n, r in RESPONSES.items() if r.kind == "time"])
def test_what_did_not_happen_is_nan(name):
    scenario = tiny_scenario()
    assert isnan(RESPONSES[name].function(NOTHING_HAPPENED, scenario))


@pytest.mark.parametrize("name", [n for n, r in RESPONSES.items() if r.kind in ("flag", "level")])
def test_what_did_not_happen_counts_0(name):
    assert RESPONSES[name].function(NOTHING_HAPPENED, tiny_scenario()) == 0


def test_the_parts_follow_the_last_load_and_add_up_to_the_whole():
    assert parts_of(LOG) == {
        "decision": 3, "approval": 2, "readiness": 15, "aircraft": 3, "slots": 1, "weather": 0.5,
        "handling": 2, "flight": 2.5, "posting": 3,
    }  # fmt: skip
    assert sum(parts_of(LOG).values()) == 62 - 30
    assert list(parts_of(LOG)) == list(PARTS)


def test_the_causes_say_which_load_was_last():
    chain = [e if e[1] is not K.DEPLOYED else (62.0, K.DEPLOYED, {"cause": 11}) for e in DEPLOYMENT]
    assert last_load(a_log(*chain)).time == 42
    nameless = [e if e[1] is not K.DEPLOYED else (62.0, K.DEPLOYED, {"cause": 3}) for e in DEPLOYMENT]
    assert last_load(a_log(*nameless)).time == 59


def test_a_lead_that_acts_alone_decides_too():
    alone = [e if e[1] is not K.MANDATE else (33.0, K.BILATERAL, by("AAA")) for e in DEPLOYMENT]
    assert parts_of(a_log(*alone)) == parts_of(LOG)


def test_a_load_ready_before_its_authorisation_waited_for_no_readiness():
    early = [e if e[1] is not K.APPROVED else (55.0, K.APPROVED, by("AAA")) for e in DEPLOYMENT]
    parts = parts_of(a_log(*sorted(early, key=lambda e: e[0])))
    assert parts["readiness"] == 0
    assert sum(parts.values()) == 32


def test_without_a_deployment_there_are_no_parts():
    assert parts_of(NOTHING_HAPPENED) == {}


def test_order_is_that_which_lasted():
    back = (*DEPLOYMENT, (80.0, K.ONSET, at("south")), (90.0, K.ORDER_RESTORED))
    assert RESPONSES["hours_to_order"].function(a_log(*back), tiny_scenario()) == 60
    assert isnan(RESPONSES["hours_to_order"].function(a_log(*back[:-1]), tiny_scenario()))


def test_the_position_is_the_one_on_force_finally_decided():
    later = (
        *DEPLOYMENT[:7],
        (33.0, K.REFUSED, {"detail": {"level": "force"}}),
        (
            34.0,
            K.POSITION,
            by("AAA"),
            {"detail": {"answer": "object", "contribute": False, "level": "force"}},
        ),
        (
            34.5,
            K.POSITION,
            by("BBB"),
            {"detail": {"answer": "abstain", "contribute": False, "level": "words"}},
        ),
        (35.0, K.REFUSED, {"detail": {"level": "force"}}),
        (
            36.0,
            K.POSITION,
            by("AAA"),
            {"detail": {"answer": "support", "contribute": False, "level": "words"}},
        ),
        (37.0, K.ADOPTED, {"detail": {"level": "words"}}),
    )
    scenario = tiny_scenario()
    found = responses_of(scenario)
    assert found["position.AAA"].function(a_log(*later), scenario) == 0
    assert found["position.BBB"].function(a_log(*later), scenario) == 2
    assert found["help_level"].function(a_log(*later), scenario) == 1


def test_a_stratum_is_a_set_of_rows():
    found = responses_of(tiny_scenario())
    with_mandate = {"appealed": 1.0, "mandate": 1.0, "position.AAA": 2.0}
    without = {"appealed": 1.0, "mandate": 0.0, "position.AAA": 2.0}
    assert [found["flights_in"].concerns(r) for r in (with_mandate, without)] == [True, False]
    assert [found["killed"].concerns(r) for r in (with_mandate, without)] == [True, True]
    answers = [found["approval.AAA"].concerns(with_mandate | {"position.AAA": p}) for p in (3, 2)]
    assert answers == [True, False]
    assert found["approval.AAA"].condition == "given a mandate, AAA contributes"
    assert found["hours_to_order"].condition == "given an appeal"


def an_entry(response, **arguments):
    base = {"response": response, "label": "x", "kind": "input", "unit": "people", "value": 1.0}
    scenario = tiny_scenario()
    entry = next(iter(scenario.record.values())).model_copy(
        update=base | {"at": None, "since": None, "who": "", "among": ()} | arguments
    )
    return scenario.model_copy(update={"record": {"x": entry}})


def read(scenario, log=LOG):
    return record_response(scenario, "x").function(log, scenario)


def hour(h):
    from datetime import timedelta

    return tiny_scenario().start + timedelta(hours=h)


SPANNED = [
    ("detained_reported", {"at": hour(94)}, 200 * (1 - exp(-1))),
    ("detained_reported", {"at": hour(69)}, 0),
    ("sites_calm", {"at": hour(60)}, 1),  # the south was never affected
    ("sites_calm", {"at": hour(71)}, 2),
    ("sites_calm", {"at": hour(60), "among": ("north",)}, 0),
    ("killed_by", {"at": hour(69)}, 2),
    ("killed_by", {"at": hour(70)}, 3),
    ("flights_in_between", {"since": hour(42), "at": hour(60)}, 1),
    ("flights_in_between", {"at": hour(60)}, 2),
    ("flights_out_between", {"since": hour(60), "at": hour(130)}, 1),
    ("sites_guarded", {}, 1),
    ("hours_to_approval", {"who": "AAA"}, 5),
    ("hours_to_departure", {"who": "AAA"}, 10),
]


@pytest.mark.parametrize(("response", "arguments", "expected"), SPANNED)
def test_a_spanned_response_takes_the_entrys_arguments(response, arguments, expected):
    assert read(an_entry(response, **arguments)) == pytest.approx(expected)


def test_every_span_is_tested():
    assert {response for response, _, _ in SPANNED} == set(SPANS)


def test_a_site_is_guarded_once_and_the_reserve_guards_none():
    tasks = ("plant", "plant", "reserve")
    posts = [(50.0, K.ON_TASK, {"amount": 10, "detail": {"task": task}}) for task in tasks]
    assert read(an_entry("sites_guarded"), a_log((30.0, K.APPEAL), *posts)) == 1
    assert read(an_entry("sites_guarded"), a_log((30.0, K.APPEAL), posts[-1])) == 0


def test_departures_homeward_do_not_count_as_departures():
    home_only = a_log((30.0, K.APPEAL), (50.0, K.TAKEOFF, a_load("AAA", 9, "out")))
    assert isnan(read(an_entry("hours_to_departure", who="AAA"), home_only))


def test_a_scalar_entry_is_the_scalar_itself():
    scenario = tiny_scenario()
    response = record_responses(scenario)["decision"]
    assert response.function(LOG, scenario) == 3
    assert response.condition == "given a mandate"
