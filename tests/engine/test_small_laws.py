"""Laws of small worlds, told from their logs: pairs of runs that differ in one number, and closed forms."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt
from typing import Any

import pytest

from sim.engine.dynamics import integral_to
from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.engine.replication import run_replication
from tests.engine.worlds import K, certain_world, history, lived

#: The north alone, overwhelmed for ever from 6 h on, and nobody who helps.
UNHELPED: dict[str, Any] = {"decision.collective": False, "decision.bilateral": False}
#: The north is overwhelmed at 6 h; from 24 h on 2,000 reserves drive unrest there down, for some 100 h.
CLEARED = {**UNHELPED, "crisis.unrest.suppression": 0.625, "effects.local_mobilisation.enabled": True}
#: Held from the first hour on: unrest at the north only falls, and is never out of hand.
HELD = {**UNHELPED, "crisis.unrest.suppression": 2}


def runs(settings: dict[str, Any], count: int, until: float | None = None) -> list[EventLog]:
    """Return the logs of *count* replications of a world whose only luck is what *settings* leave to it."""
    scenario = certain_world(settings)
    return [run_replication(scenario, 1, luck, until) for luck in range(count)]


def within_luck(total: float, mean: float, variance: float) -> bool:
    """Return whether a *total* is within four standard errors of its *mean*."""
    return abs(total - mean) < 4 * sqrt(variance)


# competing ends


def hours_to_the_fall(rate: float, power: float) -> list[float]:
    """Return the hours from the loss of the north, 0.7 of the country, to the fall of the government."""
    ends = {"crisis.unrest.ends.fall": f"{rate} per h", "crisis.unrest.ends.fall_power": power}
    logs = runs({**UNHELPED, **ends}, 4)
    return [log.first(K.GOVERNMENT_FELL).time - log.first(K.OVERWHELMED).time for log in logs]


def test_the_hazard_of_a_government_is_the_share_it_has_lost_to_a_power():
    at_once = hours_to_the_fall(0.5, 0)
    assert len(set(at_once)) == 4
    for power in (1, 2, 3):
        waits = hours_to_the_fall(0.5, power)
        assert waits == pytest.approx([wait / 0.7**power for wait in at_once], rel=1e-9)
    assert hours_to_the_fall(0.25, 0) == pytest.approx([2 * wait for wait in at_once])


def hours_to_fading(rate: float, count: int) -> list[float]:
    """Return the hours from onset to the end of growth at the north."""
    logs = runs({**UNHELPED, "crisis.unrest.ends.fade": f"{rate} per h"}, count, until=60)
    return [log.first(K.FADED).time - log.first(K.ONSET).time for log in logs]


def test_unrest_fades_with_the_hazard_given():
    waits = hours_to_fading(2, 60)
    assert within_luck(sum(waits), 60 / 2, 60 / 2**2)  # exponential, mean 1/2 h
    assert hours_to_fading(1, 5) == pytest.approx([2 * wait for wait in waits[:5]])


def test_unrest_that_has_faded_grows_no_more():
    (log,) = runs({**UNHELPED, "crisis.unrest.ends.fade": "2 per h"}, 1)
    faded = log.first(K.FADED)
    assert all(r.detail["growth"] > 0 for r in log.of(K.UNREST) if r.time < faded.time)
    after = [r for r in log.of(K.UNREST) if r.time >= faded.time]
    assert [(r.cause, r.detail["growth"]) for r in after] == [(faded.id, 0)]
    assert not lived(UNHELPED).of(K.FADED)


# spread

#: In the south unrest stands still (no growth, no suppression) from 3 h on at 2 incidents a day.
STIRRED = {
    **UNHELPED,
    "crisis.unrest.growth": "0 per h",
    "crisis.unrest.spread.enabled": True,
    "sites.south.onset": {"earliest": "2022-01-02T03:00+06:00", "latest": "2022-01-02T03:00+06:00"},
}


@pytest.mark.parametrize("push", [0.1, 0.4])
def test_a_city_that_is_lost_pushes_unrest_in_the_others(push):
    log = lived({**STIRRED, "crisis.unrest.spread.push": push})
    before, after = [r for r in log.of(K.UNREST) if r.where == "south"]
    assert (before.time, after.time) == (3.0, 12.0)  # the north is lost at 6 h, news takes six hours
    assert after.cause == log.first(K.OVERWHELMED).id
    assert after.amount == pytest.approx(before.amount * (1 + push), rel=1e-12)


def test_a_push_lifts_unrest_to_its_ceiling_at_most():
    low = {"crisis.unrest.spread.push": 1, "sites.south.ceiling": "2.5 per day"}
    (pushed,) = [
        r for r in lived({**STIRRED, **low}, until=12).of(K.UNREST) if r.where == "south" and r.time == 12.0
    ]
    assert pushed.amount == 24 * pushed.detail["ceiling"] == pytest.approx(2.5, rel=1e-3)  # not 4


# the dead and the detained


def deaths_of_clearing(killed: float, lethality: float, count: int) -> list[float]:
    """Return how many died when the north was cleared, in each replication."""
    world = {"crisis.unrest.clearing_killed": killed, "sites.north.lethality": lethality}
    return [sum(r.amount for r in log.of(K.CLEARING)) for log in runs({**CLEARED, **world}, count)]


def test_clearing_kills_as_its_personnel_and_the_lethality_of_the_place_have_it():
    deaths = deaths_of_clearing(8, 0.5, 40)
    mean = 40 * 8 * 0.5 * 2.6  # for each thousand: 0.6 of the thousand there are free, and the reserves
    assert within_luck(sum(deaths), mean, mean)
    assert deaths_of_clearing(4, 1, 8) == deaths[:8]
    assert sum(deaths_of_clearing(8, 1, 8)) > sum(deaths[:8])
    assert deaths_of_clearing(8, 0, 2) == [0, 0]


def calm_after(kind: EventKind, settings: dict[str, Any]) -> list[EventLog]:
    """Return the logs in which the north became calm after an end of this *kind*; the others are checked."""
    logs = runs({**CLEARED, "crisis.unrest.clearing_killed": 8, **settings}, 24)
    after, by_force = [], []
    for log in logs:
        for calm in log.of(K.CALM):
            ends = [r for r in log.of(kind) if r.time <= calm.time]
            (after if ends else by_force).append(log)
    assert min(len(after), len(by_force)) > 3
    for what in (K.CLEARING, K.SWEEP):  # forces restored order: people die in it and are detained
        assert all(log.cause_of(r).kind is K.CALM for log in by_force for r in log.of(what))
        assert [len(log.of(what)) for log in by_force] == [1] * len(by_force)
        assert sum(log.first(what).amount for log in by_force) > 0
    return after


@pytest.mark.parametrize(("end", "kind"), [("settle", K.SETTLED), ("fall", K.GOVERNMENT_FELL)])
def test_nobody_is_killed_in_clearing_or_detained_after_a_settlement_or_a_fall(end, kind):
    rates = {"crisis.unrest.ends.fall_power": 0, f"crisis.unrest.ends.{end}": "0.01 per h"}
    after = calm_after(kind, rates)
    assert not [r for log in after for r in log if r.kind in (K.CLEARING, K.SWEEP)]
    assert all(log.of(K.ORDER_RESTORED) for log in after)


def test_nobody_is_killed_in_clearing_where_unrest_faded_though_people_are_detained():
    after = calm_after(K.FADED, {"crisis.unrest.ends.fade": "0.01 per h"})
    assert not [r for log in after for r in log.of(K.CLEARING)]
    assert all(len(log.of(K.SWEEP)) == 1 and log.first(K.SWEEP).amount > 0 for log in after)


def incidents(killed: float, wounded: float, lethality: float = 1, until: float = 400) -> list[EventRecord]:
    """Return the incidents of the unhelped north."""
    world = {"killed": killed, "wounded": wounded}
    set_to = {f"crisis.unrest.{key}": value for key, value in world.items()}
    return lived({**UNHELPED, **set_to, "sites.north.lethality": lethality}, until).of(K.INCIDENT)


def geometric(counts: list[float], mean: float) -> bool:
    """Return whether mean and share of noughts of *counts* are those of a geometric count from 0 up."""
    n, none = len(counts), 1 / (1 + mean)
    noughts = sum(count == 0 for count in counts)
    return within_luck(sum(counts), n * mean, n * mean * (1 + mean)) and within_luck(
        noughts, n * none, n * none * (1 - none)
    )


def test_killed_and_wounded_are_geometric_with_their_means():
    found = incidents(0.4, 1.5, lethality=0.5)
    assert len(found) > 500
    assert geometric([r.amount for r in found], 0.2)
    assert geometric([r.detail["wounded"] for r in found], 0.75)


def test_nobody_dies_of_an_incident_that_does_not_kill():
    harmed = [(r.amount, r.detail["wounded"]) for r in incidents(0, 1, until=100)]
    assert {dead for dead, _ in harmed} == {0}
    assert sum(hurt for _, hurt in harmed) > 0
    peaceful = incidents(0.2, 1, lethality=0, until=100)
    assert {(r.amount, r.detail["wounded"]) for r in peaceful} == {(0, 0)}
    assert len(peaceful) == len(harmed)


def detained(per_incident: float, size: float, count: int) -> list[tuple[float, float]]:
    """Return how many were detained and how many incidents were expected, in each replication.

    *size* multiplies the level and the ceiling of unrest, which leaves its hours as they are.
    """
    world = {
        "crisis.unrest.detained": per_incident, "sites.north.initial": f"{30 * size} per day",
        "sites.north.ceiling": f"{60 * size} per day",
    }  # fmt: skip
    found = []
    for log in runs({**HELD, **world}, count):
        (course,), (calm,), (sweep,) = log.of(K.UNREST), log.of(K.CALM), log.of(K.SWEEP)
        x, g, s, k = (course.detail[key] for key in ("level", "growth", "suppression", "ceiling"))
        found.append((sweep.amount, integral_to(x, g, s, k, calm.time - course.time)))
    return found


def test_the_detained_are_so_many_for_each_expected_incident():
    found = detained(5, 1, 30)
    mean = 5 * sum(expected for _, expected in found)
    assert within_luck(sum(taken for taken, _ in found), mean, mean)
    double = detained(2.5, 2, 5)  # half as many of twice the incidents are as many
    assert [taken for taken, _ in double] == [taken for taken, _ in found[:5]]
    assert [n for _, n in double] == pytest.approx([2 * n for _, n in found[:5]])


# the airlift

#: Only the lead sends troops.
LEAD_ALONE = {"offers.BBB.troops": 0}
ONE_ECHELON = {"members.AAA.units.guards.echelons": {"main": {"share": 1, "readiness": "battalion"}}}


def takeoffs(settings: dict[str, Any], until: float = 140) -> list[float]:
    """Return when the lead's loads take off."""
    return [r.time for r in lived({**LEAD_ALONE, **settings}, until).of(K.TAKEOFF)]


