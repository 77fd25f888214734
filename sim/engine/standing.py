"""The alliance's standing through time: trust, cohesion, confidence, debts, and members that leave."""

from __future__ import annotations

from math import exp, log

from sim.engine.event_log import EventKind, EventRecord
from sim.engine.hazards import HazardClock
from sim.engine.world import World
from sim.scenario.alliance import HelpLevel
from sim.scenario.standing import Answered
from sim.scenario.standing import Standing as Shape


class Standing:
    """What crises leave behind; every value returns to its starting point with the same half-life.

    All effects are *assumed*. Values are exact between events: (value, time) and an exponential return.
    """

    def __init__(self, root: World, shape: Shape) -> None:
        """Take the starting values and set the clocks of exits going."""
        self.root, self.shape = root, shape
        self._decay = log(2) / max(1e-9, float(shape.half_life))
        self._start: dict[tuple[str, str], float] = {
            ("cohesion", ""): float(shape.cohesion),
            ("confidence", ""): float(shape.public_confidence),
        }
        self._start |= {("trust", m): float(v) for m, v in shape.trust.items()}
        self._start |= {("patron", m): float(v) for m, v in shape.patron.items()}
        for debtor, debts in shape.owes.items():
            self._start |= {(f"owes {creditor}", debtor): float(v) for creditor, v in debts.items()}
        #: Departure from the start, and when it was that.
        self._off: dict[tuple[str, str], tuple[float, float]] = {}
        self.left: set[str] = set()
        # The lead does not leave: without it there is no alliance to speak of.
        may_leave = [m for m in root.alliance.members if m != root.alliance.lead and shape.exit.enabled]
        self._clocks = {m: HazardClock(root.luck("exit", m).exponential()) for m in may_leave}
        self._versions = dict.fromkeys(self._clocks, 0)
        for member in self._clocks:
            self._watch(member)

    # values

    def value(self, measure: str, who: str = "") -> float:
        """Return *measure* (trust, patron, cohesion, confidence, or "owes X") of *who* now."""
        off, since = self._off.get((measure, who), (0.0, 0.0))
        return self._start.get((measure, who), 0.0) + off * exp(-self._decay * (self.root.now - since))

    def change(self, measure: str, who: str, by: float, reason: str, cause: int, world: World) -> None:
        """Move *measure* of *who* by a step, within its scale, and log it."""
        if by == 0:
            return
        start = self._start.get((measure, who), 0.0)
        low = 0.0 if measure == "confidence" else -1.0
        value = min(1.0, max(low, self.value(measure, who) + by))
        self._off[measure, who] = (value - start, self.root.now)
        world.record(EventKind.STANDING, who, measure, value, cause, {"change": by, "reason": reason})
        if measure == "trust" and who in self._clocks:
            self._watch(who)

    def hazard(self, member: str) -> float:
        """Return the hazard (per h) at which *member* leaves: rate x exp(-power x trust), *assumed*."""
        exit_ = self.shape.exit
        return float(exit_.rate) * exp(-float(exit_.trust_power) * self.value("trust", member))

    def leaning(self, member: str, host: str) -> dict[str, float]:
        """Return what standing adds to *member*'s willingness to help *host*, term by term."""
        shape = self.shape
        found = {
            "cohesion": float(shape.cohesion_weight) * (self.value("cohesion") - float(shape.cohesion)),
            "reciprocity": float(shape.reciprocity) * self.value(f"owes {host}", member),
            "unpaid debt": float(shape.unpaid) * self.value(f"owes {member}", host),
        }
        return {name: value for name, value in found.items() if value}

    def readiness_to_ask(self, host: str) -> float:
        """Return what *host*'s trust in the alliance and the public's confidence add to its gain from asking."""
        start = self._start.get(("trust", host), 0.0)
        trust = float(self.shape.trust_weight) * (self.value("trust", host) - start)
        return trust + float(self.shape.confidence_weight) * self.value("confidence")

    # what moves them

    def follow(self, world: World) -> None:
        """Listen to the events of a crisis."""
        host = world.crisis.host
        contributors: list[str] = []

        def decided(event: EventRecord) -> None:
            contributors.extend(event.detail["contributors"])

        def answered(event: EventRecord) -> None:
            self._answered(world, host, event)

        def deployed(event: EventRecord) -> None:
            # The deployment is logged ahead, at the true time of the last soldier on post.
            world.after(max(0.0, event.time - world.now), lambda: owe(event.id))

        def owe(cause: int) -> None:
            for member in dict.fromkeys(contributors):
                owed = float(self.shape.debt)
                self.change(f"owes {member}", host, owed, f"helped by {member}", cause, world)

        def alone(event: EventRecord) -> None:
            contributors.extend(event.detail["contributors"])
            gain = float(self.shape.patron_gain)
            self.change("patron", host, gain, "the lead helps on its own", event.id, world)

        def shocked(event: EventRecord) -> None:
            self._shocked(world, host, event)

        world.listen(EventKind.MANDATE, decided)
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
        """Set a member's clock to today's hazard and schedule its ringing.

        Between changes the hazard drifts back with trust; it is held at its value until the next change or
        for a half-life at most, when it is set anew.
        """
        self._versions[member] += 1
        version, now = self._versions[member], self.root.now
        at = self._clocks[member].set_rate(now, self.hazard(member))
        again = now + float(self.shape.half_life) / 4
        if at <= again:
            self.root.after(at - now, lambda: self._leave(member, version))
        else:
            self.root.after(again - now, lambda: self._again(member, version))

    def _again(self, member: str, version: int) -> None:
        if version == self._versions[member]:
            self._watch(member)

    def _leave(self, member: str, version: int) -> None:
        if version == self._versions[member] and member not in self.left:
            self.left.add(member)
            self.root.record(EventKind.EXIT, member, amount=self.hazard(member))


def _step(by_level: Answered, level: HelpLevel) -> float:
    return float(getattr(by_level, level))
