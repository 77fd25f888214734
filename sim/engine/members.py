"""What each member is willing to do in this crisis: drawn once, explained term by term."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import NamedTuple

from sim.alliance.decision_rules import Answer, Council, Position
from sim.alliance.ordered_choice import (
    ABSTAINS,
    Factors,
    answer,
    answer_chances,
    chance_of_adoption,
    chance_of_consensus,
    line_of,
    terms,
)  # fmt: skip
from sim.alliance.treaty import Ledger, accepts_contested
from sim.engine.event_log import EventKind
from sim.engine.observers import weight_of_request
from sim.engine.roll import Table, choice_of, roll_at_start, roll_of, table_of, thresholds_of
from sim.engine.streams import normal
from sim.engine.world import World
from sim.scenario.alliance import HelpLevel
from sim.scenario.models import Scenario

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
        scenario, now, one = world.scenario, world.now, world.streams.one
        roll = roll_at_start(scenario) if now == 0 else roll_of(scenario, world.today, now, world.left())
        self.model = choice_of(scenario.response.decision)
        self.host, self.lead, self.asker = world.crisis.host, world.alliance.lead, world.crisis.asker
        #: Who takes part now or joins before the end.
        self.known = roll.known
        if roll.joining:
            self.known = tuple(m for m in roll.known if roll.joining.get(m, now) <= world.horizon)
        self._abstention = float(self.model.abstention)
        self._margin = float(self.model.contribution_margin)
        self.common = normal(one("common shock")) * float(self.model.sigma_common)
        sigma_own, others = float(self.model.sigma_own), [m for m in self.known if m != self.host]
        self.own = {m: normal(one("own shock", m)) * sigma_own for m in others}
        self.factors = {m: roll.factors[m] for m in others}
        #: Whether no other crisis can hold forces of theirs.
        self._alone = world.root is world and not scenario.crises
        #: What is asked again and again while nothing in it changes: terms and their sum by member and line,
        #: lines, verdicts before the law, the council as the rule sees it.
        self._terms: dict[tuple[str, float, float], tuple[dict[str, float], float]] = {}
        self._lines: dict[tuple[HelpLevel, bool], float] = {}
        self._verdicts: dict[tuple[str, HelpLevel, bool], Verdict] = {}
        self._councils: dict[HelpLevel, Council] = {}
        #: The treaty as last read; none before anybody has looked.
        self.ledger: Ledger | None = None
        self._sit(roll.table)
        world.root.listen(EventKind.EXIT, self._count_in)
        for at in roll.turns:
            world.after(at - now, self._count_in)

    def _count_in(self, _: object = None) -> None:
        """Find who votes and who is an ally from now on: those who take part and have not left."""
        world, was = self.world, self.host in self.voters
        self._sit(table_of(world.scenario, self.known, world.today, world.left()))
        weight = weight_of_request(world)
        if any(f.formal_request != weight for f in self.factors.values()):
            self.factors = {m: f._replace(formal_request=weight) for m, f in self.factors.items()}
        if was is not (self.host in self.voters):
            self._host_turned()

    def _host_turned(self) -> None:
        """Take note that the host has left or joined: willingness has it in the weight of the request."""

    def _sit(self, table: Table) -> None:
        """Let those at *table* decide from now on."""
        self.voters, self.allies = table.voters, table.allies
        #: Allies that stand on the other side of the crisis.
        self.opponents, self.carry = table.opponents, table.carry.copy()
        for memo in (self._terms, self._lines, self._verdicts, self._councils):
            memo.clear()

    # law

    def heed(self, ledger: Ledger) -> None:
        """Take note of what the treaty says now."""
        if ledger is not self.ledger:
            self.ledger = ledger
            self._lines.clear()
            self._verdicts.clear()

    def legal_cost(self, member: str, level: HelpLevel) -> float:
        """Return what a legal basis in doubt takes off *member*'s willingness to support a motion on *level*.

        *Assumed*: an amount common to all, and one per unit of closeness to the adversary; 0 where the basis
        is clear.
        """
        if self.ledger is None or level not in self.ledger.in_doubt:
            return 0.0
        shape = self.world.alliance.legal_doubt
        if shape is None:
            return 0.0
        close = max(0.0, self.factors[member].ties_to_adversary)
        return float(shape.cost) + float(shape.with_adversary) * close

    # willingness

    def line(self, level: HelpLevel, limited: bool) -> float:
        """Return the lead's line on a motion; 0 when the lead is the host itself, or asks for it."""
        if self.lead not in self.allies or self.lead == self.asker:
            return 0.0
        known = self._lines.get((level, limited)) if self._at_rest else None
        if known is None:
            tau = self.threshold(level, limited)
            own = self.willingness(self.lead, 0.0) - self.legal_cost(self.lead, level)
            known = line_of(own, tau, self._abstention)
            self._lines[level, limited] = known
        return known

    def threshold(self, level: HelpLevel, limited: bool) -> float:
        """Return the willingness that a motion needs of each member to be supported."""
        return thresholds_of(self.model)[level, limited]

    @property
    def _at_rest(self) -> bool:
        """Whether what standing and other crises change in willingness cannot have moved since last asked."""
        standing = self.world.standing
        return (standing is None or standing.at_rest) and (self._alone or not self.world.engaged)

    def seen(self, member: str) -> Factors:
        """Return what *member* sees of the crisis now: forces that other crises hold make help dearer."""
        factors, more = self.factors[member], self._strain(member)
        return factors._replace(cost=factors.cost + more) if more else factors

    def _strain(self, member: str) -> float:
        """Return what the forces of *member* that other crises of the campaign hold add to its cost of help.

        *Assumed*: as much by share of its armed forces as those at war elsewhere (`engaged`), all of them at
        most. Aircraft are not counted: that they are busy makes help slower.
        """
        away = 0.0 if self._alone else self.world.engaged_elsewhere(member)
        if not away:
            return 0.0
        state = self.world.alliance.members[member]
        share = min(away / max(1.0, float(state.active_military)), 1.0 - float(state.engaged))
        return float(self.world.alliance.strain) * share

    def _weighed(self, member: str, line: float) -> tuple[dict[str, float], float]:
        """Return the systematic terms and shocks that make up a member's willingness, and their sum."""
        carried = 0.0 if member == self.lead else line
        strain = 0.0 if self._alone else self._strain(member)
        known = self._terms.get((member, carried, strain))
        if known is None:
            found = terms(self.model, self.seen(member), carried, self.carry[member])
            found["common shock"], found["own shock"] = self.common, self.own[member]
            known = self._terms[member, carried, strain] = found, sum(found.values())
        standing = self.world.standing
        leaning = None if standing is None else standing.leaning(member, self.host)
        if not leaning:
            return known
        found = known[0] | leaning
        return found, sum(found.values())

    def terms(self, member: str, line: float) -> dict[str, float]:
        """Return the systematic terms and shocks that make up a member's willingness."""
        return self._weighed(member, line)[0]

    def willingness(self, member: str, line: float) -> float:
        """Return a member's willingness given the lead's line."""
        return self._weighed(member, line)[1]

    def verdict(self, member: str, level: HelpLevel, limited: bool, accepts: bool) -> Verdict:
        """Return how *member* answers a motion; one that rejects its legal basis at most abstains."""
        # Asked in private, when it is sounded out, and again in the council.
        known = self._verdicts.get((member, level, limited)) if self._at_rest else None
        if known is None:
            known = self._verdicts[member, level, limited] = self._own_verdict(member, level, limited)
        if accepts or known.answer.position is not Position.SUPPORT:
            return known
        return known._replace(answer=ABSTAINS, contributes=False)

    def _own_verdict(self, member: str, level: HelpLevel, limited: bool) -> Verdict:
        """Return how *member* answers a motion whose legal basis it accepts."""
        tau, kappa = self.threshold(level, limited), self._abstention
        if self.votes_on_itself(member, level):
            return Verdict(Answer(Position.OBJECT, adamant=True), False, tau - kappa, tau, OWN_CASE)
        parts, w = self._weighed(member, self.line(level, limited))
        cost = self.legal_cost(member, level)
        if cost:
            parts = {**parts, "contested law": -cost}
            w = sum(parts.values())
        found = answer(w, tau, kappa)
        able = member in self.world.scenario.response.offers
        gives = found.position is Position.SUPPORT and able and w >= tau + self._margin
        return Verdict(found, gives, w, tau, parts)

    def votes_on_itself(self, member: str, level: HelpLevel) -> bool:
        """Return whether *member* is the host's opponent, who objects to more than words (*assumed*)."""
        return member in self.opponents and level != "words"

    # what the host can know

    def council(self, level: HelpLevel) -> Council:
        """Return the council as the decision rule sees it."""
        known = self._councils.get(level)
        if known is None:
            organ = self.world.alliance.organs.council
            providers = frozenset(self.world.alliance.airlift.providers)
            known = self._councils[level] = Council(
                self.host,
                self.lead,
                int(organ.supports_needed),
                float(organ.qualified_share),
                providers & frozenset(self.voters) if level == "force" else None,
            )
        return known

    def sounded(self, attempt: int = 1, level: HelpLevel = "force") -> dict[str, float]:
        """Return what the host takes each ally's willingness to be when *level* is asked for.

        After a private sounding: the truth with an error, another one at each *attempt*. Without one: what
        the model expects of the ally with no shocks and a neutral lead.
        """
        if not self.world.crisis.host_choice.private_sounding:
            return {m: sum(terms(self.model, self.seen(m), 0.0, self.carry[m]).values()) for m in self.allies}
        noise = float(self.world.crisis.host_choice.sounding_noise)
        line, one = self.line(level, limited=False), self.world.streams.one
        return {
            m: self.willingness(m, line) + noise * normal(one("sounding", f"{m} {attempt}"))
            for m in self.allies
        }

    def doubt(self) -> float:
        """Return the standard error of what the host takes an ally's willingness to be."""
        choice, model = self.world.crisis.host_choice, self.model
        if choice.private_sounding:
            return max(1e-6, float(choice.sounding_noise))
        return max(1e-6, float((model.sigma_common**2 + model.sigma_own**2) ** 0.5))

    def belief(self, sounded: dict[str, float], level: HelpLevel = "force", limited: bool = True) -> float:
        """Return the host's chance that a motion on *level* passes, for force full or *limited* in scope.

        The host knows the decision model, the treaty and its sounding's error, never the members' shocks.
        """
        return self.chance_of_passing(self._believed(sounded, level, limited), level)

    def belief_in_any(self, sounded: dict[str, float], level: HelpLevel) -> float:
        """Return the host's chance that one ally or more is willing to give help at *level*."""
        chances = self._believed({m: w for m, w in sounded.items() if m != self.asker}, level)
        return 1 - prod(1 - c[Position.SUPPORT] for c in chances.values())

    def _believed(
        self, sounded: dict[str, float], level: HelpLevel, limited: bool = True
    ) -> dict[str, dict[Position, float]]:
        """Return the chances that the host gives each answer of each ally to a motion on *level*."""
        noise, read = self.doubt(), self.host_reads_law
        tau, kappa = self.threshold(level, limited), float(self.model.abstention)
        expected = {m: w - (self.legal_cost(m, level) if read else 0.0) for m, w in sounded.items()}
        return {m: answer_chances(w, noise, tau, kappa) for m, w in expected.items()}

    def chance_of_passing(
        self, chances: Mapping[str, Mapping[Position, float]], level: HelpLevel = "force"
    ) -> float:
        """Return the chance that the council adopts *level*, given each ally's *chances* of each answer."""
        if self._binds(level):
            chances = {m: self._bound(m, c, level) for m, c in chances.items()}
        rule, council = self.world.alliance.organs.council.rule, self.council(level)
        if rule == "consensus" and council.supports_needed == 1:
            return chance_of_consensus(chances, council)
        if self.host in self.voters:  # it votes for what it asks
            own = {Position.SUPPORT: 1.0, Position.ABSTAIN: 0.0, Position.OBJECT: 0.0}
            chances = {self.host: own, **chances}
        return chance_of_adoption(chances, rule, council)

    def _binds(self, level: HelpLevel) -> bool:
        """Return whether any ally may not answer a motion on *level* as it likes."""
        return bool(self.opponents) or (
            self.host_reads_law and (self.asker in self.allies or self._contested(level))
        )

    def _contested(self, level: HelpLevel) -> bool:
        return self.ledger is not None and self.ledger.basis[level] == "contested"

    def _bound(
        self, member: str, chances: Mapping[Position, float], level: HelpLevel
    ) -> Mapping[Position, float]:
        """Return *chances* within what a member may answer: its own case, request, a basis it rejects."""
        if self.host_reads_law and member == self.asker:
            return {Position.SUPPORT: 1.0, Position.ABSTAIN: 0.0, Position.OBJECT: 0.0}
        if self.votes_on_itself(member, level):
            return {Position.SUPPORT: 0.0, Position.ABSTAIN: 0.0, Position.OBJECT: 1.0}
        contested = self.host_reads_law and self._contested(level)
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
        tau = self.threshold("force", limited=False) + float(
            self.world.scenario.response.decision.bilateral_margin
        )
        return answer_chances(sounded[self.lead], noise, tau, 0.0)[Position.SUPPORT]


def gather(world: World) -> Members:
    """Return the members of *world*, deciding by the model that its scenario names."""
    if by_choice(world.scenario):
        return Members(world)
    from sim.engine.rivals import Rivals  # here, as few scenarios have members decide by a rival theory

    return Rivals(world)


def by_choice(scenario: Scenario) -> bool:
    """Return whether members decide by the ordered choice, and not by a rival theory."""
    return scenario.response.decision.model == "ordered_choice"
