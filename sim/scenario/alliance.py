"""The shape of an alliance file: members, law, organs, forces, airfields, fleets."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from sim.scenario.bases import Base
from sim.scenario.distributions import Duration, Frozen
from sim.scenario.exercises import Exercise
from sim.scenario.levers import Lever
from sim.scenario.places import Place, Sourced
from sim.scenario.quantities import (
    Closeness,
    Hours,
    People,
    PositiveCount,
    PositiveRatio,
    Quantity,
    Ratio,
    Share,
    WholeCount,
)  # fmt: skip
from sim.scenario.scalars import Day
from sim.scenario.sessions import Session
from sim.scenario.standing import Standing
from sim.scenario.synthetic import Synthetic, expanded
from sim.scenario.transport import AircraftType, Airfield, Airlift, Fleet, Roads

HelpLevel = Literal["none", "words", "measures", "force"]
HELP_LEVELS: tuple[HelpLevel, ...] = ("none", "words", "measures", "force")
#: Place of each level of help on the ladder: none 0, words 1, measures 2, force 3.
RANK: dict[HelpLevel, int] = {level: rank for rank, level in enumerate(HELP_LEVELS)}
RuleName = Literal[
    "consensus", "unanimity", "simple_majority", "qualified_majority", "limited_format", "lead_decides"
]
Verdict = Literal["met", "contested", "unmet"]
#: Offsets from UTC lie between -12:00 and +14:00.
ZONE = r"^(-(0\d|1[01]):[0-5]\d|[+](0\d|1[0-3]):[0-5]\d|-12:00|[+]14:00)$"


class Parliament(Sourced):
    """A chamber whose consent a deployment needs: quorum, ballots, and how long each step takes."""

    seats: PositiveCount
    votes_needed: PositiveCount
    #: Chance that a deputy comes to the first convening, and to a later one.
    attendance_first: Share
    attendance_later: Share
    #: Standard deviation of attendance from session to session (share of seats).
    attendance_spread: Share
    #: Chance that a present deputy votes yes at a first ballot, and at a repeated one.
    support_first: Share
    support_repeated: Share
    #: Mandate to first convening; failed quorum to next convening; ballot to ballot; consent to decree.
    convene: Duration
    postponed: Duration
    ballot: Duration
    decree: Duration
    #: Ballots in one sitting, and sittings, before the matter lapses.
    ballots_per_sitting: PositiveCount
    sittings: PositiveCount

    @field_validator("votes_needed")
    @classmethod
    def _can_be_reached(cls, votes: Quantity, info: ValidationInfo) -> Quantity:
        seats = info.data.get("seats", votes)
        if votes > seats:
            raise ValueError(f"{votes:g} votes are more than the {seats:g} seats; write {seats:g} or less")
        return votes


class Approval(Sourced):
    """How a member authorises its own troops to go."""

    procedure: Literal["executive", "parliament"]
    #: Mandate to authorisation, for an executive procedure.
    delay: Duration | None = None
    parliament: Parliament | None = None

    @model_validator(mode="after")
    def _has_its_procedure(self) -> Self:
        if self.procedure == "executive" and self.delay is None:
            raise ValueError("an executive approval needs the key 'delay'")
        if self.procedure == "parliament" and self.parliament is None:
            raise ValueError("a parliamentary approval needs the key 'parliament'")
        return self


class Echelon(Sourced):
    """A part of a unit that becomes ready at its own time after the warning order."""

    share: Share
    #: Key of the alliance's `notice_to_move`.
    readiness: str


class Unit(Sourced):
    """A formation that can be sent, its base and the airfield it loads at."""

    name: str
    base: Place
    airfield: str
    #: Personnel of the unit that can be called on.
    strength: People
    #: The parts it goes in, in order (advance, main, ...); their shares add up to 1.
    echelons: dict[str, Echelon]

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        total = sum(e.share for e in self.echelons.values())
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the echelons' shares add up to {total:g}, not 1")
        return self


class Member(Sourced):
    """A state of the alliance."""

    name: str
    capital: Place
    #: Offset from UTC as +HH:MM.
    zone: str = Field(pattern=ZONE)
    active_military: People
    #: Share of goods trade with the lead member; moves how far the lead's line carries.
    dependence: Share
    #: Share of its forces that is committed elsewhere, in a war of its own.
    engaged: Share = Quantity(0.0, source=("none by default",), confidence="high")
    approval: Approval
    units: dict[str, Unit] = {}
    #: A member that has suspended its part sends nothing and casts no vote.
    participates: bool = True
    #: First day of membership, and the first day without; always a member if not said.
    joined: Day | None = None
    left: Day | None = None

    def is_member(self, on: date) -> bool:
        """Return whether the state has joined and not left by the day *on*."""
        return (self.joined is None or self.joined <= on) and (self.left is None or on < self.left)

    def takes_part(self, on: date) -> bool:
        """Return whether the state is a member on the day *on* and has not suspended its part."""
        return self.participates and self.is_member(on)


class Chair(Sourced):
    """Who chairs the council from one date to another."""

    member: str
    start: Day
    end: Day | None = None


class Council(Sourced):
    """The highest organ: rule, session and pace."""

    rule: RuleName = "consensus"
    session: Literal["remote", "in_person"] = "remote"
    #: Fewest allies (the host left out) whose support a motion needs.
    supports_needed: WholeCount
    #: Share of votes needed under a qualified majority.
    qualified_share: Share
    #: Each member's time to answer when privately sounded out before, and when not.
    deliberation_cleared: Duration
    deliberation_cold: Duration
    #: Extra time that an in-person session takes to gather.
    travel: Duration
    #: Time to redraft a motion that failed into the next that can be put.
    redraft: Duration


class StandingToAsk(Frozen):
    """What a request of a state that is no member weighs, where a member's weighs 1 (a formal request)."""

    none: Share
    observer: Share
    partner: Share


