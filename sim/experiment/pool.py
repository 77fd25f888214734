"""Worker processes: chunks of items on their way through them, and what happens when one dies or freezes."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from threading import current_thread, main_thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from sim.engine.replication import collection_paused

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

#: Chunks handed out ahead to each worker; more only fills memory.
WINDOW = 3
#: How often in a row the workers may die without getting anything done before the study gives up.
TRIES = 3
#: How often workers may be found frozen.
FREEZES = 2
#: Seconds between two looks for an interrupt while nothing comes back.
TICK = 0.2
#: Least and most items in a chunk: some 50 ms of work or more, and progress that moves.
CHUNK = (12, 100)
#: Seconds without a finished chunk after which workers count as frozen, and what overrides them.
PATIENCE, PATIENCE_VARIABLE = 600.0, "CSTO_SIM_PATIENCE"

Pack = Callable[[Sequence[Any], Sequence[Any]], Any]


class ExecutorError(Exception):
    """The workers died or froze again and again; what they were doing could not be finished."""


def patience() -> float:
    """Return after how many seconds without any progress workers are stopped.

    Raises:
        ExecutorError: the variable that sets it holds no number above 0.
    """
    text = os.environ.get(PATIENCE_VARIABLE, str(PATIENCE))
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise ExecutorError(f"{PATIENCE_VARIABLE} must be a number of seconds above 0, not {text!r}")
    return seconds


class Pool:
    """Chunks of items on their way through worker processes."""

    def __init__(
        self,
        function: Callable[[Any], Any],
        items: Sequence[Any],
        places: Sequence[int],
        workers: int,
        tell: Callable[[int], None],
        keep: Callable[[dict[int, Any]], None],
        pack: Pack | None = None,
    ) -> None:
        """Deal out the work.

        Args:
            function: called with one item.
            items: what it may be called with.
            places: of the items to do.
            workers: how many processes.
            tell: told how many are done.
            keep: given each chunk's results by place.
            pack: what a worker makes of a chunk's items and results; `keep` then gets it at the first place.
        """
        self.function, self.items, self.tell, self.keep, self.pack = function, items, tell, keep, pack
        size = min(max(CHUNK[0], len(places) // (workers * 2 * WINDOW)), CHUNK[1])
        self.chunks = [places[i : i + size] for i in range(0, len(places), size)]
        self.all = len(places)
        self.workers = min(workers, len(self.chunks))
        self.waiting = list(range(len(self.chunks) - 1, -1, -1))
        self.patience = patience()
        self.count = self.freezes = 0

    def work(self) -> None:
        """Do everything, with a new pool when one breaks.

        Raises:
            ExecutorError: pools broke `TRIES` times without getting anything done, or froze `FREEZES` times.
        """
        # Imported here: a run that stays in its process does not pay for them.
        from concurrent.futures.process import BrokenProcessPool

        tries = 0
        while self.waiting:
            before = self.count
            try:
                self._run()
            except BrokenProcessPool as broken:
                tries = 1 if self.count > before else tries + 1
                if self.waiting and tries > 1:
                    # What was first in line is the likeliest to blame: the others go before it.
                    self.waiting.insert(0, self.waiting.pop())
                if self.freezes >= FREEZES:
                    raise ExecutorError(self._frozen()) from broken
                if tries >= TRIES:
                    raise ExecutorError(self._died()) from broken

    def _died(self) -> str:
        return (
            f"worker processes died {TRIES} times, {self.count} of {self.all} runs done; they may need more "
            "memory: use one job, or, in a script of your own, guard its main part with "
            "if __name__ == '__main__'"
        )

    def _frozen(self) -> str:
        return (
            f"no run came to an end within {self.patience:g} s, twice, and the workers were stopped with "
            f"{self.count} of {self.all} runs done; longer runs need {PATIENCE_VARIABLE} set to more seconds"
        )

    def _run(self) -> None:
        from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait

        equipment = (self.function, self.pack)
        interrupts = _Interrupts()
        pool = ProcessPoolExecutor(self.workers, start_context(), equip, equipment)
        flying: dict[Future[Any], int] = {}
        moved = monotonic()
        try:
            while self.waiting or flying:
                interrupts.heed()
                while self.waiting and len(flying) < WINDOW * self.workers:
                    number = self.waiting[-1]
                    chunk = [self.items[place] for place in self.chunks[number]]
                    flying[pool.submit(do_chunk, chunk)] = number
                    self.waiting.pop()  # only now: a broken pool takes nothing
                done = wait(flying, timeout=min(TICK, self.patience), return_when=FIRST_COMPLETED).done
                if done:
                    moved = monotonic()
                elif monotonic() - moved > self.patience:
                    self.freezes, moved = self.freezes + 1, monotonic()
                    _kill(pool)  # which breaks the pool: every future ends with that
                for future in done:
                    self._keep(flying[future], future.result())
                    del flying[future]
        except BaseException:
            # What was in flight is done last, so that work which kills its worker does not stop the rest.
            self.waiting = [*sorted(flying.values(), reverse=True), *self.waiting]
            _kill(pool)  # neither an error nor an interrupt waits for chunks in flight
            raise
        finally:
            # Waiting here leaves no worker behind, whether all went well or an error is on its way out.
            pool.shutdown(wait=True, cancel_futures=True)
            interrupts.let_go()

    def _keep(self, number: int, results: Any) -> None:
        places = self.chunks[number]
        found = dict.fromkeys(places, results) if self.pack else dict(zip(places, results, strict=True))
        self.keep(found)
        self.count += len(places)
        self.tell(self.count)


class _Interrupts:
    """Ctrl-C noted when it comes and heeded between two waits.

    Raised at once it could break into the taking of a lock that the pool's own thread needs, which would
    then wait for ever. In another thread than the main one there is nothing to catch.
    """

    def __init__(self) -> None:
        """Begin to catch interrupts."""
        self.noted = False
        self.catching = current_thread() is main_thread()
        self.before = signal.signal(signal.SIGINT, self._note) if self.catching else None

    def _note(self, *_: object) -> None:
        self.noted = True

    def heed(self) -> None:
        """Raise KeyboardInterrupt if one has come."""
        if self.noted:
            self.noted = False
            raise KeyboardInterrupt

    def let_go(self) -> None:
        """Leave interrupts to whoever had them before; one that came meanwhile is raised.

        It may have come when all was done, or as the pool broke: that would be made anew, and the work go on.
        """
        if self.catching:
            signal.signal(signal.SIGINT, self.before or signal.default_int_handler)
            self.catching = False
        self.heed()


_function: Callable[[Any], Any] | None = None
_pack: Pack | None = None


def equip(function: Callable[[Any], Any], pack: Pack | None) -> None:
    """Give this worker the function, once for all its chunks.

    A terminal interrupts every process; the parent alone answers, or workers would die telling tracebacks.
    A worker whose parent is gone ends: it would wait for work for ever.
    """
    from multiprocessing import parent_process
    from threading import Thread

    global _function, _pack
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _function, _pack = function, pack
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def do_chunk(chunk: Sequence[Any]) -> Any:
    """Return the results of some items, packed if the worker is equipped for that."""
    assert _function is not None
    return results_of(_function, _pack, chunk)


def results_of(function: Callable[[Any], Any], pack: Pack | None, chunk: Sequence[Any]) -> Any:
    """Return *function* of some items, packed if *pack* is given; without memory for it the process ends."""
    results = []
    for item in chunk:
        with collection_paused():  # until the item's event log is gone, too
            try:
                results.append(function(item))
            except MemoryError:
                os._exit(1)  # as the system ends what takes too much
    return results if pack is None else pack(chunk, results)


def _kill(pool: ProcessPoolExecutor) -> None:
    """End a pool's workers, stopped ones too.

    One that is killed amid sending a result leaves half of it in the pipe, and the pool would wait for the
    rest for ever, since this process holds the pipe open, too: it lets go of it once the workers are gone.
    """
    processes = list((getattr(pool, "_processes", None) or {}).values())
    for process in processes:
        process.kill()
    for process in processes:
        process.join()
    writer = getattr(getattr(pool, "_result_queue", None), "_writer", None)
    if writer is not None:
        writer.close()


def start_context() -> Any:
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
