"""Numbers and plain-text columns for tables and charts, the same on every machine."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.experiment.compare import RecordSummary

WIDTH = 110
#: What a cell says that has nothing to say, and one whose number lies beyond the simulated time.
NONE, LATER = "-", "later"
#: What is said of a bound from which share of the runs that keep it on, and of one that fewer keep.
BOUND_VERDICTS = ((0.95, "met"), (0.5, "mostly met"), (0.05, "mostly broken"))
CONTRADICTED = "contradicted"
#: What a difference that a variant makes is, and what its interval does not hold.
CAVEAT = (
    "A difference is what the model makes of the mechanisms in its inputs, no estimate from the record; its "
    "interval holds luck and the inputs that are drawn, not doubt about a mechanism."
)


def number(value: float, unit: str = "") -> str:
    """Return a number short enough for a table: hours to a tenth, counts whole, shares to a hundredth."""
    if math.isnan(value):
        return NONE
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if unit == "share":
        return f"{value:.2f}"
    if abs(value) >= 100 or value == round(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}"


def justified(value: float, low: float, high: float) -> float:
    """Return a simulated number of 1000 or more to three figures, unless its interval bears further ones.

    Args:
        value: the number; a smaller one stays as it is.
        low: lower end of its interval, or of its band.
        high: upper end; where either is nan nothing is known to bear a fourth figure.
    """
    if math.isnan(value) or abs(value) < 1000:
        return value
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 2)
    return value if high - low < step else round(value / step) * step


def all_of(n: int, one: str = "run") -> str:
    """Return how many there are in all, as a sentence begins: 'All 200 runs', 'The only run'."""
    return f"The only {one}" if n == 1 else f"All {count(n, one)}"


def signed(value: float) -> str:
    """Return a difference with its sign: two figures below ten, whole numbers from there on."""
    if math.isnan(value):
        return NONE
    if abs(value) < 1e-9:
        return "0"
    if abs(value) >= 10:
        return f"{value:+,.0f}"
    return f"{value:+.2g}" if abs(value) < 1 else f"{value:+.1f}"


def change(mean: float, low: float, high: float) -> str:
    """Return a difference with its 95 % interval, as in '+1.2 (-0.3 to +2.7)'; nan ends leave that out."""
    if math.isnan(low):
        return signed(mean)
    told, *ends = (signed(justified(value, low, high)) for value in (mean, low, high))
    return f"{told} ({' to '.join(ends)})"


def level_told(value: float, low: float, high: float) -> float:
    """Return a mean on one side of a difference, in the figures that the difference's interval bears."""
    return value if math.isnan(low) else justified(value, low, high)


def unit_in_file(kind: str, unit: str) -> str:
    """Return the unit of a response as files of numbers name it: a chance is a share of runs."""
    return "share of runs" if kind == "flag" else unit


def band(low: float, high: float, unit: str = "") -> str:
    """Return a simulated interval as low–high; an end beyond the simulated time is called later."""
    if math.isnan(low) and math.isnan(high):
        return NONE
    ends = [LATER if math.isnan(end) else number(justified(end, low, high), unit) for end in (low, high)]
    return "–".join(ends)


def percent(share: float) -> str:
    """Return a share in percent, whole unless it is near 0 or 1 without being there."""
    if math.isnan(share):
        return NONE
    near = 0 < share < 0.01 or 0.99 < share < 1
    return f"{100 * share:.1f} %" if near else f"{100 * share:.0f} %"


def verdict(found: RecordSummary) -> str:
    """Return where the recorded value falls: middle half, in band, outside; inputs are not judged.

    A bound is judged by the share of runs that keep it (*assumed* rule): met, mostly met, mostly broken or
    contradicted. What lies past the simulated time is not judged: not reached.
    """
    if not found.reached:
        return "not reached"
    if found.entry.kind == "bound":
        if math.isnan(found.agree):
            return NONE
        return next((words for least, words in BOUND_VERDICTS if found.agree >= least), CONTRADICTED)
    if found.inside_band is None:
        return "input" if found.entry.kind == "input" else NONE
    if found.inside_half:
        return "middle half"
    return "in band" if found.inside_band else "outside"


def rows_of(cells: Sequence[Sequence[str]], widths: Sequence[int], left: Sequence[int] = (0,)) -> list[str]:
    """Return table rows as lines in columns of *widths*: those in *left* are wrapped, others stand right.

    A cell on the right that has an end of line in it takes several lines.
    """
    lines = []
    placed = [str.ljust if place in left else str.rjust for place in range(len(widths))]
    for row in cells:
        wrapped = [
            (_column(cell, width) if place in left else cell.split("\n"))
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for depth in range(max(max(map(len, wrapped)), 1)):
            parts = [
                place(part[depth] if depth < len(part) else "", width)
                for place, part, width in zip(placed, wrapped, widths, strict=True)
            ]
            lines.append(" ".join(parts).rstrip())
    return lines


def _column(cell: str, width: int) -> list[str]:
    if not cell or fits(cell, width):
        return [cell]
    return textwrap.wrap(cell, width, subsequent_indent="  ", break_long_words=True)


def fits(text: str, width: int) -> bool:
    """Return whether *text* is a line that wrapping to *width* leaves as it is, at far more expense."""
    return len(text) <= width and text.isprintable() and text[-1:] not in ("", " ")


def heading(title: str) -> list[str]:
    """Return a title with a line under it."""
    return [title, "-" * min(len(title), WIDTH)]


def notes(text: str, width: int = WIDTH) -> list[str]:
    """Return a note wrapped to the *width* of the tables."""
    return textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="  ")
