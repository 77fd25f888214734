"""What the treaty says of a running crisis, and on which levels of help a motion can therefore be put."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sim.alliance.treaty import Ledger, read_treaty
from sim.engine.situation import treaty_facts
from sim.engine.world import World
from sim.scenario.alliance import HELP_LEVELS, RANK, HelpLevel, Provision
from sim.scenario.models import Scenario

#: Why there is no motion on force where the scenario has no mandate for one.
NO_PLAN = "nobody plans for force"
#: The last readings of treaties: treaty, facts, day and what was read; and how many are kept.
_KEPT = 16
_readings: list[tuple[Mapping[str, Provision], dict[str, str], date, Ledger]] = []


def facts_now(world: World) -> dict[str, str]:
    """Return the facts as known by now, what has been found out since the start and who has left included."""
    found = treaty_facts(world.scenario, world.today)
    if world.facts:
        found |= world.facts
    return found | {"host_is_member": "no"} if world.crisis.host in world.left() else found


def ledger_now(world: World) -> Ledger:
    """Return what the treaty says of the crisis as known by now."""
    return read_once(world.scenario.alliance.treaty, facts_now(world), world.today)


def read_once(treaty: Mapping[str, Provision], facts: dict[str, str], on: date) -> Ledger:
    """Return what *treaty* says; readings are kept, since run after run asks for the same few."""
    for known, found, day, ledger in _readings:
        if known is treaty and day == on and found == facts:
            return ledger
    ledger = read_treaty(treaty, facts, on)
    _readings[:] = [(treaty, facts, on, ledger), *_readings[: _KEPT - 1]]
    return ledger


def obstacle(scenario: Scenario, ledger: Ledger, level: HelpLevel) -> str:
    """Return why no motion on *level* can be put, whatever the members think of it; "" where one can."""
    if level in ledger.barred:
        return "barred by the treaty"
    if level == "force" and scenario.response.mandate is None:
        return NO_PLAN
    if level not in ledger.lawful:
        return "no clause carries it"
    if RANK[level] < RANK[least_asked(scenario)]:
        return "less than was asked for"
    return ""


def least_asked(scenario: Scenario) -> HelpLevel:
    """Return the least help that answers what is asked for; below it the asker puts no motion."""
    occasion = scenario.crisis.occasion
    return "words" if occasion is None else occasion.asks_for


def highest_open(scenario: Scenario, ledger: Ledger) -> HelpLevel:
    """Return the highest level on which a motion can be put: lawful and, for force, planned."""
    levels = reversed(HELP_LEVELS[1:])
    return next((level for level in levels if not obstacle(scenario, ledger, level)), "none")
