"""Points spread over the space of several factors: Latin hypercubes and Sobol sequences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: Digits that a sampled value keeps, so that tables can be read.
DIGITS = 6


def unit_points(kind: str, count: int, factors: int, seed: int) -> list[list[float]]:
    """Return *count* points in the unit cube of as many sides as there are *factors*.

    Args:
        kind: "latin_hypercube" (McKay, Beckman and Conover 1979) or "sobol" (scrambled as by Owen 1998).
        count: number of points; a Sobol sequence is most even at powers of two.
        factors: number of sides.
        seed: names the points.
    """
    from scipy.stats import qmc  # here: only a sampled sweep pays for it

    if kind == "latin_hypercube":
        points = qmc.LatinHypercube(factors, rng=seed).random(count)
    else:
        # Powers of two are drawn whole, as the sequence is even over them only, and cut to the number asked.
        points = qmc.Sobol(factors, rng=seed).random_base2((count - 1).bit_length())[:count]
    return [[float(u) for u in point] for point in points]


def between(low: float, high: float, u: float, *, whole: bool) -> float | int:
    """Return the value a share *u* of the way from *low* to *high*; whole numbers are hit evenly."""
    if whole:
        return min(round(high), int(round(low) + u * (round(high) - round(low) + 1)))
    return float(f"{low + u * (high - low):.{DIGITS}g}")


def spread(
    kind: str, ends: Sequence[tuple[float, float, str, bool]], count: int, seed: int
) -> list[list[Any]]:
    """Return for each point the values of its factors.

    Args:
        kind: "latin_hypercube" or "sobol".
        ends: of each factor the low end, the high end, the unit written with them and whether it is whole.
        count: number of points.
        seed: names the points.
    """
    return [
        [
            _with_unit(between(low, high, u, whole=whole), unit)
            for u, (low, high, unit, whole) in zip(point, ends, strict=True)
        ]
        for point in unit_points(kind, count, len(ends), seed)
    ]


def _with_unit(value: float | int, unit: str) -> float | int | str:
    return f"{value!r} {unit}" if unit else value
