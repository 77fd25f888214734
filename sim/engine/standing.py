"""The alliance's standing through time: trust, cohesion, confidence, debts, and members that leave."""

from __future__ import annotations

from functools import partial
from math import exp, inf, log

from sim.engine.days import day_at, hours_to_day
from sim.engine.event_log import EventKind, EventRecord
from sim.engine.exits import ExitClock
from sim.engine.outset import outset
from sim.engine.prepared import prepared_by_scenario
from sim.engine.streams import exponential
from sim.engine.world import World
from sim.scenario.alliance import HelpLevel
from sim.scenario.models import Scenario
from sim.scenario.standing import Answered, Shocks
from sim.scenario.standing import Standing as Shape


class Standing:
    """What crises leave behind; every value returns to its starting point with the same half-life.

    All effects are *assumed*. Values are exact between events: (value, time) and an exponential return.
    """

    def __init__(self, root: World, shape: Shape) -> None:
        """Take the starting values and set the clocks of exits going, at the start of *root*."""
        self.root, self.shape = root, shape
        self._decay = log(2) / max(1e-9, float(shape.half_life))
        begin, lead = outset(shape), root.alliance.lead
        self._start = begin.values.copy()
        #: Departure from the start, and when it was that.
        self._off: dict[tuple[str, str], tuple[float, float]] = {}
        #: Whether nothing has moved yet, so that every value is what it was at the start.
        self.at_rest = True
        self.left: set[str] = set()
        # The lead does not leave: without it there is no alliance to speak of.
        may_leave = [m for m in root.alliance.members if m != lead and shape.exit.enabled]
        self._rates = {m: begin.rates.get(m, begin.rate) for m in may_leave}
        self._clocks: dict[str, ExitClock] = {}
        self._versions = dict.fromkeys(may_leave, 0)
        now, one, memberships = root.now, root.streams.one, _memberships(root.scenario)
        for member in may_leave:
            within, turns = memberships[member]
            rate = self._rates[member] if within else 0.0
            threshold = exponential(one("exit", member))
            self._clocks[member] = ExitClock(threshold, self._decay, now, rate)
            if threshold <= 1.001 * rate * (root.horizon - now):  # hardly ever
                self._plan(member)
            for at in turns:  # only who is in can leave
                root.after(at - now, partial(self._watch, member))

    # values

    def value(self, measure: str, who: str = "") -> float:
        """Return *measure* (trust, patron, cohesion, confidence, or "owes X") of *who* now."""
        start, moved = self._start.get((measure, who), 0.0), self._off.get((measure, who))
        if moved is None:
            return start
        off, since = moved
        return start + off * exp(-self._decay * (self.root.now - since))

    def change(self, measure: str, who: str, by: float, reason: str, cause: int, world: World) -> None:
        """Move *measure* of *who* by a step, within its scale, and log it."""
        if by == 0:
            return
        start = self._start.get((measure, who), 0.0)
        low = 0.0 if measure == "confidence" else -1.0
        value = min(1.0, max(low, self.value(measure, who) + by))
        self._off[measure, who] = (value - start, self.root.now)
        self.at_rest = False
        if self.root.now > world.horizon:  # an episode no longer followed; what it leaves behind still counts
            world, cause = self.root, -1
        world.record(EventKind.STANDING, who, measure, value, cause, {"change": by, "reason": reason})
        if measure == "trust" and who in self._clocks:
            self._watch(who)

    def hazard(self, member: str) -> float:
        """Return the hazard (per h) at which *member* leaves: rate x exp(-power x trust), *assumed*."""
        exit_ = self.shape.exit
        return float(exit_.rate) * exp(-float(exit_.trust_power) * self.value("trust", member))

    def leaning(self, member: str, host: str) -> dict[str, float]:
        """Return what standing adds to *member*'s willingness to help *host*, term by term."""
        if not self.at_rest:
            return self._leaning(member, host)
        known = outset(self.shape).leanings
        found = known.get((member, host))
        if found is None:
            found = known[member, host] = self._leaning(member, host)
        return found

    def _leaning(self, member: str, host: str) -> dict[str, float]:
        shape = self.shape
        found = {
            "cohesion": float(shape.cohesion_weight) * (self.value("cohesion") - float(shape.cohesion)),
            "reciprocity": float(shape.reciprocity) * self.value(f"owes {host}", member),
            "unpaid debt": float(shape.unpaid) * self.value(f"owes {member}", host),
        }
        return {name: value for name, value in found.items() if value}

    def readiness_to_ask(self, host: str) -> float:
        """Return what *host*'s trust and the public's confidence add to its gain from asking the alliance."""
        start = self._start.get(("trust", host), 0.0)
        trust = float(self.shape.trust_weight) * (self.value("trust", host) - start)
        return trust + float(self.shape.confidence_weight) * self.value("confidence")

    # what moves them

    def follow(self, world: World) -> None:
        """Listen to the events of a crisis."""
        host = world.crisis.asker
        asked: list[str] = []  # whom the host turned to, appeal by appeal
        came: dict[str, bool] = {}  # contributors whose soldiers came, and whether they are owed for it

        def posted(event: EventRecord) -> None:
            came.setdefault(event.who, False)

        def appealed(event: EventRecord) -> None:
            asked.append(event.detail["to"])

        def answered(event: EventRecord) -> None:
            if asked[-1:] == ["alliance"]:  # it owes no answer to what was asked of the lead alone
                self._answered(world, host, event)

        def deployed(event: EventRecord) -> None:
            # The deployment is logged ahead, at the true time of the last soldier on post.
            self.root.after(max(0.0, event.time - self.root.now), lambda: owe(event.id))

        def owe(cause: int) -> None:
            for member in [m for m, owed in came.items() if not owed]:
                came[member] = True
                owed = float(self.shape.debt)
                self.change(f"owes {member}", host, owed, f"helped by {member}", cause, world)

        def alone(event: EventRecord) -> None:
            if event.who == world.alliance.lead:
                gain = float(self.shape.patron_gain)
                self.change("patron", host, gain, "the lead helps on its own", event.id, world)

        def shocked(event: EventRecord) -> None:
            self._shocked(world, host, event)

        world.listen(EventKind.ON_TASK, posted)
        world.listen(EventKind.APPEAL, appealed)
        world.listen(EventKind.ANSWERED, answered)
        world.listen(EventKind.DEPLOYED, deployed)
        world.listen(EventKind.BILATERAL, alone)
        for kind in (EventKind.INJECT, EventKind.BRANCH, EventKind.MEASURE):
            world.listen(kind, shocked)

    def _answered(self, world: World, host: str, event: EventRecord) -> None:
        level: HelpLevel = event.detail["level"]
        reason = "no answer" if level == "none" else f"answered with {level}"
        shape = self.shape
        for measure, who, step in (
            ("trust", host, shape.answered_trust),
            ("cohesion", "", shape.answered_cohesion),
            ("confidence", "", shape.answered_confidence),
        ):
            self.change(measure, who, _step(step, level), reason, event.id, world)

    def _shocked(self, world: World, host: str, event: EventRecord) -> None:
        for measure, by in event.detail.get("shocks", {}).items():
            who = host if measure in ("trust", "patron") else ""
            self.change(measure, who, by, str(event.detail["label"]), event.id, world)

    # exits

    def _watch(self, member: str) -> None:
        """Set a member's clock to the hazard from now on, which drifts back with its trust."""
        within = self.root.alliance.members[member].takes_part(self.root.today) and member not in self.left
        off = self.value("trust", member) - self._start.get(("trust", member), 0.0)
        pull = float(self.shape.exit.trust_power) * off
        self._versions[member] += 1
        self._clocks[member].run(self.root.now, self._rates[member] if within else 0.0, pull)
        self._plan(member)

    def _plan(self, member: str) -> None:
        """Let a member leave when its clock rings, if that is before the end and nothing moves it."""
        at = self._clocks[member].rings_by(self.root.horizon)
        if at < inf:
            self.root.after(at - self.root.now, partial(self._leave, member, self._versions[member]))

    def _leave(self, member: str, version: int) -> None:
        if version == self._versions[member] and member not in self.left:
            self.left.add(member)
            self.root.record(EventKind.EXIT, member, amount=self.hazard(member))


@prepared_by_scenario
def _memberships(scenario: Scenario) -> dict[str, tuple[bool, list[float]]]:
    """Return of each member whether it takes part at the start, and when (h) it joins or leaves after it."""
    start, found = scenario.start, {}
    today = day_at(start, 0.0)
    for member, state in scenario.alliance.members.items():
        days = [day for day in (state.joined, state.left) if day is not None]
        turns = [at for at in (hours_to_day(start, day) for day in days) if at > 0]
        found[member] = state.takes_part(today), turns
    return found


def _step(by_level: Answered, level: HelpLevel) -> float:
    return float(getattr(by_level, level))


def shocks_of(shocks: Shocks | None) -> dict[str, float]:
    """Return shocks to the alliance's standing as plain numbers."""
    if shocks is None:
        return {}
    return {name: float(value) for name, value in shocks if value is not None}
