"""Members whose class of help is drawn from the chances that a rival theory gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from math import isnan, nan, prod

from sim.alliance.decision_rules import Answer, Position
from sim.alliance.ordered_choice import ADAMANT_BANDS, Factors
from sim.alliance.theories import ClassChances, Forecast, Situation, make_theory
from sim.alliance.theories.situation import blend, certain
from sim.alliance.treaty import read_treaty
from sim.engine.members import OWN_CASE, Members, Verdict
from sim.engine.situation import treaty_facts
from sim.engine.told import Told
from sim.engine.world import World
from sim.scenario.alliance import HELP_LEVELS, RANK, HelpLevel
from sim.scenario.models import Scenario


class Rivals(Members):
    """Members that hold, for the whole crisis, one class each: the highest level they would support.

    The lead's class is drawn first, the others' given it (`Situation.line`), each with its own luck. Places
    on the ladder (none 0 to force 3) stand for willingness and thresholds. A theory knows levels, not
    scopes: cutting a motion's scope wins nobody.
    """

    def __init__(self, world: World) -> None:
        """Draw every ally's class."""
        super().__init__(world)
        decision = world.scenario.response.decision
        self.name, self.theory = decision.model, make_theory(decision)
        self._hold()

    def _hold(self) -> None:
        """Draw every ally's class in the situation as it is, on the luck it has for the whole crisis."""
        world, facts = self.world, treaty_facts(self.world.scenario, self.world.today)
        facts["host_is_member"] = "yes" if self.host in self.voters else "no"
        seen = {m: self.seen(m) for m in self.factors}
        self.situation = situation_of(world.scenario, seen, world.today, facts)
        #: Chances before anybody has spoken, and given each line the lead may take.
        self.before = self.theory.chances(self.situation)
        self.given: dict[HelpLevel, Forecast] = {}
        if self.lead in self.allies:
            self.situation = self.situation._replace(line=self._draw(self.lead, self.before))
        found = self._after(self.situation.line)
        #: The lead's chances given its own class are certain, so that it is the same one again.
        self.classes = {m: self._draw(m, found) for m in self.factors}

    def _host_turned(self) -> None:
        """Weigh anew, on the same luck, what to do for a host that has left, or joined."""
        self._hold()

    def _draw(self, member: str, forecast: Forecast) -> HelpLevel:
        return forecast[member].drawn(self.world.luck("answer", member).uniform())

    def _after(self, line: HelpLevel | None) -> Forecast:
        """Return the chances given the lead's class, or those before it where nobody leads the allies."""
        if line is None:
            return self.before
        if line not in self.given:
            found = self.theory.chances(self.situation._replace(line=line))
            self.given[line] = {**found, self.lead: certain(line)}
        return self.given[line]

    def answer(self, member: str, level: HelpLevel) -> Answer:
        """Support up to the member's class, abstain one level above it, object beyond.

        Adamant two further levels up, the bands of the ordered choice being a level wide here (*assumed*).
        """
        short = RANK[level] - RANK[self.classes[member]]
        if short <= 0:
            return Answer(Position.SUPPORT)
        if short == 1:
            return Answer(Position.ABSTAIN)
        return Answer(Position.OBJECT, adamant=short > ADAMANT_BANDS)

    def line(self, level: HelpLevel, limited: bool) -> float:
        """Return the lead's line on a motion, whatever its scope; 0 when the lead is the host itself."""
        if self.lead not in self.allies:
            return 0.0
        lines = {Position.SUPPORT: 1.0, Position.ABSTAIN: 0.0, Position.OBJECT: -1.0}
        return lines[self.answer(self.lead, level).position]

    def verdict(self, member: str, level: HelpLevel, limited: bool, accepts: bool) -> Verdict:
        """Return how *member* answers, with the theory's reasons; whoever would send force contributes."""
        found = self.answer(member, level)
        if self.votes_on_itself(member, level):
            against = Answer(Position.OBJECT, adamant=True)
            return Verdict(against, False, float(RANK["none"]), float(RANK[level]), OWN_CASE)
        if found.position is Position.SUPPORT and not accepts:
            found = Answer(Position.ABSTAIN)
        rank = RANK[self.classes[member]]
        able = member in self.world.scenario.response.offers
        gives = found.position is Position.SUPPORT and able and self.classes[member] == "force"
        reasons = self.theory.reasons(self.situation, member)
        named = {f"{self.name}: {reason}": value for reason, value in reasons.items()}
        return Verdict(found, gives, float(rank), float(RANK[level]), named)

    # what the host can know

    @property
    def reliability(self) -> float:
        """Return the chance that a sounding tells an ally's class rather than what anybody expects.

        *Assumed*: 1 / (1 + noise squared), the share of truth in a noisy reading of a unit normal.
        """
        choice = self.world.crisis.host_choice
        return 1 / (1 + float(choice.sounding_noise) ** 2) if choice.private_sounding else 0.0

    def sounded(self, attempt: int = 1, level: HelpLevel = "force") -> dict[str, float]:
        """Return the place on the ladder that the host hears of each ally; nan without private sounding.

        With chance `reliability` the truth, otherwise another draw from the chances given the lead's line.
        """
        if not self.world.crisis.host_choice.private_sounding:
            return dict.fromkeys(self.allies, nan)
        return {m: float(self._heard(m, attempt)) for m in self.allies}

    def _heard(self, member: str, attempt: int) -> int:
        u, trust = self.world.luck("sounding", f"{member} {attempt}").uniform(), self.reliability
        if u < trust:
            return RANK[self.classes[member]]
        forecast = self.before if member == self.lead else self._after(self.situation.line)
        return RANK[forecast[member].drawn((u - trust) / (1 - trust))]

    def _updated(self, chances: ClassChances, heard: float) -> ClassChances:
        """Return the chances after hearing of a class: Bayes' rule for `_heard`, which is a blend."""
        if isnan(heard):
            return chances
        return blend([(self.reliability, certain(HELP_LEVELS[int(heard)])), (1 - self.reliability, chances)])

    def _branches(self, sounded: Mapping[str, float]) -> Iterator[tuple[float, Forecast]]:
        """Yield each class the lead may hold with its weight, and every ally's updated chances given it.

        What allies were heard to hold counts as evidence of the line they follow.
        """
        if self.lead not in self.allies:
            yield 1.0, {m: self._updated(self.before[m], sounded[m]) for m in self.allies}
            return
        lead = self._updated(self.before[self.lead], sounded[self.lead])
        for line, weight in zip(HELP_LEVELS, lead, strict=True):
            if weight <= 0:
                continue
            found = self._after(line)
            others = [m for m in self.allies if m != self.lead]
            seen = prod(found[m][int(sounded[m])] for m in others if not isnan(sounded[m]))
            updated = {m: self._updated(found[m], sounded[m]) for m in others}
            yield weight * seen, {**updated, self.lead: found[self.lead]}

    def belief(self, sounded: dict[str, float], level: HelpLevel = "force", limited: bool = True) -> float:
        """Return the host's chance that a motion on *level* passes, whatever its scope.

        It knows the same theory and what it heard.
        """
        total = passed = 0.0
        for weight, forecast in self._branches(sounded):
            total += weight
            if weight > 0:
                passed += weight * self.chance_of_passing(
                    {m: _on(level, c) for m, c in forecast.items()}, level
                )
        return passed / total if total > 0 else 0.0

    def belief_in_any(self, sounded: dict[str, float], level: HelpLevel) -> float:
        """Return the host's chance that one ally or more is of the class *level* or above."""
        total = some = 0.0
        for weight, forecast in self._branches(sounded):
            total += weight
            others = [c for m, c in forecast.items() if m != self.world.crisis.asker]
            some += weight * (1 - prod(1 - c.at_least(level) for c in others))
        return some / total if total > 0 else 0.0

    def belief_in_lead(self, sounded: dict[str, float]) -> float:
        """Return the host's chance that the lead's class clears the bar for acting alone."""
        if self.lead not in sounded:
            return 0.0
        bar = RANK["force"] + float(self.world.scenario.response.decision.bilateral_margin)
        branches = list(self._branches(sounded))
        total = sum(weight for weight, _ in branches)
        clears = [k for k in range(len(HELP_LEVELS)) if k >= bar]
        alone = sum(weight * sum(found[self.lead][k] for k in clears) for weight, found in branches)
        return alone / total if total > 0 else 0.0


