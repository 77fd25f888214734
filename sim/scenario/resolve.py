"""A scenario written out whole: nothing left to defaults, other files or chance of reading."""

from __future__ import annotations

import json
import re
from hashlib import blake2b
from typing import Any
from weakref import ref

import yaml
from yaml.resolver import Resolver

from sim.scenario.core_scalars import NotFiniteError, core_scalar
from sim.scenario.models import Scenario
from sim.scenario.yaml_events import TURNING
from sim.scenario.yaml_text import WIDTH, BeyondError, yaml_text

_TEXT = "tag:yaml.org,2002:str"
#: What plain scalars are besides texts, in YAML 1.1: by their first character, tags and the forms they have.
_OTHERS: dict[str, list[tuple[str, re.Pattern[str]]]] = Resolver.yaml_implicit_resolvers
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _CompleteDumper(_Dumper):  # type: ignore[misc]
    """Writes texts in quotes wherever a reader of YAML 1.1 or 1.2 would take them for something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write_text(dumper: Any, text: str) -> Any:
    style = None if _is_core_text(text) else "'"
    return dumper.represent_scalar(_TEXT, text, style=style)


_CompleteDumper.add_representer(str, _write_text)


def _is_core_text(text: str) -> bool:
    """Return whether a reader of YAML 1.2 takes *text*, without quotes, for a text."""
    try:
        return isinstance(core_scalar(text), str)
    except NotFiniteError:
        return False


def _is_text(text: str) -> bool:
    """Return whether readers of YAML 1.1 and 1.2 take *text*, without quotes, for a text."""
    # What `Resolver.resolve` does for a plain scalar, where most texts begin as nothing else can.
    others = _OTHERS.get(text[:1])
    if others is not None:
        tag = next((tag for tag, form in others if form.match(text)), _TEXT)
        if tag != _TEXT:
            return False
    return _is_core_text(text)


#: The scenario last written out, if it is still there, and its data.
_last: tuple[ref[Scenario], dict[str, Any]] | None = None


def plain_data(scenario: Scenario) -> dict[str, Any]:
    """Return the whole of *scenario* as plain data that loads again as an equal scenario.

    The data is not to be changed: who asks again for the same scenario is given the same object.
    """
    global _last
    if _last is None or _last[0]() is not scenario:
        _last = ref(scenario), scenario.model_dump(mode="json", exclude_none=True)
    return _last[1]


def resolve(scenario: Scenario) -> str:
    """Return *scenario* as one complete YAML text; `load_scenario` reads it as an equal scenario."""
    return write_yaml(plain_data(scenario))


def write_yaml(data: dict[str, Any]) -> str:
    """Return plain *data* as block YAML, keys in their order."""
    try:
        return yaml_text(data, _is_text)
    except BeyondError:
        return libyaml_text(data)


def libyaml_text(data: dict[str, Any]) -> str:
    """Return plain *data* as libyaml writes it; `write_yaml` gives the same text, as a rule faster.

    What turns the direction of writing is escaped, and all other letters with it: no file may hold it openly.
    """

    def written(openly: bool) -> str:
        text: str = yaml.dump(
            data, Dumper=_CompleteDumper, sort_keys=False, allow_unicode=openly, width=WIDTH
        )
        return text

    text = written(openly=True)
    return text if TURNING.search(text) is None else written(openly=False)


def scenario_hash(scenario: Scenario) -> str:
    """Return a digest (32 hexadecimal digits) of everything in *scenario*, order of keys included."""
    return hash_of(plain_data(scenario))


_canonical = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode
#: Parts of the data hashed last and their texts: what is hashed next is the same but for one part.
_parts: dict[str, tuple[Any, str]] = {}


def hash_of(data: dict[str, Any]) -> str:
    """Return the digest of a scenario's plain *data*, whose parts nobody changes, order of keys included."""
    global _parts
    before = _parts
    _parts = {
        key: before[key] if key in before and before[key][0] is part else (part, _canonical(part))
        for key, part in data.items()
    }
    canonical = ",".join(f"{_canonical(key)}:{text}" for key, (_, text) in _parts.items())
    return blake2b(f"{{{canonical}}}".encode(), digest_size=16).hexdigest()
