"""A comparison: what differs between sides in their inputs, in their outcomes, and where twins part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from sim import __version__
from sim.experiment.compare_inputs import InputDifference, input_differences
from sim.experiment.comparison_summary import ComparisonSummary, SideSummary
from sim.experiment.folders import ResultsError
from sim.experiment.pairing import COMPARED, Difference, paired, ranked, unpaired
from sim.experiment.responses import Response, responses_of
from sim.experiment.results import SHORT, study_digest, write_folder
from sim.experiment.samples import Row
from sim.experiment.sides import Side, as_json, crises_apart, name_apart, refusals, refuse_to_pair
from sim.experiment.tables import as_csv
from sim.experiment.twins import Twins, twins_of
from sim.scenario.resolve import resolve
from sim.scenario.units import count

if TYPE_CHECKING:
    import pandas as pd

#: Letters of the sides, the base first; as many sides as a chart can tell apart.
LETTERS = "ABCDEF"
#: Never a finding: how far the clock ran is an input.
LEFT_OUT = ("hours_simulated",)


@dataclass(repr=False)
class Comparison:
    """Sides and their differences; every other side is compared with the first."""

    sides: tuple[Side, ...]
    #: Whether equal runs were compared with each other.
    paired: bool
    #: Pairs (unpaired: runs of the smaller side) that did not fail.
    n: int
    inputs: list[InputDifference]
    #: For every side but the first: its differences from the first, by size of effect.
    differences: list[list[Difference]]
    notes: list[str]
    #: What `plot` calls; set by the floor that draws.
    plotter: Callable[..., list[Path]] | None = None

    def __repr__(self) -> str:
        names = " with ".join(side.name for side in self.sides)
        how = count(self.n, "pair") if self.paired else f"{count(self.n, 'run')} each, unpaired"
        return f"<Comparison of {names}: {how}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{self.summary()._repr_html_()}"

    @property
    def differs(self) -> bool:
        """Whether any outcome differs: in any pair; without pairs, by an interval that leaves out zero."""
        return any(found.differs for found in self.found())

    def found(self) -> list[Difference]:
        """Return the differences of all sides in one list."""
        return [difference for differences in self.differences for difference in differences]

    @cached_property
    def twins(self) -> list[Twins]:
        """The same run on the first and each other side; empty where runs are not paired."""
        if not self.paired:
            return []
        return [twins_of(self.sides[0], other, _sound(self.sides[0], other)) for other in self.sides[1:]]

    @property
    def runs(self) -> pd.DataFrame:
        """The rows of all sides as one data frame, the side's letter first."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"side": letter, **row}
                for letter, side in zip(LETTERS, self.sides, strict=False)
                for row in side.rows
            ]
        )

    def summary(self) -> ComparisonSummary:
        """Return inputs, outcomes and notes; its table is a data frame."""
        letters = LETTERS[: len(self.sides)]
        return ComparisonSummary(
            sides=tuple(
                SideSummary(letter, side.name, side.seed, side.version, len(side.rows))
                for letter, side in zip(letters, self.sides, strict=True)
            ),
            paired=self.paired,
            n=self.n,
            differs=self.differs,
            inputs=tuple(self.inputs),
            outcomes={
                letter: tuple(differences)
                for letter, differences in zip(letters[1:], self.differences, strict=True)
            },
            notes=tuple(self.notes),
        )

    def plot(self, *, to: str | PathLike[str] | None = None) -> list[Path]:
        """Draw the comparison's charts as PNG, SVG and CSV and return the files written.

        Args:
            to: folder to draw into; `charts/compare-<digest>` if none.

        Raises:
            RuntimeError: the comparison was made without a floor that draws.
            OSError: the folder cannot be written.
        """
        if self.plotter is None:
            raise RuntimeError("this comparison was made without charts; use sim.compare")
        return self.plotter(self, to=to)


def compare_sides(sides: Sequence[Side], pair: bool = True) -> Comparison:
    """Compare every side with the first.

    Args:
        sides: two to six.
        pair: compare equal runs with each other; otherwise the sides as samples of their own.

    Raises:
        ResultsError: the runs must not be paired, with every reason; or no run is left to compare.
        ValueError: there are fewer than two sides or more than six.
    """
    if not 2 <= len(sides) <= len(LETTERS):
        raise ValueError(f"two to {len(LETTERS)} sides can be compared, not {len(sides)}")
    name_apart(sides)
    if pair:
        refuse_to_pair(refusals(sides))
    notes = _notes(sides, pair)
    differences = [_differences(sides[0], other, pair) for other in sides[1:]]
    n = min(_number(sides[0], other, pair) for other in sides[1:])
    if not n:
        raise ResultsError("no run is left to compare: all failed on one side or the other")
    return Comparison(
        tuple(sides), pair, n, input_differences([side.scenario for side in sides]), differences, notes
    )


def _number(one: Side, other: Side, pair: bool) -> int:
    if pair:
        return len(_sound(one, other))
    return min(len(_done(one.rows)), len(_done(other.rows)))


