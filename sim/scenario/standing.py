"""The shape of the alliance's standing: trust, cohesion, public confidence, reciprocity, exits."""

from sim.scenario.distributions import Frozen
from sim.scenario.places import Sourced
from sim.scenario.quantities import PositiveHours, Rate, Ratio, Score, Share


class Answered(Frozen):
    """A change by the highest level of help that an appeal was answered with."""

    none: Score
    words: Score
    measures: Score
    force: Score


class Exit(Sourced):
    """A member leaves at a hazard that falls with its trust."""

    enabled: bool = True
    #: Hazard at neutral trust.
    rate: Rate
    #: Proportional rise of the hazard (in logarithms) per unit of trust lost.
    trust_power: Ratio


class Standing(Sourced):
    """What a crisis leaves behind; all of it *assumed*, on scales from -1 to 1 (public confidence: a share).

    Between events everything returns to where it was with the same half-life.
    """

    enabled: bool = True
    #: Trust of a member in the alliance at the start where it is not 0; and in the lead as a patron.
    trust: dict[str, Score] = {}
    patron: dict[str, Score] = {}
    #: What a member owes others from before the start, by debtor and creditor.
    owes: dict[str, dict[str, Score]] = {}
    cohesion: Score
    #: Share of the public that counts on the alliance's help.
    public_confidence: Share
    half_life: PositiveHours
    #: Change of the asking member's trust by the answer, and of cohesion and confidence with it.
    answered_trust: Answered
    answered_cohesion: Answered
    answered_confidence: Answered
    #: Change of trust in the lead as a patron when the lead helps on its own.
    patron_gain: Score
    #: What a member that was helped owes each contributor, and how far a debt moves its willingness.
    debt: Score
    reciprocity: Score
    #: How far a host's own unpaid debt to a member moves that member's willingness to help it again.
    unpaid: Score
    #: How far cohesion moves every member's willingness, and a member's trust its readiness to ask.
    cohesion_weight: Score
    trust_weight: Score
    #: How far the share of the public that counts on help moves a government's readiness to ask.
    confidence_weight: Score
    exit: Exit


class Shocks(Frozen):
    """What an event does to the standing of the alliance (see `alliance.standing`)."""

    #: Trust of the host in the alliance, and of the host in the lead as a patron.
    trust: Score | None = None
    patron: Score | None = None
    cohesion: Score | None = None
    #: Share of the public that counts on the alliance.
    confidence: Score | None = None
