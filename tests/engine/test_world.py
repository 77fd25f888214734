"""The clock of a world: as exact and as strict as the timeouts it stands for."""

from __future__ import annotations

import gc
from math import inf, nan
from pathlib import Path

import pytest

from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.engine.law import read_once
from sim.engine.replication import collection_paused, run_replication
from sim.engine.world import Clock, World
from sim.scenario.load import load_scenario
from tests.tiny import tiny_scenario

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


def a_world(horizon: float = 10.0) -> World:
    return World(tiny_scenario(), 1, 0, horizon)


def test_calls_and_timeouts_happen_in_one_order():
    clock, told = Clock(0.0), []
    clock.later(2, [lambda _: told.append(("later", clock.now))])
    clock.timeout(1).callbacks.append(lambda _: told.append(("timeout", clock.now)))
    clock.timeout(2).callbacks.append(lambda _: told.append(("timeout", clock.now)))
    clock.later(1, [lambda _: told.append(("later", clock.now))])
    clock.run()
    assert told == [("timeout", 1), ("later", 1), ("later", 2), ("timeout", 2)]


def test_plain_calls_keep_their_place_among_events():
    clock, told = Clock(0.0), []
    clock.call(1, told.append, "first")
    clock.timeout(1).callbacks.append(lambda _: told.append("second"))
    clock.call(1, told.append, "third")
    clock.call(0.5, told.append, "before")
    clock.run()
    assert (told, clock.now) == (["before", "first", "second", "third"], 1)


def test_what_would_be_later_than_the_last_instant_is_not_called():
    clock, told = Clock(1.0), []
    for hours in (1, 2, 2.5, inf, nan):
        clock.call_by(3.0, hours, told.append, hours)
    clock.run()
    assert told == [1, 2]
    with pytest.raises(ValueError, match=r"delay of -0\.5 h"):
        clock.call_by(3.0, -0.5, told.append)


def test_what_waits_can_be_put_otherwise_without_losing_its_place():
    clock, told = Clock(0.0), []
    clock.call(2, told.append, "late")
    clock.call(1, told.append, "soon")
    clock.revise(lambda call: call, str.upper)
    clock.run()
    assert told == ["SOON", "LATE"]


def test_a_process_that_fails_stops_the_clock():
    world = a_world()

    def process():
        yield world.wait(1)
        raise KeyError("lost")

    world.start(process())
    with pytest.raises(KeyError, match="lost"):
        world.env.run()


def test_many_events_at_once_are_the_same_as_one_by_one():
    one, many = a_world(), a_world()
    rows = [("a", 0.5, 1.0, -1, {"wounded": 2}), ("b", 0.7, 0.0, 0, {"wounded": 0})]
    many.record_each(EventKind.INCIDENT, *zip(*rows, strict=True))
    for where, time, amount, cause, detail in rows:
        one.record(EventKind.INCIDENT, "", where, amount, cause, detail, time)
    assert many.records == one.records
    heard = []
    many.listen(EventKind.INCIDENT, heard.append)
    many.record_each(EventKind.INCIDENT, *zip(*rows, strict=True))
    assert heard == many.records[2:]
    assert [r[1:] for r in heard] == [r[1:] for r in one.records]


def test_a_process_can_wait_for_it():
    world, told = a_world(), []

    def process():
        yield world.wait(3)
        told.append(world.now)
        yield world.wait(0)
        told.append(world.now)

    world.start(process())
    world.env.run(until=world.horizon)
    assert told == [3, 3]


@pytest.mark.parametrize("hours", [-1e-9, inf, nan])
def test_a_delay_that_cannot_be_is_refused(hours):
    world = a_world()
    for wait in (lambda: world.wait(hours), lambda: world.call(hours, print)):
        with pytest.raises(ValueError, match="a delay of"):
            wait()


def test_nothing_is_scheduled_beyond_the_horizon():
    world, told = a_world(10), []
    for hours in (10, 10.5, inf):
        world.soon(hours, lambda _: told.append(world.now))
        world.after(hours, lambda: told.append(world.now))
    world.env.run()
    assert told == [10, 10]


def test_a_treaty_is_read_anew_when_it_or_the_facts_or_the_day_are_others():
    scenario = tiny_scenario()
    treaty, day = scenario.alliance.treaty, scenario.start.date()
    met, unmet = {"territory": "recognised"}, {"territory": "none"}
    first = read_once(treaty, met, day)
    assert read_once(treaty, dict(met), day) is first
    assert read_once(treaty, unmet, day).lawful != first.lawful
    assert read_once(treaty, met, day.replace(year=1990)).lawful != first.lawful
    assert read_once({}, met, day).lawful != first.lawful


def test_a_log_is_in_order_of_time_up_to_its_end_whatever_is_asked_for_first():
    world = a_world()
    for kind, time in zip(
        [EventKind.CALM, EventKind.ONSET] * 3, (4.0, 11.0, 2.0, 1.0, 2.0, 10.0), strict=True
    ):
        world.record(kind, time=time)
    for first in (None, EventKind.ONSET, EventKind.CALM):
        log = EventLog(world.records, 10)
        found = [r.id for r in log.of(first)] if first else []
        assert [r.id for r in log] == [3, 2, 4, 0, 5]
        assert [r.id for r in log.of(EventKind.CALM)] == [2, 4, 0]
        assert [r.id for r in log.of(EventKind.ONSET)] == [3, 5]
        assert found == [r.id for r in log.of(first)] if first else not log.of(EventKind.FADED)
        assert log.last(EventKind.ONSET) == log.records[-1]


@pytest.mark.parametrize("name", ["kazakhstan", "neighbours"])
def test_a_log_goes_when_nobody_needs_it(name: str) -> None:
    """Else it waits for the search for cyclic garbage, which finds it late and takes long."""
    scenario = load_scenario(SCENARIOS / f"{name}.yaml")

    def records() -> int:
        return sum(isinstance(one, EventRecord) for one in gc.get_objects())

    run_replication(scenario, 1, 0)  # some things are prepared once
    with collection_paused():
        gc.collect()
        before = records()
        log = run_replication(scenario, 1, 1)
        assert records() == before + len(log.records) > before
        del log
        assert records() == before
