"""A study: runs of a scenario and its variants, and what was kept of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.engine.event_log import EventKind, EventLog
from sim.engine.replication import run_replication
from sim.experiment.curves import Floats, grid_of
from sim.experiment.design import MOST_SEED, Run, nested_design, whole_number
from sim.experiment.executors import POOL_FROM, Jobs, Progress, execute, fulfil
from sim.experiment.gathered import PIECEMEAL, Failure, Row, gathering
from sim.experiment.record_check import check_record
from sim.experiment.responses import responses_of
from sim.experiment.simulate import BASELINE, Replicate, Simulator, Task, TaskList, simulator_for
from sim.experiment.typical import typical_run
from sim.scenario.models import Scenario
from sim.scenario.units import count

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.store import Store
    from sim.experiment.summary import Summary

__all__ = ["Failure", "Plan", "Row", "Study", "do_study", "plan_study", "run_study", "settled"]

#: Outcomes read from the store at a time, of very many runs.
PIECE = 500


@dataclass(eq=False, repr=False)
class Study:
    """Everything kept of the runs of a scenario."""

    scenario: Scenario
    seed: int
    design: Sequence[Run]
    #: One row per run: run, draw, replication, failed, responses, record.<key>; nan where nothing happened.
    rows: list[Row]
    #: The same runs under each variant, on the same luck.
    variant_rows: dict[str, list[Row]]
    #: Name to an array (runs, grid); nan for failed runs.
    curves: Mapping[str, Floats]
    #: Hours after the start.
    grid: Floats
    #: "kind|who" to the first time in each run (hours after the start; nan where it did not happen).
    events: dict[str, list[float]]
    failures: list[Failure]
    simulator: Simulator = field(repr=False)
    folder: Path | None = None
    #: What `plot` calls; set by the floor that draws.
    plotter: Callable[..., list[Path]] | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return f"<Study of {self.scenario.name}: {count(len(self.rows), 'run')}, seed {self.seed}>"

    def _repr_html_(self) -> str:
        from html import escape  # here, as only a notebook asks

        return f"<p>{escape(repr(self))}</p>{self.summary()._repr_html_()}"

    @cached_property
    def typical(self) -> int:
        """Place of the run nearest the medians; -1 if every run failed."""
        timings = [
            name for name, r in responses_of(self.scenario).items() if r.kind == "time" and not r.contributor
        ]
        return typical_run(self.rows, timings)

    @cached_property
    def typical_log(self) -> EventLog:
        """The event log of the typical run (empty if every run failed)."""
        return EventLog(()) if self.typical < 0 else self.log_of(self.typical)

    @property
    def ledger(self) -> tuple[Any, ...]:
        """The treaty ledger of the typical run; empty where none was drawn up."""
        record = self.typical_log.first(EventKind.LEDGER)
        return () if record is None else tuple(record.detail["entries"])

    @property
    def runs(self) -> pd.DataFrame:
        """The rows as a data frame."""
        import pandas as pd

        return pd.DataFrame(self.rows)

    def log_of(self, run: int, variant: str = BASELINE) -> EventLog:
        """Return the event log of a run, run again from its address.

        Raises:
            ValueError: there is no such run or variant.
        """
        return self.simulator.log_of(self._task(run, variant))

    def scenario_of(self, run: int, variant: str = BASELINE) -> Scenario:
        """Return the scenario of a run, its outer draw included.

        Raises:
            ValueError: there is no such run or variant.
        """
        return self.simulator.scenario_of(self._task(run, variant))

    def _task(self, run: int, variant: str) -> Task:
        known = (BASELINE, *self.simulator.variants)
        if variant not in known:
            raise ValueError(f"there is no variant {variant!r}; known: {', '.join(known[1:]) or 'none'}")
        return Task(variant, self.design[whole_number("run", run, 0, len(self.design) - 1)])

    def summary(self) -> Summary:
        """Return chances, quantiles, errors, comparison with the record, effects of the variants."""
        return self._summary

    @cached_property
    def _summary(self) -> Summary:
        from sim.experiment.summary import summarise

        return summarise(self)

    def plot(
        self, which: str | Sequence[str] = "main", *, to: str | PathLike[str] | None = None
    ) -> list[Path]:
        """Draw charts of the study as PNG, SVG and CSV and return the files written.

        Args:
            which: "main" (two charts), "all", or names of charts.
            to: folder to draw into; `charts/<scenario>-<digest>` if none.

        Raises:
            RuntimeError: the study was made without a floor that draws.
            ValueError: an unknown chart.
            OSError: the folder cannot be written.
        """
        if self.plotter is None:
            raise RuntimeError("this study was made without charts; use sim.run")
        return self.plotter(self, which, to=to)


def run_study(
    scenario: Scenario,
    reps: int | None = None,
    seed: int = 1,
    jobs: Jobs = "auto",
    progress: Progress | None = None,
    *,
    until: float | None = None,
    variants: Sequence[str] | None = None,
    replicate: Replicate = run_replication,
    pool_from: int = POOL_FROM,
) -> Study:
    """Run *scenario* and its variants.

    Args:
        scenario: a loaded scenario.
        reps: number of runs; the scenario's own if none.
        seed: names all the luck of the study.
        jobs: worker processes, or "auto"; the results do not depend on it.
        progress: called with (runs done, all runs), variants included.
        until: hours after the start at which the clock stops, if before the horizon.
        variants: keys of the variants to run; all if none.
        replicate: what runs one replication.
        pool_from: the number of runs from which workers are started.

    Raises:
        ScenarioError: the record names a response that does not exist, or a variant cannot be made.
        ExecutorError: the workers died again and again.
        ValueError: *reps* or *until* is not positive, or a variant is unknown.
    """
    plan = plan_study(scenario, reps, seed, until=until, variants=variants, replicate=replicate)
    return do_study(plan, jobs, progress, pool_from)


class Plan(NamedTuple):
    """What a study will do."""

    #: With the settings of the study written into it, so that it alone repeats the study.
    scenario: Scenario
    seed: int
    design: Sequence[Run]
    simulator: Simulator
    #: The runs of the scenario itself, then those of each variant.
    tasks: TaskList


def plan_study(
    scenario: Scenario,
    reps: int | None = None,
    seed: int = 1,
    *,
    until: float | None = None,
    variants: Sequence[str] | None = None,
    replicate: Replicate = run_replication,
) -> Plan:
    """Return what a study of *scenario* will do; the arguments and errors are those of `run_study`."""
    seed = whole_number("seed", seed, 0, MOST_SEED)
    check_record(scenario)
    scenario = settled(scenario, reps, until, variants)
    design = nested_design(scenario, seed, int(scenario.experiment.replications))
    simulator = simulator_for(scenario, seed, grid_of(scenario), replicate)
    return Plan(scenario, seed, design, simulator, TaskList((BASELINE, *scenario.variants), design))


def do_study(
    plan: Plan,
    jobs: Jobs = "auto",
    progress: Progress | None = None,
    pool_from: int = POOL_FROM,
    store: Store | None = None,
) -> Study:
    """Do what is planned, but for what *store* has already, and return the study.

    The arguments are those of `run_study`.

    Raises:
        ExecutorError: the workers died or froze again and again.
        StoreError: the store cannot be written.
    """
    scenario, design = plan.scenario, plan.design
    many = store is not None and len(design) >= PIECEMEAL
    made = {BASELINE: scenario, **plan.simulator.variants}
    found = gathering(made, plan.simulator.grid, outside=many)
    if store is not None and many:
        fulfil(plan.simulator, plan.tasks, store, jobs, progress, pool_from)
        for name in plan.tasks.points:
            outcomes = (outcome for run, outcome in store.iterate(name) if run < len(design))
            for first in range(0, len(design), PIECE):
                piece = design[first : first + PIECE]
                found.add(name, piece, list(islice(outcomes, len(piece))))
    else:
        done = execute(plan.simulator, plan.tasks, jobs, progress, pool_from, store)
        for place, name in enumerate(plan.tasks.points):
            found.add(name, design, done[place * len(design) : (place + 1) * len(design)])
    return Study(
        scenario=scenario,
        seed=plan.seed,
        design=design,
        rows=found.rows.pop(BASELINE),
        variant_rows=found.rows,
        curves=found.curves,
        grid=plan.simulator.grid,
        events=found.events,
        failures=found.failures,
        simulator=plan.simulator,
    )


def settled(
    scenario: Scenario, reps: int | None, until: float | None, variants: Sequence[str] | None
) -> Scenario:
    """Return *scenario* with the settings of a study written into it, so that it alone repeats the study."""
    experiment = scenario.experiment
    change: dict[str, Any] = {}
    if reps is not None:
        number = experiment.replications.with_value(float(whole_number("reps", reps, 1)))
        change["experiment"] = experiment.model_copy(update={"replications": number})
    if until is not None:
        if not until > 0:
            raise ValueError(f"until must be above 0 h, not {until!r}")
        change["horizon"] = scenario.horizon.with_value(min(float(until), float(scenario.horizon)))
    if variants is not None:
        unknown = [key for key in variants if key not in scenario.variants]
        if unknown:
            raise ValueError(
                f"unknown variant {unknown[0]!r}; known: {', '.join(scenario.variants) or 'none'}"
            )
        change["variants"] = {key: scenario.variants[key] for key in scenario.variants if key in variants}
    return scenario.model_copy(update=change) if change else scenario
