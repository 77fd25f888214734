"""A results folder as what it was written from: rows from its store or run again, held against its tables."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import sim
from sim.experiment import tables
from sim.experiment.canonical import STORE, read_whole
from sim.experiment.folders import ResultsError
from sim.experiment.results import folder_of, store_for
from sim.experiment.study import Study, do_study, plan_study
from sim.scenario.load import load_scenario

if TYPE_CHECKING:
    from sim.experiment.comparison import Comparison
    from sim.experiment.executors import Jobs, Progress
    from sim.experiment.sweep import SweepStudy

SCENARIO, SUMMARY = "scenario.resolved.yaml", "summary.csv"


def study_of_folder(folder: Path, jobs: Jobs = "auto", progress: Progress | None = None) -> Study:
    """Return the study that `run` wrote into *folder*.

    Rows and curves are taken from the folder's running store; what is not there runs again from its address.

    Raises:
        ResultsError: a file is missing or damaged, or the summary does not come out as the folder has it.
        ScenarioError: its scenario is not one that this version reads.
    """
    manifest, contents = read_whole(folder, (SCENARIO, SUMMARY))
    plan = plan_study(load_scenario(folder / SCENARIO), None, int(manifest["seed"]))
    with TemporaryDirectory(prefix="sim-report-") as place:
        _lend(folder, folder_of(place, plan.scenario, plan.seed))
        with store_for(plan, place) as store:
            study = do_study(plan, jobs, progress, store=store)
    _hold_against(folder, manifest, contents[SUMMARY], tables.summary_table(study.summary()))
    study.folder = folder
    return study


def sweep_of_folder(folder: Path, jobs: Jobs = "auto", progress: Progress | None = None) -> SweepStudy:
    """Return the sweep that `sweep` wrote into *folder*; errors are those of `study_of_folder`."""
    from sim.experiment.sweep import do_sweep
    from sim.experiment.sweep_plan import plan_sweep
    from sim.experiment.sweep_results import summary_csv, sweep_store

    manifest, contents = read_whole(folder, (SCENARIO, SUMMARY))
    plan = plan_sweep(load_scenario(folder / SCENARIO), None, None, int(manifest["seed"]))
    with TemporaryDirectory(prefix="sim-report-") as place:
        _lend(folder, Path(place) / plan.scenario.name / "lent")
        with sweep_store(plan, place) as store:
            study = do_sweep(plan, jobs, progress, store=store)
    _hold_against(folder, manifest, contents[SUMMARY], summary_csv(study, study.summary()))
    study.folder = folder
    return study


def comparison_of_folder(folder: Path, jobs: Jobs = "auto", progress: Progress | None = None) -> Comparison:
    """Return the comparison that `compare` wrote into *folder*, its sides run again.

    Raises:
        ResultsError: a file is missing or damaged, or the outcomes do not come out as the folder has them.
        ScenarioError: a side's scenario is not one that this version reads.
    """
    from sim.experiment.comparison import _files, compare_sides
    from sim.experiment.sides import side_of_scenario

    manifest, _ = read_whole(folder, ())
    names = [side["scenario"] for side in manifest["sides"]]
    _, contents = read_whole(folder, (*names, "comparison.csv"))
    sides = [
        side_of_scenario(
            load_scenario(folder / s["scenario"]), s["name"], int(s["runs"]), int(s["seed"]), jobs, progress
        )
        for s in manifest["sides"]
    ]
    found = compare_sides(sides, bool(manifest["paired"]))
    _hold_against(folder, manifest, contents["comparison.csv"], _files(found)["comparison.csv"])
    return found


def _lend(folder: Path, target: Path) -> None:
    """Put a copy of the folder's running store where a study looks for what is done; without one all runs."""
    target.mkdir(parents=True)
    with suppress(FileNotFoundError):
        shutil.copyfile(folder / STORE, target / STORE)


def _hold_against(folder: Path, manifest: Mapping[str, Any], kept: bytes, now: bytes) -> None:
    """Refuse to tell of numbers that are not those in the folder."""
    if kept == now:
        return
    made = str(manifest.get("version"))
    why = f"it was made by version {made}, this is {sim.__version__}" if made != sim.__version__ else (
        "`python -m sim verify` says which files differ"
    )  # fmt: skip
    raise ResultsError(f"the numbers in {folder} do not come out again: {why}")
