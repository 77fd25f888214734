"""The results folder: everything a study found, whole or not at all, never over another study's."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from hashlib import blake2b, sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from sim import __version__
from sim.engine.event_log import EventLog
from sim.experiment import tables
from sim.experiment.event_file import events_file
from sim.experiment.folders import ResultsError, Staging, one_sentence
from sim.experiment.measure import row_names
from sim.experiment.shards import WHOLE, Shard
from sim.experiment.simulate import BASELINE, Task, TaskList
from sim.experiment.store import Identity, Store
from sim.experiment.store_place import NAME, check_store, open_store, put_into
from sim.experiment.study import Plan, Study
from sim.scenario.models import Scenario
from sim.scenario.plain import hash_of, plain_data
from sim.scenario.resolve import write_yaml

__all__ = [
    "ResultsError", "check_folder", "folder_of", "identity_of", "store_for", "study_digest", "write_folder",
    "write_results",
]  # fmt: skip

MANIFEST = "manifest.json"
#: Names of the packages that the figures rest on, and of their modules.
PACKAGES = {"simpy": "simpy", "numpy": "numpy", "pydantic": "pydantic", "PyYAML": "yaml"}
#: Digits of the digest that name a folder; the manifest holds all of them.
SHORT = 16


def study_digest(scenario: Scenario, seed: int) -> str:
    """Return the digest of what a study is made of: scenario, design, seed, program version.

    The number of replications does not enter: more of them extend the same study.
    """
    return _digest(_hash_without_replications(plain_data(scenario), scenario), seed)


def _digest(whole: str, seed: int) -> str:
    return blake2b(json.dumps([__version__, seed, whole]).encode(), digest_size=16).hexdigest()


def _hash_without_replications(data: Mapping[str, Any], scenario: Scenario) -> str:
    number = scenario.experiment.replications.with_value(1.0)
    return hash_of({**data, "experiment": {**data["experiment"], "replications": number.dump()}})


def identity_of(scenario: Scenario, seed: int) -> Identity:
    """Return what the outcomes of a study follow from."""
    whole = _hash_without_replications(plain_data(scenario), scenario)
    return Identity(
        kind="study",
        digest=_digest(whole, seed),
        scenario=scenario.name,
        scenario_hash=whole,
        seed=seed,
        columns=row_names(scenario),
    )


def store_for(
    plan: Plan,
    out: str | Path = "results",
    *,
    fresh: bool = False,
    shard: Shard = WHOLE,
    say: Callable[[str], object] | None = None,
) -> AbstractContextManager[Store]:
    """Return the running store of a planned study; arguments and errors are those of `open_store`."""
    identity = identity_of(plan.scenario, plan.seed)
    target = _folder(out, plan.scenario, identity.digest)
    return open_store(target, identity, plan.tasks, fresh=fresh, shard=shard, say=say)


def folder_of(out: str | Path, scenario: Scenario, seed: int) -> Path:
    """Return the results folder of a study under *out*."""
    return _folder(out, scenario, study_digest(scenario, seed))


def _folder(out: str | Path, scenario: Scenario, digest: str) -> Path:
    return Path(out) / scenario.name / digest[:SHORT]


def write_results(
    study: Study,
    out: str | Path = "results",
    command: Sequence[str] = (),
    fill: Callable[[Path], object] | None = None,
    logs: Sequence[int] = (),
    started: datetime | None = None,
    store: Store | None = None,
) -> Path:
    """Write the results folder of *study* and return its path.

    Everything is written into a hidden folder beside it, which takes its name when it is complete; an
    earlier folder of the same study is replaced as a whole, unless it holds more runs: then the smaller
    study goes into a folder of its own.

    Args:
        study: what to write.
        out: the folder that holds the results of all scenarios.
        command: the command line, for the manifest.
        fill: called with the hidden folder's path before it is sealed, to add charts and the like.
        logs: runs whose event logs are kept beside that of the typical run.
        started: when the study began, for the manifest.
        store: the running store, which moves into the folder.

    Raises:
        ResultsError: the folder cannot be written, or holds something else; nothing half-written is left.
    """
    data = plain_data(study.scenario)
    digest = study_digest(study.scenario, study.seed) if store is None else store.identity.digest
    target = _beside_a_larger(_folder(out, study.scenario, digest), digest, len(study.rows))
    about = {
        "scenario": study.scenario.name,
        "scenario_hash": hash_of(data),
        "seed": study.seed,
        "counts": {
            "runs": len(study.rows),
            "draws": len({run.draw for run in study.design if run.draw is not None}),
            "variants": len(study.variant_rows),
            "failed": len(study.failures),
            "typical_run": study.typical,
        },
    }
    files = _files(study, data, logs)
    kept = None if store is None else (store, TaskList((BASELINE, *study.variant_rows), study.design))
    study.folder = write_folder(target, digest, files, about, command, fill, started, kept)
    return target


def _beside_a_larger(target: Path, digest: str, runs: int) -> Path:
    """Return *target*, or a name of its own when *target* holds more runs of the same study."""
    try:
        found = _read_manifest(target)
    except ResultsError:
        return target  # nothing there, or something that will be refused
    more = found["digest"] == digest and found.get("counts", {}).get("runs", 0) > runs
    return target.with_name(f"{target.name}-{runs}-runs") if more else target


def write_folder(
    target: Path,
    digest: str,
    files: Mapping[str, bytes],
    about: Mapping[str, Any],
    command: Sequence[str] = (),
    fill: Callable[[Path], object] | None = None,
    started: datetime | None = None,
    kept: tuple[Store, Sequence[Task]] | None = None,
) -> Path:
    """Write *files* and a manifest into the folder *target*, whole or not at all, and return its path.

    Args:
        target: the folder; an earlier one of the same digest is replaced as a whole.
        digest: of everything the files follow from.
        files: contents by name.
        about: what the manifest says beside versions, files, command and times.
        command: the command line, for the manifest.
        fill: called with the hidden folder's path before it is sealed, to add charts and the like.
        started: when the work began, for the manifest.
        kept: the running store, which moves into the folder, and the tasks that the folder is about.

    Raises:
        ResultsError: the folder cannot be written, or holds something else; nothing half-written is left.
    """
    with Staging(target, lambda folder: _refusal(folder, digest)) as staging:
        for name, content in files.items():
            staging.write(name, content)
        if fill is not None:
            fill(staging.path)
        listed = staging.seal()
        moves = False
        if kept is not None:
            entry, moves = put_into(kept[0], staging.path, kept[1])
            staging.flush(NAME)
            about = {**about, "store": entry}
        staging.write(MANIFEST, _manifest(digest, about, command, listed, started))
        staging.put_in_place()
        if kept is not None:
            kept[0].placed = moves
    return target


def _files(study: Study, data: dict[str, Any], logs: Sequence[int]) -> dict[str, bytes]:
    summary = study.summary()
    kept = dict.fromkeys([*([study.typical] if study.typical >= 0 else []), *logs])
    files = {
        "scenario.resolved.yaml": write_yaml(data).encode(),
        "design.csv": tables.design_table(study),
        "runs.csv": tables.runs_table(study, study.rows),
        "summary.csv": tables.summary_table(summary),
        "record.csv": tables.record_table(summary),
        "codebook.csv": tables.codebook(study),
        "events.jsonl.gz": events_file((run, _log(study, run)) for run in kept),
    }
    if study.variant_rows:
        files["variants.csv"] = tables.variants_table(study)
        files["effects.csv"] = tables.effects_table(summary)
    if study.failures:
        files["failures.csv"] = tables.failures_table(study)
    return files


def _log(study: Study, run: int) -> EventLog:
    return study.typical_log if run == study.typical else study.log_of(run)


def _manifest(
    digest: str,
    about: Mapping[str, Any],
    command: Sequence[str],
    listed: dict[str, dict[str, Any]],
    started: datetime | None,
) -> bytes:
    content = {
        "program": "csto-sim",
        "version": __version__,
        "digest": digest,
        **about,
        "files": listed,
        "command": list(command),
        "packages": {name: _version(module) for name, module in PACKAGES.items()},
        "python": platform.python_version(),
        "platform": _platform(),
        "byte_order": sys.byteorder,
        "started": None if started is None else started.astimezone(UTC).isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _version(module: str) -> str:
    return str(getattr(import_module(module), "__version__", "unknown"))


def _platform() -> str:
    """Return system, release, machine and C library; `platform.platform` starts a process for the same."""
    library = "".join(platform.libc_ver())
    parts = (platform.system(), platform.release(), platform.machine(), library and f"with-{library}")
    return "-".join(part for part in parts if part)


def _read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of *folder*.

    Raises:
        ResultsError: there is none, or it is damaged.
    """
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise ResultsError(f"{folder} is no results folder: {one_sentence(error)}") from error
    except ValueError as error:
        raise ResultsError(f"the manifest of {folder} is damaged") from error
    if not isinstance(found, dict) or not isinstance(found.get("files"), dict) or "digest" not in found:
        raise ResultsError(f"the manifest of {folder} is not one of this program")
    return found


