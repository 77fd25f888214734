"""Checked scenarios kept from one start of the program to the next, as Python keeps compiled modules.

Reading and checking a scenario takes longer than a few runs of it. What was kept is used only for the same
files with the same bytes, the same settings and the same program; whatever differs is read and checked as
ever. It stands where Python keeps compiled modules, and is left alone, unread and unwritten, where Python is
told to write none (`python -B`, `PYTHONDONTWRITEBYTECODE`).
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.scenario.program import program
from sim.scenario.watch import NEVER, Content, content_of, watched, whole

if TYPE_CHECKING:
    from sim.scenario.models import Scenario
    from sim.scenario.plain import Texts

#: Scenarios kept, up to 1 MB each; then the oldest goes.
MOST_KEPT = 16
#: Below so many bytes of YAML reading takes no longer than finding what was kept.
WORTH_KEEPING = 32_768


def kept_or_made(path: str, overrides: Sequence[str], make: Callable[[], Scenario]) -> Scenario:
    """Return the scenario in the file at *path*, as it was kept if nothing it follows from has changed.

    Args:
        path: a scenario file.
        overrides: settings `path=value`.
        make: reads and checks the scenario with the settings.

    Raises:
        ScenarioError: *make* finds something wrong; what is wrong is never kept.
    """
    place = None if sys.dont_write_bytecode else _place(path, overrides)
    if place is None:
        return make()
    stamp = _stamp()
    found = _read(place, stamp)
    if found is not None:
        return found
    with watched() as files:
        scenario = make()
    if sum(size for size, _ in files.values()) >= WORTH_KEEPING:
        _write(place, stamp, files, scenario)
    return scenario


def _place(path: str, overrides: Sequence[str]) -> Path | None:
    """Return the file that keeps a scenario with its settings; none where Python keeps no modules either."""
    cached = __spec__.cached
    if cached is None:
        return None
    try:
        asked = json.dumps([whole(path), *overrides])
    except OSError:
        return None  # the working folder is gone
    key = blake2b(asked.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return Path(cached).with_name(f"scenario-{key}.{sys.implementation.cache_tag}.kept")


class Made(NamedTuple):
    """A scenario and what every study makes of it."""

    scenario: Scenario
    variants: Mapping[str, Scenario]
    data: dict[str, Any]
    json: Texts
    yaml: Texts


def _made_of(scenario: Scenario) -> Made:
    """Return *scenario* with what a study will make of it.

    Raises:
        ScenarioError: a variant sets something it cannot.
    """
    from sim.scenario.plain import hash_of, json_parts, plain_data
    from sim.scenario.resolve import write_yaml, yaml_parts
    from sim.scenario.variants import variants_of

    variants, data = variants_of(scenario), plain_data(scenario)
    hash_of(data)
    write_yaml(data)
    return Made(scenario, variants, data, json_parts.known, yaml_parts.known)


def _taken(made: Made) -> Scenario:
    """Return the scenario that was *made*, having told those that would make it again what it comes to."""
    from sim.scenario.plain import json_parts, remember_data
    from sim.scenario.resolve import yaml_parts
    from sim.scenario.variants import remember_variants

    remember_data(made.scenario, made.data)
    remember_variants(made.scenario, made.variants)
    json_parts.known, yaml_parts.known = made.json, made.yaml
    return made.scenario


def _stamp() -> str:
    """Return what decides how files are read: the program, Python, and the libraries that read and check."""
    import pydantic  # here, so that nobody imports them before they are needed
    import yaml

    return f"{program()}, Python {sys.version}, pydantic {pydantic.VERSION}, PyYAML {yaml.__version__}"


def _read(place: Path, stamp: str) -> Scenario | None:
    """Return the scenario kept at *place* under the same *stamp* from files that still hold the same."""
    try:
        head, _, content = place.read_bytes().partition(b"\n")
        said = json.loads(head)
        if said["stamp"] != stamp or tuple(said["content"]) != content_of(content):
            return None
        if any(_content_at(path, seen) != tuple(seen) for path, seen in said["files"].items()):
            return None
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return None  # not there, unreadable or damaged: as good as not kept
    return _taken(pickle.loads(content))


def _content_at(path: str, seen: Content) -> Content:
    """Return what is in the file at *path* if it may still be *seen*, which what differs in length cannot."""
    try:
        found = os.stat(path)
        if not S_ISREG(found.st_mode) or found.st_size != seen[0]:
            return NEVER
        return content_of(Path(path).read_bytes())
    except FileNotFoundError:
        return content_of(None)


def _write(place: Path, stamp: str, files: Mapping[str, Content], scenario: Scenario) -> None:
    """Keep *scenario* with what every study makes of it; where that cannot be written, do without."""
    from sim.scenario.errors import ScenarioError

    try:
        content = pickle.dumps(_made_of(scenario), protocol=5)
    except (ScenarioError, UnicodeError):
        return  # a variant that cannot be made, or a letter that is none, is told by who needs it
    head = json.dumps({"stamp": stamp, "content": content_of(content), "files": files})
    beside = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_bytes(head.encode() + b"\n" + content)
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
        _tidy(place.parent)
    except OSError:
        pass


def _tidy(folder: Path) -> None:
    """Take away the oldest of what is kept in *folder*, and of what a killed process was about to keep."""
    kept = sorted(folder.glob("scenario-*.kept*"), key=lambda file: file.stat().st_mtime)
    for file in kept[:-MOST_KEPT]:
        with suppress(OSError):
            file.unlink()
