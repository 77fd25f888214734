"""Logistic growth in closed form: dC/dt = r C (1 - C/K), and when it passes a level or an incidence."""

from __future__ import annotations

from math import exp, inf, log, sqrt


def cases_after(c0: float, r: float, k: float, t: float) -> float:
    """Return cumulative cases *t* hours after they were *c0*: K / (1 + (K/c0 - 1) e^{-rt}).

    The logistic of Verhulst (1838).

    Args:
        c0: cases now, above 0 and at most *k*.
        r: growth, per h.
        k: ceiling, cases.
        t: hours.
    """
    return k / (1 + (k / c0 - 1) * exp(-min(700.0, r * t)))


def hours_to_cases(c0: float, r: float, k: float, c: float) -> float:
    """Return the hours until cumulative cases are *c*; 0 if they are already, inf if they never will be."""
    if c <= c0:
        return 0.0
    if r <= 0 or c >= k or c0 >= k:
        return inf
    return log(c * (k - c0) / (c0 * (k - c))) / r


def crossings(r: float, k: float, incidence: float) -> tuple[float, float] | None:
    """Return the cumulative cases at which r C (1 - C/K) rises through and falls through *incidence*.

    None if it never reaches it: its greatest value is r K / 4.
    """
    if r <= 0 or incidence >= r * k / 4:
        return None
    root = sqrt(1 - 4 * incidence / (r * k))
    return k / 2 * (1 - root), k / 2 * (1 + root)
