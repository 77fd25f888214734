"""The lead nation: the lead decides on interest, its allies follow its line as far as they depend on it."""

from __future__ import annotations

from sim.alliance.theories.situation import (
    ClassChances,
    Forecast,
    Situation,
    blend,
    bounded,
    certain,
    graded,
)  # fmt: skip
from sim.scenario.alliance import HELP_LEVELS, HelpLevel

#: Interest at which the lead is as likely as not to go as far as words, measures and force (assumed).
CUTS = (-1.0, 0.0, 0.25)
#: Spread of the logistic error of interest (assumed).
SPREAD = 0.2
#: What facing a state or a fellow member takes from interest: fear of entrapment (Snyder 1984), size assumed.
ENTRAPMENT = 1.0
#: Chance that an ally without any dependence follows; it rises in a straight line to 1 (assumed).
FOLLOWS_FREELY = 0.5


class LeadNation:
    """Interest moves the lead; the lead's line moves the rest.

    Source: the patron's dilemma (Snyder 1984), dependence on the leader as the most consistent motive for
    joining its operations (Paik), low autonomy of the organisation. Interest is the lead's tie to the host
    less its tie to the adversary, less `ENTRAPMENT` against a state or member. An ally takes the lead's
    class with chance `FOLLOWS_FREELY` + (1 - `FOLLOWS_FREELY`) x dependence; otherwise it stands aside, one
    level below, so that it lets pass what the lead wants (*assumed*: nobody opposes the lead). When the lead
    is the host, its line is what it asks for. Capabilities, cost, law and an ally's own ties play no part.
    Support never falls with anybody's tie to the host.
    """

    def interest(self, situation: Situation, member: str) -> dict[str, float]:
        """Return the parts of the interest in helping of *member*, as a rule the lead."""
        return {
            "ties_to_host": situation.tie(member),
            "ties_to_adversary": -situation.tie_to_adversary(member),
            "adversary_state": -ENTRAPMENT * situation.against_state,
        }

    def line(self, situation: Situation) -> ClassChances:
        """Return the chances of the lead's class: known, asked for by itself, or by its interest."""
        if situation.line is not None:
            return certain(situation.line)
        if situation.lead == situation.host:
            level: HelpLevel = situation.asked_level if situation.asked else "words"
            return certain(level)
        own = graded(sum(self.interest(situation, situation.lead).values()), CUTS, SPREAD)
        return own if situation.asked else own.capped("words")

    def follows(self, situation: Situation, member: str) -> float:
        """Return the chance that *member* takes the lead's line."""
        depends = min(1.0, max(0.0, situation.dependence.get(member, 0.0)))
        return FOLLOWS_FREELY + (1 - FOLLOWS_FREELY) * depends

    def chances(self, situation: Situation) -> Forecast:
        """Return the lead's chances, and the blend of line and aside for every ally."""
        line = self.line(situation)
        return bounded(situation, {m: self._one(situation, m, line) for m in situation.members})

    def _one(self, situation: Situation, member: str, line: ClassChances) -> ClassChances:
        if member == situation.lead:
            return line
        follows = self.follows(situation, member)
        aside = ClassChances(line.none + line.words, line.measures, line.force, 0.0)
        return blend([(follows, line), (1 - follows, aside)])

    def reasons(self, situation: Situation, member: str) -> dict[str, float]:
        """Return the lead's interest; for an ally line (-1 to 1) x chance to follow, and what that lacks."""
        if member == situation.lead:
            return self.interest(situation, member)
        top = len(HELP_LEVELS) - 1
        line = 2 * self.line(situation).expected() / top - 1
        follows = self.follows(situation, member)
        return {"lead_line": follows * line, "independence": follows - 1}
