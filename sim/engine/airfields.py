"""What an airfield lets through: slots booked in order of request, and windows closed by weather."""

from __future__ import annotations

from bisect import bisect_right
from heapq import heapreplace
from math import ceil, inf
from typing import NamedTuple

from sim.engine.streams import Stream
from sim.scenario.distributions import Duration


class ReservationBook:
    """First come, first served at several slots, with each service time known when it is asked for.

    A heap of the times at which slots fall free replaces a queue: the next in line always gets the slot that
    is free first, so its start is max(now, earliest free). Exact, because nobody who asks later can overtake
    (Kiefer and Wolfowitz 1955, the workload vector of the multi-server queue).
    """

    __slots__ = ("_asked", "_free", "history")

    def __init__(self, slots: float, keep: bool = True) -> None:
        """Open the book with *slots* slots, all free, to *keep* what was booked or not.

        Raises:
            ValueError: *slots* is not a positive whole number.
        """
        if slots < 1 or slots != int(slots):
            raise ValueError(f"an airfield needs a whole number of slots of 1 or more, not {slots!r}")
        self._free = [float("-inf")] * int(slots)
        self._asked = float("-inf")
        #: Start and end (h) of every service, in order of request, if they are kept.
        self.history: list[tuple[float, float]] | None = [] if keep else None

    @property
    def slots(self) -> int:
        """How many can be served at once."""
        return len(self._free)

    def reserve(self, now: float, service: float) -> float:
        """Return when a service of *service* hours asked for at *now* (h) starts; it is booked.

        Raises:
            ValueError: *now* lies before an earlier request, or *service* is negative.
        """
        if now < self._asked:
            raise ValueError(f"requests must come in order of time: {now!r} h after {self._asked!r} h")
        if not service >= 0.0:
            raise ValueError(f"a service cannot last {service!r} h")
        self._asked = now
        free = self._free
        start = free[0]
        if start < now:
            start = now
        heapreplace(free, start + service)
        if self.history is not None:
            self.history.append((start, start + service))
        return start


class Window(NamedTuple):
    """A time during which an airfield is closed."""

    start: float  # h
    end: float  # h


class Closures:
    """The hours that weather closes one airfield in one replication."""

    __slots__ = ("ends", "since", "starts", "until", "windows")

    def __init__(self, chance: float, duration: Duration, stream: Stream, horizon: float) -> None:
        """Draw the windows of every day that begins before *horizon* (h).

        Assumed: days are independent; on a closed day one closure begins at a uniform instant. Three numbers
        are drawn for each day, closed or not, so that neither a change of *chance* nor of *horizon* moves
        the weather of other days.

        Args:
            chance: that a closure begins on a given day.
            duration: of one closure.
            stream: the airfield's own.
            horizon: hours of simulated time.
        """
        luck = stream.uniforms(3 * ceil(horizon / 24))
        drawn: list[Window] = []
        for day in [day for day, closed in enumerate(luck[::3]) if closed < chance]:
            start = 24 * (day + luck[3 * day + 1])
            drawn.append(Window(start, start + duration.sample(luck[3 * day + 2])))
        #: Closed windows in order of time, merged where they touch.
        self.windows = _merged(drawn)
        self.starts, self.ends = [w.start for w in self.windows], [w.end for w in self.windows]
        #: A time during which it is known to be open: the last that was asked for, seen without a call.
        self.since, self.until = inf, -inf

    def open_from(self, time: float) -> float:
        """Return the earliest time (h) at or after *time* at which the airfield is open."""
        later = bisect_right(self.starts, time)
        end = self.ends[later - 1] if later else -inf
        if end > time:
            return end
        self.since, self.until = end, self.starts[later] if later < len(self.starts) else inf
        return time


class Field(NamedTuple):
    """An airfield in one replication."""

    book: ReservationBook
    closures: Closures


def _merged(windows: list[Window]) -> tuple[Window, ...]:
    """Return *windows*, given in order of their starts, with those that touch made one."""
    merged: list[Window] = []
    for window in windows:
        if merged and window.start <= merged[-1].end:
            merged[-1] = Window(merged[-1].start, max(merged[-1].end, window.end))
        else:
            merged.append(window)
    return tuple(merged)
