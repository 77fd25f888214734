"""The crisis of a world as the tests of its treaty see it."""

from __future__ import annotations

from datetime import date

from sim.engine.prepared import prepared_by_scenario
from sim.scenario.models import Scenario


def treaty_facts(scenario: Scenario, on: date) -> dict[str, str]:
    """Return the facts of the crisis that the tests of treaty provisions ask about, as of the day *on*."""
    host = scenario.alliance.members.get(scenario.crisis.host)
    found = _dateless(scenario).copy()
    found["host_is_member"] = "yes" if host is not None and host.takes_part(on) else "no"
    return found


@prepared_by_scenario
def _dateless(scenario: Scenario) -> dict[str, str]:
    """Return the facts of the crisis, as if its host took no part."""
    crisis, facts = scenario.crisis, scenario.crisis.facts
    outsider = scenario.alliance.partners.get(crisis.host)
    return {
        "type": crisis.type,
        "territory": facts.territory,
        "adversary": facts.adversary,
        "external_hand": facts.external_hand,
        "un_mandate": facts.un_mandate,
        "request": "yes",
        "host_is_member": "no",
        "host_is_observer": "yes" if scenario.alliance.observes(crisis.host) else "no",
        "host_is_partner": "yes" if outsider is not None and outsider.partnership else "no",
        "adversary_is_member": "yes" if facts.adversary == "member" else "no",
    }