def _done(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not row["failed"]]


def _sound(one: Side, other: Side) -> list[int]:
    """Return the places of the runs that failed on neither side."""
    pairs = zip(one.rows, other.rows, strict=False)
    return [place for place, (a, b) in enumerate(pairs) if not a["failed"] and not b["failed"]]


def common_responses(sides: Sequence[Side]) -> dict[str, Response]:
    """Return the responses that every side answers and that are compared, by name."""
    found = {}
    others = [responses_of(side.scenario) for side in sides[1:]]
    for name, response in responses_of(sides[0].scenario).items():
        asked = response.kind in COMPARED and not response.contributor and name not in LEFT_OUT
        answered = all(name in responses for responses in others)
        if asked and answered and all(name in side.rows[0] for side in sides if side.rows):
            found[name] = response
    return found


def _differences(one: Side, other: Side, pair: bool) -> list[Difference]:
    responses = common_responses((one, other))
    if pair:
        rows = [(one.rows[place], other.rows[place]) for place in _sound(one, other)]
        found = [paired(response, rows) for response in responses.values()]
    else:
        samples = _done(one.rows), _done(other.rows)
        found = [unpaired(response, *samples) for response in responses.values()]
    return ranked(found)


def _notes(sides: Sequence[Side], pair: bool) -> list[str]:
    first, notes = sides[0], []
    for other in sides[1:]:
        if len(first.rows) != len(other.rows) and pair:
            n = min(len(first.rows), len(other.rows))
            runs = f"{first.name} has {count(len(first.rows), 'run')} and {other.name} {len(other.rows)}"
            paired = "the first of each is paired" if n == 1 else f"the first {n} of each are paired"
            notes.append(f"{runs}: {paired}")
        failed = min(len(first.rows), len(other.rows)) - len(_sound(first, other))
        if failed:
            notes.append(f"{count(failed, 'pair')} with {other.name} left out because a run failed")
        stops = float(first.scenario.horizon), float(other.scenario.horizon)
        if stops[0] != stops[1]:
            notes.append(f"the clock stops after {stops[0]:g} h in {first.name} and after {stops[1]:g} h in "
                         f"{other.name}: what comes late can only be seen on one side")  # fmt: skip
        lone = set(responses_of(first.scenario)) ^ set(responses_of(other.scenario))
        if lone:
            notes.append(f"{count(len(lone), 'response')} on one side only, not compared with {other.name}")
        if not pair and crises_apart(first, other):
            notes.append(f"{first.name} and {other.name} are different crises: a difference is one between "
                         "crises, and the effect of no input")  # fmt: skip
        if first.version != other.version:
            notes.append(
                f"versions {first.version} and {other.version} of the program may differ in the model"
            )
    return notes


def digest_of(comparison: Comparison) -> str:
    """Return the digest of what a comparison is made of: its sides, their runs, and how they are compared."""
    sides = [
        [side.name, side.version, study_digest(side.scenario, side.seed), len(side.rows)]
        for side in comparison.sides
    ]
    made = as_json([__version__, "paired" if comparison.paired else "unpaired", sides])
    return blake2b(made.encode(), digest_size=16).hexdigest()


def write_comparison(
    comparison: Comparison,
    out: str | Path = "results",
    command: Sequence[str] = (),
    fill: Callable[[Path], object] | None = None,
    started: datetime | None = None,
) -> Path:
    """Write `<out>/compare/<digest>` and return its path; the arguments are those of `write_results`.

    Raises:
        ResultsError: the folder cannot be written, or holds something else.
    """
    digest = digest_of(comparison)
    target = Path(out) / "compare" / digest[:SHORT]
    about = {
        "kind": "comparison",
        "paired": comparison.paired,
        "sides": [
            {
                "name": side.name, "scenario": _file(letter), "seed": side.seed, "version": side.version,
                "runs": len(side.rows), "digest": study_digest(side.scenario, side.seed),
            }
            for letter, side in zip(LETTERS, comparison.sides, strict=False)
        ],
    }  # fmt: skip
    return write_folder(target, digest, _files(comparison), about, command, fill, started)


def _file(letter: str) -> str:
    return f"scenario.{letter}.yaml"


def _files(comparison: Comparison) -> dict[str, bytes]:
    letters = LETTERS[: len(comparison.sides)]
    columns = [field.name for field in fields(Difference)]
    outcomes = (
        (letters[0], letter, *(getattr(found, name) for name in columns))
        for letter, differences in zip(letters[1:], comparison.differences, strict=True)
        for found in differences
    )
    inputs = ((d.path, *d.values, d.bears) for d in comparison.inputs)
    scenarios = {
        _file(letter): resolve(side.scenario).encode()
        for letter, side in zip(letters, comparison.sides, strict=True)
    }
    return {
        "comparison.csv": as_csv(("base", "side", *columns), outcomes),
        "inputs.csv": as_csv(("path", *letters, "bears_on_runs"), inputs),
        **scenarios,
    }
