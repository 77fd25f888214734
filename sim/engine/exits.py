"""A member's clock of leaving, exact while its trust finds its way back."""

from __future__ import annotations

from math import exp, inf, log

#: Euler's constant.
GAMMA = 0.5772156649015329
#: From here on the series of `ein` loses digits and its asymptote has enough of them.
LARGE = 12.0
#: Exponents are cut here: beyond it nothing on a clock differs.
MOST = 600.0


def ein(z: float) -> float:
    """Return the entire exponential integral, the integral of (1 - exp(-t)) / t from 0 to *z*.

    Source: Abramowitz and Stegun 1964, 5.1.40 (series) and 5.1.51 (asymptote of E1).
    """
    if z > LARGE:
        e1 = exp(-z) / z * (1 - 1 / z + 2 / z**2 - 6 / z**3 + 24 / z**4 - 120 / z**5)
        return e1 + log(z) + GAMMA
    total, term, k = 0.0, 1.0, 0
    while abs(term) > 1e-17 * (1 + abs(total)) or k <= abs(z):
        k += 1
        term *= -z / k
        total -= term / k
        if term == 0:
            break
    return total


def spent(pull: float, decay: float, hours: float) -> float:
    """Return the integral of exp(-pull x exp(-decay t)) over t from 0 to *hours* (h)."""
    if pull == 0 or decay == 0:
        return exp(-pull) * hours
    return hours - (ein(pull) - ein(pull * exp(-decay * hours))) / decay


class ExitClock:
    """A budget of cumulative hazard used up at rate x exp(-pull x exp(-decay t)); see `hazards.HazardClock`.

    With trust = start + off x 2^(-t / half-life) the hazard rate0 x exp(-power x trust) has this form, with
    rate = rate0 x exp(-power x start) and pull = power x off, and its integral is a closed form.
    """

    __slots__ = ("_decay", "_pull", "_rate", "_remaining", "_time")

    def __init__(self, threshold: float, decay: float, now: float = 0.0, rate: float = 0.0) -> None:
        """Start at *now* (h) with *threshold* (unit exponential) to use up.

        Args:
            threshold: cumulative hazard at which the member leaves.
            decay: rate (per h) at which trust finds its way back.
            now: h on the clock.
            rate: in force from now on (per h), with trust where it starts.
        """
        self._remaining, self._decay, self._time = threshold, decay, now
        self._rate, self._pull = rate, 0.0

    def run(self, now: float, rate: float, pull: float) -> None:
        """Use up the hazard so far and put *rate* (per h) and *pull* (now) in force from *now* (h) on."""
        if self._rate > 0:
            used = self._rate * spent(self._pull, self._decay, now - self._time)
            self._remaining = max(0.0, self._remaining - used)
        self._time, self._rate, self._pull = now, rate, max(-MOST, min(MOST, pull))

    def rings_by(self, last: float) -> float:
        """Return the hour at which the clock rings if that is no later than *last* (h), or inf."""
        if self._rate <= 0 or last < self._time:
            return inf
        budget, low, high = self._remaining / self._rate, 0.0, last - self._time
        if self._pull == 0:  # nothing has moved: what the formulas below come to, at a tenth of the price
            return self._time + budget if budget <= high else inf
        if high * exp(abs(self._pull)) < 0.999 * budget:  # the most that can be spent: no need of integrals
            return inf
        if spent(self._pull, self._decay, high) < budget:
            return inf
        if self._decay == 0:
            return self._time + budget * exp(self._pull)
        # The integral rises all the way, so halving finds the hour.
        while low < (middle := (low + high) / 2) < high and high - low > 1e-13 * high:
            if spent(self._pull, self._decay, middle) < budget:
                low = middle
            else:
                high = middle
        return self._time + high
