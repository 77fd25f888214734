"""Doing many runs: in this process when they are few, by workers here or on a cluster when they are many."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import current_thread, main_thread
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from sim.engine.replication import collection_paused
from sim.experiment.pool import ExecutorError, Pack, Pool

if TYPE_CHECKING:
    from typing import Literal

    from sim.experiment.cluster import Cluster
    from sim.experiment.simulate import Outcome, Task
    from sim.experiment.store import Store

__all__ = ["POOL_FROM", "ExecutorError", "Jobs", "Progress", "execute", "fulfil", "workers_for"]

Item = TypeVar("Item")
Result = TypeVar("Result")
Jobs: TypeAlias = "int | Literal['auto'] | Cluster"
Progress = Callable[[int, int], None]
#: What takes results by place.
Keep = Callable[[dict[int, Any]], None]

#: Fewer items than this are not worth starting workers for.
POOL_FROM = 400
#: With "auto": seconds of trial before workers are thought of, and what they must save (starting them costs
#: some 0.3 s, and a worker is slower while it fills its caches).
TRIAL, START = 0.2, 0.6
#: In this process, runs are stored when this many are waiting, or after this many seconds.
FLUSH = (100, 1.0)


def workers_for(jobs: int | Literal["auto"], items: int, pool_from: int = POOL_FROM) -> int:
    """Return how many workers *items* runs may get; 1 means this process.

    With "auto" that is one for each available processor, and what the first runs take decides whether workers
    are started at all.

    Raises:
        ValueError: *jobs* is neither "auto" nor 1 or more.
    """
    if jobs == "auto":
        return len(os.sched_getaffinity(0)) if items > 1 else 1
    if jobs < 1:
        raise ValueError(f"jobs must be 'auto' or 1 or more, not {jobs!r}")
    return 1 if items < max(pool_from, 2) else jobs


def execute(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: Jobs = "auto",
    progress: Progress | None = None,
    pool_from: int = POOL_FROM,
    store: Store | None = None,
) -> list[Result]:
    """Return *function* of every item, in the order of the items whatever the number of workers.

    Args:
        function: called with one item; sent to each worker once, so it must be picklable.
        items: what to call it with; with a store, `Task`s.
        jobs: number of workers; "auto" for one per available processor where that pays; or a cluster.
        progress: called with (done, all) as work gets done.
        pool_from: the number of items from which a given number of workers is started.
        store: keeps what is done, and has what was done before: that is read, not done again.

    Raises:
        ExecutorError: the workers broke or froze again and again.
        StoreError: the store cannot be written.
    """
    results: dict[int, Any] = {}
    if store is None:
        tell = _counted(progress, 0, len(items))
        _do(function, items, range(len(items)), jobs, tell, pool_from, results.update)
    else:
        # Only what was there before is read; what is done now is at hand.
        tasks: Any = items
        places = store.missing(tasks)
        results = _read(store, tasks, set(places))
        _store(function, tasks, places, store, jobs, progress, pool_from, results)
    return [results[place] for place in range(len(items))]


def fulfil(
    function: Callable[[Task], Outcome],
    tasks: Sequence[Task],
    store: Store,
    jobs: Jobs = "auto",
    progress: Progress | None = None,
    pool_from: int = POOL_FROM,
) -> int:
    """Do the tasks that the store misses, keep the outcomes there and not in memory; return how many.

    The arguments and errors are those of `execute`; a shard's store misses only the shard's own tasks.
    """
    places = store.missing(tasks)
    _store(function, tasks, places, store, jobs, progress, pool_from, None)
    return len(places)


def _read(store: Store, tasks: Sequence[Task], missing: set[int]) -> dict[int, Any]:
    """Return the outcomes that the store has, by place."""
    wanted: dict[str, dict[int, int]] = {}
    for place, task in enumerate(tasks):
        if place not in missing:
            wanted.setdefault(task.variant, {})[task.run.run] = place
    return {
        places[run]: outcome
        for point, places in wanted.items()
        for run, outcome in store.iterate(point)
        if run in places
    }


def _store(
    function: Callable[[Any], Any],
    tasks: Sequence[Task],
    places: Sequence[int],
    store: Store,
    jobs: Jobs,
    progress: Progress | None,
    pool_from: int,
    results: dict[int, Any] | None,
) -> None:
    """Do the tasks at some places into the store, and into *results* if they are wanted."""
    from sim.experiment.store_parts import pack

    whole = len(store.shard.places(len(tasks)))
    tell = _counted(progress, whole - len(places), whole)
    here, packed = _keeper(store, tasks, results), _keeper_of_packed(store, results)
    _do(function, tasks, places, jobs, tell, pool_from, here, packed, pack)


def _keeper(store: Store, tasks: Sequence[Task], results: dict[int, Any] | None) -> Keep:
    def keep(found: dict[int, Any]) -> None:
        store.keep([tasks[place] for place in found], list(found.values()))
        if results is not None:
            results.update(found)

    return keep


def _keeper_of_packed(store: Store, results: dict[int, Any] | None) -> Keep:
    """Return what keeps a chunk that a worker has packed: the same parts stand at each of its places."""
    from sim.experiment.store_parts import unpack

    def keep(found: dict[int, Any]) -> None:
        parts = next(iter(found.values()))
        store.keep_parts(parts)
        if results is not None:
            outcomes = (outcome for part in parts for _, outcome in unpack(part))
            results.update(zip(found, outcomes, strict=True))

    return keep


def _do(
    function: Callable[[Any], Any],
    items: Sequence[Any],
    places: Sequence[int],
    jobs: Jobs,
    tell: Callable[[int], None],
    pool_from: int,
    keep: Keep,
    keep_packed: Keep | None = None,
    pack: Pack | None = None,
) -> None:
    """Do the items at some places, wherever; what other processes did is kept packed, if it can be."""
    far = keep_packed or keep
    if isinstance(jobs, tuple):
        from sim.experiment.cluster import do_on_cluster  # here, as few studies go to one

        do_on_cluster(jobs, function, items, places, tell, far, pack)
        return
    workers, done = workers_for(jobs, len(places), pool_from), 0
    if workers == 1 or jobs == "auto":
        pays = None if workers == 1 else _pays(len(places), workers)
        done = _in_process(function, items, places, tell, keep, pays)
    if done < len(places):
        Pool(function, items, places[done:], workers, lambda count: tell(done + count), far, pack).work()


def _pays(items: int, workers: int) -> Callable[[int], bool]:
    """Return what says, told how many of *items* are done here, whether workers would now save time.

    The first item is not counted: much of what it takes is paid once.
    """
    began = 0.0

    def pays(done: int) -> bool:
        nonlocal began
        if done == 1:
            began = monotonic()
            return False
        passed = monotonic() - began
        saved = passed / (done - 1) * (items - done) * (1 - 1 / workers)
        return passed >= TRIAL and saved > START

    return pays


def _in_process(
    function: Callable[[Any], Any],
    items: Sequence[Any],
    places: Sequence[int],
    tell: Callable[[int], None],
    keep: Keep,
    enough: Callable[[int], bool] | None = None,
) -> int:
    """Do items here, until told that these are enough; return how many were done."""
    count = 0
    with _kept(keep) as add, _interrupts() as interrupted:
        for count, place in enumerate(places, 1):
            try:
                with collection_paused():
                    result = function(items[place])
            except MemoryError as error:
                raise ExecutorError("there is not enough memory for a run; free some and go on") from error
            add(place, result)
            tell(count)
            if interrupted():
                raise KeyboardInterrupt
            if enough is not None and enough(count):
                break
    return count


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """Give what says whether the user has interrupted; an interrupt is raised at once as well.

    One that comes while garbage is cleared away is swallowed there, and would be lost without this.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler or not _in_main_thread():
        yield lambda: False  # somebody else answers interrupts
        return
    came = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(came)
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _in_main_thread() -> bool:
    return current_thread() is main_thread()


@contextmanager
def _kept(keep: Keep) -> Iterator[Callable[[int, Any], None]]:
    """Give a function that takes results one by one and keeps them now and then, and at any end."""
    waiting: dict[int, Any] = {}
    last = monotonic()

    def flush() -> None:
        if waiting:
            # Emptied first: what could not be kept must not be tried again on the way out.
            found = dict(waiting)
            waiting.clear()
            keep(found)

    def add(place: int, result: Any) -> None:
        nonlocal last
        waiting[place] = result
        if len(waiting) >= FLUSH[0] or monotonic() - last > FLUSH[1]:
            flush()
            last = monotonic()

    try:
        yield add
    finally:
        flush()


def _counted(progress: Progress | None, before: int, whole: int) -> Callable[[int], None]:
    """Return what tells *progress* how many of *whole* are done, *before* of which were there already."""
    if progress is None:
        return lambda count: None
    told = progress
    return lambda count: told(before + count, whole)
