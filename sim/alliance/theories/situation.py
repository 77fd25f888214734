"""What a theory of alliance choice may know, what it must answer, and the scales that theories share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp
from typing import NamedTuple, Protocol

from sim.scenario.alliance import HELP_LEVELS, RANK, HelpLevel, Verdict

#: Highest level that anybody reaches unasked (nothing collective beyond words came without a request).
UNASKED: HelpLevel = "words"


class ClassChances(NamedTuple):
    """Chances that the highest level of help a member would support is each of the four; they add up to 1."""

    none: float
    words: float
    measures: float
    force: float

    def at_least(self, level: HelpLevel) -> float:
        """Return the chance of supporting *level*: of a class at least as high."""
        return sum(self[RANK[level] :])

    def capped(self, level: HelpLevel) -> ClassChances:
        """Return the chances when nobody goes above *level*: what lies above falls down to it."""
        top = RANK[level]
        kept = [*self[:top], sum(self[top:])]
        return ClassChances(*kept, *[0.0] * (3 - top))

    def drawn(self, u: float) -> HelpLevel:
        """Return the class at the uniform *u* in [0, 1), from the lowest class up."""
        below = 0.0
        for level, chance in zip(HELP_LEVELS, self, strict=True):
            below += chance
            if u < below:
                return level
        return max((level for level in HELP_LEVELS if self[RANK[level]] > 0), key=RANK.__getitem__)

    def expected(self) -> float:
        """Return the mean place on the ladder, 0 (none) to 3 (force)."""
        return self.words + 2 * self.measures + 3 * self.force


class Situation(NamedTuple):
    """One crisis as the members see it. States that a mapping leaves out are neutral: 0 (capability 1).

    Args:
        host: the member that needs help (out of area: the requester).
        lead: the lead member; may be the host.
        members: the allies asked, the host left out.
        facts: what the treaty's tests ask (type, territory, adversary, external_hand, un_mandate, request).
        basis: legal verdict on each level above none.
        ties: tie of each member to the host, -1 hostile to 1 close.
        ties_to_adversary: the same to the adversary; 0 where there is none.
        dependence: share of trade with the lead, 0 to 1.
        capabilities: active military personnel, the host's too where known.
        cost: of sending forces, units of about one (`ordered_choice.cost_of_help`).
        asked: whether the host formally asked.
        asked_level: the level it asked for.
        line: the lead's class once it is known; None while it is still to be predicted.
    """

    host: str
    lead: str
    members: tuple[str, ...]
    facts: Mapping[str, str] = {}
    basis: Mapping[HelpLevel, Verdict] = {}
    ties: Mapping[str, float] = {}
    ties_to_adversary: Mapping[str, float] = {}
    dependence: Mapping[str, float] = {}
    capabilities: Mapping[str, float] = {}
    cost: Mapping[str, float] = {}
    asked: bool = True
    asked_level: HelpLevel = "force"
    line: HelpLevel | None = None

    def tie(self, member: str) -> float:
        """Return the tie of *member* to the host."""
        return self.ties.get(member, 0.0)

    def tie_to_adversary(self, member: str) -> float:
        """Return the tie of *member* to the adversary."""
        return self.ties_to_adversary.get(member, 0.0)

    def capability(self, member: str) -> float:
        """Return the capability of *member*; an unknown one counts as 1 person."""
        return self.capabilities.get(member, 1.0)

    @property
    def against_state(self) -> bool:
        """Whether the adversary is a state, a member or not."""
        return self.facts.get("adversary") in ("state", "member")

    def accepted(self, member: str, level: HelpLevel) -> bool:
        """Return whether *member* takes *level* to be lawful: met, or contested and no odds with the host."""
        verdict = self.basis.get(level, "unmet")
        return verdict == "met" or (verdict == "contested" and self.tie(member) >= 0)


Forecast = dict[str, ClassChances]


class Theory(Protocol):
    """A theory of who helps: one question, answered from the situation alone."""

    def chances(self, situation: Situation) -> Forecast:
        """Return the class chances of every member asked."""
        ...

    def reasons(self, situation: Situation, member: str) -> dict[str, float]:
        """Return what moves *member*, signed for (+) or against (-) help, on the theory's own scale."""
        ...


def certain(level: HelpLevel) -> ClassChances:
    """Return the chances of a member whose class is known."""
    return ClassChances(*(float(known == level) for known in HELP_LEVELS))


def blend(parts: Sequence[tuple[float, ClassChances]]) -> ClassChances:
    """Return the mixture of chances with weights that add up to 1."""
    return ClassChances(*(sum(weight * chances[k] for weight, chances in parts) for k in range(4)))


def logistic(x: float) -> float:
    """Return 1 / (1 + exp(-x)) without overflow."""
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def graded(score: float, cuts: Sequence[float], spread: float = 1.0) -> ClassChances:
    """Return class chances of an ordered logit: P(class >= k) = logistic((score - cut k) / spread).

    Source: proportional-odds model, McCullagh 1980.

    Args:
        score: of the member, any scale.
        cuts: of words, measures and force on that scale, not falling.
        spread: of the logistic error on that scale (> 0).

    Raises:
        ValueError: the cuts are not three that do not fall, or the spread is not positive.
    """
    if len(cuts) != 3 or not cuts[0] <= cuts[1] <= cuts[2] or not spread > 0:
        raise ValueError(
            f"three cuts that do not fall and a positive spread are needed, not {cuts}, {spread}"
        )
    return from_at_least([logistic((score - cut) / spread) for cut in cuts])


def from_at_least(reaching: Sequence[float]) -> ClassChances:
    """Return class chances from those of reaching words, measures and force (which never rise)."""
    words, measures, force = reaching
    return ClassChances(1 - words, max(0.0, words - measures), max(0.0, measures - force), force)


def bounded(situation: Situation, forecast: Forecast) -> Forecast:
    """Return *forecast*, cut at words where nobody asked.

    Source: the organisation's record, in which nothing collective beyond words or consultations came without
    a request; taken here as a law of every theory (*assumed*).
    """
    if situation.asked:
        return forecast
    return {member: chances.capped(UNASKED) for member, chances in forecast.items()}
