"""A study of as many replications as it takes until the answers are precise enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from sim.experiment.executors import Jobs, Progress, fulfil
from sim.experiment.gathered import rows_of
from sim.experiment.precision import Reached, Rule, Values, until_precise
from sim.experiment.responses import responses_of
from sim.experiment.simulate import BASELINE, TaskList
from sim.experiment.study import Plan, Study, do_study, settled
from sim.experiment.sweep import response_values
from sim.experiment.sweep_plan import CAP, chosen_responses, rule_for
from sim.scenario.models import Scenario
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.experiment.store import Store

__all__ = ["CAP", "Aim", "aim_at", "do_until_precise", "precision_lines"]


@dataclass(frozen=True)
class Aim:
    """How precise which responses shall be."""

    rule: Rule
    responses: tuple[str, ...]


def aim_at(scenario: Scenario, width: float, responses: Sequence[str], most: int) -> Aim:
    """Return the aim of a half-width for some responses (the usual ones if none) within *most* replications.

    Raises:
        ScenarioError: there is no such response.
    """
    chosen = chosen_responses(responses_of(scenario), responses, "--response")
    return Aim(rule_for(scenario, width, most), chosen)


def do_until_precise(
    plan: Plan, aim: Aim, store: Store, jobs: Jobs = "auto", progress: Progress | None = None
) -> tuple[Study, Reached[str]]:
    """Add replications to a planned study until it is precise, and return it with where it stopped.

    The scenario itself is judged; its variants get as many runs, since they are compared pair by pair.

    Args:
        plan: with as many replications as there may be at most.
        aim: when to stop.
        store: keeps what is done, and has what was done before.
        jobs: workers, as `do_study` takes them.
        progress: called with (runs done, runs up to the next look).
    """

    def extend(keys: Sequence[str], before: int, size: int) -> None:
        tasks = TaskList(plan.tasks.points, plan.design[:size])
        fulfil(plan.simulator, tasks, store, jobs, progress)
        done[0] = size

    done = [0]
    reached = until_precise([BASELINE], aim.rule, extend, _samples(plan, aim, store, done))[BASELINE]
    return do_study(cut(plan, reached.n), 1, store=store), reached


def cut(plan: Plan, replications: int) -> Plan:
    """Return a plan of fewer replications of the same study."""
    scenario = settled(plan.scenario, replications, None, None)
    design = plan.design[:replications]
    simulator = replace(plan.simulator, scenario=scenario)
    return Plan(scenario, plan.seed, design, simulator, TaskList(plan.tasks.points, design))


def _samples(plan: Plan, aim: Aim, store: Store, done: list[int]) -> Callable[[str], dict[str, Values]]:
    known = responses_of(plan.scenario)

    def samples(key: str) -> dict[str, Values]:
        outcomes = [outcome for _, outcome in islice(store.iterate(key), done[0])]
        rows = rows_of(plan.scenario, plan.scenario, plan.design[: done[0]], outcomes)
        sound = [row for row in rows if not row["failed"]]
        return {name: response_values(known[name], sound) for name in aim.responses}

    return samples


def precision_lines(reached: Reached[str], aim: Aim, scenario: Scenario) -> list[str]:
    """Return in words where a study stopped and how precise each response is."""
    known = responses_of(scenario)
    if reached.enough:
        first = f"Precise enough after {count(reached.n, 'replication')} ({count(reached.looks, 'look')})"
    else:
        first = f"Stopped at the cap of {count(reached.n, 'replication')}, held up by {reached.worst}"
    lines = [f"{first}; asked: half-width {aim.rule.width:g} of a mean, or of a proportion itself."]
    for name, found in reached.verdicts.items():
        mark = "" if found.enough else "  not yet"
        lines.append(
            f"  {known[name].label}: {found.estimate:.4g} ± {found.half_width:.2g} (n = {found.n:,}){mark}"
        )
    return [
        *lines,
        "  Intervals that hold with 95 % over all looks together; a time counts up to when the clock stops.",
    ]
