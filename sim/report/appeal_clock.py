"""Words for times counted from the appeal, where it does not come at the same instant on both sides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from sim.report.times import TOLD_FROM
from sim.report.words import number, signed

if TYPE_CHECKING:
    from sim.experiment.estimates import PairedDifference
    from sim.experiment.summary import VariantSummary

#: The appeal is told of where it accounts for this share of a difference or more.
TOLD_SHARE = 0.1
#: What charts say of the marks of differences counted from the start.
SQUARES = (
    "Squares: the same counted from the start of the scenario, for times whose clock, the appeal, itself "
    "comes earlier or later."
)


class Interval(Protocol):
    """A mean difference (hours) with its 95 % interval."""

    @property
    def mean(self) -> float:
        """The mean."""

    @property
    def low(self) -> float:
        """The lower end; nan where there is no interval."""

    @property
    def high(self) -> float:
        """The upper end."""


def appeal_bears(found: Interval, fixed: Interval) -> bool:
    """Return whether the instant of the appeal has a part in a difference that is worth telling.

    Args:
        found: the difference of a time counted from the appeal.
        fixed: the same counted from the start of the scenario, over the same runs: where one side appeals
            later, a time that is counted from the appeal is shorter by that, whatever else has changed.
    """
    return abs(fixed.mean - found.mean) >= max(TOLD_FROM, TOLD_SHARE * abs(found.mean))


def moved_clock(variant: VariantSummary) -> dict[str, PairedDifference]:
    """Return the differences from the start, by name, of the times whose clock a variant itself moves."""
    return {
        name: variant.from_start[name]
        for name, found in variant.differences.items()
        if name in variant.from_start and appeal_bears(found, variant.from_start[name])
    }


def later_words(later: float) -> str:
    """Return how much later the appeal comes (hours) in words, as in '2.5 h earlier'."""
    return f"{number(abs(later), 'h')} h {'later' if later > 0 else 'earlier'}"


def clock_words(moved: Iterable[tuple[str, Interval, Interval]]) -> str:
    """Return a warning that the appeal is no fixed point, with the differences from the start.

    Args:
        moved: label of a time, its difference, and the same from the start.
    """
    told: dict[str, list[str]] = {}
    for label, found, fixed in moved:
        interval = f" ({signed(fixed.low)} to {signed(fixed.high)})" if fixed.low == fixed.low else ""
        said = f"{label[:1].lower()}{label[1:]} {signed(fixed.mean)} h{interval}"
        told.setdefault(later_words(fixed.mean - found.mean), []).append(said)
    each = "; ".join(f"with the appeal {when}, {', '.join(rows)}" for when, rows in told.items())
    return (
        "The appeal itself does not come at the same instant on both sides, and times counted from it move "
        f"with it. Counted from the start of the scenario the differences are others: {each}."
    )
