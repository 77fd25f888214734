"""The crisis of a world as its law and the theories of choice see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sim.alliance.ordered_choice import Factors
from sim.alliance.theories import Situation
from sim.alliance.treaty import read_treaty
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


def situation_of(scenario: Scenario, factors: Mapping[str, Factors], on: date) -> Situation:
    """Return the situation of the allies in *factors* when the host asks for force.

    Args:
        scenario: whose crisis it is.
        factors: of each ally, in the order in which they are asked.
        on: the day, on which the treaty is read.
    """
    alliance, facts = scenario.alliance, treaty_facts(scenario, on)
    members = alliance.members
    return Situation(
        host=scenario.crisis.host,
        lead=alliance.lead,
        members=tuple(factors),
        facts=facts,
        basis=read_treaty(alliance.treaty, facts, on).basis,
        ties={m: f.ties_to_host for m, f in factors.items()},
        ties_to_adversary={m: f.ties_to_adversary for m, f in factors.items()},
        dependence={m: float(members[m].dependence) for m in factors},
        capabilities={m: float(state.active_military) for m, state in members.items()},
        cost={m: f.cost for m, f in factors.items()},
    )
