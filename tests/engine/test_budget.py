"""A replication that never ends is stopped and says why; any other is run as the environment runs it."""

from __future__ import annotations

import pytest
import simpy

from sim.engine.budget import Budget, BudgetError, affordable, run_within


def ticking(env, delay, seen):
    while True:
        seen.append(env.now)
        yield env.timeout(delay)


@pytest.mark.parametrize("until", [5, 7.5, 0.5])
def test_a_run_ends_as_the_environments_own(until):
    logs = []
    for run in (lambda env: env.run(until=until), lambda env: run_within(env, until)):
        env, seen = simpy.Environment(), []
        env.process(ticking(env, 1.0, seen))
        env.process(ticking(env, 2.5, seen))
        run(env)
        logs.append((seen, env.now))
    assert logs[0] == logs[1]


def test_it_can_go_on():
    env, seen = simpy.Environment(), []
    env.process(ticking(env, 1.0, seen))
    run_within(env, 2)
    run_within(env, 4)
    assert seen == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="later than 4"):
        run_within(env, 4)


def test_nothing_left_to_do_is_an_end():
    env = simpy.Environment()
    run_within(env, 3)
    assert env.now == 3


@pytest.mark.parametrize("delay", [0.0, 1e-30])
def test_events_without_time_are_stopped(delay):
    env, seen = simpy.Environment(5.0), []
    env.process(ticking(env, delay, seen))
    with pytest.raises(BudgetError, match="events at one instant, 5 h after the start"):
        run_within(env, 10)
    assert len(seen) < 400_000


def test_too_many_events_are_stopped():
    env, seen = simpy.Environment(), []
    env.process(ticking(env, 1e-6, seen))
    with pytest.raises(BudgetError, match=r"20,000 events by 0\.0\d+ h after the start, and no end"):
        run_within(env, 10, Budget(events=20_000))


def test_an_error_in_a_process_is_not_hidden():
    env = simpy.Environment()

    def broken():
        yield env.timeout(1)
        raise KeyError("x")

    env.process(broken())
    with pytest.raises(KeyError):
        run_within(env, 10)


def test_plans_beyond_reason_are_refused():
    affordable(1000, "flights")
    for count in (1e9, float("inf"), float("nan")):
        with pytest.raises(BudgetError, match="flights in one plan"):
            affordable(count, "flights")
