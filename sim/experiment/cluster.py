"""Runs sent to the workers of a Dask cluster, in chunks, through the same seam as this machine's own workers.

A worker runs nothing before it has shown that it holds the same program and reads the same scenario. What is
done comes back packed and goes into the running store here, so that neither a lost worker nor a lost
scheduler costs more than the chunks in flight.
"""

from __future__ import annotations

import os
import pickle
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple
from uuid import uuid4

from sim.experiment.pool import TRIES, WINDOW, ExecutorError, Pack, Pool, results_of

#: Seconds for the scheduler to answer, for the first worker to come, and between looks at the scheduler.
ANSWER, WORKER, LOOK = 10.0, 30.0, 1.0
#: Seconds without a word from the scheduler after which it counts as lost.
SILENCE = 5.0
#: How often the scheduler itself tries again what raised on a worker.
RETRIES = 2
_ADDRESS = re.compile(r"(tcp|tls)://\S+:\d+")


class Cluster(NamedTuple):
    """A scheduler that runs are sent to, given in place of a number of workers."""

    address: str


class Order(NamedTuple):
    """What every worker gets before its first chunk."""

    token: str
    program: str
    #: Hash of the scenario; empty where the function has none.
    scenario: str
    #: The function and what packs its results, pickled: opened only by a worker of the same program.
    equipment: bytes


class Bounced(NamedTuple):
    """What a worker answers that has no equipment yet: one that came late, or was started again."""

    address: str


def cluster_at(text: str) -> Cluster:
    """Return the cluster whose scheduler is at an address such as tcp://head:8786.

    Raises:
        ValueError: that is no such address.
    """
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"{text!r} is no address of a scheduler such as tcp://head:8786")
    return Cluster(text)


def do_on_cluster(
    cluster: Cluster,
    function: Callable[[Any], Any],
    items: Sequence[Any],
    places: Sequence[int],
    tell: Callable[[int], None],
    keep: Callable[[dict[int, Any]], None],
    pack: Pack | None = None,
) -> None:
    """Do the items at some places on a cluster; arguments are those of `Pool`.

    Raises:
        ExecutorError: the scheduler cannot be reached or was lost, a worker holds another program, or workers
            were lost again and again.
    """
    if not places:
        return
    with _client(cluster.address) as client:
        order = _order(function, pack)
        workers = _equipped(client, cluster.address, order)
        _ClusterPool(
            client, cluster.address, order, workers, function, items, places, tell, keep, pack
        ).work()


class _ClusterPool(Pool):
    """Chunks of items on their way through the workers of a cluster."""

    def __init__(self, client: Any, address: str, order: Order, workers: int, *rest: Any) -> None:
        function, items, places, tell, keep, pack = rest
        super().__init__(function, items, places, workers, tell, keep, pack)
        self.client, self.address, self.order = client, address, order
        self.seen = self.moved = monotonic()
        self.tries = 0

    def work(self) -> None:
        """Do everything; what a lost worker held is done again by the others."""
        futures: Any = import_module("distributed.cfexecutor")
        executor = futures.ClientExecutor(self.client, retries=RETRIES, pure=False)
        flying: dict[Any, int] = {}
        try:
            while self.waiting or flying:
                self._hand_out(executor, flying)
                self._take_in(flying)
        finally:
            if self.client.status == "running":
                for future in flying:
                    future.cancel()

    def _hand_out(self, executor: Any, flying: dict[Any, int]) -> None:
        while self.waiting and len(flying) < WINDOW * self.workers:
            number = self.waiting[-1]
            chunk = [self.items[place] for place in self.chunks[number]]
            flying[executor.submit(do_part, self.order.token, chunk)] = number
            self.waiting.pop()

    def _take_in(self, flying: dict[Any, int]) -> None:
        from concurrent.futures import FIRST_COMPLETED, wait

        done = wait(flying, timeout=LOOK, return_when=FIRST_COMPLETED).done
        self._look()
        for future in done:
            number = flying.pop(future)
            answer = self._answer(future)
            if isinstance(answer, Bounced):
                self.workers = max(1, _equipped(self.client, self.address, self.order))
            if answer is None or isinstance(answer, Bounced):
                self.waiting.append(number)
                continue
            self._keep(number, answer)
            self.moved, self.tries = monotonic(), 0

    def _answer(self, future: Any) -> Any:
        """Return what a chunk brought; none if its worker was lost."""
        from concurrent.futures import CancelledError

        from distributed import KilledWorker

        try:
            return future.result()
        except KilledWorker as error:
            self.tries += 1
            if self.tries >= TRIES:
                raise ExecutorError(
                    f"workers of {self.address} were lost again and again at the same runs, {self.count} of "
                    f"{self.all} runs done; they may need more memory; {KEPT}"
                ) from error
        except CancelledError:
            self._look(lost=True)
        return None

    def _look(self, lost: bool = False) -> None:
        """Make sure that the scheduler is there and work moves."""
        now = monotonic()
        if self.client.status == "running" and not lost:
            self.seen = now
        if lost or now - self.seen > SILENCE:
            raise ExecutorError(
                f"lost the scheduler at {self.address} with {self.count} of {self.all} runs done; {KEPT}"
            )
        if now - self.moved > self.patience:
            raise ExecutorError(
                f"no run came to an end within {self.patience:g} s on {self.address}, {self.count} of "
                f"{self.all} runs done; are its workers alive? {KEPT}"
            )


