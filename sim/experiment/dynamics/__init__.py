"""What is measured of each kind of crisis: its responses, curves, spans and first times, module by module.

A module here measures one of the dynamics under `crisis:`; it is asked only where the scenario has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sim.engine.event_log import EventKind, EventLog
    from sim.experiment.curves import Floats
    from sim.experiment.responses import Response
    from sim.experiment.spans import Span
    from sim.scenario.models import Scenario

#: The key under `crisis:` -> the module here that measures it; and some that belong to no one kind.
MODULES: dict[str, str] = {
    "incursions": "incursions",
    "fighting": "fighting",
    "beside": "beside",
    "epidemic": "epidemic",
    "pressure": "pressure",
    "occasion": "occasion",
    "standing": "standing",
    "crises": "episodes",
}


class Measures(NamedTuple):
    """How one of the dynamics is measured; every function reads the finished log."""

    #: Responses beside those that every scenario has.
    responses: Callable[[Scenario], tuple[Response, ...]]
    #: Names of its curves, and their values (one array on the grid each, in the order of the names).
    curve_names: Callable[[Scenario], tuple[str, ...]]
    curves: Callable[[EventLog, Scenario, Floats], list[Floats]]
    #: Responses with arguments, for record entries, by name.
    spans: Callable[[], dict[str, Span]]
    #: Kinds whose first time is kept for the timeline.
    firsts: tuple[EventKind, ...] = ()
    #: What its end is called, as in "Start of the scenario to ..."; empty for none of its own.
    ends: str = ""


def measures_of(scenario: Scenario) -> Iterator[Measures]:
    """Yield how each of the dynamics that *scenario* has is measured (unrest is measured by the core)."""
    for key in MODULES:
        if present(scenario, key):
            yield measures(key)


def present(scenario: Scenario, key: str) -> bool:
    """Return whether *scenario* has what is measured under *key*."""
    if key == "standing":
        shape = scenario.alliance.standing
        return shape is not None and shape.enabled
    if key == "beside":
        return bool(scenario.crisis.injects or scenario.crisis.branches or scenario.response.measures)
    if key == "crises":
        return bool(scenario.crises)
    return getattr(scenario.crisis, key) is not None


@cache
def measures(key: str) -> Measures:
    """Return how the dynamics under *key* are measured."""
    found: Measures = import_module(f"sim.experiment.dynamics.{MODULES[key]}").MEASURES
    return found


def all_spans() -> dict[str, Span]:
    """Return the spans of every kind of dynamics."""
    return {name: span for key in MODULES for name, span in measures(key).spans().items()}
