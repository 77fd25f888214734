"""Fights: the order of their states, closed forms against many runs, what acts on them, who votes on what."""

from __future__ import annotations

from math import exp, isclose, sqrt
from statistics import fmean, stdev

import pytest

from sim.engine.displacement import away_at
from sim.engine.event_log import EventKind
from sim.engine.losses import fading_integral
from tests.engine.fights import STANDOFF, fought

K = EventKind
STATES = (K.STANDOFF, K.DISPERSED, K.EXCHANGE, K.CEASEFIRE, K.LASTING_CEASEFIRE, K.PREVAILED)
RUNS = range(300)


def path(log):
    return [str(r.kind) for r in log if r.kind in STATES]


def dead(log, side):
    return sum(r.amount for r in log.of(K.DEATHS) if r.who == side)


def near(values, expected, errors=4):
    """Tell whether the mean of *values* lies within some standard errors of what is expected."""
    return abs(fmean(values) - expected) < errors * stdev(values) / sqrt(len(values))


def test_firing_and_ceasefire_take_turns_until_one_lasts():
    for run in range(30):
        told = path(fought(replication=run))
        assert told[-1] == "lasting ceasefire"
        assert told[:-1] == ["exchange", "ceasefire"] * (len(told) // 2)


def test_a_lasting_ceasefire_ends_it_and_reinforcements_go_home():
    log = fought()
    lasting, pulled = log.first(K.LASTING_CEASEFIRE), log.first(K.PULLED_BACK)
    assert log.first(K.ORDER_RESTORED).cause == lasting.id
    assert pulled.time == pytest.approx(lasting.time + 24)
    assert not [r for r in log.of(K.EXCHANGE) if r.time > lasting.time]


def test_a_stand_off_comes_first_and_may_end_without_a_shot():
    assert path(fought({"standoff": STANDOFF}))[:2] == ["standoff", "exchange"]
    cooled = fought({"standoff": {**STANDOFF, "escalates": "0 per h", "cools": "1 per h"}})
    assert path(cooled) == ["standoff", "dispersed"]
    assert not cooled.of(K.DEATHS)
    assert cooled.first(K.ORDER_RESTORED)


def test_a_side_may_prevail_and_the_ceasefire_then_lasts():
    log = fought({"sides.BBB.prevails": "10 per h", "ceasefire": "0 per h"})
    assert path(log) == ["exchange", "prevailed", "lasting ceasefire"]
    assert log.first(K.PREVAILED).who == "BBB"


def test_a_lasting_ceasefire_may_break():
    told = path(fought({"breaks": "0.02 per h", "settles": "1 per h"}))
    place = told.index("lasting ceasefire")
    assert told[place + 1] == "exchange"


def test_what_never_stops_is_counted_to_the_end_of_the_simulated_time():
    log = fought({"ceasefire": "0 per h"})
    assert path(log) == ["exchange"]
    hours = 40 * 24 - 6
    assert abs(dead(log, "CCC") - 10 * hours) < 5 * sqrt(10 * hours)
    assert max(r.time for r in log.of(K.DEATHS)) == pytest.approx(40 * 24)


def test_the_first_round_lasts_and_kills_as_its_rates_say():
    settings = {"relapse": "0 per h"}
    logs = [fought(settings, run) for run in RUNS]
    assert near([log.first(K.CEASEFIRE).amount for log in logs], 10)
    assert near([dead(log, "CCC") for log in logs], 100)
    assert near([dead(log, "BBB") for log in logs], 50)
    assert near([sum(r.detail["civilians"] for r in log.of(K.DEATHS)) for log in logs], 50)
    assert near([sum(r.detail["wounded"] for r in log.of(K.DEATHS)) for log in logs], 200 + 50)


def test_rounds_are_geometric_in_the_chance_of_a_relapse():
    assert near([len(fought(replication=run).of(K.EXCHANGE)) for run in RUNS], 2)


def test_deadliness_fades_within_a_round():
    settings = {"relapse": "0 per h", "fades": "0.1 per h"}
    assert near([dead(fought(settings, run), "CCC") for run in RUNS], 10 / 0.2)


@pytest.mark.parametrize("fades", [0.0, 1e-9, 0.1, 3.0])
def test_the_integral_of_a_fading_rate(fades):
    steps, begin, end = 20_000, 2.0, 7.0
    width = (end - begin) / steps
    summed = sum(4 * exp(-fades * (begin + (i + 0.5) * width)) * width for i in range(steps))
    assert isclose(fading_integral(4, fades, begin, end), summed, rel_tol=1e-6)


def test_people_leave_while_there_is_firing_and_come_home_after_it():
    log = fought({"relapse": "0 per h"})
    mine = [r for r in log.of(K.DISPLACED) if r.who == "CCC"]
    left, stayed, home = mine
    hours = log.first(K.CEASEFIRE).amount
    assert left.amount == 0
    assert stayed.amount == pytest.approx(5000 * (1 - exp(-0.1 * hours)), rel=1e-4)
    assert home.time == pytest.approx(log.first(K.LASTING_CEASEFIRE).time + 10)
    assert home.detail == {"rate": pytest.approx(0.01), "toward": pytest.approx(0.2 * stayed.amount)}
    assert away_at(100, 0.01, 20, 1e9) == 20


def mean_over(read, settings, runs=60):
    return [read(fought(settings, run)) - read(fought(None, run)) for run in range(runs)]


def paired(differences):
    return fmean(differences) / (stdev(differences) / sqrt(len(differences)))


def measure(lever, factor, mechanism=""):
    return {
        "response.measures": {
            "talks": {"label": "talks", "by": "AAA", "after": "exchange", "delay": "1 h",
                      "levers": {lever: factor}, "mechanism": mechanism}
        }
    }  # fmt: skip


def total(log):
    return dead(log, "CCC") + dead(log, "BBB")


@pytest.mark.parametrize(
    ("lever", "factor", "sign"), [("ceasefire", 3, -1), ("relapse", 3, 1), ("intensity", 3, 1)]
)
def test_a_lever_moves_the_dead_the_way_it_should(lever, factor, sign):
    assert sign * paired(mean_over(total, measure(lever, factor))) > 2


def test_mediation_switched_off_changes_nothing():
    settings = measure("ceasefire", 3, "mediation") | {"crisis.effects.mediation.enabled": False}
    assert all(d == 0 for d in mean_over(total, settings, 20))


def test_returns_follow_their_lever():
    faster = {
        "response.measures": {
            "buses": {"label": "buses", "by": "AAA", "after": "lasting ceasefire", "levers": {"returns": 2}}
        }
    }
    home = [r for r in fought(faster).of(K.DISPLACED) if 0 < r.detail["toward"] < r.amount]
    assert home[0].detail["rate"] == pytest.approx(0.02)


PEACEKEEPERS = {
    "response.measures": {
        "keepers": {
            "label": "peacekeepers",
            "by": "AAA",
            "after": "ceasefire",
            "deploys": True,
            "level": "force",
        }
    },
    "settles": "0.001 per h",
    "relapse": "0.01 per h",
    "response.offers": {"AAA": {"units": ["guards"]}},
    "response.mandate.troops": 200,
    "response.mandate.vehicles": 0,
    "response.mission.tasks.plant.soldiers": 200,
}


def test_peacekeepers_between_the_sides_lower_the_hazard_of_relapse():
    log = fought(PEACEKEEPERS)
    posted = max(log.of(K.INTERPOSED), key=lambda r: r.amount)
    assert posted.amount == 200
    assert posted.detail["factor"] == pytest.approx(0.25)
    left = log.last(K.INTERPOSED)
    assert (left.amount, left.detail["factor"]) == (0, 1)
    rounds = [
        len(fought(PEACEKEEPERS, run).of(K.EXCHANGE))
        - len(fought(PEACEKEEPERS | {"crisis.effects.interposition.enabled": False}, run).of(K.EXCHANGE))
        for run in range(60)
    ]
    assert paired(rounds) < -2


def test_the_same_run_is_the_same_fight_whatever_else_is_switched():
    plain, other = fought(), fought({"response.decision.collective": False})
    assert [r[1:6] for r in plain.of(K.EXCHANGE)] == [r[1:6] for r in other.of(K.EXCHANGE)]
    assert [r.amount for r in plain.of(K.DEATHS)] == [r.amount for r in other.of(K.DEATHS)]


ASKING = {"crisis.host_choice.value_of_asking": 1, "response.decision.gate": False}


def test_a_party_to_the_fight_objects_to_more_than_words():
    log = fought(ASKING)
    answers = {(r.who, r.detail["level"]): r.detail["answer"] for r in log.of(K.POSITION)}
    mine = {level: answer for (who, level), answer in answers.items() if who == "BBB" and level != "words"}
    assert mine == {"force": "object", "measures": "object"}
    refused = {r.detail["level"] for r in log.of(K.REFUSED)}
    assert refused >= set(mine)
    assert all("BBB" in r.detail["blockers"] for r in log.of(K.REFUSED) if r.detail["level"] in mine)


def test_a_party_holding_the_chair_opens_later():
    mine = fought(ASKING)
    other = fought(ASKING | {"crisis.facts.adversaries": []})
    wait = [log.first(K.CONSULTATIONS).time - log.first(K.APPEAL).time for log in (mine, other)]
    assert wait[0] == pytest.approx(1.5 * wait[1])


def test_an_organ_speaks_by_the_alliances_channel_and_later_with_its_office_empty():
    speaks = {
        "response.measures": {
            "words": {"label": "words", "by": "secretary general", "level": "words", "after": "exchange",
                      "delay": "10 h"}
        }
    }  # fmt: skip
    said = fought(speaks).first(K.MEASURE)
    late = fought(speaks | {"alliance.organs.secretary_general_vacant": True}).first(K.MEASURE)
    assert said.time == pytest.approx(16)
    assert late.time == pytest.approx(26)
    assert fought(speaks | {"response.decision.bilateral": False}).first(K.MEASURE)
    assert not fought(speaks | {"response.decision.collective": False}).first(K.MEASURE)
