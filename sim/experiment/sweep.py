"""A sweep: the same runs, with the same luck, at every point of a design."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isnan, nan
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.replication import run_replication
from sim.experiment.design import Run
from sim.experiment.executors import POOL_FROM, Jobs, Progress, execute, fulfil
from sim.experiment.factors import SweepDesign
from sim.experiment.measure import ADDRESS
from sim.experiment.precision import Reached, Values, until_precise
from sim.experiment.responses import Response, responses_of
from sim.experiment.row_book import RowBook
from sim.experiment.samples import draw_of, restricted
from sim.experiment.simulate import Outcome, Replicate, TaskList
from sim.experiment.study import Row
from sim.experiment.sweep_plan import SweepPlan, SweepSimulator, plan_sweep, unlike
from sim.scenario.models import Scenario
from sim.scenario.sweep import Sweep
from sim.scenario.units import count

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.store import Store
    from sim.experiment.sweep_summary import SweepSummary

#: Runs handed out together; what they bring is put away before the next.
BATCH = 20_000
#: Rows put away together, so that few are lists of numbers at a time.
PIECE = 500
#: Runs whose failures are told one by one.
MOST_TOLD = 1000


@dataclass(frozen=True)
class PointFailure:
    """A run that broke off: its point, its address, and the exception with its frames."""

    point: int
    run: Run
    told: str


@dataclass(repr=False)
class SweepStudy:
    """Everything kept of the runs of a sweep."""

    #: The scenario with the sweep written into it, so that it alone repeats the study.
    scenario: Scenario
    seed: int
    design: SweepDesign
    #: The runs of every point, as far as it got.
    runs_of_point: Sequence[Run]
    #: Responses and record entries of all points.
    columns: tuple[str, ...]
    #: The responses that tables and charts show.
    shown: tuple[str, ...]
    failures: list[PointFailure]
    failed: int
    #: Where each point stopped, if a precision decided.
    reached: Mapping[int, Reached[int]]
    book: RowBook[int] = field(repr=False)
    folder: Path | None = None
    plotter: Callable[..., list[Path]] | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        factors = ", ".join(factor.name for factor in self.design.factors)
        return (
            f"<Sweep of {self.scenario.name} over {factors}: {count(len(self.design.points), 'point')}, "
            f"{count(self.size, 'run')}, seed {self.seed}>"
        )

    def _repr_html_(self) -> str:
        from sim.experiment.sweep_html import sweep_html

        return sweep_html(self)

    @property
    def size(self) -> int:
        """How many runs there are."""
        return sum(self.book.count(point.number) for point in self.design.points)

    @cached_property
    def responses(self) -> dict[str, Response]:
        """The responses of all points by name."""
        found: dict[str, Response] = {}
        for scenario in unlike(self.design.scenarios):
            found = responses_of(scenario) | found
        return responses_of(self.scenario) | found

    def rows_of(self, point: int) -> list[Row]:
        """Return the rows of a point: run, draw, replication, failed, responses, record.<key>."""
        return [row for rows in self.pieces_of(point) for row in rows]

    def pieces_of(self, point: int) -> Iterator[list[Row]]:
        """Yield the rows of a point some at a time: a million of them would take gigabytes."""
        names, first = (*ADDRESS, *self.columns), 0
        for part in self.book.parts(point):
            rows = []
            runs = self.runs_of_point[first : first + len(part)]
            for run, found in zip(runs, part.tolist(), strict=True):
                draw = nan if run.draw is None else float(run.draw)
                address = (float(run.run), draw, float(run.replication))
                rows.append(dict(zip(names, (*address, *found), strict=True)))
            yield rows
            first += len(part)

    @property
    def runs(self) -> pd.DataFrame:
        """The rows of all points as a data frame, the level of every factor among the columns."""
        import pandas as pd

        tables = []
        for point in self.design.points:
            table = pd.DataFrame(self.rows_of(point.number))
            table.insert(0, "point", point.number)
            for place, (factor, level) in enumerate(zip(self.design.factors, point.levels, strict=True)):
                table.insert(1 + place, factor.name, level)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def summary(self) -> SweepSummary:
        """Return each point's chances and quantiles, and the main effects of the factors."""
        return self._summary

    @cached_property
    def _summary(self) -> SweepSummary:
        from sim.experiment.sweep_summary import summarise_sweep

        return summarise_sweep(self)

    def plot(self, *, to: str | PathLike[str] | None = None) -> list[Path]:
        """Draw the sweep's charts as PNG, SVG and CSV and return the files written.

        Args:
            to: folder to draw into; `charts/<scenario>-<digest>` if none.

        Raises:
            RuntimeError: the sweep was made without a floor that draws.
            OSError: the folder cannot be written.
        """
        if self.plotter is None:
            raise RuntimeError("this sweep was made without charts; use sim.sweep")
        return self.plotter(self, to=to)


