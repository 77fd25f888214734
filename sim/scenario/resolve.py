"""A scenario written out whole: nothing left to defaults, other files or chance of reading."""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.resolver import Resolver

from sim.scenario.core_scalars import NotFiniteError, core_scalar
from sim.scenario.models import Scenario
from sim.scenario.plain import PartTexts, plain_data
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


yaml_parts = PartTexts(lambda key, part: yaml_text({key: part}, _is_text))


def resolve(scenario: Scenario) -> str:
    """Return *scenario* as one complete YAML text; `load_scenario` reads it as an equal scenario."""
    return write_yaml(plain_data(scenario))


def write_yaml(data: dict[str, Any]) -> str:
    """Return plain *data* as block YAML, keys in their order."""
    try:
        return "".join(yaml_parts.of(data)) or libyaml_text(data)
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
