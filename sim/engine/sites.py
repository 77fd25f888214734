"""What is true of one site of a crisis at an instant."""

from __future__ import annotations

from sim.engine.streams import Stream, geometric_rate
from sim.scenario.crisis import Site
from sim.scenario.crisis import Unrest as Model


class SiteState:
    """What changes at one site; levels in incidents per hour."""

    __slots__ = (
        "active", "affected", "affected_at", "budget", "calm", "calm_level", "ceiling", "expected",
        "faded", "first", "forces", "free", "freed", "growth", "guards", "incidents", "key",
        "killed_rate", "last_cause", "lethality", "level", "overwhelmed", "reserves", "since", "site",
        "suppression", "version", "was_overwhelmed", "weight", "wounded_rate",
    )  # fmt: skip

    def __init__(self, key: str, site: Site, frailty: float, incidents: Stream, model: Model) -> None:
        """Put *site* before its onset; *frailty* multiplies its ceiling and its first level."""
        self.key, self.site, self.incidents = key, site, incidents
        self.ceiling = float(site.ceiling) * frailty
        self.forces, self.weight, self.lethality = (
            float(site.forces),
            float(site.weight),
            float(site.lethality),
        )
        self.killed_rate = geometric_rate(float(model.killed) * self.lethality)
        self.wounded_rate = geometric_rate(float(model.wounded) * self.lethality)
        self.guards = self.forces * float(site.guard_share)
        self.free = self.forces - self.guards
        self.reserves = self.freed = 0.0
        self.level = self.first = float(site.initial) * frailty
        #: Below this, a site is calm again.
        self.calm_level = min(float(model.calm) * self.ceiling, self.first / 2)
        self.growth = self.suppression = self.since = self.affected_at = self.expected = 0.0
        self.affected = self.calm = self.overwhelmed = self.was_overwhelmed = self.faded = False
        self.active = False  # affected and not calm again
        self.budget = incidents.exponential()
        self.version = 0
        self.last_cause = -1
