"""Doing many runs: in this process when they are few, by worker processes when they are many."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from sim.engine.replication import collection_paused

if TYPE_CHECKING:
    from concurrent.futures import Future

Item = TypeVar("Item")
Result = TypeVar("Result")
Jobs = int | Literal["auto"]
Progress = Callable[[int, int], None]

#: Fewer items than this are not worth starting workers for.
POOL_FROM = 400
#: Chunks handed out ahead to each worker; more only fills memory.
WINDOW = 3
#: How often the workers may die before the study gives up.
TRIES = 3
#: Least and most items in a chunk: some 50 ms of work or more, and progress that moves.
CHUNK = (12, 100)


class ExecutorError(Exception):
    """The workers died again and again; what they were doing could not be finished."""


def workers_for(jobs: Jobs, items: int, pool_from: int = POOL_FROM) -> int:
    """Return how many workers *items* runs get; 1 means this process.

    Raises:
        ValueError: *jobs* is neither "auto" nor 1 or more.
    """
    if jobs != "auto" and jobs < 1:
        raise ValueError(f"jobs must be 'auto' or 1 or more, not {jobs!r}")
    if items < max(pool_from, 2):
        return 1
    return len(os.sched_getaffinity(0)) if jobs == "auto" else jobs


def execute(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: Jobs = "auto",
    progress: Progress | None = None,
    pool_from: int = POOL_FROM,
) -> list[Result]:
    """Return *function* of every item, in the order of the items whatever the number of workers.

    Args:
        function: called with one item; sent to each worker once, so it must be picklable.
        items: what to call it with.
        jobs: number of workers, or "auto" for one per available processor.
        progress: called with (done, all) as work gets done.
        pool_from: the number of items from which workers are started.

    Raises:
        ExecutorError: the pool of workers broke `TRIES` times.
    """
    workers = workers_for(jobs, len(items), pool_from)
    if workers == 1:
        return _in_process(function, items, progress)
    return _Pool(function, items, workers, progress).results()


def _in_process(
    function: Callable[[Item], Result], items: Sequence[Item], progress: Progress | None
) -> list[Result]:
    results = []
    for item in items:
        with collection_paused():
            results.append(function(item))
        if progress is not None:
            progress(len(results), len(items))
    return results


_function: Callable[[Any], Any] | None = None


def _equip(function: Callable[[Any], Any]) -> None:
    """Give this worker the function, once for all its chunks.

    A terminal interrupts every process; the parent alone answers, or workers would die telling tracebacks.
    """
    global _function
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _function = function


def _work(chunk: Sequence[Any]) -> list[Any]:
    assert _function is not None
    results = []
    for item in chunk:
        with collection_paused():  # until the item's event log is gone, too
            results.append(_function(item))
    return results


class _Pool:
    """Chunks of items on their way through worker processes."""

    def __init__(
        self,
        function: Callable[[Any], Any],
        items: Sequence[Any],
        workers: int,
        progress: Progress | None,
    ) -> None:
        self.function, self.items, self.progress = function, items, progress
        size = min(max(CHUNK[0], len(items) // (workers * 2 * WINDOW)), CHUNK[1])
        self.chunks = [range(i, min(i + size, len(items))) for i in range(0, len(items), size)]
        self.workers = min(workers, len(self.chunks))
        self.done: dict[int, list[Any]] = {}
        self.count = 0

    def results(self) -> list[Any]:
        """Do everything, with a new pool when one breaks, and return the results in order."""
        # Imported here: a run that stays in its process does not pay for them.
        from concurrent.futures.process import BrokenProcessPool

        for attempt in range(1, TRIES + 1):
            try:
                self._run_missing()
                return [result for place in range(len(self.chunks)) for result in self.done[place]]
            except BrokenProcessPool as broken:
                if attempt == TRIES:
                    message = (
                        f"worker processes died {TRIES} times, {self.count} of {len(self.items)} runs done; "
                        "use one job, or, in a script of your own, guard its main part with "
                        "if __name__ == '__main__'"
                    )
                    raise ExecutorError(message) from broken
        raise AssertionError("unreachable")

    def _run_missing(self) -> None:
        from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait

        waiting = [place for place in range(len(self.chunks)) if place not in self.done]
        waiting.reverse()
        pool = ProcessPoolExecutor(self.workers, _start_context(), _equip, (self.function,))
        flying: dict[Future[list[Any]], int] = {}
        try:
            while waiting or flying:
                while waiting and len(flying) < WINDOW * self.workers:
                    place = waiting.pop()
                    flying[pool.submit(_work, [self.items[i] for i in self.chunks[place]])] = place
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    self._keep(flying.pop(future), future.result())
        finally:
            # Waiting here leaves no worker behind, whether all went well or an error is on its way out.
            pool.shutdown(wait=True, cancel_futures=True)

    def _keep(self, place: int, results: list[Any]) -> None:
        self.done[place] = results
        self.count += len(results)
        if self.progress is not None:
            self.progress(self.count, len(self.items))


def _start_context() -> Any:
    """Return how workers are started: from a clean server where there is one, never by copying threads.

    The server is started with interrupts blocked, which its workers inherit, so that one cannot reach a
    worker that is still starting.
    """
    import multiprocessing

    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return multiprocessing.get_context("forkserver")
