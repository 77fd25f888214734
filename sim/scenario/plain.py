"""A scenario as plain data, its digest, and texts of its parts: only what differs is written anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any, TypeAlias
from weakref import ref

from sim.scenario.models import Scenario

#: Parts of plain data by their keys, each with a text that says the same.
Texts: TypeAlias = dict[str, tuple[Any, str]]


class PartTexts:
    """Texts of the parts of plain data, which nobody changes; the parts met last keep theirs."""

    def __init__(self, write: Callable[[str, Any], str]) -> None:
        """Make texts by *write*, which is given a part's key and the part."""
        self.write = write
        self.known: Texts = {}

    def of(self, data: Mapping[str, Any]) -> list[str]:
        """Return the texts of the parts of *data* in their order."""
        before = self.known
        known = self.known = {
            key: before[key] if key in before and before[key][0] is part else (part, self.write(key, part))
            for key, part in data.items()
        }
        return [text for _, text in known.values()]


#: The scenario last written as plain data, if it is still there, and its data.
_last: tuple[ref[Scenario], dict[str, Any]] | None = None
_canonical = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode
json_parts = PartTexts(lambda key, part: f"{_canonical(key)}:{_canonical(part)}")


def plain_data(scenario: Scenario) -> dict[str, Any]:
    """Return the whole of *scenario* as plain data that loads again as an equal scenario.

    The data is not to be changed: who asks again for the same scenario is given the same object.
    """
    last = _last  # another thread may put its own there
    before, data = (None, {}) if last is None else (last[0](), last[1])
    if before is not scenario:
        data = _written(scenario, before, data)
        remember_data(scenario, data)
    return data


def remember_data(scenario: Scenario, data: dict[str, Any]) -> None:
    """Take *data* for the plain data of *scenario*, which it is known to be."""
    global _last
    _last = ref(scenario), data


def _written(scenario: Scenario, before: Scenario | None, data: dict[str, Any]) -> dict[str, Any]:
    """Return the plain data of *scenario*, using the *data* of the one *before* for what they share."""
    parts = vars(scenario)
    changed = {} if before is None else {k: p for k, p in parts.items() if p is not vars(before)[k]}
    if changed.keys() != {"experiment"}:
        return scenario.model_dump(mode="json", exclude_none=True)
    # How many runs a study has is written into its scenario: the rest, nearly all of it, stays.
    return {**data, "experiment": scenario.experiment.model_dump(mode="json", exclude_none=True)}


def scenario_hash(scenario: Scenario) -> str:
    """Return a digest (32 hexadecimal digits) of everything in *scenario*, order of keys included."""
    return hash_of(plain_data(scenario))


def hash_of(data: dict[str, Any]) -> str:
    """Return the digest of a scenario's plain *data*, whose parts nobody changes, order of keys included."""
    return blake2b(f"{{{','.join(json_parts.of(data))}}}".encode(), digest_size=16).hexdigest()
