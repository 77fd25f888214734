"""The Python facade: read a scenario, run it, get a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.experiment.executors import Jobs, Progress
    from sim.experiment.study import Study
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
    """
    from sim.experiment.record_check import check_record
    from sim.scenario.load import load_scenario, with_settings

    if isinstance(overrides, Mapping):
        scenario = load_scenario(path)
        scenario = with_settings(scenario, overrides, "overrides") if overrides else scenario
    else:
        scenario = load_scenario(path, overrides)
    check_record(scenario, fspath(path))
    return scenario


def run(
    scenario: str | PathLike[str] | Scenario,
    reps: int | None = None,
    *,
    seed: int = 1,
    overrides: Overrides = (),
    until: float | None = None,
    variants: Sequence[str] | None = None,
    jobs: Jobs = 1,
    out: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Study:
    """Run a scenario and its variants.

    Args:
        scenario: a scenario file, or a scenario from `load`.
        reps: replications; the scenario's own number if none.
        seed: names all the luck of the study.
        overrides: inputs to set otherwise, by path; only with a file.
        until: hours after the start at which to stop, if before the scenario's horizon.
        variants: keys of the variants to run; all if none.
        jobs: worker processes, or "auto" for one a processor; the results do not depend on it. A script that
            asks for more than one guards its main part with `if __name__ == "__main__":`.
        out: folder to write a results folder into; none writes nothing.
        progress: called with (runs done, all runs).

    Raises:
        ScenarioError: something is wrong with the scenario or an override.
        ResultsError: the results folder cannot be written.
        ValueError: an argument is out of range.
    """
    from sim.experiment.study import run_study
    from sim.scenario.models import Scenario

    if isinstance(scenario, Scenario):
        if overrides:
            raise ValueError("overrides belong to a file; give them to sim.load")
        loaded = scenario
    else:
        loaded = load(scenario, overrides)
    study = run_study(loaded, reps, seed, jobs, progress, until=until, variants=variants)
    study.plotter = plot
    if out is not None:
        from sim.experiment.results import write_results

        write_results(study, Path(out))
    return study


def plot(
    study: Study, which: str | Sequence[str] = "main", folder: str | PathLike[str] = "charts"
) -> list[Path]:
    """Draw charts of *study* and return the files written; this is what `study.plot()` does.

    Args:
        study: what to draw.
        which: "main" (two charts), "all", or names of charts.
        folder: where the files go.

    Raises:
        ValueError: an unknown chart.
        OSError: the folder cannot be written.
    """
    from sim.report.charts import draw_charts

    return draw_charts(study, Path(folder), which)
