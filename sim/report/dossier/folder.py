"""A dossier written into its results folder, whole or not at all, and entered in the manifest."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.canonical import MANIFEST, read_manifest, read_whole
from sim.experiment.folders import ResultsError, one_sentence
from sim.report.dossier import restore

if TYPE_CHECKING:
    from sim.experiment.executors import Jobs, Progress
    from sim.experiment.study import Study

REPORT, REPLAY = "report.html", "replay.gif"
#: What a dossier was made with beside the folder's own files is kept in the folder, to make it again.
OUTLINES, ANALYSIS = "outlines.geojson", "sensitivity.csv"


def report_folder(
    folder: Path,
    *,
    animate: bool = False,
    outlines: Path | None = None,
    analysis: Path | None = None,
    charts: str = "none",
    style: str = "screen",
    jobs: Jobs = "auto",
    progress: Progress | None = None,
) -> list[str]:
    """Write `report.html` into a results folder and return the names of the files written.

    Args:
        folder: what `run`, `sweep` or `compare` wrote.
        animate: write the replay of the map as a GIF, too.
        outlines: outlines of the map; those kept in the folder, or the shipped ones, if none.
        analysis: folder of a sensitivity analysis; the one kept in the folder if none.
        charts: charts to draw as files, too: none, main or all.
        style: style of these files, screen or print; the dossier itself is for a screen.
        jobs: worker processes for what has to run again.
        progress: told how many runs of how many are done.

    Raises:
        ResultsError: the folder is damaged, of a kind that has no dossier, or cannot be written.
        OutlinesError: the outlines cannot be used.
        ScenarioError: the folder's scenario is not one that this version reads.
    """
    manifest = read_manifest(folder)
    kind = manifest.get("kind", "run")
    if kind != "run" and (animate or outlines or analysis):
        raise ResultsError(
            f"{folder} holds a {kind}; --animate, --map and --sensitivity belong to a run's folder"
        )
    _refuse_damaged(folder, manifest)
    if kind == "sweep":
        from sim.report.dossier.sweep import sweep_dossier

        made = {REPORT: sweep_dossier(restore.sweep_of_folder(folder, jobs, progress))}
    elif kind == "comparison":
        from sim.report.dossier.comparison import comparison_dossier

        made = {REPORT: comparison_dossier(restore.comparison_of_folder(folder, jobs, progress))}
    elif kind == "run" and "runs.csv" in manifest["files"]:
        study = restore.study_of_folder(folder, jobs, progress)
        kept = _kept(folder, manifest)
        if outlines is not None:
            kept[OUTLINES] = _read(outlines)
        if analysis is not None:
            kept[ANALYSIS] = _analysis(analysis, study)
        made = kept | study_files(study, kept.get(ANALYSIS), _path(folder, outlines, kept), animate=animate)
        made |= _drawn(study, charts, style)
    else:
        raise ResultsError(f"{folder} holds no runs, sweep or comparison to make a dossier of")
    put_into(folder, made, {} if charts == "none" else {"charts_style": style})
    return list(made)


def _refuse_damaged(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse a folder whose files are not those of its manifest; what is drawn anew may be as it likes."""
    made = (REPORT, REPLAY, "charts/")
    read_whole(folder, [name for name in manifest["files"] if not name.startswith(made)])


def study_files(
    study: Study, analysis: bytes | None = None, outlines: Path | None = None, *, animate: bool = False
) -> dict[str, bytes]:
    """Return the dossier of a study, and its replay if wanted, by name of file."""
    from sim.report.dossier.run import study_dossier

    text = None if analysis is None else analysis.decode()
    made = {REPORT: study_dossier(study, outlines, text)}
    if animate and study.typical >= 0:
        from sim.report.map.animate import gif_of

        made[REPLAY] = gif_of(study, outlines)
    return made


def _drawn(study: Study, charts: str, style: str) -> dict[str, bytes]:
    from sim.report.charts import FORMATS, draw, names_of
    from sim.report.figures import render

    made: dict[str, bytes] = {}
    for name in names_of(charts, study):
        chart = draw(study, name, style)
        made |= {f"charts/{chart.name}.{kind}": render(chart, kind) for kind in FORMATS[charts]}
    return made


def write_study_dossier(study: Study, folder: Path) -> None:
    """Write the dossier of *study* into a folder that is not sealed yet, in which its charts may be."""
    from sim.report.dossier.run import study_dossier

    (folder / REPORT).write_bytes(study_dossier(study, files=folder / "charts"))


def _kept(folder: Path, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    names = [name for name in (OUTLINES, ANALYSIS) if name in manifest["files"]]
    return read_whole(folder, names)[1]


def _path(folder: Path, outlines: Path | None, kept: Mapping[str, bytes]) -> Path | None:
    return outlines or (folder / OUTLINES if OUTLINES in kept else None)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ResultsError(f"{path}: {one_sentence(error)}") from error


def _analysis(place: Path, study: Study) -> bytes:
    """Return the table of a sensitivity analysis, which must be of the study's own scenario."""
    manifest, contents = read_whole(place, ("sensitivity.csv",))
    if manifest.get("scenario") != study.scenario.name:
        raise ResultsError(f"{place} analyses {manifest.get('scenario')}, not {study.scenario.name}")
    return contents["sensitivity.csv"]


def put_into(folder: Path, made: Mapping[str, bytes], about: Mapping[str, str] | None = None) -> None:
    """Write files into a finished folder, each whole or not at all, then the manifest that lists them.

    What the manifest is to say *about* them is added to it.

    Raises:
        ResultsError: the folder cannot be written.
    """
    manifest = json.loads((folder / MANIFEST).read_bytes())
    try:
        for name, content in made.items():
            _replace(folder / name, content)
            manifest["files"][name] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
        manifest |= about or {}
        manifest["files"] = dict(sorted(manifest["files"].items()))
        _replace(folder / MANIFEST, (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode())
    except OSError as error:
        raise ResultsError(f"cannot write into {folder}: {one_sentence(error)}") from error


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
