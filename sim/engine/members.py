"""What each member is willing to do in this crisis: drawn once, explained term by term."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import NamedTuple

from sim.alliance.decision_rules import Answer, Council, Position
from sim.alliance.ordered_choice import (
    Factors,
    answer,
    answer_chances,
    carry_of_line,
    chance_of_adoption,
    chance_of_consensus,
    cost_of_help,
    line_of,
    terms,
    threshold,
)  # fmt: skip
from sim.alliance.treaty import Ledger, accepts_contested
from sim.engine.event_log import EventKind
from sim.engine.geometry import great_circle_km
from sim.engine.observers import weight_of_request
from sim.engine.streams import normal
from sim.engine.world import World
from sim.scenario.alliance import HelpLevel, Member

#: The one reason of a member that votes on its own case.
OWN_CASE = {"a party to the fight": -1.0}


class Verdict(NamedTuple):
    """A member's answer to a motion, with its reasons."""

    answer: Answer
    contributes: bool
    willingness: float
    threshold: float
    terms: dict[str, float]


class Members:
    """Willingness of every member towards the host of the crisis."""

    def __init__(self, world: World) -> None:
        """Draw the shock common to the case and each member's own."""
        self.world = world
        self.model = world.scenario.response.decision.choice
        self.host, self.lead = world.crisis.host, world.alliance.lead
        members = world.alliance.members
        #: Who takes part now or joins before the end.
        self.known = tuple(m for m in members if self._concerns(members[m]))
        others = [m for m in self.known if m != self.host]
        self.common = normal(world.streams.few("common shock")[0]) * float(self.model.sigma_common)
        sigma_own = float(self.model.sigma_own)
        self.own = {m: normal(world.streams.few("own shock", m)[0]) * sigma_own for m in others}
        self.factors = {m: self._factors(m) for m in others}
        #: What is asked again and again while nothing in it changes: terms by member and line, lines.
        self._terms: dict[tuple[str, float], dict[str, float]] = {}
        self._lines: dict[tuple[HelpLevel, bool], float] = {}
        self._thresholds: dict[tuple[HelpLevel, bool], float] = {}
        #: The treaty as last read; none before anybody has looked.
        self.ledger: Ledger | None = None
        self._count_in()
        world.root.listen(EventKind.EXIT, self._count_in)
        for day in {day for m in self.known for day in (members[m].joined, members[m].left) if day}:
            if world.hours_to_day(day) > world.now:
                world.after(world.hours_to_day(day) - world.now, self._count_in)

    def _concerns(self, state: Member) -> bool:
        world = self.world
        if state.takes_part(world.today) or state.joined is None or not state.participates:
            return state.takes_part(world.today)
        return world.now < world.hours_to_day(state.joined) <= world.horizon

    def _count_in(self, _: object = None) -> None:
        """Find who votes and who is an ally from now on: those who take part and have not left."""
        world, members, gone = self.world, self.world.alliance.members, self.world.left()
        today = world.today
        self.voters = tuple(m for m in self.known if members[m].takes_part(today) and m not in gone)
        self.allies = tuple(m for m in self.voters if m != self.host)
        #: Allies that stand on the other side of the crisis.
        self.opponents = frozenset(self.allies) & frozenset(world.crisis.facts.adversaries)
        dependence = {m: float(members[m].dependence) for m in self.allies}
        others = [share for m, share in dependence.items() if m != self.lead]
        mean = sum(others) / len(others) if others else 0.0
        self.carry = {m: carry_of_line(self.model, share, mean) for m, share in dependence.items()}
        for memo in (self._terms, self._lines):
            memo.clear()

    def _factors(self, member: str) -> Factors:
        alliance, crisis = self.world.alliance, self.world.crisis
        mine, theirs = alliance.members[member].capital, alliance.state(self.host).capital
        foes = crisis.facts.adversaries
        to_foes = sum(float(alliance.tie(member, foe)) for foe in foes) / len(foes) if foes else 0.0
        return Factors(
            adversary_state=float(crisis.facts.adversary in ("state", "member")),
            ties_to_adversary=to_foes / 2,
            ties_to_host=float(alliance.tie(member, self.host)) / 2,
            formal_request=weight_of_request(self.world),
            cost=cost_of_help(
                great_circle_km(mine.lat, mine.lon, theirs.lat, theirs.lon),
                crisis.type == "internal_unrest",
                self._sent(member) / max(1.0, float(alliance.members[member].active_military)),
            )
            + float(alliance.strain) * float(alliance.members[member].engaged),
        )

    def _sent(self, member: str) -> float:
        """Return the troops a member would send: its offer, or the planned force if it fills what is left."""
        offer = self.world.scenario.response.offers.get(member)
        mandate = self.world.scenario.response.mandate
        if offer is None:
            return 0.0
        if offer.troops is None:
            return 0.0 if mandate is None else float(mandate.troops)
        return float(offer.troops)

    # law

    def heed(self, ledger: Ledger) -> None:
        """Take note of what the treaty says now."""
        if ledger is not self.ledger:
            self.ledger = ledger
            self._lines.clear()

    def legal_cost(self, member: str, level: HelpLevel) -> float:
        """Return what a legal basis in doubt takes off *member*'s willingness to support a motion on *level*.

        *Assumed*: an amount common to all, and one per unit of closeness to the adversary; 0 where the basis
        is clear.
        """
        shape = self.world.alliance.legal_doubt
        if shape is None or self.ledger is None or level not in self.ledger.in_doubt:
            return 0.0
        close = max(0.0, self.factors[member].ties_to_adversary)
        return float(shape.cost) + float(shape.with_adversary) * close

    # willingness

    def line(self, level: HelpLevel, limited: bool) -> float:
        """Return the lead's line on a motion; 0 when the lead is the host itself, or asks for it."""
        if self.lead not in self.allies or self.lead == self.world.crisis.asker:
            return 0.0
        # What standing adds to the lead's willingness may have changed since.
        standing = self.world.standing
        known = self._lines.get((level, limited)) if standing is None or standing.at_rest else None
        if known is None:
            tau = self.threshold(level, limited)
            own = self.willingness(self.lead, 0.0) - self.legal_cost(self.lead, level)
            known = line_of(own, tau, float(self.model.abstention))
            self._lines[level, limited] = known
        return known

    def threshold(self, level: HelpLevel, limited: bool) -> float:
        """Return the willingness that a motion needs of each member to be supported."""
        known = self._thresholds.get((level, limited))
        if known is None:
            known = self._thresholds[level, limited] = threshold(self.model, level, limited)
        return known

    def terms(self, member: str, line: float) -> dict[str, float]:
        """Return the systematic terms and shocks that make up a member's willingness."""
        carried = 0.0 if member == self.lead else line
        known = self._terms.get((member, carried))
        if known is None:
            known = terms(self.model, self.factors[member], carried, self.carry[member])
            known |= {"common shock": self.common, "own shock": self.own[member]}
            self._terms[member, carried] = known
        standing = self.world.standing
        leaning = None if standing is None else standing.leaning(member, self.host)
        return known | leaning if leaning else known

    def willingness(self, member: str, line: float) -> float:
        """Return a member's willingness given the lead's line."""
        return sum(self.terms(member, line).values())

    def verdict(self, member: str, level: HelpLevel, limited: bool, accepts: bool) -> Verdict:
        """Return how *member* answers a motion; one that rejects its legal basis at most abstains."""
        tau, kappa = self.threshold(level, limited), float(self.model.abstention)
        if self.votes_on_itself(member, level):
            return Verdict(Answer(Position.OBJECT, adamant=True), False, tau - kappa, tau, OWN_CASE)
        parts = self.terms(member, self.line(level, limited))
        cost = self.legal_cost(member, level)
        parts = {**parts, "contested law": -cost} if cost else parts
        w = sum(parts.values())
        found = answer(w, tau, kappa)
        if found.position is Position.SUPPORT and not accepts:
            found = Answer(Position.ABSTAIN)
        able = member in self.world.scenario.response.offers
        gives = (
            found.position is Position.SUPPORT and able and w >= tau + float(self.model.contribution_margin)
        )
        return Verdict(found, gives, w, tau, parts)

    def votes_on_itself(self, member: str, level: HelpLevel) -> bool:
        """Return whether *member* is the host's opponent, who objects to more than words (*assumed*)."""
        return member in self.opponents and level != "words"

    # what the host can know

    def council(self, level: HelpLevel) -> Council:
        """Return the council as the decision rule sees it."""
        organ = self.world.alliance.organs.council
        providers = frozenset(self.world.alliance.airlift.providers)
        return Council(
            self.host,
            self.lead,
            int(organ.supports_needed),
            float(organ.qualified_share),
            providers & frozenset(self.voters) if level == "force" else None,
        )

    def sounded(self, attempt: int = 1, level: HelpLevel = "force") -> dict[str, float]:
        """Return what the host takes each ally's willingness to be when *level* is asked for.

        After a private sounding: the truth with an error, another one at each *attempt*. Without one: what
        the model expects of the ally with no shocks and a neutral lead.
        """
        if not self.world.crisis.host_choice.private_sounding:
            return {
                m: sum(terms(self.model, self.factors[m], 0.0, self.carry[m]).values()) for m in self.allies
            }
        noise = float(self.world.crisis.host_choice.sounding_noise)
        line, few = self.line(level, limited=False), self.world.streams.few
        return {
            m: self.willingness(m, line) + noise * normal(few("sounding", f"{m} {attempt}")[0])
            for m in self.allies
        }

    def doubt(self) -> float:
        """Return the standard error of what the host takes an ally's willingness to be."""
        choice, model = self.world.crisis.host_choice, self.model
        if choice.private_sounding:
            return max(1e-6, float(choice.sounding_noise))
        return max(1e-6, float((model.sigma_common**2 + model.sigma_own**2) ** 0.5))

    def belief(self, sounded: dict[str, float], level: HelpLevel = "force") -> float:
        """Return the host's chance that a motion on *level* passes, for force full or limited in scope.

        The host knows the decision model, the treaty and its sounding's error, never the members' shocks.
        """
        return self.chance_of_passing(self._believed(sounded, level), level)

    def belief_in_any(self, sounded: dict[str, float], level: HelpLevel) -> float:
        """Return the host's chance that one ally or more is willing to give help at *level*."""
        chances = self._believed({m: w for m, w in sounded.items() if m != self.world.crisis.asker}, level)
        return 1 - prod(1 - c[Position.SUPPORT] for c in chances.values())

    def _believed(self, sounded: dict[str, float], level: HelpLevel) -> dict[str, dict[Position, float]]:
        """Return the chances that the host gives each answer of each ally to a motion on *level*."""
        noise, read = self.doubt(), self.host_reads_law
        tau, kappa = threshold(self.model, level, limited=True), float(self.model.abstention)
        expected = {m: w - (self.legal_cost(m, level) if read else 0.0) for m, w in sounded.items()}
        return {m: answer_chances(w, noise, tau, kappa) for m, w in expected.items()}

    def chance_of_passing(
        self, chances: Mapping[str, Mapping[Position, float]], level: HelpLevel = "force"
    ) -> float:
        """Return the chance that the council adopts *level*, given each ally's *chances* of each answer."""
        chances = {m: self._bound(m, c, level) for m, c in chances.items()}
        rule, council = self.world.alliance.organs.council.rule, self.council(level)
        if rule == "consensus" and council.supports_needed == 1:
            return chance_of_consensus(chances, council)
        own = {Position.SUPPORT: 1.0, Position.ABSTAIN: 0.0, Position.OBJECT: 0.0}
        return chance_of_adoption({self.host: own, **chances}, rule, council)

    def _bound(
        self, member: str, chances: Mapping[Position, float], level: HelpLevel
    ) -> Mapping[Position, float]:
        """Return *chances* within what a member may answer: its own case, request, a basis it rejects."""
        if self.host_reads_law and member == self.world.crisis.asker:
            return {Position.SUPPORT: 1.0, Position.ABSTAIN: 0.0, Position.OBJECT: 0.0}
        if self.votes_on_itself(member, level):
            return {Position.SUPPORT: 0.0, Position.ABSTAIN: 0.0, Position.OBJECT: 1.0}
        ledger = self.ledger if self.host_reads_law else None
        contested = ledger is not None and ledger.basis[level] == "contested"
        if not contested or accepts_contested(float(self.world.alliance.tie(member, self.host))):
            return chances
        idle = chances[Position.SUPPORT] + chances[Position.ABSTAIN]
        return {Position.SUPPORT: 0.0, Position.ABSTAIN: idle, Position.OBJECT: chances[Position.OBJECT]}

    @property
    def host_reads_law(self) -> bool:
        """Whether the host weighs what treaty and plan leave open, rather than force whatever they say."""
        return self.world.crisis.host_choice.hopes_for == "what_is_open"

    def belief_in_lead(self, sounded: dict[str, float]) -> float:
        """Return the host's chance that the lead would help on its own."""
        if self.lead not in sounded:
            return 0.0
        noise = self.doubt()
        tau = threshold(self.model, "force") + float(self.world.scenario.response.decision.bilateral_margin)
        return answer_chances(sounded[self.lead], noise, tau, 0.0)[Position.SUPPORT]