def later(settings: dict[str, Any], change: dict[str, Any]) -> list[float]:
    """Return by how many hours each take-off is later after a *change*."""
    before, after = takeoffs(settings), takeoffs({**settings, **change})
    return [round(b - a, 6) for a, b in zip(before, after, strict=True)]


@pytest.mark.parametrize("rest", [12, 20])
def test_a_crew_rests_before_its_duty_would_be_exceeded(rest):
    # load 2 h, fly 1.966 h, unload 1 h, fly back: 3.966 h of duty to the first landing, 10.898 h to the
    # second, 17.830 h to the third but for a rest; then 5.932 h, 12.864 h and 19.796 h
    world = {**ONE_ECHELON, "mandate.troops": 600, "fleets.AAA.medium.available": 1}
    limited = {"airlift.crew_duty": "16 h", "airlift.crew_rest": f"{rest} h"}
    assert later(world, limited) == [0, 0, rest, rest, 2 * rest, 2 * rest]
    assert later(world, {**limited, "airlift.crew_duty": "17.9 h"}) == [0, 0, 0, rest, rest, 2 * rest]


def test_the_hours_for_which_a_crew_stood_idle_are_rest():
    world = {"mandate.troops": 100, "fleets.AAA.medium.available": 1}
    limited = {"airlift.crew_duty": "10 h"}  # 3.966 h out, unload and back 2.966 h, and out again
    long, short = ({**world, "alliance.notice_to_move.battalion": f"{hours} h"} for hours in (30, 20))
    (flown,) = lived({**LEAD_ALONE, **short}, 30).of(K.LANDED)
    home = flown.detail["unloaded"] + flown.time - takeoffs(short)[0]  # the way back is as long as that out
    # the second load is ready at 41 h, or at 31 h
    assert home + 12 < 41
    assert later(long, limited) == [0, 0]
    assert later(short, limited) == [0, pytest.approx(home + 12 - 31, abs=1e-5)]


