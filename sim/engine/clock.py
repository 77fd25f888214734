"""The clock of a replication: SimPy's environment with a short way for what happens most."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import repeat
from math import inf
from typing import Any

import simpy
from simpy.core import EmptySchedule
from simpy.events import NORMAL


class Clock(simpy.Environment):
    """An environment whose queue holds plain calls beside events.

    A call is what an event with one callback is, in the same queue and order, at a third of the price: its
    entry in the queue names no event but a function and what to give it.
    """

    def call(self, hours: float, step: Callable[[Any], object], given: object = None) -> None:
        """Call *step* with *given*, *hours* from now.

        Raises:
            ValueError: the delay is negative or not finite, which is a bug.
        """
        if not 0 <= hours < inf:
            raise ValueError(f"a delay of {hours!r} h at {self._now} h")
        # Entries are compared by time, priority and number, which no two share: the rest may differ in kind.
        entry: Any = (self._now + hours, NORMAL, next(self._eid), None, step, given)
        heappush(self._queue, entry)

    def later(self, hours: float, callbacks: list[Callable[[Any], None]]) -> simpy.Event:
        """Return an event *hours* from now: what `timeout` does, in one step in place of three.

        Raises:
            ValueError: the delay is negative or not finite, which is a bug.
        """
        if not 0 <= hours < inf:
            raise ValueError(f"a delay of {hours!r} h at {self._now} h")
        event = _Later(self, callbacks)
        heappush(self._queue, (self._now + hours, NORMAL, next(self._eid), event))
        return event

    def step(self) -> None:
        """Do what is next in the queue."""
        self.steps(1)

    def steps(self, count: int) -> None:
        """Do the next *count* things in the queue, as so many calls of SimPy's own `step` would.

        Raises:
            EmptySchedule: nothing is left to do.
        """
        queue: list[Any] = self._queue
        for _ in repeat(None, count):
            if not queue:
                raise EmptySchedule
            entry = heappop(queue)
            self._now = entry[0]
            event = entry[3]
            if event is None:
                entry[4](entry[5])
                continue
            callbacks, event.callbacks = event.callbacks, None
            for callback in callbacks:
                callback(event)
            if not event._ok and not hasattr(event, "_defused"):
                raise event._value  # a process failed and nobody took care of it


class _Later(simpy.Event):
    """An event that is bound to happen from the moment it is made."""

    _ok, _value = True, None

    def __init__(self, env: Clock, callbacks: list[Callable[[Any], None]]) -> None:
        self.env, self.callbacks = env, callbacks
