"""What the runs of a study brought, put away piece by piece, so that a great many need not be in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import NamedTuple

import numpy as np

from sim.experiment.curves import Floats, curve_names
from sim.experiment.design import Run
from sim.experiment.measure import ADDRESS, first_names, row_names
from sim.experiment.row_book import RowBook
from sim.experiment.simulate import BASELINE, Outcome
from sim.scenario.models import Scenario

#: The answers of a run by name.
Row = dict[str, float]
#: From so many runs on, outcomes are read from the store piece by piece, and curves stay outside the memory.
PIECEMEAL = 5_000


class Failure(NamedTuple):
    """A run that broke off: its address, and the exception with its frames."""

    variant: str
    run: Run
    told: str


class Curves(Mapping[str, Floats]):
    """The curves of all runs by name, arrays (runs, grid) with nan for failed runs.

    Those of many runs lie in a file without a name in the temporary folder, and each is read when it is asked
    for: some 30 kB a run would otherwise fill the memory.
    """

    def __init__(self, names: Sequence[str], points: int, *, outside: bool = False) -> None:
        """Hold the curves called *names*, each of so many *points*, in memory or *outside* of it."""
        self._names, self._points = tuple(names), points
        self._book: RowBook[str] | None = RowBook(max(points, 1)) if outside else None
        self._pieces: dict[str, list[Floats]] = {name: [] for name in names}

    def append(self, outcomes: Sequence[Outcome]) -> None:
        """Add the curves of further runs."""
        stacked = np.full((len(self._names), len(outcomes), self._points), nan)
        for place, outcome in enumerate(outcomes):
            if outcome.curves is not None:
                stacked[:, place] = outcome.curves
        for name, found in zip(self._names, stacked, strict=True):
            if self._book is None:
                self._pieces[name].append(found)
            else:
                self._book.append(name, found)

    def __getitem__(self, name: str) -> Floats:
        if self._book is not None and name in self._pieces:
            return self._book.of(name)
        pieces = self._pieces[name]
        if len(pieces) > 1:
            pieces[:] = [np.concatenate(pieces)]
        return pieces[0] if pieces else np.empty((0, self._points))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@dataclass(eq=False)
class Gathered:
    """Rows, curves, first times and failures of the runs of a scenario and its variants."""

    #: With the variants, the scenario itself under the name of the base.
    scenarios: Mapping[str, Scenario]
    curves: Curves
    rows: dict[str, list[Row]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    _firsts: list[list[float]] = field(default_factory=list)

    def add(self, name: str, design: Sequence[Run], outcomes: Sequence[Outcome]) -> None:
        """Put away what further runs of the scenario, or of the variant *name*, brought."""
        base = self.scenarios[BASELINE]
        self.rows.setdefault(name, []).extend(rows_of(base, self.scenarios[name], design, outcomes))
        failed = ((run, o.failure) for run, o in zip(design, outcomes, strict=True) if o.failure)
        self.failures += [Failure(name, run, told) for run, told in failed]
        if name == BASELINE:
            self.curves.append(outcomes)
            missing = [nan] * len(first_names(base))
            self._firsts += [outcome.firsts or missing for outcome in outcomes]

    @property
    def events(self) -> dict[str, list[float]]:
        """First times by what they are of: "kind|who" to the time in each run."""
        names = first_names(self.scenarios[BASELINE])
        return {name: [firsts[place] for firsts in self._firsts] for place, name in enumerate(names)}


def gathering(scenarios: Mapping[str, Scenario], grid: Floats, *, outside: bool) -> Gathered:
    """Return what gathers the outcomes of runs; the curves of many lie *outside* the memory."""
    return Gathered(scenarios, Curves(curve_names(scenarios[BASELINE]), len(grid), outside=outside))


def rows_of(
    scenario: Scenario, variant: Scenario, design: Sequence[Run], outcomes: Sequence[Outcome]
) -> list[Row]:
    """Return the rows of *variant* in the columns of *scenario*; more members mean more columns."""
    names, own = row_names(scenario), row_names(variant)
    missing = [nan] * len(names)
    rows = []
    for run, outcome in zip(design, outcomes, strict=True):
        address = (run.run, nan if run.draw is None else run.draw, run.replication, bool(outcome.failure))
        values = outcome.row or missing
        if own != names and outcome.row:
            found = dict(zip(own, outcome.row, strict=True))
            values = [found.get(name, nan) for name in names]
        rows.append(
            dict(zip(ADDRESS, map(float, address), strict=True)) | dict(zip(names, values, strict=True))
        )
    return rows
