"""An epidemic: closed forms, help that changes the course, counts, and who reaches whom."""

from __future__ import annotations

from math import exp, inf, sqrt
from typing import Any

import pytest

from sim.engine.event_log import EventKind as K
from sim.engine.event_log import EventLog
from sim.engine.logistic import cases_after, crossings, hours_to_cases
from sim.engine.replication import run_replication
from sim.experiment.dynamics.epidemic import incidence
from sim.experiment.responses import responses_of
from sim.experiment.spans import record_responses
from sim.report.story import tell
from sim.scenario.models import Scenario
from tests.tiny import tiny_scenario

DAY = "2022-01-02T00:00+06:00"


def outbreak(name: str, people: int = 1_000_000) -> dict[str, Any]:
    return {
        "name": name, "lat": 45, "lon": 69, "earliest": DAY, "latest": DAY,
        "population": people, "reach": 0.02,
    }  # fmt: skip


def delivery(**changes: Any) -> dict[str, Any]:
    return {
        "label": "test kits", "what": "kits", "by": "AAA", "to": "CCC", "asked": DAY, "lead": "10 days",
        "levers": {"growth": 0.5}, **changes,
    }  # fmt: skip


def world(deliveries: dict[str, Any] | None = None, **settings: Any) -> Scenario:
    """Return the small scenario with an epidemic in host and ally, in place of its unrest."""
    epidemic = {
        "growth": "0.1 per day", "first": 20, "frailty_shape": 1e10, "fatality": 0.01, "strain": 20,
        "calm": 0.1, "doses_each": 2, "protection": 0.8, "deliveries": deliveries or {},
        "outbreaks": {"CCC": outbreak("Host City"), "BBB": outbreak("Ally City")},
    }  # fmt: skip
    return tiny_scenario(
        {
            "horizon": "300 days", "crisis.type": "epidemic", "crisis.epidemic": epidemic, "crisis.sites": {},
            "crisis.unrest": None, "crisis.reserves": None, "response.mandate": None,
            "response.mission": None, "crisis.effects": {"medical_aid": {"strength": 1}}, "uncertain": {},
            "record": {}, "variants": {}, **settings,
        }
    )  # fmt: skip


def lived(scenario: Scenario, replication: int = 0) -> EventLog:
    return run_replication(scenario, 1, replication)


def test_cases_follow_the_logistic_that_solves_its_equation():
    r, k, step = 0.004, 20_000.0, 0.01
    c = 20.0
    for _ in range(int(900 / step)):
        middle = c + step / 2 * r * c * (1 - c / k)
        c += step * r * middle * (1 - middle / k)
    assert cases_after(20.0, r, k, 900.0) == pytest.approx(c, rel=1e-6)
    assert hours_to_cases(20.0, r, k, c) == pytest.approx(900.0, rel=1e-6)
    assert hours_to_cases(20.0, r, k, k) == inf
    assert cases_after(20.0, 0.0, k, 1e6) == 20.0


def test_an_incidence_is_crossed_twice_or_never():
    r, k = 0.004, 20_000.0
    up, down = crossings(r, k, 10.0) or (0, 0)
    for level in (up, down):
        assert r * level * (1 - level / k) == pytest.approx(10.0)
    assert up < k / 2 < down
    assert crossings(r, k, r * k / 4 * 1.001) is None


def test_counts_scatter_around_the_closed_form_as_poisson_counts_do():
    scenario = world()
    counted = [sum(r.amount for r in lived(scenario, n).of(K.CASES) if r.where == "CCC") for n in range(40)]
    expected = 20_000 - 20
    error = sqrt(expected / len(counted))
    assert abs(sum(counted) / len(counted) - expected) < 4 * error + 20  # the last few come after the horizon
    spread = sum((c - expected) ** 2 for c in counted) / len(counted)
    assert 0.4 < spread / expected < 2


def test_deaths_are_thinned_out_of_cases():
    log = lived(world())
    cases, deaths = (sum(r.amount for r in log.of(kind)) for kind in (K.CASES, K.DEATHS))
    assert abs(deaths - 0.01 * cases) < 4 * sqrt(0.01 * cases)
    assert {r.detail["side"] for r in log.of(K.DEATHS)} == {"CCC", "BBB"}


def test_kits_flatten_the_curve_where_they_go_and_nowhere_else():
    days = [24.0 * d for d in range(300)]
    from numpy import array

    helped, alone = lived(world({"kits": delivery()})), lived(world())
    for log, peak in ((helped, 0.5 * 0.1 * 20_000 / 4), (alone, 0.1 * 20_000 / 4)):
        assert max(incidence(log, "CCC", array(days))) == pytest.approx(peak, rel=0.01)
    assert max(incidence(helped, "BBB", array(days))) == max(incidence(alone, "BBB", array(days)))


def test_what_no_mechanism_carries_changes_nothing_but_still_arrives():
    off = lived(world({"kits": delivery()}, **{"effects.medical_aid.enabled": False}))
    assert [r.where for r in off.of(K.AID)] == ["kits"]
    assert [r.detail["growth"] for r in off.of(K.EPIDEMIC)] == pytest.approx([0.1 / 24, 0.1 / 24])


