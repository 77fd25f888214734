"""What happens beside the council measured: when measures and injects begin, which way branches turn."""

from __future__ import annotations

from functools import partial
from math import nan
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind, EventLog
from sim.experiment.curves import Floats
from sim.experiment.dynamics import Measures
from sim.experiment.responses import Response
from sim.scenario.models import Scenario

if TYPE_CHECKING:
    from sim.scenario.injects import Inject

BEGUN = (EventKind.INJECT, EventKind.MEASURE)


def responses(scenario: Scenario) -> tuple[Response, ...]:
    """Return the hours from the start to each inject and measure, and a flag for each way of a branch."""
    crisis = scenario.crisis
    found = [
        Response(
            f"hours_to.{key}",
            f"Start to: {told_of(scenario, inject)}",
            "h",
            None,
            partial(_began, key=key),
            "time",
            "start",
        )
        for key, inject in {**crisis.injects, **scenario.response.measures}.items()
    ]
    found += [
        Response(
            f"branch.{key}.{way}", f"{branch.label}: {outcome.label}", "", None,
            partial(_turned, key=key, way=way), "flag",
        )
        for key, branch in crisis.branches.items()
        for way, outcome in branch.outcomes.items()
    ]  # fmt: skip
    return tuple(found)


def told_of(scenario: Scenario, inject: Inject) -> str:
    """Return what an inject or measure is called, behind the state or organ that brings it about."""
    alliance = scenario.alliance
    state = alliance.members.get(inject.by) or alliance.partners.get(inject.by)
    who = state.name if state else inject.by[:1].upper() + inject.by[1:]
    return f"{who}: {inject.label}" if who else inject.label


def _began(log: EventLog, scenario: Scenario, key: str) -> float:
    times = [r.time for kind in BEGUN for r in log.of(kind) if r.where == key]
    return min(times, default=nan)


def _turned(log: EventLog, scenario: Scenario, key: str, way: str) -> float:
    turns = (r for r in log.of(EventKind.BRANCH) if r.where == key)
    return float(any(r.detail["outcome"] == way for r in turns))


def _no_names(scenario: Scenario) -> tuple[str, ...]:
    return ()


def _no_curves(log: EventLog, scenario: Scenario, grid: Floats) -> list[Floats]:
    return []


MEASURES = Measures(responses, _no_names, _no_curves, dict, (EventKind.BRANCH,))
