"""How many differences are told at once: none chosen in silence, no more figures than they bear."""

from __future__ import annotations

import math

from sim.report.words import NONE

#: Share of intervals at 95 % that leave out zero though nothing differs.
BY_LUCK = 0.05
#: What is smaller than this is rounding.
NOISE = 1e-9


def counted(looked: int, same: int, clear: int, what: str) -> str:
    """Return how many differences were looked at, how many stand out, and how many would by luck alone.

    Args:
        looked: differences looked at.
        same: those in which no pair differs at all.
        clear: those whose 95 % interval leaves out zero.
        what: what a difference is, in the plural.
    """
    rest = looked - same
    if not rest:
        return f"All {looked} {what} looked at are the same in every run."
    are = "is" if same == 1 else "are"
    alike = f"{same} {are} the same in every run; of the other {rest}, " if same else ""
    have = "none has" if not clear else "1 has" if clear == 1 else f"{clear} have"
    return (
        f"Of {looked} {what} looked at, {alike}{have} a 95 % interval that leaves out zero; "
        f"about {_by_luck(rest)} would by luck alone if nothing differed."
    )


def _by_luck(n: int) -> str:
    expected = BY_LUCK * n
    return f"{expected:.0f}" if expected >= 1.5 else f"{expected:.1f}".rstrip("0").rstrip(".")


def difference(mean: float, low: float, high: float, unit: str = "") -> str:
    """Return a difference with its 95 % interval, as in '-0.07 h (95 %: -0.14 to just below 0)'."""
    told = f"{signed_as(mean, low, high)} {unit}".rstrip()
    return f"{told} (95 %: {interval(low, high)})"


def signed_as(mean: float, low: float, high: float) -> str:
    """Return a difference with its sign, in the figures that its interval bears."""
    return _signed(mean, places(low, high))


def interval(low: float, high: float) -> str:
    """Return an interval as 'low to high', in two figures of its width.

    An end that this rounds to zero is called just above or below 0: whether zero is inside must be seen.
    """
    if math.isnan(low) or math.isnan(high):
        return NONE
    figures = places(low, high)
    return " to ".join(_end(end, figures) for end in (low, high))


def _end(value: float, figures: int) -> str:
    told = _signed(value, figures)
    if told != "0" or abs(value) <= NOISE:
        return told
    return "just above 0" if value > 0 else "just below 0"


def places(low: float, high: float) -> int:
    """Return the decimal places that show two figures of an interval's width, at most three of its ends.

    Below zero, as `round` has it, where ends of 1000 or more have more than three figures.
    """
    width, largest = high - low, max(abs(low), abs(high))
    if math.isnan(width):
        return 2
    if largest <= NOISE or math.isinf(largest):
        return 0
    most = 2 - math.floor(math.log10(largest))
    if width <= NOISE:
        return max(0, most)
    return max(min(0, most), min(1 - math.floor(math.log10(width)), most))


def _signed(value: float, figures: int) -> str:
    if math.isnan(value):
        return NONE
    rounded = round(value, figures)
    return "0" if abs(rounded) < NOISE else f"{rounded:+,.{max(0, figures)}f}"