def test_help_from_others_needs_the_bilateral_channel_and_ones_own_does_not():
    both = {"kits": delivery(), "own": delivery(by="CCC", label="own kits")}
    log = lived(world(both, **{"decision.bilateral": False}))
    assert [r.where for r in log.of(K.AID)] == ["own"]


def test_vaccine_takes_away_its_share_of_those_still_to_fall_ill():
    doses = delivery(what="doses", amount=1_000_000, levers={}, lead="0 h")  # half the population, two each
    log = lived(world({"doses": doses}))
    ceilings = [r.detail["ceiling"] for r in log.of(K.EPIDEMIC) if r.where == "CCC"]
    assert ceilings[-1] == pytest.approx(20 + (20_000 - 20) * (1 - 0.8 / 2), rel=0.01)
    total = sum(r.amount for r in log.of(K.CASES) if r.where == "CCC")
    assert total == pytest.approx(ceilings[-1] - 20, rel=0.03)


def test_medics_leave_and_their_effect_with_them():
    medics = delivery(what="medics", levers={"fatality": 0.5}, lasts="30 days", amount=20)
    found = [
        r.detail["fatality"] for r in lived(world({"medics": medics})).of(K.EPIDEMIC) if r.where == "CCC"
    ]
    assert found == pytest.approx([0.01, 0.005, 0.01])


def test_strain_alarms_the_host_at_home_only():
    log = lived(world())
    assert {r.where for r in log.of(K.STRAINED)} == {"CCC", "BBB"}
    assert [r.who for r in log.of(K.ALARM)] == ["CCC"]
    strained = next(r for r in log.of(K.STRAINED) if r.where == "CCC")
    assert strained.amount == pytest.approx(200)  # 20 a day per 100,000 of a million
    assert log.first(K.ORDER_RESTORED) is not None


def test_a_later_wave_runs_its_own_course():
    wave = {
        "label": "second wave",
        "earliest": "2022-06-01T00:00+06:00",
        "latest": "2022-06-01T00:00+06:00",
        "reach": 2,
    }
    log = lived(world(**{"crisis.epidemic.waves": {"second": wave}, "horizon": "500 days"}))
    total = sum(r.amount for r in log.of(K.CASES) if r.where == "CCC")
    assert total == pytest.approx(60_000, rel=0.02)
    assert len(log.of(K.ORDER_RESTORED)) == 1


def test_contacts_cut_everywhere_while_borders_are_closed():
    closed = {"label": "borders closed", "at": DAY, "levers": {"contacts": 0.8}, "lasts": "100 days"}
    log = lived(world(**{"crisis.injects": {"borders": closed}}))
    found = [r.detail["growth"] for r in log.of(K.EPIDEMIC) if r.where == "CCC"]
    assert min(found) == pytest.approx(0.08 / 24)
    assert found[-1] == pytest.approx(0.1 / 24)


def test_it_is_measured_and_told():
    scenario = world(
        {"kits": delivery(), "doses": delivery(what="doses", amount=100, levers={}, lead="400 days")}
    )
    log = lived(scenario)
    found = {name: r.function(log, scenario) for name, r in responses_of(scenario).items()}
    assert found["lead.kits"] == 240
    assert found["lead.doses"] != found["lead.doses"]
    assert found["cases.CCC"] == pytest.approx(20_000, rel=0.05)
    assert found["worst_day.BBB"] == pytest.approx(0.1 * 20_000 / 4 / 10, rel=0.01)
    text = " ".join(" ".join(tell(log, scenario)).split())
    assert "arrives from Lead in Host: test kits (10 days after it was asked for or agreed)" in text
    assert "vaccine from outside still awaited by Host" in text


def test_growth_is_doubled_by_a_lever_that_doubles_it():
    assert cases_after(1.0, 0.01, 1e9, 100.0) == pytest.approx(exp(1.0), rel=1e-6)


def test_like_deliveries_and_outbreaks_share_a_line():
    kits = {"first": delivery(to="CCC"), "second": delivery(to="BBB"), "own": delivery(by="BBB", to="BBB")}
    scenario = world(kits)
    text = " ".join(" ".join(tell(lived(scenario), scenario)).split())
    assert "agreed with Lead, or asked of it: test kits, for Ally and Host" in text
    assert "arrives from Lead in Ally and Host: test kits (10 days after" in text
    assert "production under way in Ally: test kits" in text
    assert "ready in Ally: test kits (10 days after it was begun)" in text
    assert text.count("first confirmed cases") == 1


def test_a_delivery_given_to_a_named_state_rests_on_every_run():
    entry = {
        "response": "brought.kits", "label": "Kits", "kind": "input", "unit": "", "value": 5, "who": "CCC",
        "source": "assumption", "confidence": "low",
    }  # fmt: skip
    scenario = world({"kits": delivery(amount=5)}, record={"kits": entry})
    response = record_responses(scenario)["kits"]
    assert response.contributor == ""
    assert response.function(lived(scenario), scenario) == 5


def test_what_order_means_is_called_by_the_kind_of_crisis():
    found = responses_of(world())
    assert found["hours_to_order_from_start"].label == "Start of the scenario to every wave past"
    assert found["hours_to_order"].label == "Appeal to every wave past"
    assert responses_of(tiny_scenario())["hours_to_order"].label == "Appeal to calm at every site"