class Organs(Sourced):
    """Standing organs and how long each takes."""

    council: Council
    #: Chair: appeal received to consultations opened. A chair that is itself a party takes longer.
    chair_opens: Duration
    chair_party_factor: Ratio
    #: Secretary General: appeal received to first public word, and whether the office is filled.
    secretary_general: Duration
    secretary_general_vacant: bool = False
    vacancy_factor: Ratio
    #: Share by which each observer lengthens the opening of consultations, and by which each pair at the
    #: table does of which at least one observes and which is wholly hostile (others in proportion).
    observer_cost: Ratio = Quantity(0.0)
    discord_cost: Ratio = Quantity(0.0)
    #: Groups of partners all of whose states attend as observers.
    observer_groups: tuple[str, ...] = ()
    #: Weight of requests from outside; that of a member's if not said.
    standing_to_ask: StandingToAsk | None = None
    #: Joint Staff: plan of the operation, drawn up beside the deliberation.
    joint_staff_plan: Duration
    #: Defence ministers: request to end the mission to the order for withdrawal.
    defence_ministers: Duration


class ProvisionTest(Frozen):
    """One condition of a provision: the crisis fact it asks for and the answers that satisfy it."""

    fact: str
    met_by: tuple[str, ...]
    contested_by: tuple[str, ...] = ()


class Provision(Sourced):
    """A clause as data: from when, under which tests, and what it obliges, permits and bars."""

    instrument: str
    title: str
    in_force: Day
    ends: Day | None = None
    tests: tuple[ProvisionTest, ...] = ()
    obliges: tuple[HelpLevel, ...] = ()
    permits: tuple[HelpLevel, ...] = ()
    bars: tuple[HelpLevel, ...] = ()


class LegalDoubt(Sourced):
    """What a legal basis in doubt takes off a member's willingness, on the scale of the ordered choice."""

    cost: Ratio
    #: More for a member close to the adversary, per unit of closeness (1: close).
    with_adversary: Ratio


