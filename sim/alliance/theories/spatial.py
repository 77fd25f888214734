"""Value of positions on several issues at once."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt


def raw_value(
    ideal: Sequence[float], position: Sequence[float], salience: Sequence[float], length: float = 1.0
) -> float:
    """Return 1 less the salience-weighted distance of *position* from *ideal*, risk aside.

    The distance is sqrt(sum (s d)^2 / sum s^2): 1 between the two ends of every scale. Source: KTAB's spatial
    model, reference run of 30 May 2017, all of whose 25 values come out.

    Args:
        ideal: where the actor stands, one number an issue.
        position: what is valued, in the same order.
        salience: weight of each issue to the actor, any unit, not all 0.
        length: of the scale of positions (> 0).

    Raises:
        ValueError: the three differ in number, or no issue matters.
    """
    weight = fsum(s * s for s in salience)
    if weight <= 0:
        raise ValueError("some issue must matter")
    parts = [(s * (a - b)) ** 2 for s, a, b in zip(salience, ideal, position, strict=True)]
    return 1 - sqrt(fsum(parts) / weight) / length
