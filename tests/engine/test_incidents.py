"""Incidents of unrest: drawn when the run is over, the same as if they had been drawn on the way."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from sim.engine.budget import run_within
from sim.engine.dynamics import integral_to, time_of_integral
from sim.engine.event_log import EventLog, EventRecord
from sim.engine.philox import Source, hash64
from sim.engine.replication import build_world, run_replication
from sim.engine.streams import Streams
from tests.engine.worlds import K, happened
from tests.tiny import tiny_scenario

LUCK = range(12)
#: More of everything, so that there are segments of many incidents and of none.
VIOLENT = {"sites.north.initial": "12 per day", "sites.north.ceiling": "90 per day"}


def incidents(log: EventLog) -> list[tuple[object, ...]]:
    """Return the incidents with what caused each, without numbers."""
    return [(happened(r), happened(log.cause_of(r))) for r in log.of(K.INCIDENT)]


def listened(luck: int) -> tuple[EventLog, list[tuple[float, EventRecord]]]:
    """Return the log of a run in which someone listens for incidents, and when (h) each was heard of."""
    world, crisis = build_world(tiny_scenario(VIOLENT), 1, luck)
    heard: list[tuple[float, EventRecord]] = []
    world.listen(K.INCIDENT, lambda event: heard.append((world.now, event)))
    run_within(world.env, world.horizon + 1e-9)
    crisis.close(world.horizon)
    return EventLog(world.records, world.horizon), heard


@pytest.mark.parametrize("luck", LUCK)
def test_incidents_are_the_same_whether_or_not_someone_listens(luck):
    log, heard = listened(luck)
    assert incidents(log) == incidents(run_replication(tiny_scenario(VIOLENT), 1, luck))
    assert sorted(event.time for _, event in heard) == [r.time for r in log.of(K.INCIDENT)]


def test_who_listens_hears_of_incidents_at_the_next_change_at_their_site():
    changes = 0
    for luck in LUCK:
        log, heard = listened(luck)
        at_site = {(r.where, r.time) for r in log if r.kind in (K.UNREST, K.CALM)}
        for at, event in heard:
            assert event.time <= at
            assert (event.where, at) in at_site or at >= log.records[-1].time
            changes += (event.where, at) in at_site
    assert changes > 100


@pytest.mark.parametrize("luck", LUCK)
def test_unit_exponentials_are_spent_on_the_whole_area_under_the_level(luck):
    """Worked out the long way: one incident after the other, from one segment to the next."""
    scenario = tiny_scenario(VIOLENT)
    unrest = scenario.crisis.unrest
    log = run_replication(scenario, 1, luck)
    for site, state in scenario.crisis.sites.items():
        numbers = Streams(1, luck).short("incidents", site)
        means = [float(mean) * float(state.lethality) for mean in (unrest.killed, unrest.wounded)]
        course = [r for r in log if r.where == site and r.kind in (K.UNREST, K.CALM)] + [log.records[-1]]
        left, expected = numbers.exponential(), []
        for segment, after in pairwise(course):
            if segment.kind is K.CALM:
                break
            form = [segment.detail[part] for part in ("level", "growth", "suppression", "ceiling")]
            area, spent = integral_to(*form, after.time - segment.time), 0.0
            while spent + left <= area:
                spent += left
                killed, wounded = (numbers.geometric(mean) for mean in means)
                expected.append((segment.time + time_of_integral(*form, spent), killed, wounded))
                left = numbers.exponential()
            left -= area - spent
        found = [(r.time, r.amount, r.detail["wounded"]) for r in log.of(K.INCIDENT) if r.where == site]
        assert found == [pytest.approx(row, rel=1e-6) for row in expected]


@pytest.mark.parametrize("luck", LUCK)
def test_every_incident_lies_in_the_segment_that_caused_it(luck):
    log = run_replication(tiny_scenario(VIOLENT), 1, luck)
    ends: defaultdict[int, float] = defaultdict(lambda: log.records[-1].time)
    last: dict[str, int] = {}
    for r in log:
        if r.kind in (K.UNREST, K.CALM):
            if r.where in last:
                ends[last[r.where]] = r.time
            last[r.where] = r.id
    assert log.of(K.INCIDENT)
    for r in log.of(K.INCIDENT):
        cause = log.cause_of(r)
        assert (cause.kind, cause.where) == (K.UNREST, r.where)
        assert cause.time <= r.time <= ends[cause.id]


def test_the_luck_of_a_sites_incidents_is_read_at_once(monkeypatch):
    """One site in forty has more incidents than that, and a few have so few that nothing is read."""
    reads: Counter[int] = Counter()
    original = Source.read

    def counting(self, key, *address):
        reads[key[1]] += 1
        return original(self, key, *address)

    monkeypatch.setattr(Source, "read", counting)
    logs = [run_replication(tiny_scenario(VIOLENT), 1, luck) for luck in range(40)]
    sites = sum(len({r.where for r in log.of(K.INCIDENT)}) for log in logs)
    segments = sum(len({r.cause for r in log.of(K.INCIDENT)}) for log in logs)
    assert segments > 2 * sites
    assert 0.5 * sites < reads[hash64("incidents")] < 1.1 * sites
