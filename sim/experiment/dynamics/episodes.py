"""The episodes of a campaign measured: each by the responses of its own scenario, under its key."""

from __future__ import annotations

from dataclasses import replace
from math import nan

from sim.engine.campaign import begins, episode_scenario
from sim.engine.event_log import EventLog
from sim.experiment.curves import Floats
from sim.experiment.dynamics import Measures
from sim.experiment.responses import Response, responses_of
from sim.scenario.models import Scenario

#: Responses of an episode that a campaign keeps; the others are left to the episode's own scenario.
KEPT = (
    "appealed", "mandate", "help_level", "hours_to_appeal", "hours_to_decision",
    "hours_to_deployment_complete", "hours_to_withdrawal_complete", "hours_to_order_from_start",
    "troops_deployed", "killed", "hours_simulated",
)  # fmt: skip


def responses(scenario: Scenario) -> tuple[Response, ...]:
    """Return the responses of every episode, named `<episode>.<response>`."""
    found = []
    for key, episode in scenario.crises.items():
        own = episode_scenario(scenario, key)
        for name, response in responses_of(own).items():
            if name in KEPT:
                found.append(_of_episode(key, episode.title, response))
    return tuple(found)


def _of_episode(key: str, title: str, response: Response) -> Response:
    def read(log: EventLog, scenario: Scenario) -> float:
        part = log.parts.get(key)
        if part is None:
            return nan
        # Times from the start are the episode's own, as in its own scenario.
        from_start = response.clock == "start" or response.name == "hours_simulated"
        before = max(0.0, begins(scenario, scenario.crises[key])) if from_start else 0.0
        return response.function(part, episode_scenario(scenario, key)) - before

    return replace(
        response, name=f"{key}.{response.name}", label=f"{title}: {response.label}", function=read,
        prefix=f"{key}.",
    )  # fmt: skip


def curve_names(scenario: Scenario) -> tuple[str, ...]:
    """Return no names: an episode's curves are its own scenario's."""
    return ()


def curves(log: EventLog, scenario: Scenario, grid: Floats) -> list[Floats]:
    """Return no curves."""
    return []


MEASURES = Measures(responses, curve_names, curves, dict)
