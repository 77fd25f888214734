"""How well the record predicts itself: each recorded quantity from a fit that did not see it.

A score over quantities that were fitted is agreement, not foresight. Here the whole procedure is run again
once for each response of the record that is fitted: its entries (all its dates together) are taken out, the
inputs are fitted to what remains, and a study on those inputs is compared with the entries that were out
(leave-one-out cross-validation, Stone 1974, by response). It tells about the values of the inputs only: the
structure of the model was built by people who knew the whole record, and neighbouring quantities (the
announced end and the start of a withdrawal, say) inform each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan

from sim.experiment.compare import RecordSummary, score_of
from sim.experiment.executors import Jobs
from sim.experiment.scores import Score
from sim.experiment.study import run_study
from sim.inference.calibrate import calibrate
from sim.inference.fitted import CalibrationResult, short
from sim.inference.simulate import Progress
from sim.scenario.models import Scenario
from sim.scenario.paths import full_path
from sim.scenario.study import Posterior

#: Replications of each study; timings rest on the runs with a mandate among them.
REPLICATIONS = 600
#: Names of the three ways to look at the same entries.
PRIORS, ALL, LEFT_OUT = "on priors, nothing fitted", "fitted to all (in-sample)", "fitted to the others"
Compared = Mapping[str, RecordSummary]


@dataclass(frozen=True)
class LeftOut:
    """The fitted entries of a record beside studies that knew all, nothing, or only the other responses."""

    scenario: str
    seed: int
    replications: int
    #: For each way: the entries by key, in the record's order.
    compared: Mapping[str, Compared]

    def score(self, way: str) -> Score:
        """Return the score over the entries that are scored, looked at in *way*."""
        return score_of(self.compared[way].values())


def families(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Return the keys of the fitted entries by the response they read; they are left out together."""
    found: dict[str, tuple[str, ...]] = {}
    for key, entry in scenario.record.items():
        if entry.fitted:
            found[entry.response] = (*found.get(entry.response, ()), key)
    return found


def leave_out(
    scenario: Scenario,
    seed: int = 1,
    jobs: Jobs = 1,
    progress: Progress | None = None,
    *,
    replications: int = REPLICATIONS,
) -> LeftOut:
    """Return each fitted entry of the record as predicted from the others.

    Args:
        scenario: loaded with its priors (`use_fitted=False`).
        seed: addresses all luck; every fit and every study has the same.
        jobs: worker processes; the result does not depend on it.
        progress: told how many draws of all fits are done.
        replications: of each study.

    Raises:
        ScenarioError: as `calibrate`.
    """
    groups = families(scenario)
    keys = [key for key, entry in scenario.record.items() if entry.fitted]

    def fitted(number: int, without: tuple[str, ...]) -> CalibrationResult:
        return calibrate(scenario, seed, jobs, _part(progress, number, len(groups) + 1), without=without)

    def compared(predicting: Scenario) -> Compared:
        plain = predicting.model_copy(update={"variants": {}})
        study = run_study(plain, replications, seed, jobs)
        return study.summary().record

    on_priors = compared(scenario)
    knowing = compared(with_posteriors(scenario, fitted(0, ())))
    found: dict[str, RecordSummary] = {}
    for number, out in enumerate(groups.values(), start=1):
        predicted = compared(with_posteriors(scenario, fitted(number, out)))
        found |= {key: predicted[key] for key in out}
    ways = {PRIORS: on_priors, ALL: knowing, LEFT_OUT: found}
    return LeftOut(
        scenario.name, seed, replications, {way: {key: of[key] for key in keys} for way, of in ways.items()}
    )


def with_posteriors(scenario: Scenario, result: CalibrationResult) -> Scenario:
    """Return *scenario* drawing its fitted inputs from what *result* found, as from the file it writes."""
    new = {
        p.path: Posterior.model_validate({"fitted_median": p.median, "fitted_spread": p.spread})
        for p in result.parameters
    }
    others = {path: form for path, form in scenario.uncertain.items() if full_path(path) not in new}
    return scenario.model_copy(update={"uncertain": {**others, **new}})


def _part(progress: Progress | None, number: int, parts: int) -> Progress | None:
    """Return a progress display of one fit as a part of all."""
    if progress is None:
        return None
    return lambda done, total: progress(number * total + done, parts * total)


def left_out_text(result: LeftOut) -> str:
    """Return the table a person reads: every entry in the three ways, then the scores."""
    known = result.compared[LEFT_OUT]
    wide = max(map(len, known), default=8)
    titles = ("priors 5 / 50 / 95 %", "fitted to all", "fitted to the others")
    lines = [
        f"{len(known)} fitted entries of the record, each predicted from a fit that did not see its response "
        f"({result.replications} replications a study, seed {result.seed})",
        "",
        f"{'entry':<{wide}}  {'recorded':<12}" + "".join(f"  {title:<22}" for title in titles).rstrip(),
    ]
    for key, entry in known.items():
        bands = "".join(f"  {_band(result.compared[way][key]):<22}" for way in (PRIORS, ALL, LEFT_OUT))
        lines.append(f"{key:<{wide}}  {_recorded(entry):<12}{bands}  {_verdict(entry)}".rstrip())
    lines += [
        "",
        f"{'':<27}  scored instants  in 5-95 %  in 25-75 %  narrow timings  mean CRPS of timings, h",
    ]
    lines += [_scores(way, result.score(way)) for way in (PRIORS, ALL, LEFT_OUT)]
    reference = result.score(LEFT_OUT).mean_crps_naive
    return "\n".join([*lines, f"{'naive reference':<27}  {reference:>73.1f}"]) + "\n"


def _band(found: RecordSummary) -> str:
    """Return the quantiles; one that fell behind the end of the clock is later than any seen."""
    return " / ".join("later" if isnan(x) else short(x) for x in (found.low, found.median, found.high))


def _recorded(found: RecordSummary) -> str:
    entry = found.entry
    if entry.kind == "bound":
        low, high = ("" if end is None else short(float(end)) for end in (entry.low, entry.high))
        return f"{low} to {high}" if low and high else f"{low} or more" if low else f"at most {high}"
    return "" if entry.value is None else short(float(entry.value))


def _verdict(found: RecordSummary) -> str:
    """Return where a recorded value fell; a bound is kept by a share of the runs."""
    if found.entry.kind == "bound":
        return f"kept by {found.agree:.0%} of runs"
    if found.inside_half:
        return "in the middle half"
    return "in the band" if found.inside_band else "MISSED"


def _scores(way: str, score: Score) -> str:
    share: Callable[[float], str] = "{:.0%}".format
    return (
        f"{way:<27}  {score.n_instants:>15}  {share(score.in_band):>9}  {share(score.in_half):>10}  "
        f"{share(score.narrow_share):>14}  {score.mean_crps:>23.1f}"
    )
