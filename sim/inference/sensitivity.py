"""Which assumptions matter: each moved from its low to its high end, the rest held, under the same luck."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isnan

from sim.experiment.executors import Jobs
from sim.experiment.responses import Response, responses_of
from sim.experiment.sweep_plan import chosen_responses
from sim.inference.effects import EffectRow, Swing, noise_share, one_at_a_time
from sim.inference.simulate import SETTLED, point_runner
from sim.inference.simulate import settled as answer_settled
from sim.scenario.distributions import Z95
from sim.scenario.errors import one_problem
from sim.scenario.learnt import in_force
from sim.scenario.models import Scenario
from sim.scenario.paths import full_path, quantities, with_values
from sim.scenario.study import NormalDraw, Posterior
from sim.scenario.uncertain import assumptions

#: Responses that a table is made for when none are asked for.
DEFAULT_RESPONSES = (
    "mandate", "hours_to_deployment_complete", "killed", "hours_to_order", "sites_overwhelmed",
)  # fmt: skip
#: Fewest replications a point; with one, an input without any effect seemed to matter.
FEWEST = 30
#: How many inputs without any effect are named, and how wide that text is.
NAMED = 20
WIDTH = 110
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Sensitivity:
    """The effects of all assumptions on some responses."""

    scenario: str
    seed: int
    reps: int
    #: Replications of the screening, 0 for none.
    screen: int
    rows: tuple[EffectRow, ...]
    #: Whether the answer was taken as given.
    settled: bool = False
    #: What each response is called, with its unit.
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def responses(self) -> tuple[str, ...]:
        """The responses, in the order asked for."""
        return tuple(dict.fromkeys(row.response for row in self.rows))

    def of(self, response: str) -> tuple[EffectRow, ...]:
        """Return the rows of *response*, most influential first."""
        return tuple(row for row in self.rows if row.response == response)

    def noise(self, response: str) -> float:
        """Return the share of the squared effects on *response* that is noise; nan if nothing moved it."""
        rows = [row for row in self.of(response) if row.rank]
        return noise_share([row.effect for row in rows], [row.error for row in rows])


def sensitivity(
    scenario: Scenario,
    seed: int = 1,
    reps: int = 40,
    jobs: Jobs = 1,
    responses: Sequence[str] = (),
    screen: int = 0,
    keep: int = 40,
    progress: Progress | None = None,
    *,
    settled: bool = False,
) -> Sensitivity:
    """Return what each assumption does to each of the *responses*.

    Uncertain inputs are held at their central values; every point is run on the same replications.
    Responses that need a mandate are compared over the few runs in which both ends bring one; with the answer
    *settled* every member supports and contributes, as in a calibration, and nearly every run has one.

    Args:
        scenario: Its quantities with a low and a high are the assumptions.
        seed: Seed of the replications.
        reps: Replications a point, at least `FEWEST`.
        jobs: Worker processes.
        responses: Names of scalar responses; by default those of `DEFAULT_RESPONSES` that the scenario has,
            and where it has few of them what its kind of crisis is told by.
        screen: Replications that all assumptions get first; 0 gives all of them all replications.
        keep: After screening, how many assumptions get all replications.
        progress: Told how many runs of how many are done.
        settled: Take the answer as given; the assumptions it rests on are then not moved.

    Raises:
        ScenarioError: a response is unknown, or the scenario has no assumption with a range.
        ValueError: fewer replications than `FEWEST`.
    """
    if reps < FEWEST:
        raise ValueError(f"a sensitivity analysis needs at least {FEWEST} replications a point, not {reps}")
    responses = _chosen(scenario, responses)
    scenario = answer_settled(scenario) if settled else scenario
    swings = [swing for swing in swings_of(scenario) if not (settled and swing.path in SETTLED)]
    if not swings:
        raise one_problem(scenario.name, "no quantity has a 'low' and a 'high'; give some a range")
    middle = with_values(centred(scenario), SETTLED if settled else {})
    run = point_runner(middle, tuple(responses), seed=seed, jobs=jobs, progress=progress)
    known = responses_of(scenario)
    labels = {name: _label(known[name]) for name in responses}
    rows = one_at_a_time(swings, responses, run, reps=reps, screen=screen, keep=keep)
    return Sensitivity(scenario.name, seed, reps, screen, tuple(rows), settled, labels)


def _chosen(scenario: Scenario, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the responses *asked* for; without any, as many as `DEFAULT_RESPONSES` that the scenario has."""
    known = responses_of(scenario)
    chosen = chosen_responses(known, asked, "--response")
    if asked:
        return chosen
    usual = [name for name in DEFAULT_RESPONSES if name in known]
    return tuple(dict.fromkeys([*usual, *chosen]))[: len(DEFAULT_RESPONSES)]


def _label(response: Response) -> str:
    what = response.unit or ("chance" if response.kind == "flag" else "")
    return f"{response.label} ({what}), {response.name}" if what else f"{response.label}, {response.name}"


def centred(scenario: Scenario) -> Scenario:
    """Return *scenario* with its uncertain inputs at their central values.

    Those are the values in the file, except for a fitted input (its fitted median) and one drawn from a
    normal distribution (its mean).
    """
    values = {}
    for path, prior in scenario.uncertain.items():
        if isinstance(prior, Posterior):
            values[full_path(path)] = float(prior.fitted_median)
        elif isinstance(prior, NormalDraw):
            values[full_path(path)] = float(prior.mean)
    return with_values(scenario, values)


