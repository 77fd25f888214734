"""The Python facade: read a scenario, run it, get a study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.experiment.comparison import Comparison
    from sim.experiment.executors import Jobs, Progress
    from sim.experiment.store import Store
    from sim.experiment.study import Plan, Study
    from sim.experiment.sweep import SweepStudy
    from sim.scenario.models import Scenario

#: Inputs to set: a mapping from path to value, or texts such as "council.rule=simple_majority".
Overrides = Mapping[str, Any] | Sequence[str]


def load(path: str | PathLike[str], overrides: Overrides = ()) -> Scenario:
    """Read, complete and check a scenario.

    Args:
        path: a scenario file.
        overrides: inputs to set otherwise, by path.

    Raises:
        ScenarioError: something is wrong with the file or an override; all mistakes at once.
        ValueError: *overrides* is one text.
    """
    from sim.experiment.record_check import record_faults
    from sim.scenario.load import load_scenario, with_settings

    _no_texts(overrides=overrides)
    if isinstance(overrides, Mapping):
        scenario = load_scenario(path, further=record_faults)
        return with_settings(scenario, overrides, "overrides", record_faults) if overrides else scenario
    return load_scenario(path, overrides, further=record_faults)


def run(
    scenario: str | PathLike[str] | Scenario,
    reps: int | None = None,
    *,
    seed: int = 1,
    overrides: Overrides = (),
    until: float | None = None,
    variants: Sequence[str] | None = None,
    precision: float | None = None,
    responses: Sequence[str] = (),
    jobs: Jobs = 1,
    on: str | None = None,
    out: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Study:
    """Run a scenario and its variants.

    Args:
        scenario: a scenario file, or a scenario from `load`.
        reps: replications, the scenario's own number if none; with a precision, the most of them.
        seed: names all the luck of the study.
        overrides: inputs to set otherwise, by path; only with a file.
        until: hours after the start at which to stop, if before the scenario's horizon.
        variants: keys of the variants to run; all if none.
        precision: half-width at which there are replications enough, as a share of a mean or itself for a
            proportion.
        responses: what shall be as precise; the usual ones if none.
        jobs: worker processes, or "auto" for one a processor; the results do not depend on it. A script that
            asks for more than one guards its main part with `if __name__ == "__main__":`.
        on: address of a Dask scheduler whose workers do the runs instead.
        out: folder to write a results folder into, where runs are kept as they are done and found again by
            the same call; none writes nothing.
        progress: called with (runs done, all runs).

    Raises:
        ScenarioError: something is wrong with the scenario or an override.
        ResultsError: the results folder cannot be written.
        ValueError: an argument is out of range.
    """
    from sim.experiment.gathered import PIECEMEAL
    from sim.experiment.results import write_results
    from sim.experiment.study import do_study, plan_study

    _no_texts(variants=variants, responses=responses)
    loaded = _loaded(scenario, overrides)
    if precision is not None:
        from sim.experiment.precise import CAP, aim_at, do_until_precise

        reps = CAP if reps is None else reps
    plan = plan_study(loaded, reps, seed, until=until, variants=variants)
    where = _workers(jobs, on)
    # Very many runs would fill the memory if they were nowhere else.
    needed = precision is not None or len(plan.design) >= PIECEMEAL
    with _store_of(plan, out, needed) as store:
        if precision is None:
            study = do_study(plan, where, progress, store=store)
        else:
            assert store is not None
            aim = aim_at(plan.scenario, precision, responses, len(plan.design))
            study, _ = do_until_precise(plan, aim, store, where, progress)
        study.plotter = plot
        if out is not None:
            write_results(study, Path(out), store=store)
    return study


def _no_texts(**given: object) -> None:
    """Refuse a text where a list of texts belongs: each of its letters would be taken for one.

    Raises:
        ValueError: an argument is a text.
    """
    for name, value in given.items():
        if isinstance(value, str):
            raise ValueError(f"{name} must be a list of texts, not one text; write {name}=[{value!r}]")


def _loaded(scenario: str | PathLike[str] | Scenario, overrides: Overrides) -> Scenario:
    from sim.scenario.models import Scenario

    if not isinstance(scenario, Scenario):
        return load(scenario, overrides)
    if overrides:
        raise ValueError("overrides belong to a file; give them to sim.load")
    return scenario


def _workers(jobs: Jobs, on: str | None) -> Jobs:
    if on is None:
        return jobs
    from sim.experiment.cluster import cluster_at

    return cluster_at(on)


@contextmanager
def _store_of(plan: Plan, out: str | PathLike[str] | None, needed: bool) -> Iterator[Store | None]:
    """Give the running store of a study; one that does not last where it is needed and nothing is written."""
    from tempfile import TemporaryDirectory

    from sim.experiment.results import store_for

    if out is not None:
        with store_for(plan, Path(out)) as store:
            yield store
    elif needed:
        with TemporaryDirectory() as folder, store_for(plan, folder) as store:
            yield store
    else:
        yield None


def compare(
    *sides: str | PathLike[str] | Scenario | Study,
    reps: int | None = None,
    seed: int | None = None,
    paired: bool = True,
    jobs: Jobs = 1,
    progress: Progress | None = None,
) -> Comparison:
    """Compare results folders, scenario files, scenarios or studies with the first of them.

    Args:
        sides: two to six; files and scenarios are run, without their variants.
        reps: replications of those; as many as the first folder or study has, or each scenario's own number.
        seed: their luck; that of the first folder or study, or 1.
        paired: compare equal runs, which have the same luck; otherwise the sides as separate samples.
        jobs: worker processes for those that are run.
        progress: called with (runs done, all runs) of each.

    Raises:
        ScenarioError: something is wrong with a file.
        ResultsError: a folder is damaged, or runs must not be paired.
        ValueError: there are fewer than two sides or more than six.
    """
    from sim.experiment.comparison import compare_sides, digest_of
    from sim.experiment.gather import gather_sides
    from sim.report.compare_charts import draw_comparison

    found = compare_sides(gather_sides(sides, reps, seed, jobs, progress, paired), paired)
    found.plotter = lambda comparison, to: draw_comparison(
        comparison, _charts_folder(to, "compare", digest_of(comparison))
    )
    return found


def sweep(
    scenario: str | PathLike[str] | Scenario,
    vary: Mapping[str, Any] | Sequence[str] = (),
    reps: int | None = None,
    *,
    blocks: Sequence[Mapping[str, Any]] = (),
    seed: int = 1,
    overrides: Overrides = (),
    responses: Sequence[str] = (),
    precision: float | None = None,
    jobs: Jobs = 1,
    on: str | None = None,
    out: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> SweepStudy:
    """Run a scenario at every point of a design, with the same luck at each.

    Args:
        scenario: a scenario file, or a scenario from `load`.
        vary: from path to levels (a list, or a text such as "20:100:10"), or texts such as
            "council.rule=consensus,unanimity"; what the scenario's `sweep:` block says if none.
        reps: replications at each point; with a precision, the most of them.
        blocks: further blocks as in a `sweep:` block: grids, lists of points, samples.
        seed: names all the luck of the sweep.
        overrides: inputs to set otherwise, by path; only with a file.
        responses: what tables and charts show.
        precision: half-width at which a point has replications enough, as a share of a mean or itself for
            a proportion.
        jobs: worker processes, or "auto" for one a processor; the results do not depend on it.
        on: address of a Dask scheduler whose workers do the runs instead.
        out: folder to write a results folder into, where runs are kept as they are done; none writes nothing.
        progress: called with (runs done, all runs).

    Raises:
        ScenarioError: something is wrong with the scenario, an override or a point.
        ResultsError: the results folder cannot be written.
        ValueError: an argument is out of range.
    """
    from sim.experiment.sweep import do_sweep
    from sim.experiment.sweep_plan import plan_sweep
    from sim.experiment.sweep_results import sweep_digest, sweep_store
    from sim.report.sweep_charts import draw_sweep
    from sim.report.sweep_folder import write_sweep
    from sim.scenario.vary import make_sweep, read_vary

    _no_texts(vary=vary, responses=responses)
    loaded = _loaded(scenario, overrides)
    levels, origins = (dict(vary), {}) if isinstance(vary, Mapping) else read_vary(list(vary))
    raw = {"vary": levels, "blocks": list(blocks), "responses": list(responses), "precision": precision}
    said = {key: value for key, value in raw.items() if value or (key == "precision" and value is not None)}
    chosen = make_sweep(said, loaded.sweep, origins) if said else None
    plan = plan_sweep(loaded, chosen, reps, seed, origins=origins)
    where = _workers(jobs, on)
    if out is None:
        study = do_sweep(plan, where, progress)
    else:
        with sweep_store(plan, Path(out)) as store:
            study = do_sweep(plan, where, progress, store=store)
            write_sweep(study, Path(out), store=store)
    study.plotter = lambda found, to: draw_sweep(
        found, _charts_folder(to, found.scenario.name, sweep_digest(found.scenario, found.seed))
    )
    return study


def plot(
    study: Study, which: str | Sequence[str] = "main", *, to: str | PathLike[str] | None = None
) -> list[Path]:
    """Draw charts of *study* and return the files written; this is what `study.plot()` does."""
    from sim.experiment.results import study_digest
    from sim.report.charts import FORMATS, draw_charts

    folder = _charts_folder(to, study.scenario.name, study_digest(study.scenario, study.seed))
    return draw_charts(study, folder, which, FORMATS["all"])


def _charts_folder(to: str | PathLike[str] | None, name: str, digest: str) -> Path:
    """Return where charts go: *to*, or a folder that no other study shares."""
    return Path("charts") / f"{name}-{digest[:8]}" if to is None else Path(to)
