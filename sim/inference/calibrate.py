"""Fit uncertain inputs to a scenario's record, so that anyone can run the fit again and get the same bytes.

Each draw takes the fitted inputs from the population and every other uncertain input from its prior, and runs
one replication; the fitted inputs are then judged with everything else unknown averaged out. Two things are
settled before the fit:

- *The answer is taken as given.* Timings of a force exist only if one is sent, and one case cannot
  identify the weights of a decision. So draws run with the thresholds of willingness far below any
  willingness: every member supports and contributes, and the host expects as much. Weights of the decision
  are therefore refused as parameters. A draw in which something recorded still never happens cannot have
  made the record: weight 0.
- *Luck is its own.* Draws use replications that no study reaches, so that nothing is fitted to the luck of
  the runs that are later compared with the same record.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sim import __version__
from sim.experiment.executors import Jobs, execute
from sim.inference.fitted import CalibrationResult, summarise
from sim.inference.fitted_text import calibration_text, fitted_text, write_fitted
from sim.inference.likelihood import Target, fitted_targets
from sim.inference.population import Draw, Parameter, Runner, TooFewCompleteError, fit
from sim.inference.simulate import DrawSimulator, DrawTask, Outcome, Progress
from sim.scenario.errors import Problem, ScenarioError, one_problem
from sim.scenario.fixed_list import list_digest
from sim.scenario.models import Scenario
from sim.scenario.paths import full_path, read_path
from sim.scenario.quantities import Quantity
from sim.scenario.study import Calibration, Posterior
from sim.scenario.uncertain import draw_one

__all__ = ["CalibrationResult", "calibrate", "calibration_text", "fitted_text", "write_fitted"]

_DECISION = "response.decision."
NOTES = (
    "the answer was settled beforehand: in every draw all members support and contribute",
    "inputs that are not fitted were drawn from their priors throughout",
)


def calibrate(
    scenario: Scenario,
    seed: int = 1,
    jobs: Jobs = 1,
    progress: Progress | None = None,
    *,
    without: Collection[str] = (),
) -> CalibrationResult:
    """Return the inputs of *scenario* fitted to the entries of its record marked `fitted`.

    Args:
        scenario: loaded with its priors (`use_fitted=False`), not with an earlier fit.
        seed: addresses all luck of the procedure.
        jobs: worker processes; the result does not depend on it.
        progress: told how many draws of how many are done.
        without: keys of the record that the fit must not see, to be predicted from the others.

    Raises:
        ScenarioError: there is nothing to fit or to fit to, too many inputs for the record, an input that
            cannot be fitted, or a record that the model hardly ever produces.
    """
    plan = _plan(scenario)
    targets = fitted_targets(scenario.record)
    paths = tuple(full_path(path) for path in plan.parameters)
    ranges = _check(scenario, paths, targets)
    targets = tuple(target for target in targets if target.key not in without)
    parameters = [_parameter(scenario, path) for path in paths]
    draws, rounds = int(plan.draws), int(plan.rounds)
    simulator = DrawSimulator(scenario, tuple(t.key for t in targets), seed)
    run = _runner(simulator, jobs, progress, draws * rounds)
    try:
        populations = fit(parameters, targets, run, draws=draws, rounds=rounds, seed=seed)
    except TooFewCompleteError as error:
        cure = "widen the priors, or take the entry out of the fit"
        raise one_problem(scenario.name, f"{error}; {cure}", "calibration") from error
    return summarise(
        populations, parameters, ranges, targets,
        scenario=scenario.name, fixed=list_digest(scenario), version=__version__, seed=seed,
        notes=NOTES,
    )  # fmt: skip


def _plan(scenario: Scenario) -> Calibration:
    if scenario.calibration is None:
        message = "the scenario has no 'calibration:' block; name its parameters, draws and rounds"
        raise one_problem(scenario.name, message, "calibration")
    return scenario.calibration


def _check(
    scenario: Scenario, paths: Sequence[str], targets: Sequence[Target]
) -> dict[str, tuple[float, float]]:
    """Return the range of each fitted input, or tell everything that keeps the fit from making sense."""
    problems: list[Problem] = []
    ranges = {}
    known = {full_path(path): prior for path, prior in scenario.uncertain.items()}

    def tell(message: str) -> None:
        problems.append(Problem(scenario.name, None, None, "calibration.parameters", message))

    if not paths:
        tell("no parameters to fit; name some paths of 'uncertain:'")
    if 2 * len(paths) >= len(targets):
        tell(
            f"{len(paths)} parameters for {len(targets)} fitted quantities of the record; there must be "
            "fewer than half as many parameters"
        )
    for path in dict.fromkeys(paths):
        value = read_path(scenario, path)
        if path not in known:
            tell(f"'{path}' is not under 'uncertain:'; add it there")
        elif isinstance(known[path], Posterior):
            tell(f"'{path}' already stands as fitted; load the scenario with its priors")
        elif path.startswith(_DECISION):
            tell(f"'{path}' belongs to the decision, which one case cannot identify; leave it out")
        elif not isinstance(value, Quantity) or value.low is None or value.high is None or value.low <= 0:
            tell(f"'{path}' needs a 'low' and a 'high' above 0, which a fit must not leave")
        else:
            ranges[path] = (value.low, value.high)
    if len(set(paths)) < len(paths):
        tell("a parameter is named twice")
    if problems:
        raise ScenarioError(problems)
    return ranges


def _parameter(scenario: Scenario, path: str) -> Parameter:
    """Return the prior of one input by itself."""
    prior = next(prior for key, prior in scenario.uncertain.items() if full_path(key) == path)
    return Parameter(path, lambda u: draw_one(scenario, path, prior, u))


def _runner(simulator: DrawSimulator, jobs: Jobs, progress: Progress | None, total: int) -> Runner:
    """Return what simulates the draws of one round after the other, in order whatever the workers."""

    def run(draws: Sequence[Draw]) -> Sequence[Mapping[str, float]]:
        tasks = [DrawTask(draw.index, draw.uniforms) for draw in draws]
        before = draws[0].index if draws else 0
        told = None if progress is None else lambda done, _: progress(before + done, total)
        outcomes: list[Outcome] = execute(simulator, tasks, jobs, told)
        return outcomes

    return run
