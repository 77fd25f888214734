"""The clock of a replication: SimPy's environment with a short way for what happens most."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import repeat
from math import inf
from typing import Any, NoReturn

import simpy
from simpy.core import EmptySchedule, StopSimulation
from simpy.events import NORMAL, EventPriority

#: Ahead of everything else at its instant, as SimPy has it.
URGENT_FIRST = EventPriority(-1)


class Clock(simpy.Environment):
    """An environment whose queue holds plain calls beside events.

    A call is what an event with one callback is, in the same queue and order, at a third of the price: its
    entry in the queue names no event but a function and what to give it.
    """

    #: Entries are compared by time, priority and number, which no two share: the rest may differ in kind.
    _queue: list[Any]

    def call(self, hours: float, step: Callable[[Any], object], given: object = None) -> None:
        """Call *step* with *given*, *hours* from now.

        Raises:
            ValueError: the delay is negative or not finite, which is a bug.
        """
        if not 0.0 <= hours < inf:
            raise ValueError(f"a delay of {hours!r} h at {self._now} h")
        heappush(self._queue, (self._now + hours, NORMAL, next(self._eid), None, step, given))

    def call_by(self, last: float, hours: float, step: Callable[[Any], object], given: object = None) -> None:
        """Do as `call` does unless it would be later than at *last* (h)."""
        at = self._now + hours
        if at <= last:
            if hours < 0.0:
                raise ValueError(f"a delay of {hours!r} h at {self._now} h")
            heappush(self._queue, (at, NORMAL, next(self._eid), None, step, given))

    def later(self, hours: float, callbacks: list[Callable[[Any], None]]) -> simpy.Event:
        """Return an event *hours* from now: what `timeout` does, in one step in place of three.

        Raises:
            ValueError: the delay is negative or not finite, which is a bug.
        """
        if not 0.0 <= hours < inf:
            raise ValueError(f"a delay of {hours!r} h at {self._now} h")
        event = _Later(self, callbacks)
        heappush(self._queue, (self._now + hours, NORMAL, next(self._eid), event))
        return event

    def set_to(self, now: float) -> None:
        """Put the clock to the hour *now*, whatever is due before: for a world that is never run."""
        self._now = now

    def revise(self, call: Callable[[Any], Any], given: Callable[[Any], Any]) -> None:
        """Replace every call in the queue by what *call* makes of it, what it is given by what *given* makes.

        Times and order stay as they are.
        """
        queue = self._queue
        for place, entry in enumerate(queue):
            event = entry[3]
            if event is None:
                queue[place] = (*entry[:4], call(entry[4]), given(entry[5]))
            elif event.callbacks:
                event.callbacks[:] = [call(callback) for callback in event.callbacks]

    def clear(self) -> None:
        """Forget what is still to happen."""
        self._queue.clear()

    def step(self) -> None:
        """Do what is next in the queue."""
        self.steps(1)

    def steps(self, count: int) -> None:
        """Do the next *count* things in the queue, as so many calls of SimPy's own `step` would.

        Raises:
            EmptySchedule: nothing is left to do.
        """
        queue = self._queue
        for _ in repeat(None, count):
            try:
                entry = heappop(queue)
            except IndexError:
                raise EmptySchedule from None
            self._now = entry[0]
            event = entry[3]
            if event is None:
                entry[4](entry[5])
                continue
            callbacks, event.callbacks = event.callbacks, None
            try:
                for callback in callbacks:
                    callback(event)
            except StopSimulation:  # what else hangs on the event is done when the clock runs on
                event.callbacks = callbacks[callbacks.index(callback) + 1 :]
                self.schedule(event, URGENT_FIRST)
                raise
            if not event._ok and not hasattr(event, "_defused"):
                _fail(event._value)


class _Later(simpy.Event):
    """An event that is bound to happen from the moment it is made."""

    _ok, _value = True, None

    def __init__(self, env: Clock, callbacks: list[Callable[[Any], None]]) -> None:
        self.env, self.callbacks = env, callbacks


def _fail(error: BaseException) -> NoReturn:
    """Raise what made a process fail, a copy with the traceback of its own, as SimPy does."""
    raise type(error)(*error.args) from error
