"""What a sweep will do: its points, their runs, and the simulator that does any of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan

import numpy as np

from sim.engine.replication import run_replication
from sim.experiment.design import MOST_SEED, Run, nested_design, whole_number
from sim.experiment.factors import SweepDesign, design_of
from sim.experiment.measure import row_names
from sim.experiment.precision import Rule
from sim.experiment.record_check import check_record
from sim.experiment.responses import Response, responses_of
from sim.experiment.simulate import Outcome, Replicate, Simulator, Task, TaskList
from sim.experiment.study import settled
from sim.scenario.errors import did_you_mean, one_problem
from sim.scenario.models import Scenario
from sim.scenario.sweep import Sweep

#: Responses shown where none is asked for, in this order, as far as the scenario has them.
USUAL = (
    "mandate", "hours_to_deployment_complete", "hours_to_order", "killed", "help_level", "hours_to_decision",
)  # fmt: skip
#: What tells more of a kind of crisis than an end of unrest and its dead; shown ahead of them.
TELLING = (
    "cases",
    "strained",
    "sanctioned",
    "volunteers",
    "hours_to_lawful_force",
    "hours_of_firing",
    "crossed",
)
#: How many of them.
SHOWN = 4
#: Most replications at a point where a precision decides and nothing else is said.
CAP = 2000


@dataclass
class SweepSimulator(Simulator):
    """Does any run of a sweep; every row has the columns of all points, nan where a point lacks one."""

    columns: tuple[str, ...] = ()

    def __call__(self, task: Task) -> Outcome:
        """Do one run; only its row is kept."""
        outcome = super().__call__(task)
        if outcome.failure:
            return outcome
        names = row_names(self.variants[task.variant])
        if names == self.columns:
            return outcome
        found = dict(zip(names, outcome.row, strict=True))
        return Outcome([found.get(name, nan) for name in self.columns], None, [])


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep will do."""

    #: The scenario with the sweep written into it, so that it alone repeats the study.
    scenario: Scenario
    seed: int
    design: SweepDesign
    #: The runs of every point; with a precision, the most of them.
    runs: Sequence[Run]
    #: Responses and record entries of all points.
    columns: tuple[str, ...]
    #: The responses that tables and charts show.
    shown: tuple[str, ...]
    simulator: SweepSimulator
    #: When to stop adding replications; none for as many as there are runs.
    rule: Rule | None

    @cached_property
    def tasks(self) -> TaskList:
        """The runs of all points, point after point."""
        return TaskList([point.key for point in self.design.points], self.runs)


def plan_sweep(
    scenario: Scenario,
    sweep: Sweep | None = None,
    reps: int | None = None,
    seed: int = 1,
    *,
    origins: Mapping[str, str] | None = None,
    replicate: Replicate = run_replication,
) -> SweepPlan:
    """Return what a sweep of *scenario* will do, every point made and checked.

    Args:
        scenario: a loaded scenario.
        sweep: what to vary; the scenario's own `sweep:` block if none.
        reps: replications at each point (their cap, with a precision); else the sweep's, else the scenario's.
        seed: names all the luck of the sweep.
        origins: from a path as written to what problems call its place, such as `--vary #2`.
        replicate: what runs one replication.

    Raises:
        ScenarioError: nothing is varied, a point is no valid scenario, or a response does not exist.
        ValueError: *reps* is not positive.
    """
    seed = whole_number("seed", seed, 0, MOST_SEED)
    check_record(scenario)
    sweep = sweep or scenario.sweep
    if sweep is None:
        raise one_problem(scenario.name, "nothing is varied; add --vary PATH=VALUES or a 'sweep:' block")
    design = design_of(scenario, sweep, seed, origins)
    shown = _shown(sweep, design, "sweep.responses" if sweep == scenario.sweep else "--response")
    scenario, sweep = _written(scenario, sweep, reps)
    scenario = settled(scenario, int(_replications(scenario, sweep)), None, ())
    most = int(scenario.experiment.replications)
    columns = _columns(scenario, design)
    simulator = SweepSimulator(
        scenario, seed, np.empty(0), {p.key: s for p, s in zip(design.points, design.scenarios, strict=True)},
        {point.key: point.kept for point in design.points}, replicate, columns=columns,
    )  # fmt: skip
    rule = None if sweep.precision is None else rule_for(scenario, float(sweep.precision), most)
    runs = nested_design(scenario, seed, most)
    return SweepPlan(scenario, seed, design, runs, columns, shown, simulator, rule)


def _written(scenario: Scenario, sweep: Sweep, reps: int | None) -> tuple[Scenario, Sweep]:
    """Return the scenario with the sweep as it is run written into it."""
    number = scenario.experiment.replications
    if reps is not None:
        reps = whole_number("reps", reps, 1)
        key = "replications" if sweep.precision is None else "most_replications"
        sweep = sweep.model_copy(update={key: number.with_value(float(reps))})
    return scenario.model_copy(update={"sweep": sweep}), sweep


def _replications(scenario: Scenario, sweep: Sweep) -> float:
    if sweep.precision is not None:
        return float(CAP if sweep.most_replications is None else sweep.most_replications)
    return float(scenario.experiment.replications if sweep.replications is None else sweep.replications)


def _shown(sweep: Sweep, design: SweepDesign, origin: str) -> tuple[str, ...]:
    known: dict[str, Response] = {}
    for point in unlike(design.scenarios):
        known |= responses_of(point)
    return chosen_responses(known, sweep.responses, origin)


def chosen_responses(known: Mapping[str, Response], asked: Sequence[str], origin: str) -> tuple[str, ...]:
    """Return the responses *asked* for; the usual ones if none.

    Args:
        known: those that there are.
        asked: names.
        origin: what a problem calls the place of the names.

    Raises:
        ScenarioError: there is no such response.
    """
    for name in asked:
        if name not in known:
            cure = did_you_mean(name, known) or f"; known are {', '.join(list(known)[:12])}, ..."
            raise one_problem(origin, f"there is no response '{name}'{cure}")
    own = [name for name in TELLING if name in known]
    usual = [name for name in (("help_level", "mandate", *own, *USUAL) if own else USUAL) if name in known]
    usual = list(dict.fromkeys(usual))
    rest = [n for n, r in known.items() if r.kind in ("flag", "time", "count") and n not in usual]
    return tuple(dict.fromkeys(asked)) or tuple([*usual, *rest][:SHOWN])


def rule_for(scenario: Scenario, width: float, most: int) -> Rule:
    """Return the rule by which replications of *scenario* are added until their half-width is *width*."""
    per_draw = int(scenario.experiment.per_draw) if scenario.experiment.uncertain == "drawn" else 1
    return Rule(width, most, per_draw)


def _columns(scenario: Scenario, design: SweepDesign) -> tuple[str, ...]:
    names = dict.fromkeys(row_names(scenario))
    for point in unlike(design.scenarios):
        names |= dict.fromkeys(row_names(point))
    return tuple(names)


def unlike(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """Return one scenario of each set of members and record entries: the others have the same columns."""
    kinds: dict[tuple[str, ...], Scenario] = {}
    for scenario in scenarios:
        kinds.setdefault(row_names(scenario), scenario)
    return list(kinds.values())
