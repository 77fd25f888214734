"""States that are no members: observers at the table, and what a request from outside weighs."""

from __future__ import annotations

from collections.abc import Collection, Container
from datetime import date
from itertools import combinations

from sim.engine.prepared import prepared_by_scenario
from sim.engine.world import World
from sim.scenario.alliance import Alliance


def time_of_observers(alliance: Alliance, voters: Collection[str]) -> float:
    """Return the factor of observers on the time to open consultations; 1 without any.

    *Assumed*: each adds its share, and so does each pair at the table of which at least one observes, in
    proportion to its hostility. Quarrels between members alone are in the times of the organs already.

    Args:
        alliance: whose council meets.
        voters: members at the table.
    """
    observers = _observers(alliance)
    if not observers:
        return 1.0
    pairs = combinations([*voters, *sorted(observers)], 2)
    hostile = [max(0.0, -float(alliance.tie(a, b))) / 2 for a, b in pairs if {a, b} & observers]
    organs = alliance.organs
    return 1 + float(organs.observer_cost) * len(observers) + float(organs.discord_cost) * sum(hostile)


@prepared_by_scenario
def _observers(alliance: Alliance) -> set[str]:
    return {key for key in alliance.partners if alliance.observes(key)}


def weight_of_request(world: World) -> float:
    """Return how far what is asked counts as a formal request: 1 for a member (*assumed* for others)."""
    return weight_on(world.alliance, world.crisis.asker, world.today, world.left())


def weight_on(alliance: Alliance, asker: str, day: date, gone: Container[str] = ()) -> float:
    """Return how far what *asker* asks on a *day* counts as a formal request, when *gone* have left."""
    state, weights = alliance.members.get(asker), alliance.organs.standing_to_ask
    if weights is None or (state is not None and state.takes_part(day) and asker not in gone):
        return 1.0
    partner = alliance.partners.get(asker)
    if partner is not None and partner.partnership:
        return float(weights.partner)
    return float(weights.observer if alliance.observes(asker) else weights.none)
