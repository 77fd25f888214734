"""How each kind of crisis is told and drawn: sentences, summary lines, charts, module by module.

A module here tells one of the dynamics under `crisis:`; it is asked only where the scenario has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from sim.experiment.dynamics import present

if TYPE_CHECKING:
    from sim.engine.event_log import EventKind, EventRecord
    from sim.report.story_groups import Line
    from sim.report.telling import Teller
    from sim.scenario.models import Scenario

#: The key under `crisis:` -> the module here that tells it; and two that belong to no one crisis.
MODULES: dict[str, str] = {
    "incursions": "incursions",
    "fighting": "fighting",
    "epidemic": "epidemic",
    "pressure": "pressure",
    "occasion": "occasion",
    "standing": "standing",
    "crises": "episodes",
}


class Telling(NamedTuple):
    """How one of the dynamics is told and drawn."""

    #: Sentences of events that are told one by one; how many of a kind at most (all if not said).
    sentences: Mapping[EventKind, Callable[[Teller, EventRecord], str]]
    #: Functions that yield lines of their own, summing up many events.
    lines: tuple[Callable[[Teller], Iterator[Line]], ...] = ()
    #: What the whole came to, for the end of the story.
    closing: Callable[[Teller], str] | None = None
    #: Chart name -> "module:function" under sim.report, the main one first.
    charts: Mapping[str, str] = {}
    #: What a chart needs of a scenario to be drawn, where it does not suit every one.
    needs: Mapping[str, Callable[[Scenario], bool]] = {}
    #: Words of kinds of event on the timeline, where they are not the common ones.
    labels: Mapping[EventKind, str] = {}


def tellings_of(scenario: Scenario) -> Iterator[Telling]:
    """Yield how each of the dynamics that *scenario* has is told."""
    for key in MODULES:
        if present(scenario, key):
            yield telling(key)


@cache
def telling(key: str) -> Telling:
    """Return how the dynamics under *key* are told."""
    found: Telling = import_module(f"sim.report.dynamics.{MODULES[key]}").TELLING
    return found
