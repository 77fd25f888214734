"""Agreement between coders: Krippendorff's alpha for nominal and ordinal codes, with missing values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import permutations
from math import nan
from typing import TypeVar

Code = TypeVar("Code", bound=Hashable)
_Distance = Callable[[Code, Code], float]


def krippendorff_alpha(units: Iterable[Sequence[Code | None]], order: Sequence[Code] | None = None) -> float:
    """Return alpha: 1 for perfect agreement, 0 for what chance would give, below for less.

    alpha = 1 - D_observed / D_expected over the pairs of codes given to the same unit, against pairs
    drawn from all codes; units with fewer than two codes say nothing.

    Args:
        units: for each thing coded, the codes that the coders gave it; None for no code.
        order: the codes from low to high, for ordinal distances; without it codes differ or not.

    Returns:
        alpha; nan when there are no pairs or all codes are the same.

    Raises:
        ValueError: when a code is not in *order*.

    Source: Krippendorff, Computing Krippendorff's alpha-reliability (2011).
    """
    pairs = _coincidences(units)
    totals: Counter[Code] = Counter()
    for (left, _), weight in pairs.items():
        totals[left] += weight  # type: ignore[assignment]
    distance = _differ if order is None else _ordinal(order, totals)
    n = sum(totals.values())
    observed = sum(weight * distance(*pair) for pair, weight in pairs.items())
    expected = sum(
        totals[left] * totals[right] * distance(left, right) for left, right in permutations(totals, 2)
    )
    return 1.0 - (n - 1) * observed / expected if expected > 0 else nan


def _coincidences(units: Iterable[Sequence[Code | None]]) -> Mapping[tuple[Code, Code], float]:
    """Return how often two codes met on a unit; each unit with m codes adds m in all."""
    pairs: dict[tuple[Code, Code], float] = {}
    for unit in units:
        codes = [code for code in unit if code is not None]
        for pair in permutations(codes, 2):
            pairs[pair] = pairs.get(pair, 0.0) + 1.0 / (len(codes) - 1)
    return pairs


def _differ(left: Code, right: Code) -> float:
    return 0.0 if left == right else 1.0


def _ordinal(order: Sequence[Code], totals: Mapping[Code, float]) -> Callable[[Code, Code], float]:
    """Return the squared number of codes that lie between two ranks, each end counted half."""
    strangers = [code for code in totals if code not in order]
    if strangers:
        raise ValueError(f"{strangers[0]!r} is not in the order of codes")
    counts = [totals.get(code, 0.0) for code in order]
    rank = {code: place for place, code in enumerate(order)}

    def distance(left: Code, right: Code) -> float:
        low, high = sorted((rank[left], rank[right]))
        return (sum(counts[low : high + 1]) - (counts[low] + counts[high]) / 2) ** 2

    return distance
