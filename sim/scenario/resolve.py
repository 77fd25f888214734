"""A scenario written out whole: nothing left to defaults, other files or chance of reading."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

import yaml

from sim.scenario.core_scalars import NotFiniteError, core_scalar
from sim.scenario.models import Scenario

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _CompleteDumper(_Dumper):  # type: ignore[misc]
    """Writes texts in quotes wherever a reader of YAML 1.1 or 1.2 would take them for something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write_text(dumper: Any, text: str) -> Any:
    try:
        quoted = not isinstance(core_scalar(text), str)
    except NotFiniteError:
        quoted = True
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'" if quoted else None)


_CompleteDumper.add_representer(str, _write_text)


def plain_data(scenario: Scenario) -> dict[str, Any]:
    """Return the whole of *scenario* as plain data that loads again as an equal scenario."""
    return scenario.model_dump(mode="json", exclude_none=True)


def resolve(scenario: Scenario) -> str:
    """Return *scenario* as one complete YAML text; `load_scenario` reads it as an equal scenario."""
    text: str = yaml.dump(
        plain_data(scenario), Dumper=_CompleteDumper, sort_keys=False, allow_unicode=True, width=100
    )
    return text


def scenario_hash(scenario: Scenario) -> str:
    """Return a digest (32 hexadecimal digits) of everything in *scenario*, order of keys included."""
    canonical = json.dumps(plain_data(scenario), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return blake2b(canonical.encode(), digest_size=16).hexdigest()
