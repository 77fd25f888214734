"""A scenario written out whole: nothing left to defaults, other files or chance of reading."""

from __future__ import annotations

import json
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
_RESOLVER: Any = Resolver()
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
    return _is_core_text(text) and _RESOLVER.resolve(yaml.ScalarNode, text, (True, False)) == _TEXT


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


def hash_of(data: dict[str, Any]) -> str:
    """Return the digest of a scenario's plain *data*, order of keys included."""
    canonical = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return blake2b(canonical.encode(), digest_size=16).hexdigest()
