"""Two results folders that should be the same, compared byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.experiment.canonical import STORE, files_in, lasting, read_manifest, store_faults, unpacked

#: Parts of a manifest that follow from the machine rather than from the study.
MACHINE = ("python", "platform", "byte_order", "packages")
#: What the name of a format is for a reader.
_TEXT = (".csv", ".yaml", ".json", ".svg", ".html", ".gz", ".txt")


def folder_differences(folder: Path, again: Path) -> list[str]:
    """Return what of *folder* did not come out again in *again*, one line a file; empty if all did.

    Compared are the bytes of every file, of compressed ones what is packed in them, of a running store the
    hash of its runs, and of the manifests what does not tell of the day and the machine.

    Raises:
        ResultsError: one of them is no results folder.
    """
    manifests = read_manifest(folder), read_manifest(again)
    here, there = set(files_in(folder)), set(files_in(again))
    kept = [manifest.pop("store", None) for manifest in manifests]
    found = []
    if kept[0] is None:  # written without a store: a new run's is no difference
        there.discard(STORE)
    elif STORE in here & there:
        here.discard(STORE)
        there.discard(STORE)
        found = [f"{STORE}: its runs are not those of a new run"] if kept[0] != kept[1] else []
        found += [fault.replace(" is damaged", ": damaged") for fault in store_faults(folder, kept[0])]
    found += [f"{name}: does not come out of a new run" for name in here - there]
    found += [f"{name}: is missing, a new run writes it" for name in there - here]
    for name in here & there:
        said = _difference(folder / name, again / name)
        if said:
            found.append(f"{name}: {said}")
    keys = _unlike(lasting(manifests[0]), lasting(manifests[1]))
    found += [f"manifest.json: {key} differs from a new run's" for key in keys]
    listed = {name: entry["sha256"] for name, entry in manifests[0]["files"].items() if name != STORE}
    found += [
        f"manifest.json: its checksum of {name} is not that of a new run"
        for name, checksum in listed.items()
        if name in manifests[1]["files"] and manifests[1]["files"][name]["sha256"] != checksum
        and not name.endswith(".gz") and not any(line.startswith(f"{name}: ") for line in found)
    ]  # fmt: skip
    return sorted(found)


def other_machine(folder: Path, again: Path) -> list[str]:
    """Return in what the machines behind two folders differ, in words; empty if in nothing known."""
    one, other = read_manifest(folder), read_manifest(again)
    said = []
    for key in MACHINE:
        a, b = one.get(key), other.get(key)
        if isinstance(a, dict) and isinstance(b, dict):
            said += [f"{name} {a.get(name)} there, {b.get(name)} here" for name in _unlike(a, b)]
        elif a != b:
            said.append(f"{key.replace('_', ' ')} {a} there, {b} here")
    return said


def _unlike(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return [key for key in dict.fromkeys([*one, *other]) if one.get(key) != other.get(key)]


def _difference(here: Path, there: Path) -> str:
    """Return how a file differs from the one of a new run; empty if it does not."""
    a, b = unpacked(here.name, here.read_bytes()), unpacked(there.name, there.read_bytes())
    if a == b:
        return ""
    if here.suffix not in _TEXT:
        return f"differs from a new run ({len(a)} bytes, {len(b)} in the new one)"
    return _first_line(a.splitlines(), b.splitlines())


def _first_line(one: list[bytes], other: list[bytes]) -> str:
    pairs = enumerate(zip(one, other, strict=False), start=1)
    line = next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)) + 1)
    counted = "" if len(one) == len(other) else f"; {len(one)} lines, {len(other)} in the new one"
    return f"differs from a new run from line {line} on{counted}"
