"""The shape of a crisis: sites, dynamics of unrest, local forces, the host's choices, effects of help."""

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from sim.scenario.distributions import Duration, Frozen
from sim.scenario.later import later
from sim.scenario.places import Place, Sourced
from sim.scenario.quantities import Hours, People, PositiveRatio, Quantity, Rate, Ratio, Score, Share
from sim.scenario.scalars import Instant

if TYPE_CHECKING:
    from sim.scenario.epidemic import Epidemic
    from sim.scenario.fighting import Fighting
    from sim.scenario.incursions import Incursions
    from sim.scenario.injects import Branch, Inject
    from sim.scenario.occasion import Occasion
    from sim.scenario.pressure import Pressure
else:
    Epidemic, Fighting = later("epidemic", "Epidemic"), later("fighting", "Fighting")
    Incursions, Occasion = later("incursions", "Incursions"), later("occasion", "Occasion")
    Pressure = later("pressure", "Pressure")
    Branch, Inject = later("injects", "Branch"), later("injects", "Inject")

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
    #: Key of the base on whose ground it happens: once admitted, that has the status that the base gives it.
    ground: str = ""


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
    #: Weight in the share of the country that is out of control, relative to the other sites.
    weight: Ratio = Quantity(1.0, source=("no difference by default",), confidence="high")


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
    frailty_shape: PositiveRatio
    #: Incidents a day per 1,000 free local personnel above which a site is overwhelmed.
    overwhelm: Ratio
    #: Share of local personnel that stays when a site is overwhelmed.
    stay: Share
    #: Share of the ceiling below which a site is calm again.
    calm: Share
    spread: Spread
    ends: Ends
    #: Deaths and wounded per incident (means), and deaths per 1,000 who clear a lethal site by force.
    killed: Ratio
    wounded: Ratio
    clearing_killed: Ratio
    #: Detentions per expected incident at a site once it is calm (none after a settlement or a fall), and the
    #: mean lag of their report.
    detained: Ratio
    detention_lag: Hours


class Reserves(Sourced):
    """National forces that the host can send to its cities."""

    personnel: People
    #: From the first overwhelmed site to the order, and from the order to arrival at a site.
    order: Duration
    arrival: Duration
    #: Extra delay per place in the order of priority.
    queue: Hours = Quantity(0.0, source=("none by default",), confidence="high", unit="h")


class LocalMobilisation(Sourced):
    """Rival mechanism: the host's own reserves reach the cities."""

    enabled: bool = True
    strength: Ratio


class DecisionSignal(Sourced):
    """Rival mechanism: the council's decision itself stiffens local forces."""

    enabled: bool = True
    #: Proportional gain in suppression everywhere from a decision to send a force on, be it one state's own.
    gain: Ratio


class FreedForces(Sourced):
    """Rival mechanism: guards posted by the mission free local personnel for other tasks."""

    enabled: bool = True
    #: Local personnel freed per soldier posted.
    ratio: Ratio
    #: Time from release to being used against unrest.
    delay: Duration


class Mechanism(Sourced):
    """Rival mechanism: whether measures that name it have an effect, and to what power."""

    enabled: bool = True
    #: Power to which their factors are raised (1: as they are; 0: no effect).
    strength: Ratio = Quantity(1.0)


class Effects(Frozen):
    """The rival mechanisms by which help may work; each can be switched off, and one left out has none."""

    local_mobilisation: LocalMobilisation | None = None
    decision_signal: DecisionSignal | None = None
    freed_forces: FreedForces | None = None
    #: Posted soldiers strengthen the guard of a border sector.
    border_reinforcement: Mechanism | None = None
    #: Posted soldiers stand between the parties of a fight.
    interposition: Mechanism | None = None
    #: Third parties bring the sides to talk.
    mediation: Mechanism | None = None
    #: Exercises near a border keep armed groups away.
    deterrence: Mechanism | None = None
    #: Medics, kits and vaccine.
    medical_aid: Mechanism | None = None
    #: Words of the organisation's organs.
    good_offices: Mechanism | None = None
    #: A united front of members against outside pressure.
    solidarity: Mechanism | None = None

    @model_validator(mode="before")
    @classmethod
    def _off_is_none(cls, raw: object) -> object:
        """Read a mechanism of which nothing is said but that it is off as one that is left out."""
        if not isinstance(raw, dict):
            return raw
        return {name: None if found == {"enabled": False} else found for name, found in raw.items()}


class Host(Sourced):
    """What the host weighs before it asks."""

    #: Utilities on a common scale where losing the government costs 1.
    value_of_help: Score
    value_of_asking: Score
    #: What measures short of force bring it, and cost it in sovereignty, as a share of what force does.
    share_of_measures: Share = Quantity(1.0, source=("no difference by default",), confidence="high")
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
    #: Help whose chance it weighs: the highest that treaty and plan leave open, or force whatever they say.
    hopes_for: Literal["what_is_open", "force"] = "what_is_open"
    #: May the host ask the lead alone, outside the council, where that looks better?
    may_ask_lead_alone: bool = True


class Crisis(Frozen):
    """A crisis of one member: what, where, how it grows, who resists it."""

    title: str
    type: CRISIS_TYPES
    host: str
    facts: Facts
    #: What goes on: any of these, side by side.
    unrest: Unrest | None = None
    sites: dict[str, Site] = {}
    reserves: Reserves | None = None
    incursions: Incursions | None = None
    fighting: Fighting | None = None
    epidemic: Epidemic | None = None
    pressure: Pressure | None = None
    occasion: Occasion | None = None
    effects: Effects = Field(default_factory=Effects)
    host_choice: Host
    #: What happens from outside, and where outside events may turn one way or another.
    injects: dict[str, Inject] = {}
    branches: dict[str, Branch] = {}

    @property
    def asker(self) -> str:
        """The state that asks the alliance: the host, or the member that speaks for it."""
        return (self.occasion.asked_by if self.occasion is not None else "") or self.host

    def places(self) -> dict[str, Place]:
        """Return every place of the crisis by key: sites, sectors, villages."""
        found: dict[str, Place] = dict(self.sites)
        for part in (self.incursions, self.fighting, self.epidemic, self.pressure, self.occasion):
            if part is not None:
                found |= part.places()
        return found

    @model_validator(mode="after")
    def _something_goes_on(self) -> Self:
        if self.unrest is not None and not self.sites:
            raise ValueError("unrest needs 'sites' to happen at")
        return self
