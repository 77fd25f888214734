"""The episodes of a campaign measured: each by the responses of its own scenario, under its key."""

from __future__ import annotations

from functools import partial
from math import nan

from sim.engine.campaign import begins, episode_scenario
from sim.engine.event_log import EventLog
from sim.experiment.curves import Floats
from sim.experiment.dynamics import Measures, present
from sim.experiment.dynamics.standing import debts, exit_hazard, owed
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
    return (*found, *(_debts(scenario) if present(scenario, "standing") else ()))


def _of_episode(key: str, title: str, response: Response) -> Response:
    def read(log: EventLog, scenario: Scenario) -> float:
        part = log.parts.get(key)
        if part is None:
            return nan
        # Times from the start are the episode's own, as in its own scenario.
        from_start = response.clock == "start" or response.name == "hours_simulated"
        before = max(0.0, begins(scenario, scenario.crises[key])) if from_start else 0.0
        return response.function(part, episode_scenario(scenario, key)) - before

    return response._replace(
        name=f"{key}.{response.name}", label=f"{title}: {response.label}", function=read,
        prefix=f"{key}.",
    )  # fmt: skip


def _debts(scenario: Scenario) -> list[Response]:
    """Return what each state that asks for help in the campaign owes at its end."""
    asked = dict.fromkeys(c.asker for c in (scenario.crisis, *(e.crisis for e in scenario.crises.values())))
    return [
        Response(f"debts.{state}", f"Debts of {state} for help at the end", "", None,
                 partial(_owed, state), "count")
        for state in asked
    ]  # fmt: skip


def _owed(state: str, log: EventLog, scenario: Scenario) -> float:
    return owed(log, scenario, state)


def curve_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of what the episodes leave behind together; their own curves are their scenarios'."""
    return ("exit_hazard", "debts") if present(scenario, "standing") else ()


def curves(log: EventLog, scenario: Scenario, grid: Floats) -> list[Floats]:
    """Return the hazard that some member leaves, and all debts for help, on *grid*."""
    if not present(scenario, "standing"):
        return []
    return [exit_hazard(log, scenario, grid), debts(log, scenario, grid)]


MEASURES = Measures(responses, curve_names, curves, dict)