STORMY = {"airlift.weather": True, "airlift.closure_chance": 1}


def test_nobody_takes_off_while_all_airfields_are_closed():
    assert [t for t in takeoffs({"alliance.notice_to_move.battalion": "20 h"}) if t > 24]
    # A closure begins on each day, and lasts to that of the next: open at most on the first.
    closed = takeoffs({**STORMY, "alliance.notice_to_move.battalion": "20 h", "airlift.closure": "48 h"})
    assert [t for t in closed if t > 24] == []
    weather_that_never_comes = {"airlift.weather": True, "airlift.closure_chance": 0}
    assert history(lived(weather_that_never_comes)) == history(lived())


def test_a_takeoff_waits_until_both_airfields_are_open():
    (clear,) = runs({**LEAD_ALONE, "mandate.troops": 100}, 1, until=200)
    logs = runs({**LEAD_ALONE, **STORMY, "mandate.troops": 100, "airlift.closure": "12 h"}, 120, until=200)
    due = clear.first(K.TAKEOFF).time
    assert 12 < due < clear.first(K.LANDED).time < 24  # so that closures of the first day alone matter
    waits = [log.first(K.TAKEOFF).time - due for log in logs]
    # Either airfield is closed, at take-off or at landing, if its closure began in the 12 of 24 h before.
    held_up = 1 - (1 - 12 / 24) ** 2
    assert within_luck(sum(wait > 0 for wait in waits), 120 * held_up, 120 * held_up * (1 - held_up))
    assert min(waits) == 0
    for log, wait in zip(logs, waits, strict=True):
        landed = log.first(K.LANDED)
        assert landed.detail["parts"].weather == pytest.approx(wait)
        assert landed.time - log.first(K.TAKEOFF).time == pytest.approx(clear.first(K.LANDED).time - due)


