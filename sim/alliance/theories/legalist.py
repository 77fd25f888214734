"""The legalist: members do what the treaty carries, as far as they are asked."""

from __future__ import annotations

from sim.alliance.theories.situation import ClassChances, Forecast, Situation, bounded
from sim.scenario.alliance import HELP_LEVELS, RANK, HelpLevel

#: Share of commitments honoured when only the obligation actually written is counted, 1816-1944.
#: Source: Leeds, Long and Mitchell 2000.
COMPLIANCE = 0.745


class Legalist:
    """A member supports the highest level asked for that has a legal basis it accepts.

    Source: the legal reading of alliance reliability (Leeds, Long and Mitchell 2000); compliance is their
    rate. *Assumed*: what the law permits is given when asked; a member that does not comply stops at any
    lower level with equal chance; a contested basis is accepted unless member and host are at odds.
    Support never falls with the tie to the host.
    """

    def __init__(self, compliance: float = COMPLIANCE) -> None:
        """Take the chance that a member goes as far as the law and the request do.

        Raises:
            ValueError: *compliance* is not a share.
        """
        if not 0 <= compliance <= 1:
            raise ValueError(f"compliance must lie in 0 ... 1, not {compliance}")
        self.compliance = compliance

    def lawful(self, situation: Situation, member: str) -> HelpLevel:
        """Return the highest level that is asked for and that *member* takes to be lawful."""
        asked = RANK[situation.asked_level if situation.asked else "words"]
        open_ = [x for x in HELP_LEVELS[1 : asked + 1] if situation.accepted(member, x)]
        return open_[-1] if open_ else "none"

    def chances(self, situation: Situation) -> Forecast:
        """Return compliance at the lawful level, the rest shared by the levels below it."""
        found = {m: self._spread(RANK[self.lawful(situation, m)]) for m in situation.members}
        return bounded(situation, found)

    def _spread(self, top: int) -> ClassChances:
        if top == 0:
            return ClassChances(1.0, 0.0, 0.0, 0.0)
        below = (1 - self.compliance) / top
        return ClassChances(*([below] * top + [self.compliance] + [0.0] * (3 - top)))

    def reasons(self, situation: Situation, member: str) -> dict[str, float]:
        """Return for each level asked for whether its legal basis is accepted (1) or not (-1)."""
        asked = HELP_LEVELS[1 : RANK[situation.asked_level] + 1]
        found = {f"law_on_{x}": 1.0 if situation.accepted(member, x) else -1.0 for x in asked}
        return found if situation.asked else {**found, "not_asked": -1.0}