class ToldRivals(Told, Rivals):
    """Rivals one of whom is told what to answer."""


def situation_of(
    scenario: Scenario, factors: Mapping[str, Factors], on: date, facts: dict[str, str]
) -> Situation:
    """Return the situation of the allies in *factors* when the host asks for force.

    Args:
        scenario: whose crisis it is.
        factors: of each ally, in the order in which they are asked.
        on: the day, on which the treaty is read.
        facts: of the crisis, that the treaty is read for.
    """
    alliance = scenario.alliance
    members = alliance.members
    return Situation(
        host=scenario.crisis.host,
        lead=alliance.lead,
        members=tuple(factors),
        facts=facts,
        basis=read_treaty(alliance.treaty, facts, on).basis,
        ties={m: f.ties_to_host for m, f in factors.items()},
        ties_to_adversary={m: f.ties_to_adversary for m, f in factors.items()},
        dependence={m: float(members[m].dependence) for m in factors},
        capabilities={m: float(state.active_military) for m, state in members.items()},
        cost={m: f.cost for m, f in factors.items()},
    )


def _on(level: HelpLevel, chances: ClassChances) -> dict[Position, float]:
    """Return the chances of each answer to a motion on *level* (words or more), as `Rivals.answer` has it."""
    rank = RANK[level]
    return {
        Position.SUPPORT: sum(chances[rank:]),
        Position.ABSTAIN: chances[rank - 1],
        Position.OBJECT: sum(chances[: rank - 1]),
    }
