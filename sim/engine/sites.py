"""What is true of one site of a crisis at an instant."""

from __future__ import annotations

from sim.engine.prepared import prepared_together
from sim.engine.streams import Stream, geometric_rate
from sim.scenario.crisis import Site

#: The course of unrest at a site from one change to the next: since and until when (h); level at first,
#: growth, suppression, ceiling; incidents expected; number of its record. A plain tuple, as there are scores
#: of them in a replication.
Segment = tuple[float, float, float, float, float, float, float, int]


class SiteState:
    """What changes at one site; levels in incidents per hour."""

    __slots__ = (
        "active", "affected", "affected_at", "budget", "calm", "calm_level", "ceiling", "closed",
        "expected", "faded", "first", "forces", "free", "freed", "growth", "guards", "incidents", "key",
        "killed_rate", "last_cause", "lethality", "level", "overwhelmed", "peaceful", "reserves", "since",
        "site", "suppression", "version", "was_overwhelmed", "weight", "wounded_rate",
    )  # fmt: skip

    def __init__(
        self, key: str, site: Site, frailty: float, incidents: Stream, calm: float, means: tuple[float, float]
    ) -> None:
        """Put *site* before its onset.

        Args:
            key: of the site.
            site: as the scenario has it.
            frailty: multiplies its ceiling and its first level.
            incidents: luck of its incidents.
            calm: share of the ceiling below which a site is calm again.
            means: killed and wounded per incident where lethality is 1.
        """
        self.key, self.site, self.incidents = key, site, incidents
        (
            ceiling, first, self.forces, self.guards, self.weight, self.lethality, self.killed_rate,
            self.wounded_rate, self.peaceful,
        ) = _numbers(site, means)  # fmt: skip
        self.ceiling = ceiling = ceiling * frailty
        self.free = self.forces - self.guards
        self.reserves = self.freed = 0.0
        self.level = self.first = first = first * frailty
        #: Below this, a site is calm again.
        self.calm_level = min(calm * ceiling, first / 2)
        self.growth = self.suppression = self.since = self.affected_at = self.expected = 0.0
        self.affected = self.calm = self.overwhelmed = self.was_overwhelmed = self.faded = False
        self.active = False  # affected and not calm again
        #: Segments that have ended and whose incidents are still to be drawn.
        self.closed: list[Segment] = []
        #: Expected incidents until the next one.
        self.budget = incidents.exponential()
        self.version = 0
        self.last_cause = -1


@prepared_together
def _numbers(
    site: Site, means: tuple[float, float]
) -> tuple[float, float, float, float, float, float, float, float, bool]:
    """Return what a site begins with, in the order in which its state takes it up."""
    forces, lethality = float(site.forces), float(site.lethality)
    return (
        float(site.ceiling), float(site.initial), forces, forces * float(site.guard_share),
        float(site.weight), lethality, geometric_rate(means[0] * lethality),
        geometric_rate(means[1] * lethality), site.peaceful,
    )  # fmt: skip
