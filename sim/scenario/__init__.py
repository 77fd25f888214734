"""Scenario files: read, checked, completed, changed by path, written out again.

The names below are looked up when first used, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.errors import Problem, ScenarioError
    from sim.scenario.load import load_scenario, with_settings
    from sim.scenario.models import Scenario
    from sim.scenario.paths import full_path, quantities, read_path, with_values
    from sim.scenario.plain import scenario_hash
    from sim.scenario.resolve import resolve
    from sim.scenario.schema import scenario_schema
    from sim.scenario.uncertain import Assumption, assumptions, draw_uncertain

__all__ = [
    "Assumption", "Problem", "Scenario", "ScenarioError", "assumptions", "draw_uncertain", "full_path",
    "load_scenario", "quantities", "read_path", "resolve", "scenario_hash", "scenario_schema",
    "with_settings", "with_values",
]  # fmt: skip

_HOMES = {
    "Assumption": "uncertain",
    "Problem": "errors",
    "Scenario": "models",
    "ScenarioError": "errors",
    "assumptions": "uncertain",
    "draw_uncertain": "uncertain",
    "full_path": "paths",
    "load_scenario": "load",
    "quantities": "paths",
    "read_path": "paths",
    "resolve": "resolve",
    "scenario_hash": "plain",
    "scenario_schema": "schema",
    "with_settings": "load",
    "with_values": "paths",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module at first use."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'sim.scenario' has no attribute {name!r}")
    return getattr(import_module(f"sim.scenario.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
