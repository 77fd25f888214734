"""A results folder read with suspicion: every file checked, and one hash over all of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b, sha256
from pathlib import Path, PurePosixPath
from typing import Any

from sim.experiment.folders import ResultsError, one_sentence
from sim.experiment.store_place import check_store

MANIFEST = "manifest.json"
#: What a manifest says of the day, the machine and the words typed; it differs between equal runs.
WALL_CLOCK = frozenset({
    "command", "packages", "python", "platform", "byte_order", "started", "finished", "jobs", "seconds",
})  # fmt: skip
#: Files that show what a folder holds whose manifest does not say. A run's may hold an analysis besides.
SHOWING = {
    "runs.csv": "run", "scores.json": "back-test", "sensitivity.csv": "sensitivity analysis",
}  # fmt: skip
#: The running store, which may arrange equal rows differently.
STORE = "runs.sqlite"
#: Files that SQLite keeps beside a store in use.
BESIDE_STORE = (f"{STORE}-wal", f"{STORE}-shm", f"{STORE}-journal")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a results folder, its list of files checked for shape.

    Raises:
        ResultsError: there is none, or it is damaged.
    """
    if not folder.exists():
        raise ResultsError(f"there is no folder {folder}")
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise ResultsError(f"{folder} is no results folder: {MANIFEST}: {one_sentence(error)}") from error
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{folder / MANIFEST} is damaged: it is no JSON document") from error
    if not isinstance(found, dict) or found.get("program") != "csto-sim":
        raise ResultsError(f"{folder / MANIFEST} is not a manifest of this program")
    _check_shape(folder, found)
    return found


def _check_shape(folder: Path, manifest: Mapping[str, Any]) -> None:
    files = manifest.get("files")
    if not isinstance(files, dict) or not isinstance(manifest.get("digest"), str):
        raise ResultsError(f"{folder / MANIFEST} is damaged: it lacks its list of files or its digest")
    for name, entry in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name:
            raise ResultsError(f"{folder / MANIFEST} is damaged: it names {name!r}, outside the folder")
        if not isinstance(entry, dict) or not isinstance(entry.get("sha256"), str):
            raise ResultsError(f"{folder / MANIFEST} is damaged: it has no checksum for {name!r}")


def kind_of(manifest: Mapping[str, Any]) -> str:
    """Return what a results folder holds, in a word or two: as its manifest says or its files show."""
    if "kind" in manifest:
        return str(manifest["kind"])
    return next((kind for name, kind in SHOWING.items() if name in manifest["files"]), "run")


def read_whole(folder: Path, names: Iterable[str]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the manifest of *folder* and the contents of the files *names*, checked against it.

    Raises:
        ResultsError: one of them is missing or damaged.
    """
    manifest = read_manifest(folder)
    contents = {}
    for name in names:
        entry = manifest["files"].get(name)
        if entry is None:
            raise ResultsError(f"{folder} has no {name} in its manifest")
        try:
            contents[name] = (folder / name).read_bytes()
        except OSError as error:
            raise ResultsError(f"{folder / name}: {one_sentence(error)}") from error
        if sha256(contents[name]).hexdigest() != entry["sha256"]:
            raise ResultsError(f"{folder / name} is damaged: its checksum differs from the manifest")
    return manifest, contents


def files_in(folder: Path) -> list[str]:
    """Return the names of the files in *folder*, the manifest and what SQLite keeps beside a store left out.

    A link counts as a file and is not followed.
    """
    found = (p for p in folder.rglob("*") if p.is_symlink() or not p.is_dir())
    names = (p.relative_to(folder).as_posix() for p in found)
    return sorted(name for name in names if name != MANIFEST and name not in BESIDE_STORE)


def faults(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Return what is missing, damaged or strange in *folder*, a sentence each."""
    problems = []
    listed = manifest["files"]
    for name in sorted(listed):
        path = folder / name
        if path.is_symlink() or not path.is_file():
            problems.append(f"{name} is missing")
            continue
        content = path.read_bytes()
        if sha256(content).hexdigest() != listed[name]["sha256"]:
            size = listed[name].get("bytes")
            why = "" if size == len(content) else f" ({len(content)} bytes instead of {size})"
            problems.append(f"{name} is damaged: its checksum differs from the manifest{why}")
    store = manifest.get("store")
    if store is not None:
        problems += store_faults(folder, store)
    known = {*listed, STORE} if store is not None else set(listed)
    problems += [f"{name} is not in the manifest" for name in files_in(folder) if name not in known]
    return problems


def canonical_hash(folder: Path, manifest: Mapping[str, Any]) -> str:
    """Return one hash (64 hexadecimal digits) over all results in *folder*, in order of name.

    Equal results have equal hashes: wall-clock values are left out, compressed files count by what is
    packed in them, and a running store by the hash of its runs.
    """
    whole = blake2b(digest_size=32)
    for name in sorted(manifest["files"]):
        whole.update(f"{name}\0{content_hash(folder / name)}\n".encode())
    whole.update(json.dumps(lasting(manifest), sort_keys=True, ensure_ascii=False).encode())
    return whole.hexdigest()


def lasting(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what equal runs say alike in their manifests; the files' checksums are counted elsewhere."""
    return {key: value for key, value in manifest.items() if key not in WALL_CLOCK and key != "files"}


def content_hash(path: Path) -> str:
    """Return the hash of what a file says, whatever its packing."""
    return sha256(unpacked(path.name, path.read_bytes())).hexdigest()


def unpacked(name: str, content: bytes) -> bytes:
    """Return what is packed in a compressed file; anything else, and what cannot be unpacked, as it is."""
    if not name.endswith(".gz"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, ValueError):
        return content


def store_faults(folder: Path, entry: Any) -> list[str]:
    """Return what is wrong with the running store in *folder*, held against what the manifest says of it.

    A store that is used again may lie otherwise in its file, so that not its bytes are checked but the hash
    that it has of its runs, in whatever order they came.
    """
    if not isinstance(entry, dict):
        return ["manifest.json is damaged: what it says of the store is no list"]
    path = folder / STORE
    if path.is_symlink() or not path.is_file():
        return [f"{STORE} is missing"]
    content, problems = check_store(path)
    if not problems and content != entry.get("content"):
        problems = ["some of its runs are missing or others than the manifest says"]
    return [f"{STORE} is damaged: {problem}" for problem in problems]