def stationed(near: int, far: int, order: tuple[str, str] = ("lead_field", "ally_field")) -> dict[str, Any]:
    """Return a fleet with so many aircraft *near*, where the lead's loads wait, and *far*, 1.4 h away."""
    shares = {"lead_field": near / (near + far), "ally_field": far / (near + far)}
    fleet = {"aircraft_type": "medium", "available": near + far, "stationed": {f: shares[f] for f in order}}
    return {"fleets.AAA.medium": fleet, "mandate.troops": 100}


@pytest.mark.parametrize("order", [("lead_field", "ally_field"), ("ally_field", "lead_field")])
def test_the_aircraft_that_can_be_there_first_is_sent(order):
    # one that is near flies the first load, and is home again at 22 h
    first_to_come = []
    for notice in ("6 h", "9 h", "10 h", "40 h"):
        ready = {"alliance.notice_to_move.battalion": notice}
        both = takeoffs({**stationed(1, 1, order), **ready})
        near, far = takeoffs({**stationed(1, 0), **ready}), takeoffs({**stationed(0, 2), **ready})
        assert near[0] < far[0]
        assert both == pytest.approx([min(times) for times in zip(near, far, strict=True)], abs=1e-9)
        first_to_come.append("near" if near[1] < far[1] else "far")
    assert first_to_come == ["far", "far", "near", "near"]


def test_an_aircraft_from_farther_away_is_sent_while_the_crew_that_is_near_must_rest():
    limited = {"airlift.crew_duty": "10 h", "alliance.notice_to_move.battalion": "20 h"}
    both = takeoffs({**stationed(1, 1), **limited})
    near, far = takeoffs({**stationed(1, 0), **limited}), takeoffs({**stationed(0, 2), **limited})
    rested = takeoffs({**stationed(1, 0), **limited, "airlift.crew_duty": "20 h"})
    assert rested[1] < far[1] < near[1]  # near is home in time, but to rest until after far could come
    assert both == pytest.approx([near[0], far[1]], abs=1e-9)


def test_of_one_station_an_aircraft_is_sent_whose_crew_need_not_rest():
    # Two loads of the vanguard fly at once and a third one later, on the third aircraft at its own station.
    world = {**stationed(3, 0), **ONE_ECHELON, "mandate.troops": 300, "airlift.crew_duty": "10 h"}
    assert later(world, {"airlift.crew_duty": "1000 h"}) == [0] * len(takeoffs(world))


def test_a_load_that_has_waited_longest_flies_first():
    world = {**ONE_ECHELON, "mandate.troops": 500, "fleets.AAA.medium.available": 2}
    log = lived({**LEAD_ALONE, **world}, 140)
    released = [r.detail["parts"].released for r in log.of(K.LANDED)]
    assert released == sorted(released)
    assert all(b - a == pytest.approx(0.5) for a, b in pairwise(released))