def run_sweep(
    scenario: Scenario,
    sweep: Sweep | None = None,
    reps: int | None = None,
    seed: int = 1,
    jobs: Jobs = "auto",
    progress: Progress | None = None,
    *,
    origins: Mapping[str, str] | None = None,
    replicate: Replicate = run_replication,
    pool_from: int = POOL_FROM,
) -> SweepStudy:
    """Run every point of a sweep with the same seed, luck and outer draws.

    Uncertain inputs are drawn once for all points; at each point the inputs it sets stay as set. Arguments
    and errors are those of `plan_sweep` and `do_sweep`.
    """
    plan = plan_sweep(scenario, sweep, reps, seed, origins=origins, replicate=replicate)
    return do_sweep(plan, jobs, progress, pool_from)


def do_sweep(
    plan: SweepPlan,
    jobs: Jobs = "auto",
    progress: Progress | None = None,
    pool_from: int = POOL_FROM,
    store: Store | None = None,
) -> SweepStudy:
    """Do what is planned, but for what *store* has already, and return the sweep.

    Args:
        plan: what to do.
        jobs: worker processes, or "auto"; the results do not depend on it.
        progress: called with (runs done, all runs).
        pool_from: the number of runs from which workers are started.
        store: keeps every run as soon as it is done.

    Raises:
        ExecutorError: the workers died or froze again and again.
        StoreError: the store cannot be written.
    """
    book: RowBook[int] = RowBook(1 + len(plan.columns))
    study = SweepStudy(
        plan.scenario, plan.seed, plan.design, plan.runs, plan.columns, plan.shown, [], 0, {}, book
    )
    work = _Work(study, plan.simulator, jobs, progress, pool_from, store)
    numbers = [point.number for point in plan.design.points]
    if plan.rule is None:
        work.extend(numbers, 0, len(plan.runs))
    else:
        study.reached = until_precise(numbers, plan.rule, work.extend, study_values(study))
    return study


@dataclass
class _Work:
    """Does runs, by the batch or into a store, and puts their rows into the book."""

    study: SweepStudy
    simulator: SweepSimulator
    jobs: Jobs
    progress: Progress | None
    pool_from: int
    store: Store | None
    done: int = 0

    def extend(self, points: Sequence[int], before: int, size: int) -> None:
        """Add the runs from number *before* up to *size* to each of *points*."""
        runs = self.study.runs_of_point[before:size]
        tasks = TaskList([self.study.design.points[point].key for point in points], runs)
        if self.store is not None:
            fulfil(self.simulator, tasks, self.store, self.jobs, self._told(len(tasks)), self.pool_from)
            for point, key in zip(points, tasks.points, strict=True):
                found = (outcome for run, outcome in self.store.iterate(key) if before <= run < size)
                self._put_away(point, runs, found)
        else:
            step = max(1, BATCH // max(len(runs), 1))
            for start in range(0, len(points), step):
                self._batch(points[start : start + step], runs, self.done + len(tasks) - start * len(runs))
        self.done += len(tasks) if self.store is not None else 0

    def _batch(self, points: Sequence[int], runs: Sequence[Run], total: int) -> None:
        tasks = TaskList([self.study.design.points[point].key for point in points], runs)
        least = min(self.pool_from, total)
        outcomes = execute(self.simulator, tasks, self.jobs, self._told(total), least)
        for place, point in enumerate(points):
            self._put_away(point, runs, outcomes[place * len(runs) : (place + 1) * len(runs)])
        self.done += len(tasks)

    def _told(self, total: int) -> Progress | None:
        progress, done = self.progress, self.done
        return None if progress is None else lambda now, _: progress(done + now, max(total, done + now))

    def _put_away(self, point: int, runs: Sequence[Run], outcomes: Iterable[Outcome]) -> None:
        missing = [nan] * len(self.study.columns)
        rows: list[list[float]] = []
        for run, outcome in zip(runs, outcomes, strict=True):
            rows.append([float(bool(outcome.failure)), *(outcome.row or missing)])
            if outcome.failure:
                self.study.failed += 1
                if len(self.study.failures) < MOST_TOLD:
                    self.study.failures.append(PointFailure(point, run, outcome.failure))
            if len(rows) == PIECE:
                self.study.book.append(point, rows)
                rows = []
        self.study.book.append(point, rows)


def study_values(study: SweepStudy) -> Callable[[int], dict[str, Values]]:
    """Return what gives the values of the chosen responses of a point, for judging their precision."""

    def values(point: int) -> dict[str, Values]:
        found: dict[str, list[Values]] = {name: [] for name in study.shown}
        for rows in study.pieces_of(point):
            sound = [row for row in rows if not row["failed"]]
            for name, parts in found.items():
                parts.append(response_values(study.responses[name], sound))
        return {name: Values.of(parts) for name, parts in found.items()}

    return values


def response_values(response: Response, rows: Sequence[Row]) -> Values:
    """Return the values of *response* over the runs of its stratum; a time that did not come is cut."""
    held = [(row, restricted(response, row)) for row in rows if response.concerns(row)]
    known = [(row, value) for row, value in held if not isnan(value)]
    groups = [draw_of(row) for row, _ in known]
    return Values(np.array([value for _, value in known]), np.array(groups), response.kind == "flag")
