"""The results folder of a sweep: design, runs, summary, effects and charts, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.experiment import sweep_results as tables
from sim.experiment.results import SHORT, write_folder
from sim.experiment.store import Store
from sim.experiment.sweep import SweepStudy
from sim.report.sweep_apart import APART_FROM, fill_apart
from sim.scenario.plain import scenario_hash
from sim.scenario.resolve import resolve


def write_sweep(
    study: SweepStudy,
    out: str | Path = "results",
    command: Sequence[str] = (),
    started: datetime | None = None,
    *,
    charts: bool = True,
    store: Store | None = None,
) -> Path:
    """Write the results folder of a sweep and return its path.

    Args:
        study: what to write.
        out: the folder that holds the results of all scenarios.
        command: the command line, for the manifest.
        started: when the sweep began, for the manifest.
        charts: draw them, too.
        store: the running store, which moves into the folder.

    Raises:
        ResultsError: the folder cannot be written, or holds something else; nothing half-written is left.
    """
    digest = tables.sweep_digest(study.scenario, study.seed)
    target = sweep_folder(out, study, digest)

    apart = study.size >= APART_FROM

    def fill(folder: Path) -> None:
        tables.write_runs(study, folder)
        if apart:
            fill_apart(study, folder, charts)
        elif charts:
            draw_charts(study, folder)

    kept = None if store is None else (store, tables.done_tasks(study))
    files = {} if apart else sweep_files(study)
    study.folder = write_folder(target, digest, files, _about(study), command, fill, started, kept)
    return target


def draw_charts(study: SweepStudy, folder: Path) -> None:
    """Draw the charts of a sweep into the results folder *folder*."""
    from sim.report.sweep_charts import draw_sweep

    draw_sweep(study, folder / "charts")


def sweep_folder(out: str | Path, study: SweepStudy, digest: str) -> Path:
    """Return the results folder of a sweep under *out*; a larger one of the same sweep is left alone."""
    from sim.experiment.results import _beside_a_larger

    return _beside_a_larger(Path(out) / study.scenario.name / digest[:SHORT], digest, study.size)


def sweep_files(study: SweepStudy) -> dict[str, bytes]:
    """Return the tables of a sweep by name, but for the runs."""
    summary = study.summary()
    files = {
        "scenario.resolved.yaml": resolve(study.scenario).encode(),
        "design.csv": tables.design_csv(study),
        "summary.csv": tables.summary_csv(study, summary),
        "effects.csv": tables.effects_csv(summary),
        "codebook.csv": tables.codebook_csv(study),
    }
    if study.reached:
        files["precision.csv"] = tables.precision_csv(summary)
    if study.failures:
        files["failures.csv"] = tables.failures_csv(study)
    return files


def _about(study: SweepStudy) -> dict[str, Any]:
    return {
        "kind": "sweep",
        "scenario": study.scenario.name,
        "scenario_hash": scenario_hash(study.scenario),
        "seed": study.seed,
        "factors": [factor.path for factor in study.design.factors],
        "counts": {"points": len(study.design.points), "runs": study.size, "failed": study.failed},
    }
