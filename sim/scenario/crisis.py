"""The shape of a crisis: sites, dynamics of unrest, local forces, the host's choices, effects of help."""

from typing import Literal, Self

from pydantic import Field, model_validator

from sim.scenario.distributions import Duration, Frozen
from sim.scenario.places import Place, Sourced
from sim.scenario.quantities import Hours, People, Rate, Ratio, Score, Share
from sim.scenario.scalars import Instant

CRISIS_TYPES = Literal[
    "internal_unrest", "interstate_war", "cross_border_incursion", "intra_member_clash", "external_pressure",
    "epidemic", "out_of_area", "hybrid",
]  # fmt: skip


class Facts(Sourced):
    """What the treaty's tests ask about a crisis; 'contested' facts are accepted by some members only."""

    territory: Literal["recognised", "partially_recognised", "disputed", "external"]
    adversary: Literal["none", "non_state", "state", "member"]
    external_hand: Literal["proved", "claimed", "absent"]
    un_mandate: Literal["yes", "no"]
    #: States or groups on the other side, for ties to the adversary.
    adversaries: tuple[str, ...] = ()


class Onset(Sourced):
    """When a site is first affected: uniform between two instants."""

    earliest: Instant
    latest: Instant

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.earliest > self.latest:
            raise ValueError("onset bounds cross: 'earliest' is after 'latest'; swap them")
        return self


class Site(Place):
    """A city in unrest: its onset, how high unrest can rise, and who guards it."""

    #: Recorded first day; none means the site is reached only by spread.
    onset: Onset | None = None
    #: Serious incidents a day at onset and at the ceiling.
    initial: Rate
    ceiling: Rate
    #: Local security personnel at onset, and the share tied down on guard duty.
    forces: People
    guard_share: Share
    #: Deaths per incident relative to the scenario's rate (0 for a peaceful occupation).
    lethality: Ratio
    #: Order in which national reserves are sent (1 first).
    priority: int = Field(ge=1, strict=True)
    #: A crowd that stays peaceful overwhelms nobody.
    peaceful: bool = False
    #: Weight in the share of the country that is out of control.
    weight: Ratio


class Spread(Frozen):
    """Contagion: a city that is overwhelmed stirs the others."""

    enabled: bool = True
    #: Chance that an overwhelmed site sets off a site not yet affected, and after how long.
    chance: Share
    delay: Duration
    #: Rise of unrest in affected sites when another is overwhelmed (share of the current level).
    push: Share


class Ends(Frozen):
    """Competing ends of unrest, each a hazard."""

    #: A site burns out unaided.
    fade: Rate
    #: A settlement with the government once it has made concessions (national).
    settle: Rate
    #: The government falls, per hour with all of the country out of control and no loyal forces.
    fall: Rate
    #: How steeply the hazard of falling rises with the share out of control.
    fall_power: Ratio


class Unrest(Sourced):
    """dx/dt = g x (1 - x/K) - s x at each site, with thresholds and competing ends."""

    #: Growth per hour of unresisted unrest.
    growth: Rate
    #: Suppression by a site's whole initial force when all of it is free, as a multiple of growth.
    suppression: Ratio
    #: Shape of the gamma frailty that multiplies each site's ceiling (variance 1/shape).
    frailty_shape: Ratio
    #: Incidents a day per 1,000 free local personnel above which a site is overwhelmed.
    overwhelm: Ratio
    #: Share of local personnel that stays when a site is overwhelmed.
    stay: Share
    #: Share of the ceiling below which a site is calm again.
    calm: Share
    spread: Spread
    ends: Ends
    #: Deaths and wounded per incident (means), and deaths per 1,000 personnel clearing a lethal site.
    killed: Ratio
    wounded: Ratio
    clearing_killed: Ratio
    #: Detentions per expected incident at a site once it is calm, and the mean lag of their report.
    detained: Ratio
    detention_lag: Hours


class Reserves(Sourced):
    """National forces that the host can send to its cities."""

    personnel: People
    #: From the first overwhelmed site to the order, and from the order to arrival at a site.
    order: Duration
    arrival: Duration
    #: Extra delay per place in the order of priority.
    queue: Hours


class LocalMobilisation(Sourced):
    """Rival mechanism: the host's own reserves reach the cities."""

    enabled: bool = True
    strength: Ratio


class DecisionSignal(Sourced):
    """Rival mechanism: the council's decision itself stiffens local forces."""

    enabled: bool = True
    #: Proportional gain in suppression everywhere from the mandate on.
    gain: Ratio


class FreedForces(Sourced):
    """Rival mechanism: guards posted by the mission free local personnel for other tasks."""

    enabled: bool = True
    #: Local personnel freed per soldier posted.
    ratio: Ratio
    #: Time from release to being used against unrest.
    delay: Duration


class Effects(Frozen):
    """The rival mechanisms by which help may have worked; each can be switched off."""

    local_mobilisation: LocalMobilisation
    decision_signal: DecisionSignal
    freed_forces: FreedForces


class Host(Sourced):
    """What the host weighs before it asks."""

    #: Utilities on a common scale where losing the government costs 1.
    value_of_help: Score
    value_of_asking: Score
    cost_of_sovereignty: Score
    cost_at_home: Score
    #: Chance of falling at which the host sees itself in danger, per share out of control.
    fear: Ratio
    #: Does the host ask in private before it appeals? If not, allies are taken by surprise and answer cold.
    private_sounding: bool = True
    #: Standard error of the private sounding (on the scale of willingness).
    sounding_noise: Ratio
    #: Situation noticed to sounding begun; sounding begun to answers in hand; choice to public appeal.
    notice: Duration
    sounding: Duration
    announce: Duration
    #: Does the host ask a partner outside the alliance when allies look unwilling?
    may_ask_lead_alone: bool = True


class Crisis(Frozen):
    """A crisis of one member: what, where, how it grows, who resists it."""

    title: str
    type: CRISIS_TYPES
    host: str
    facts: Facts
    unrest: Unrest
    sites: dict[str, Site]
    reserves: Reserves
    effects: Effects
    host_choice: Host