def _refusal(folder: Path, digest: str) -> str:
    """Return why *folder* must not be replaced, or "" when it holds the same study."""
    cure = "move it away or choose another place with --out"
    try:
        found = _read_manifest(folder)
    except ResultsError as error:
        return f"{error}; {cure}"
    return "" if found["digest"] == digest else f"{folder} holds another study; {cure}"


def check_folder(path: str | Path) -> list[str]:
    """Return what is missing, damaged or strange in a results folder; empty when all is whole.

    Raises:
        ResultsError: *path* is no results folder, or its manifest is damaged.
    """
    folder = Path(path)
    problems = []
    manifest = _read_manifest(folder)
    listed: dict[str, Any] = manifest["files"]
    for name, entry in listed.items():
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            problems.append(f"{name}: missing or unreadable ({error.strerror})")
            continue
        if sha256(content).hexdigest() != entry.get("sha256"):
            problems.append(f"{name}: damaged, its checksum differs from the manifest")
    kept = manifest.get("store")
    if kept is not None:
        problems += [f"{kept['name']}: {problem}" for problem in _harm(folder / kept["name"], kept)]
        listed = {**listed, kept["name"]: kept}
    there = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    problems += [f"{name}: not in the manifest" for name in sorted(there - set(listed) - {MANIFEST})]
    return problems


def _harm(path: Path, entry: Mapping[str, Any]) -> list[str]:
    if not path.is_file():
        return ["missing or unreadable"]
    content, problems = check_store(path)
    return problems or ([] if content == entry.get("content") else ["damaged, some of its runs are missing"])
