"""What echelons are split by and where they land: all that follows from the scenario alone."""

from __future__ import annotations

from sim.alliance.contributions import Loads, loads_of
from sim.engine.prepared import prepared
from sim.scenario.alliance import Alliance, Unit
from sim.scenario.response import Mission


class Spread:
    """The arrival airfields of a mission's chalks, spread so that every prefix keeps the planned shares."""

    def __init__(self, plan: Mission) -> None:
        """Begin with those of no chalk."""
        self.shares = {field: float(share) for field, share in plan.arrival_airfields.items()}
        self.given = dict.fromkeys(self.shares, 0)
        self.fields: list[str] = []

    def first(self, count: int) -> list[str]:
        """Return the airfields of the first *count* chalks of any echelon."""
        shares, given, fields = self.shares, self.given, self.fields
        for n in range(len(fields) + 1, count + 1):
            field = max(shares, key=lambda f: shares[f] * n - given[f])
            given[field] += 1
            fields.append(field)
        return fields[:count]


#: The spread of a mission's chalks, as far as any echelon has needed it.
spread = prepared(Spread)


@prepared
def loads(alliance: Alliance) -> Loads:
    """Return what the aircraft of an alliance carry at once."""
    return loads_of(alliance.aircraft_types, alliance.airlift)


@prepared
def shares(unit: Unit) -> list[float]:
    """Return the shares of a unit's echelons."""
    return [float(echelon.share) for echelon in unit.echelons.values()]
