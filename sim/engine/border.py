"""A border in stretches: who guards each, what its guards find, and who is on the way over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import exp
from typing import TYPE_CHECKING

from sim.engine.streams import Stream

if TYPE_CHECKING:
    from sim.scenario.incursions import Incursions, Party, Sector


class Stretch:
    """One sector with today's guards."""

    __slots__ = ("effort", "fallen", "key", "km", "own", "posted", "reserves", "sector")

    def __init__(self, key: str, sector: Sector, model: Incursions) -> None:
        """Put the sector's own guards on it."""
        self.key, self.sector, self.km = key, sector, float(sector.length)
        self.own, self.reserves, self.posted = float(sector.guards), 0.0, 0.0
        self.fallen = False
        watch = model.watch  # without one nothing that comes here can be stopped
        self.effort = float(watch.effort) * float(model.terrains[sector.terrain].detection) if watch else 0.0

    def guards(self) -> float:
        """Return all guards on the stretch: own, called up, and posted by a mission."""
        return self.own + self.reserves + self.posted

    def detection(self, lever: float = 1.0) -> float:
        """Return the chance that one crossing is detected: 1 - exp(-effort x guards per km x lever).

        *Assumed*: guards meet a crossing as a Poisson process with their density, the law of random search
        (Koopman, "Search and Screening", 1946); the effort holds terrain and equipment.
        """
        return 1 - exp(-self.effort * lever * self.guards() / self.km) if self.effort else 0.0


class Flow:
    """Parties of one kind that come to one stretch: a Poisson process run on its own operational time.

    The n-th arrival keeps its luck (when, seen, stopped) whatever the rates are, so that two scenarios with
    the same seed meet the same parties; thinning by chances that change from one segment to the next is
    exact because each arrival is marked at its own instant (Lewis and Shedler 1979).
    """

    __slots__ = (
        "base", "crossed", "left", "number", "party", "party_key", "rate", "seen", "since", "stream",
        "stretch", "version",
    )  # fmt: skip

    def __init__(self, stretch: Stretch, key: str, party: Party, base: float, stream: Stream) -> None:
        """Make the flow of *party* to *stretch*, *base* arrivals per h while nothing acts on them."""
        self.stretch, self.party_key, self.party, self.stream = stretch, key, party, stream
        self.base = base
        self.rate, self.since, self.version, self.number = 0.0, 0.0, 0, 0
        self.left = stream.exponential()
        self.crossed: list[float] = []  # instants (h) of crossings not yet recorded
        self.seen = 0

    def set_rate(self, now: float, lever: float) -> float:
        """Take up the arrivals in force from *now* on; return the wait (h) for the next, -1 for never."""
        self.left = max(0.0, self.left - self.rate * (now - self.since))
        fallen = float(self.party.when_fallen) if self.stretch.fallen else 1.0
        self.rate, self.since, self.version = self.base * fallen * lever, now, self.version + 1
        return self.left / self.rate if self.rate > 0 else -1.0

    def arrive(self, now: float) -> tuple[float, float, float]:
        """Count one arrival at *now* (h); return its luck (seen, stopped) and the wait (h) to the next."""
        seen, stopped = self.stream.uniform(), self.stream.uniform()
        self.left, self.since, self.number = self.stream.exponential(), now, self.number + 1
        return seen, stopped, self.left / self.rate


def make_flows(
    model: Incursions, stretches: Mapping[str, Stretch], open_stream: Callable[[str, str], Stream]
) -> list[Flow]:
    """Return a flow for each sector and party.

    Where the clashes of a party are known in place of its arrivals, arrivals are clashes over the mean
    chance that one is stopped with the guards of the start.
    """
    shares = shares_of_traffic(model)
    seen = sum(shares[key] * stretch.detection() for key, stretch in stretches.items())
    flows = []
    for name, party in model.parties.items():
        if party.rate is not None:
            total = float(party.rate)
        else:
            assert party.clashes is not None
            total = float(party.clashes) / (seen * float(party.interdiction)) if seen > 0 else 0.0
        flows += [
            Flow(stretch, name, party, total * shares[key], open_stream("arrivals", f"{key} {name}"))
            for key, stretch in stretches.items()
        ]
    return flows


def shares_of_traffic(model: Incursions) -> dict[str, float]:
    """Return each sector's share of all arrivals: by length and traffic."""
    weights = {key: float(s.length) * float(s.traffic) for key, s in model.sectors.items()}
    total = sum(weights.values())
    return {key: weight / total if total > 0 else 0.0 for key, weight in weights.items()}
