"""Runs forked at a moment: twins of one replication, and paired differences over many."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from math import nan
from typing import NamedTuple

from sim import __version__
from sim.engine.budget import BudgetError
from sim.engine.event_log import EventLog
from sim.engine.fork import run_forked
from sim.engine.replication import run_replication
from sim.experiment.comparison import Comparison, compare_sides
from sim.experiment.curves import grid_of
from sim.experiment.design import Run, nested_design
from sim.experiment.executors import Jobs, Progress, execute
from sim.experiment.measure import ADDRESS, read_row, row_names
from sim.experiment.sides import Side
from sim.experiment.simulate import BASELINE, EndlessError, Simulator, Task, simulator_for
from sim.experiment.study import Row
from sim.experiment.twins import Parting, Twins, parting_of
from sim.scenario.models import Scenario
from sim.scenario.paths import full_path

CHANGED = "changed"


@dataclass(frozen=True)
class ForkedTwins:
    """One replication without and with the change."""

    twins: Twins
    #: What the change put in place and what it came too late for, as the engine's objects name it.
    put: tuple[str, ...]
    kept: tuple[str, ...]
    #: Where the run parts if it is changed from its start; none if it never does.
    from_start: Parting | None


class ForkedRows(NamedTuple):
    """The answers of one run without and with the change; empty if it broke off."""

    plain: list[float]
    forked: list[float]


@dataclass
class Forker:
    """Everything a worker needs to run a replication without and with the change."""

    simulator: Simulator
    at: float

    def __call__(self, run: Run) -> ForkedRows:
        """Do one run twice; one that breaks off has no answers."""
        scenario, changed = self.scenarios(run)
        try:
            plain = run_replication(scenario, run.seed, run.replication)
            forked = run_forked(scenario, changed, run.seed, run.replication, self.at).log
            return ForkedRows(read_row(plain, scenario), read_row(forked, changed))
        except Exception:
            return ForkedRows([], [])

    def scenarios(self, run: Run) -> tuple[Scenario, Scenario]:
        """Return a run's scenario without and with the change, both with its draw."""
        before = self.simulator.scenario_of(Task(BASELINE, run))
        return before, self.simulator.scenario_of(Task(CHANGED, run))


def forker_for(scenario: Scenario, changed: Scenario, paths: Collection[str], seed: int, at: float) -> Forker:
    """Return what runs *scenario* to the hour *at* and on as *changed*.

    Args:
        scenario: the one to run; its variants play no part.
        changed: the same with other values at *paths*, which the outer draws then leave alone.
        paths: what was set.
        seed: of the study.
        at: hours after the start.

    Raises:
        ValueError: the moment lies outside the simulated time.
    """
    end = min(float(scenario.horizon), float(changed.horizon))
    if not 0 <= at < end:
        raise ValueError(f"the moment must lie before {end:g} h")
    alone, other = (one.model_copy(update={"variants": {}}) for one in (scenario, changed))
    simulator = simulator_for(alone, seed, grid_of(alone))
    kept = tuple(full_path(path) for path in paths)
    return Forker(replace(simulator, variants={CHANGED: other}, kept={CHANGED: kept}), at)


def forked_twins(forker: Forker, replication: int) -> ForkedTwins:
    """Run replication *replication* without and with the change and return both.

    Raises:
        EndlessError: one of them comes to no end.
    """
    run = nested_design(forker.simulator.scenario, forker.simulator.seed, replication + 1)[replication]
    scenario, changed = forker.scenarios(run)
    try:
        plain = run_replication(scenario, run.seed, run.replication)
        fork = run_forked(scenario, changed, run.seed, run.replication, forker.at)
        whole: EventLog = run_replication(changed, run.seed, run.replication)
    except BudgetError as error:
        raise EndlessError(f"replication {replication} comes to no end: {error}") from error
    twins = Twins(run.run, (plain, fork.log), (scenario, changed), parting_of(plain, fork.log))
    return ForkedTwins(twins, fork.put, fork.kept, parting_of(plain, whole))


def forked_comparison(
    forker: Forker, reps: int, jobs: Jobs = "auto", progress: Progress | None = None
) -> Comparison:
    """Return the paired differences that the change makes over *reps* replications.

    Raises:
        ResultsError: every run broke off.
    """
    scenario, changed = forker.simulator.scenario, forker.simulator.variants[CHANGED]
    seed = forker.simulator.seed
    design = nested_design(scenario, seed, reps)
    found = execute(forker, design, jobs, progress)
    rows = [_row(scenario, run, pair.plain) for run, pair in zip(design, found, strict=True)]
    others = [_row(changed, run, pair.forked) for run, pair in zip(design, found, strict=True)]
    sides = (
        Side("as it is", scenario, seed, __version__, rows, jobs),
        Side("changed at the moment", changed, seed, __version__, others, jobs),
    )
    comparison = compare_sides(sides)
    comparison.twins = []  # a twin from the start would not be this one
    return comparison


def _row(scenario: Scenario, run: Run, values: list[float]) -> Row:
    names = row_names(scenario)
    address = (run.run, nan if run.draw is None else run.draw, run.replication, not values)
    return dict(zip(ADDRESS, map(float, address), strict=True)) | dict(
        zip(names, values or [nan] * len(names), strict=True)
    )
