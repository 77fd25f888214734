"""Unrest between two events in closed form: dx/dt = g x (1 - x/K) - s x with everything else constant.

The equation is logistic (Verhulst 1838) with a constant rate of removal. With r = g - s and
E(t) = (e^{rt} - 1)/r it has x(t) = x0 e^{rt} / (1 + g x0 E/K) and integral (K/g) ln(1 + g x0 E/K).
Levels x, x0 and K are in incidents per hour, t in hours, g and s per hour, integrals in incidents.
All functions expect x0, g, s >= 0, K > 0 and t >= 0; they are called too often to check it again.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, expm1, inf, log, log1p

#: Below this size of its argument, two terms of the series of expm1 or log1p are exact in double precision.
_SMALL = 1e-8
#: Above this exponent, e^{rt} leaves no trace of the terms beside it, and nears overflow.
_LARGE = 500.0


def _growth(r: float, t: float) -> float:
    """Return E(t) = (e^{rt} - 1)/r, which is t at r = 0 and inf where it overflows."""
    rt = r * t
    if abs(rt) < _SMALL:
        return t * (1 + rt / 2)
    return expm1(rt) / r if rt < 700 else inf


def _time_of_growth(r: float, e: float) -> float:
    """Return the t at which E(t) = *e*; inf if E stays below (r < 0)."""
    re = r * e
    if abs(re) < _SMALL:
        return e * (1 - re / 2)
    return log1p(re) / r if re > -1 else inf


def level_at(x0: float, g: float, s: float, k: float, t: float) -> float:
    """Return the level (incidents per h) *t* hours after it was *x0*.

    Args:
        x0: level at the start, incidents per h.
        g: growth of unresisted unrest, per h.
        s: suppression, per h.
        k: ceiling, incidents per h.
        t: hours since the start.
    """
    r = g - s
    if r > 0:  # numerator and denominator divided by e^{rt}, which may overflow
        return x0 / (exp(-r * t) + g * x0 / k * _growth(-r, t))
    return x0 * exp(r * t) / (1 + g * x0 / k * _growth(r, t))


def integral_to(x0: float, g: float, s: float, k: float, t: float) -> float:
    """Return the expected number of incidents in the *t* hours after the level was *x0*."""
    r, q = g - s, g * x0 / k
    if r * t > _LARGE and q > 0:
        return k / g * (r * t + log(q / r))
    e = _growth(r, t)
    qe = q * e
    return x0 * e * (1 - qe / 2) if qe < _SMALL else k / g * log1p(qe)


def advance(x0: float, g: float, s: float, k: float, t: float) -> tuple[float, float]:
    """Return `level_at` and `integral_to` at once, which share most of their work."""
    r, q = g - s, g * x0 / k
    rt = r * t
    if rt > _LARGE:
        return level_at(x0, g, s, k, t), integral_to(x0, g, s, k, t)
    e = t * (1 + rt / 2) if -_SMALL < rt < _SMALL else expm1(rt) / r
    qe = q * e
    return x0 * exp(rt) / (1 + qe), x0 * e * (1 - qe / 2) if qe < _SMALL else k / g * log1p(qe)


def time_of_integral(x0: float, g: float, s: float, k: float, area: float) -> float:
    """Return the hours after which *area* incidents are expected; inf if unrest dies out before."""
    return inverse_integral(x0, g, s, k)(area)


def inverse_integral(x0: float, g: float, s: float, k: float) -> Callable[[float], float]:
    """Return the function `time_of_integral` of the area alone, for many areas under the same level."""
    r, gx = g - s, g * x0

    def time_of(area: float) -> float:
        if area <= 0:
            return 0.0
        if x0 <= 0:
            return inf
        exponent = g * area / k
        if exponent > _LARGE:  # ln(1 + g x0 E/K) is ln(g x0 E/K) here
            return max(0.0, (exponent + log(r * k / gx)) / r) if r > 0 else inf
        e = area / x0 * (1 + exponent / 2) if exponent < _SMALL else expm1(exponent) * k / gx
        re = r * e
        if -_SMALL < re < _SMALL:
            return e * (1 - re / 2)
        return log1p(re) / r if re > -1 else inf

    return time_of


def times_of_integrals(
    x0: float, g: float, s: float, k: float, areas: list[float], since: float = 0.0, until: float = inf
) -> list[float]:
    """Return `time_of_integral` of each of *areas*, one or more in rising order, under the same level.

    They are counted from the hour *since* and end at *until*, which rounding might overstep.
    """
    r, gx = g - s, g * x0
    if gx > 0 and g * areas[0] / k >= _SMALL and g * areas[-1] / k <= _LARGE:
        growths = [expm1(g * area / k) * k / gx for area in areas]
        # Where neither the first nor the last is a special case, none between them is.
        if abs(r * growths[0]) >= _SMALL and r * growths[-1] > -1:
            times = [since + log1p(r * e) / r for e in growths]
            return times if max(times) <= until else [min(at, until) for at in times]
    time_of = inverse_integral(x0, g, s, k)
    return [min(until, since + time_of(area)) for area in areas]


def time_of_level(x0: float, g: float, s: float, k: float, level: float) -> float:
    """Return the hours until *level* is first met; 0 if it is met now, inf if it never is.

    With a(x) = r - g x/K, the growth per head at level x, the time is ln(L a(x0) / (x0 a(L))) / r.
    """
    if level == x0:
        return 0.0
    if x0 <= 0 or level <= 0:
        return inf
    r = g - s
    now, then = r - g * x0 / k, r - g * level / k
    # The level moves one way only, and a plateau between here and there is never passed.
    rises, falls = level > x0 and now > 0 and then > 0, level < x0 and now < 0 and then < 0
    if not (rises or falls):
        return inf
    ratio = level / x0 * (now / then)
    if 0.5 < ratio < 2 or r == 0:
        return _time_of_growth(r, (level - x0) / x0 / then)
    return max(0.0, log(ratio) / r) if 0 < ratio < inf else inf


def plateau(g: float, s: float, k: float) -> float:
    """Return the level (incidents per h) that unrest tends to: K (1 - s/g), or 0 if suppression wins."""
    return k * (1 - s / g) if g > s else 0.0
