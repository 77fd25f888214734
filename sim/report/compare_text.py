"""A comparison in words: inputs, outcomes by size of effect, and where typical twins part."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.experiment.comparison import LETTERS
from sim.report.compare_clock import from_start, warning
from sim.report.compare_twins import parting_lines
from sim.report.words import NONE, WIDTH, change, heading, level_told, notes, number, rows_of, signed
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.experiment.compare_inputs import InputDifference
    from sim.experiment.comparison import Comparison
    from sim.experiment.pairing import Difference

#: Columns: response, the two means, difference with interval, effect, pairs, only on one side, reduction.
OUTCOME_WIDTHS = (31, 8, 8, 31, 7, 6, 5, 7)
#: Values of inputs are cut to this many characters in the terminal; inputs.csv has them whole.
VALUE = 28


def comparison_text(found: Comparison) -> list[str]:
    """Return everything that is told of a comparison, as lines of at most 110 columns."""
    lines = [*_head(found), "", *inputs_table(found)]
    for place, differences in enumerate(found.differences, start=1):
        lines += ["", *outcome_table(found, place, differences)]
    if found.twins:
        lines += ["", *heading("Where typical twins part")]
        for place, twins in enumerate(found.twins, start=1):
            lines += parting_lines(twins, LETTERS[0], LETTERS[place])
    return lines


def _head(found: Comparison) -> list[str]:
    lines = [f"{letter}  {side.name}: {count(len(side.rows), 'run')}, seed {side.seed}"
             for letter, side in zip(LETTERS, found.sides, strict=False)]  # fmt: skip
    if found.paired:
        pairs = count(found.n, "pair")
        how = f"{pairs}: equal runs have the same luck and the same draws of the uncertain inputs."
    else:
        how = "Compared as separate samples, without pairing: intervals are wider than those of paired runs."
    return [*lines, *textwrap.wrap(how, WIDTH), *(line for note in found.notes for line in _note(note))]


def _note(text: str) -> list[str]:
    return textwrap.wrap(f"Note: {text}.", WIDTH, subsequent_indent="  ")


def inputs_table(found: Comparison) -> list[str]:
    """Return the inputs that differ and bear on the runs; of the others only which they are."""
    lines = heading("Inputs that differ")
    bearing = [d for d in found.inputs if d.bears]
    rest = sorted({d.path.split(".")[0] if _apart(d) else d.path for d in found.inputs if not d.bears})
    count = len(found.sides)
    widths = (WIDTH - count * (VALUE + 1), *([VALUE] * count))
    if bearing:
        cells = [("", *LETTERS[:count]), *((d.path, *map(_cut, d.values)) for d in bearing)]
        lines += rows_of(cells, widths, left=range(count + 1))
    else:
        lines += ["  none that bears on the runs"]
    if rest:
        lines += notes(f"Also different, but read by no run: {', '.join(rest)}.")
    return lines


def _apart(difference: InputDifference) -> bool:
    from sim.experiment.compare_inputs import APART

    return difference.path.split(".")[0] in APART


def _cut(text: str) -> str:
    return text if len(text) <= VALUE else f"{text[: VALUE - 4]} ..."


def outcome_table(found: Comparison, place: int, differences: Sequence[Difference]) -> list[str]:
    """Return the outcomes of one side against the first, the largest effect first."""
    base, other = LETTERS[0], LETTERS[place]
    lines = heading(f"Outcomes that differ: {other} minus {base}, largest effect first")
    shown = [d for d in differences if d.differs]
    last = ("var.", "red.") if found.paired else ("", "")
    tops = [
        ("", base, other, f"{other} - {base} (95 %)", "effect", "pairs" if found.paired else "runs",
         "one", last[0]),
        ("", "", "", "", "(sd)", "", "side", last[1]),
    ]  # fmt: skip
    if not shown:
        what = "no pair of runs answers otherwise" if found.paired else "no interval leaves out zero"
        return [*lines, f"  none: {what}"]
    lines += rows_of(tops, OUTCOME_WIDTHS)
    lines += rows_of([_cells(d, found.paired) for d in shown if not _elsewhere(d)], OUTCOME_WIDTHS)
    elsewhere = [_small(d.label) for d in shown if _elsewhere(d)]
    if elsewhere:
        lines += notes(
            f"The same wherever it happened on both sides, but not always on both: {'; '.join(elsewhere)}."
        )
    alike = [_small(d.label) for d in differences if not d.differs]
    if alike:
        lines += notes(
            f"{'The same in every pair' if found.paired else 'Not told apart'}: {'; '.join(alike)}."
        )
    moved = from_start(found, place)
    if moved:
        lines += notes(warning(shown, moved))
    return lines + _legend(found, shown)


def _elsewhere(d: Difference) -> bool:
    """Return whether two sides differ in how often something happened, and in nothing else."""
    return d.mean == 0 and d.changed == d.only_first + d.only_second


def _small(label: str) -> str:
    return label.partition(" (0")[0][:1].lower() + label.partition(" (0")[0][1:]


def _cells(d: Difference, pair: bool) -> tuple[str, ...]:
    label = f"  {d.label}" + (f" ({d.unit})" if d.unit else "")
    one_side = d.only_first + d.only_second
    sides = (number(level_told(value, d.low, d.high), d.unit) for value in (d.first, d.second))
    return (
        label, *sides, _interval(d),
        _effect(d), str(d.both),
        (f"{d.only_first}/{d.only_second}" if one_side else "") if pair else "", _reduction(d),
    )  # fmt: skip


def _effect(d: Difference) -> str:
    if math.isnan(d.effect):
        return NONE
    return (
        "all"
        if math.isinf(d.effect)
        else f"{d.effect:+.2f}".replace("+0.00", "0.00").replace("-0.00", "0.00")
    )


def _interval(d: Difference) -> str:
    if math.isnan(d.mean):
        return NONE
    if math.isnan(d.low):
        return f"{signed(d.mean)} (one pair)" if d.both == 1 else signed(d.mean)
    mark = "*" if d.clear else " "
    return f"{change(d.mean, d.low, d.high)}{mark}"


def _reduction(d: Difference) -> str:
    v = d.variance_reduction
    if math.isnan(v):
        return ""
    if math.isinf(v):
        return "exact"
    if v >= 1000:
        return "> 1000"
    return f"{v:.2f} !" if v < 1 else f"{v:.1f}"


def _legend(found: Comparison, shown: Sequence[Difference]) -> list[str]:
    said = [
        "* the interval leaves out zero. effect: difference in standard deviations between runs."
    ]  # fmt: skip
    if not found.paired:
        said.append("Intervals: Welch; of chances, Newcombe's. Only runs in which it happened have a time.")
        return notes(" ".join(said))
    said.append("var. red.: how many times smaller pairing makes the variance of the difference.")
    if any(d.only_first + d.only_second for d in shown):
        said.append(
            "one side: pairs in which it happened on the first / the second side alone; the difference is "
            "over the pairs in which it happened on both, which may be the easier ones."
        )
    if any(d.variance_reduction < 1 for d in shown):
        said.append(
            "! below 1: under the same luck the two sides tend to answer in opposite ways, so pairing "
            "widens this interval instead of narrowing it; --unpaired is sharper here."
        )
    return notes(" ".join(said))
