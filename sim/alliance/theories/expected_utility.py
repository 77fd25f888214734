"""Expected utility: members and host bargain over how much to help, each with its clout and position."""

from __future__ import annotations

from sim.alliance.theories.bargaining import Actor, bargain, weighted_median
from sim.alliance.theories.situation import Forecast, Situation, bounded, graded
from sim.scenario.alliance import HELP_LEVELS, RANK

#: Rounds of offers before members answer (assumed).
ROUNDS = 3
#: What facing a state or a fellow member takes from a member's position (assumed).
AGAINST_STATE = 0.25
#: Salience of an issue on which a member has no tie to either side (assumed).
LEAST_SALIENCE = 0.2
#: Half-way marks between the classes on a scale from none (0) to force (1).
CUTS = (1 / 6, 1 / 2, 5 / 6)
#: Spread of the logistic error of a member's final position (assumed).
SPREAD = 0.1


class ExpectedUtility:
    """Bueno de Mesquita's model, with the help to be given as the issue.

    Source: `bargaining`. *Assumed* mapping: the scale runs from none (0) to force (1). The host stands at
    what it asks for with salience 1. A member stands at (1 + tie to host - tie to adversary) / 2, less
    `AGAINST_STATE` against a state or member, kept within 0 ... 1, times what was asked for. Its salience
    rises from `LEAST_SALIENCE` to 1 with the stronger of its two ties, its capability is its active military.
    After `ROUNDS` rounds of offers a member's class is read off its position with a logistic error. The
    adversary is no party: it pulls only through ties. A warmer tie moves position and salience at once, so
    support need not rise with it.
    """

    def actors(self, situation: Situation) -> dict[str, Actor]:
        """Return host and members as parties to the issue."""
        ask = RANK[situation.asked_level if situation.asked else "words"] / (len(HELP_LEVELS) - 1)
        found = {m: self._actor(situation, m, ask) for m in situation.members}
        found[situation.host] = Actor(situation.capability(situation.host), ask, 1.0)
        return found

    def _actor(self, situation: Situation, member: str, ask: float) -> Actor:
        pulls = self.reasons(situation, member)
        position = min(1.0, max(0.0, 0.5 + sum(pulls.values())))
        stake = min(1.0, max(abs(situation.tie(member)), abs(situation.tie_to_adversary(member))))
        salience = LEAST_SALIENCE + (1 - LEAST_SALIENCE) * stake
        return Actor(situation.capability(member), position * ask, salience)

    def outcome(self, situation: Situation) -> float:
        """Return the weighted median after bargaining: the level foreseen, 0 (none) to 1 (force)."""
        return weighted_median(bargain(self.actors(situation), ROUNDS))

    def chances(self, situation: Situation) -> Forecast:
        """Return each member's class chances by its position after bargaining."""
        settled = bargain(self.actors(situation), ROUNDS)
        found = {m: graded(settled[m].position, CUTS, SPREAD) for m in situation.members}
        return bounded(situation, found)

    def reasons(self, situation: Situation, member: str) -> dict[str, float]:
        """Return what moves *member*'s first position from the middle of the scale."""
        return {
            "ties_to_host": situation.tie(member) / 2,
            "ties_to_adversary": -situation.tie_to_adversary(member) / 2,
            "adversary_state": -AGAINST_STATE * situation.against_state,
        }
