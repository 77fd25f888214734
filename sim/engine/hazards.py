"""Waiting for an event whose hazard changes in steps."""

from __future__ import annotations

from math import inf


class HazardClock:
    """A budget of cumulative hazard, used up at a piecewise-constant rate; it rings when nothing is left.

    With a unit-exponential *threshold* the chance of no ringing by t is exp(-integral of the rate to t), the
    survival function of that hazard (the inverse-transform method for non-homogeneous Poisson processes,
    Çinlar 1975). One threshold serves the whole wait, so a change of rate needs no new draw.
    """

    __slots__ = ("_rate", "_remaining", "_time")

    def __init__(self, threshold: float, now: float = 0.0) -> None:
        """Start at *now* (h) with *threshold* (no unit, positive) to use up and a rate of 0.

        Raises:
            ValueError: *threshold* is not positive.
        """
        if not threshold > 0:
            raise ValueError(f"the threshold of a hazard clock must be positive, not {threshold!r}")
        self._remaining, self._rate, self._time = threshold, 0.0, now

    @property
    def remaining(self) -> float:
        """Cumulative hazard left at the time last advanced to."""
        return self._remaining

    @property
    def rate(self) -> float:
        """Hazard in force, per h."""
        return self._rate

    @property
    def rings_at(self) -> float:
        """Time (h) at which the clock rings at the rate in force, or inf."""
        if self._remaining <= 0:
            return self._time
        return self._time + self._remaining / self._rate if self._rate > 0 else inf

    def advance(self, now: float) -> None:
        """Use up the hazard between the last time and *now* (h).

        Raises:
            ValueError: *now* lies before the last time.
        """
        if now < self._time:
            raise ValueError(f"a hazard clock cannot go back from {self._time!r} h to {now!r} h")
        self._remaining = max(0.0, self._remaining - self._rate * (now - self._time))
        self._time = now

    def set_rate(self, now: float, rate: float) -> float:
        """Put *rate* (per h) in force from *now* (h) on and return when the clock rings then, or inf.

        Raises:
            ValueError: *rate* is negative, or *now* lies before the last time.
        """
        if not rate >= 0:
            raise ValueError(f"a hazard must be 0 or more per h, not {rate!r}")
        if self._rate > 0 or now < self._time:
            self.advance(now)  # without a hazard so far nothing is used up
        self._rate, self._time = rate, now
        return self.rings_at
