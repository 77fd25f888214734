"""Work comes back in order, from any number of workers, through broken pools."""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from sim.experiment import pool
from sim.experiment.executors import ExecutorError, execute, workers_for


def square(x):
    return x * x


def die_once(marker, x):
    """Kill the worker at item 30, the first time only."""
    if x == 30:
        try:
            Path(marker).touch(exist_ok=False)
        except FileExistsError:
            return x
        os._exit(1)
    return x


def die(x):
    os._exit(1)


def heavy_modules(x):
    import sim.experiment.simulate  # noqa: F401

    return [name for name in ("matplotlib", "pandas", "scipy", "rich", "click") if name in sys.modules]


def test_few_runs_stay_in_this_process():
    assert [workers_for(jobs, 399) for jobs in (1, 8)] == [1, 1]
    assert [workers_for(jobs, 400) for jobs in (1, 8)] == [1, 8]
    assert workers_for("auto", 2) == len(os.sched_getaffinity(0))
    assert workers_for("auto", 1) == 1
    with pytest.raises(ValueError, match="jobs must be"):
        workers_for(0, 1)


def process_of(x):
    return os.getpid()


def slow_process_of(x):
    time.sleep(0.05)
    return os.getpid()


def test_workers_are_started_only_where_they_pay(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    assert set(execute(process_of, range(2000), "auto")) == {os.getpid()}
    found = execute(slow_process_of, range(60), "auto")
    here = found.count(os.getpid())
    assert 4 <= here < 20
    assert len(set(found)) > 1
    assert found[:here] == [os.getpid()] * here


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_items(jobs):
    seen = []
    found = execute(square, range(100), jobs, lambda done, whole: seen.append((done, whole)), pool_from=2)
    assert found == [x * x for x in range(100)]
    assert seen[-1] == (100, 100)
    assert seen == sorted(seen)


def test_nothing_to_do_is_done():
    assert execute(square, [], 2, pool_from=0) == []


def test_a_killed_worker_costs_only_what_it_held(tmp_path):
    counts = []
    function = partial(die_once, str(tmp_path / "died"))
    found = execute(function, range(100), 2, lambda done, whole: counts.append(done), pool_from=2)
    assert found == list(range(100))
    assert counts[-1] == 100  # nothing that was kept ran again


def test_workers_that_always_die_are_given_up():
    with pytest.raises(ExecutorError, match=f"died {pool.TRIES} times, 0 of 40 runs done"):
        execute(die, range(40), 2, pool_from=2)


def test_an_error_in_the_function_is_the_callers():
    with pytest.raises(ZeroDivisionError):
        execute(partial(divmod, 1), [1, 0], 2, pool_from=2)


def test_a_worker_loads_nothing_it_does_not_need():
    assert execute(heavy_modules, range(2), 2, pool_from=2) == [[], []]


class Swallowing:
    """Is interrupted while garbage is cleared away, where no exception gets out."""

    def __init__(self):
        self.done = 0

    def __call__(self, x):
        self.done += 1
        if x == 3:
            Dying()
        return x


class Dying:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_is_swallowed_counts(monkeypatch):
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    function = Swallowing()
    with pytest.raises(KeyboardInterrupt):
        execute(function, range(10), 1)
    assert function.done == 4
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def interrupt_and_die(parent):
    """Interrupt the parent and end this worker, which breaks the pool in the same moment."""
    os.kill(parent, signal.SIGINT)
    os._exit(1)


def test_an_interrupt_beside_a_dying_worker_is_heeded():
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            execute(interrupt_and_die, [os.getpid()] * 40, jobs=2, pool_from=1)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_worker_that_freezes_is_stopped(monkeypatch):
    monkeypatch.setenv(pool.PATIENCE_VARIABLE, "0.5")
    with pytest.raises(ExecutorError, match=r"no run came to an end within 0\.5 s, twice"):
        execute(freeze, range(40), 2, pool_from=2)
    monkeypatch.setenv(pool.PATIENCE_VARIABLE, "soon")
    with pytest.raises(ExecutorError, match="CSTO_SIM_PATIENCE must be a number of seconds"):
        execute(freeze, range(40), 2, pool_from=2)


def freeze(x):
    os.kill(os.getpid(), signal.SIGSTOP)


def test_what_kills_its_worker_is_done_last(tmp_path):
    counts = []
    with pytest.raises(ExecutorError, match=f"died {pool.TRIES} times"):
        execute(die_at_30, range(200), 2, lambda done, whole: counts.append(done), pool_from=2)
    assert counts[-1] >= 150  # all but what was with it


def die_at_30(x):
    if x == 30:
        os._exit(1)
    return x