def swings_of(scenario: Scenario) -> list[Swing]:
    """Return every assumption of *scenario* with its ends, in the order of the file's shape.

    Quantities with a low and a high that differ, and inputs drawn from a normal distribution, from their 5th
    to their 95th percentile (cut where their draw is cut).
    """
    middle = centred(scenario)
    swings = {}
    units = {path: number.unit for path, number in quantities(middle)}
    for a in assumptions(middle):
        about = ("; ".join(a.source), a.confidence or "", units[a.path])
        swings[a.path] = Swing(a.path, a.low, a.value, a.high, *about)
    for path, prior in scenario.uncertain.items():
        if isinstance(prior, NormalDraw) and full_path(path) not in swings:
            half = Z95 * float(prior.sd)
            low = max(prior.mean - half, -inf if prior.low is None else prior.low)
            high = min(prior.mean + half, inf if prior.high is None else prior.high)
            swings[full_path(path)] = Swing(full_path(path), low, prior.mean, high, "assumption: normal")
    fitted = scenario.response.decision.weights == "fitted"
    return [swing for path, swing in swings.items() if in_force(path, fitted)]


def sensitivity_text(result: Sensitivity, top: int = 15) -> str:
    """Return a table for each response, the *top* assumptions in each."""
    blocks = [_table(result, response, top) for response in result.responses]
    return "\n".join([*blocks, *_still(result), _legend(result)])


def _table(result: Sensitivity, response: str, top: int) -> str:
    rows = result.of(response)
    shown = [row for row in rows if row.rank][:top]
    still = sum(row.inert for row in rows)
    few = sum(not (row.rank or row.inert or row.screened_out) for row in rows)
    wide = max((len(row.swing.path) for row in shown), default=10)
    noise = result.noise(response)
    said = "nothing moved it" if isnan(noise) else f"noise {noise:.0%} of the squared effects"
    title = (
        f"{result.labels.get(response, response)}: {len(rows)} assumptions, {still} without any effect on "
        f"any response, {few} with too few pairs; {said}"
    )
    if not shown:
        return f"{title}\n"
    levels = f"{'at low':>8} {'base':>8} {'at high':>8}"
    units = max((len(row.swing.unit) for row in shown), default=0)
    units = max(units, len("unit"))
    heads = (
        f"{'ranks':>7}  {'assumption':<{wide}}  {'low to high':>21} {'unit':<{units}}  {levels}  "
        f"{'high - low':>10}  "
    )
    return "\n".join(
        [
            title,
            f"{heads}{'95 % interval':>21}  pairs  noise",
            *(_line(row, wide, units) for row in shown),
            "",
        ]
    )


def _still(result: Sensitivity) -> list[str]:
    """Return the lines that name what moved nothing, the alliance's own inputs only counted."""
    still = [row.swing.path for row in result.of(result.responses[0]) if row.inert] if result.rows else []
    own = sorted(path for path in still if not path.startswith("alliance."))
    if not still:
        return []
    rest = f"; {len(own) - NAMED} more of the scenario" if len(own) > NAMED else ""
    said = (
        "no effect in any replication (the responses were the same at both ends; 'inert' in the CSV): "
        f"{', '.join(own[:NAMED]) or 'none of the scenario'}{rest}; {len(still) - len(own)} of the alliance"
    )
    return [*textwrap.wrap(said, WIDTH, subsequent_indent="  ", break_on_hyphens=False), ""]


def _line(row: EffectRow, wide: int, units: int) -> str:
    levels = " ".join(f"{_number(x):>8}" for x in (row.at_low, row.at_base, row.at_high))
    noise = "-" if isnan(row.noise) else f"{row.noise:.0%}"
    return (
        f"{_ranks(row):>7}  {row.swing.path:<{wide}}  {_span(row.swing.low, row.swing.high):>21} "
        f"{row.swing.unit:<{units}}  {levels}  {_number(row.effect):>10}  "
        f"{_span(row.effect_low, row.effect_high):>21}  {row.pairs:>5}  {noise:>5}"
    )


def _ranks(row: EffectRow) -> str:
    return str(row.rank) if row.rank == row.worst_rank else f"{row.rank}-{row.worst_rank}"


def _legend(result: Sensitivity) -> str:
    left = f"; after {result.screen} replications the less influential were left" if result.screen else ""
    return (
        f"{result.reps} replications a point, the same luck at every point (seed {result.seed}){left}"
        f"{'; the answer was taken as given' if result.settled else ''}. Low and high are in the unit beside "
        "them, whatever unit the file writes. Effects "
        "are means over the pairs of runs in which the response happened at both ends. Ranks are the best "
        "and worst that the intervals allow; with overlapping intervals assumptions are not told apart.\n"
    )


def _span(low: float, high: float) -> str:
    return f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return "-" if isnan(value) else f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


COLUMNS = (
    "response", "rank", "worst_rank", "assumption", "unit", "low", "base", "high", "at_low", "at_base",
    "at_high", "happened_low", "happened_high", "effect", "effect_low", "effect_high", "standard_error",
    "pairs",
    "noise_share", "inert", "screened_out", "confidence", "source",
)  # fmt: skip


def sensitivity_csv(result: Sensitivity) -> str:
    """Return all rows as CSV text; a field without a number is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in result.rows:
        swing = row.swing
        numbers = (
            swing.low, swing.base, swing.high, row.at_low, row.at_base, row.at_high, row.happened_low,
            row.happened_high, row.effect, row.effect_low, row.effect_high, row.error,
        )  # fmt: skip
        flags = (int(row.inert), int(row.screened_out))
        head = (row.response, row.rank, row.worst_rank, swing.path, swing.unit)
        tail = (row.pairs, _field(row.noise), *flags, swing.confidence, swing.source)
        writer.writerow([*head, *map(_field, numbers), *tail])
    return out.getvalue()


def _field(value: float) -> str:
    return "" if isnan(value) else repr(float(value))