KEPT = "what is done is kept, the same command goes on"


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """Connect to a scheduler, without its library's own tales on standard error."""
    try:
        # Any: parts of them have no types.
        dask: Any = import_module("dask")
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise ExecutorError(
            "a cluster needs the extra 'cluster': python -m pip install 'csto-sim[cluster]'"
        ) from error
    _quiet()
    limits = {"distributed.comm.timeouts.connect": f"{ANSWER:g} s", "distributed.comm.retry.count": 0}
    with dask.config.set(limits):
        try:
            client = distributed.Client(address, timeout=ANSWER, set_as_default=False, name="csto-sim")
        except (OSError, TimeoutError) as error:
            raise ExecutorError(
                f"no scheduler answers at {address}; start one there with: dask scheduler"
            ) from error
        try:
            yield client
        finally:
            client.close(timeout=LOOK)


def _quiet() -> None:
    """Keep the library's own tales off standard error; what the user must know is in our sentences."""
    import logging

    for name in ("asyncio", "distributed", "tornado", *logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("asyncio", "distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _order(function: Callable[[Any], Any], pack: Pack | None) -> Order:
    from sim.scenario.program import program

    return Order(uuid4().hex, program(), _hash_of(function), pickle.dumps((function, pack)))


def _hash_of(function: Any) -> str:
    from sim.scenario.plain import scenario_hash

    scenario = getattr(function, "scenario", None)
    return "" if scenario is None else scenario_hash(scenario)


def _equipped(client: Any, address: str, order: Order) -> int:
    """Equip the workers that are there and return how many there are.

    Raises:
        ExecutorError: there are none, or one cannot do the work.
    """
    try:
        client.wait_for_workers(1, timeout=WORKER)
        answers: dict[str, Any] = client.run(equip_for, order, on_error="return")
    except (OSError, TimeoutError) as error:
        raise ExecutorError(
            f"the scheduler at {address} has no workers; start some with: dask worker {address} --nthreads 1"
        ) from error
    for worker, said in answers.items():
        if isinstance(said, OSError):
            continue  # lost in the meantime
        if isinstance(said, Exception):
            said = f"cannot load this program ({type(said).__name__}: {said}); install the same version there"
        if said:
            raise ExecutorError(f"worker {worker} {said}; {KEPT}")
    return max(1, len(answers))


# What follows runs on the workers.

_equipment: dict[str, tuple[Callable[[Any], Any], Pack | None]] = {}
#: A worker with several threads does one chunk at a time all the same: a run is a single thread's affair.
_turn = Lock()


def equip_for(order: Order) -> str:
    """Make this worker ready for an order; return why it refuses, or "" if it does not."""
    from sim.scenario.program import program

    if order.program != program():
        return (
            f"runs another version of the program ({program()}, here {order.program}); install the same "
            "version there"
        )
    function, pack = pickle.loads(order.equipment)
    if order.scenario != _hash_of(function):
        return "reads the scenario otherwise than this machine; install the same packages there"
    _equipment.clear()  # of earlier studies
    _equipment[order.token] = function, pack
    return ""


def do_part(token: str, chunk: Sequence[Any]) -> Any:
    """Return the results of some items, or that this worker is not ready for them."""
    with _turn:
        if token not in _equipment:
            return Bounced(f"process {os.getpid()}")
        return results_of(*_equipment[token], chunk)
