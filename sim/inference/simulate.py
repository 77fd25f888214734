"""Runs of the model that a calibration or a sensitivity analysis asks for.

What a worker process imports stays light: nothing here needs a statistics or plotting library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import NamedTuple

from sim.engine.event_log import EventLog
from sim.engine.replication import run_replication
from sim.engine.streams import uniform_at
from sim.experiment.design import STREAM
from sim.experiment.executors import Jobs, execute
from sim.experiment.responses import Response, responses_of
from sim.experiment.spans import record_response
from sim.scenario.learnt import ASSUMED
from sim.scenario.models import Scenario
from sim.scenario.paths import with_values
from sim.scenario.uncertain import draw_uncertain

Outcome = dict[str, float]
Progress = Callable[[int, int], None]

#: Inputs that settle the answer (`settled` puts them in force): willingness is of order 1, so every member is
#: far above every threshold, and no willingness reaches the bar for the lead to act alone.
SETTLED: dict[str, float] = {
    f"{ASSUMED}threshold_words": -100.0,
    f"{ASSUMED}threshold_measures": -100.0,
    f"{ASSUMED}threshold_force": -100.0,
    "response.decision.bilateral_margin": 1000.0,
}
#: First replication of a calibration; studies count from 0 and stay far below. Exact in a double.
FIRST_REPLICATION = 2**40


def settled(scenario: Scenario) -> Scenario:
    """Return *scenario* deciding by the ordered choice on assumed weights, which `SETTLED` sets."""
    decision = scenario.response.decision.model_copy(update={"model": "ordered_choice", "weights": "assumed"})
    return scenario.model_copy(
        update={"response": scenario.response.model_copy(update={"decision": decision})}
    )


def read(log: EventLog, scenario: Scenario, response: Response) -> float:
    """Return *response*, nan in a run outside its stratum."""
    if response.given is not None and log.first(response.given) is None:
        return nan
    return response.function(log, scenario)


class DrawTask(NamedTuple):
    """One draw of a calibration: its number and the uniforms of the fitted inputs, by full path."""

    number: int
    uniforms: Mapping[str, float]


@dataclass(frozen=True)
class DrawSimulator:
    """Simulates a draw: fitted inputs as asked, other uncertain ones from their priors, answer settled."""

    scenario: Scenario
    #: Keys of the record entries to answer with.
    keys: tuple[str, ...]
    seed: int

    def __call__(self, task: DrawTask) -> Outcome:
        """Run one replication and return the recorded quantities as simulated."""
        replication = FIRST_REPLICATION + task.number

        def uniform(path: str) -> float:
            given = task.uniforms.get(path)
            return uniform_at(self.seed, STREAM, replication, path) if given is None else given

        drawn = draw_uncertain(self.scenario, uniform) | SETTLED
        scenario = with_values(settled(self.scenario), drawn)
        log = run_replication(scenario, self.seed, replication)
        return {key: read(log, scenario, record_response(scenario, key)) for key in self.keys}


class PointTask(NamedTuple):
    """One run of a sensitivity analysis: inputs to set and the luck to run with."""

    values: Mapping[str, float]
    replication: int


@dataclass(frozen=True)
class PointSimulator:
    """Simulates one point: some inputs set, all others as the scenario has them."""

    scenario: Scenario
    responses: tuple[str, ...]
    seed: int

    def __call__(self, task: PointTask) -> Outcome:
        """Run one replication and return the responses."""
        scenario = with_values(self.scenario, task.values)
        log = run_replication(scenario, self.seed, task.replication)
        known = responses_of(scenario)
        return {name: read(log, scenario, known[name]) for name in self.responses}


def point_runner(
    scenario: Scenario, responses: tuple[str, ...], *, seed: int, jobs: Jobs, progress: Progress | None
) -> Callable[[Sequence[tuple[Mapping[str, float], int]]], list[Outcome]]:
    """Return what runs points of *scenario*, in their order whatever the number of *jobs*."""
    simulator = PointSimulator(scenario, responses, seed)
    return lambda points: execute(simulator, [PointTask(*point) for point in points], jobs, progress)