class Instrument(Sourced):
    """A programme or agreement that changes one lever from the day it works (not that of its signature)."""

    name: str
    #: Switch: off, it has no effect at all.
    enabled: bool = True
    signed: Day | None = None
    in_force: Day | None = None
    #: Time over which its effect grows to the full factor; at once if not said.
    phase_in: Hours | None = None
    #: The lever it changes and the factor by which it does; other levers that it changes by the same factor.
    affects: Lever
    also: tuple[Lever, ...] = ()
    factor: Ratio
    #: Facts of the crisis (as the treaty's tests know them) without any of which it changes nothing.
    only_where: dict[str, str] = {}


class Partner(Sourced):
    """A state that is no member: an observer, a neighbour or a candidate."""

    name: str
    capital: Place
    #: Offset from UTC as +HH:MM.
    zone: str = Field(pattern=ZONE)
    #: An observer attends consultations without a vote; a formal partner takes part in agreed measures.
    observer: bool = False
    partnership: bool = False
    #: Groups of states it belongs to, which can be let in as observers together (`organs.observer_groups`).
    groups: tuple[str, ...] = ()


class Alliance(Frozen):
    """An alliance as it stands: who, by what law, with what forces."""

    format: Literal[1]
    name: str
    lead: str
    members: dict[str, Member]
    #: States that are no members but may be hosts, observers or mediators.
    partners: dict[str, Partner] = {}
    #: Assumed closeness of pairs, -2 hostile to +2 close, keyed AAA-BBB in either order.
    ties: dict[str, Closeness]
    tie_default: Closeness
    chairs: tuple[Chair, ...]
    organs: Organs
    treaty: dict[str, Provision]
    #: What it costs a motion that its legal basis can be argued away; nothing if not said.
    legal_doubt: LegalDoubt | None = None
    instruments: dict[str, Instrument] = {}
    #: Exercises by key, held on their days where they are enabled.
    exercises: dict[str, Exercise] = {}
    #: Sessions at which instruments were adopted together.
    sessions: dict[str, Session] = {}
    #: Warning order to ready, by kind of unit; echelons name theirs, so that one figure can serve several.
    notice_to_move: dict[str, Duration]
    airfields: dict[str, Airfield]
    aircraft_types: dict[str, AircraftType]
    fleets: dict[str, dict[str, Fleet]]
    airlift: Airlift
    roads: Roads
    #: Forward bases, and members that do not exist (to see what numbers do to consensus).
    bases: dict[str, Base] = {}
    synthetic: Synthetic | None = None
    #: What crises leave behind; none if it is not followed.
    standing: Standing | None = None
    #: Coordination of a multinational force relative to a national one (1 = no loss).
    coordination: PositiveRatio
    #: What a member's cost of helping rises by where all its forces are committed elsewhere (in units of
    #: about one).
    strain: Ratio = Quantity(0.0, source=("none by default",), confidence="high")

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, raw: object) -> object:
        return expanded(raw)

    def state(self, key: str) -> Member | Partner:
        """Return the member or partner *key*.

        Raises:
            KeyError: it is neither.
        """
        return self.members[key] if key in self.members else self.partners[key]

    def observes(self, key: str) -> bool:
        """Return whether the state *key* is an observer: by itself or with a group it belongs to."""
        partner = self.partners.get(key)
        if partner is None or key in self.members:
            return False
        return partner.observer or not set(partner.groups).isdisjoint(self.organs.observer_groups)

    def tie(self, a: str, b: str) -> Quantity:
        """Return how close *a* and *b* are, in either order of the key."""
        # A tie of 0 is falsy, so presence is asked for, not truth.
        for key in (f"{a}-{b}", f"{b}-{a}"):
            if key in self.ties:
                return self.ties[key]
        return self.tie_default
