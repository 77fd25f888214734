"""Outside pressure: covert attacks, their attribution, tension, and sanctions on those who stand close."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from math import exp, log, sqrt
from typing import TYPE_CHECKING

from sim.engine.crisis import Idle
from sim.engine.event_log import EventKind, EventRecord
from sim.engine.hazards import HazardClock
from sim.engine.streams import Stream
from sim.engine.world import World

if TYPE_CHECKING:
    from sim.scenario.pressure import Sanctions


def first_passage(distance: float, drift: float, noise: float, luck: Stream) -> float:
    """Return when a Brownian motion first rises by *distance*.

    Inverse Gaussian with mean d/mu and shape (d/s)^2, drawn by the transformation with many roots of Michael,
    Schucany and Haas (1976); without drift Lévy's law, (d / (s z))^2.

    Args:
        distance: to rise by, above 0.
        drift: mean rise per h.
        noise: standard deviation of the rise in one h, above 0.
        luck: one normal and one uniform are drawn.
    """
    shape, z, u = (distance / noise) ** 2, luck.normal(), luck.uniform()
    if drift <= 0:
        return shape / (z * z)
    mean = distance / drift
    y = mean * z * z / (2 * shape)
    root = mean / (1 + y + sqrt(y * (2 + y)))  # the smaller root, without its cancellation
    return root if u <= mean / (mean + root) else mean * mean / root


def logit(p: float) -> float:
    """Return the log-odds of *p*."""
    return log(p / (1 - p))


class Pressure(Idle):
    """One campaign of pressure on the host."""

    def __init__(self, world: World) -> None:
        """Schedule the beginning."""
        model = world.crisis.pressure
        assert model is not None
        self.world, self.model = world, model
        self.begun = self.ended = False
        self.damage = self.since = 0.0
        self.attacks = self.level = 0
        self.version = dict.fromkeys(model.targets, 0)
        self.clocks: dict[str, HazardClock] = {}
        self.posted: dict[str, float] = {}
        self.luck = {key: world.stream("covert attacks", key) for key in model.targets}
        self.inquiry: Inquiry | None = None
        first, last = world.scenario.hours(model.earliest), world.scenario.hours(model.latest)
        at = first + world.luck("pressure").uniform() * (last - first)
        world.soon(max(0.0, at - world.now), lambda _: self._begin())
        world.levers.listen("attacks", self._on_lever)
        world.levers.listen("tension", self._on_tension)
        if model.sanctions is not None:
            SanctionsOn(world, model.sanctions)

    # what others ask

    def danger(self) -> float:
        """Return damage not yet made good, with the tension while pressure lasts, 0 to 1."""
        if not self.begun:
            return 0.0
        return min(1.0, self._damage() + self._tension())

    def calm(self) -> bool:
        """Return whether the campaign is over."""
        return self.ended

    def _damage(self) -> float:
        return self.damage * exp(-float(self.model.repair or 0.0) * (self.world.now - self.since))

    def _tension(self) -> float:
        if self.ended:
            return 0.0
        return float(self.model.tension or 0.0) * self.world.levers.value("tension")

    # what others do

    def post(self, place: str, soldiers: float, cause: int) -> None:
        """Let soldiers guard a target: each `guard` of them halves the rate of attacks (*assumed*)."""
        if place in self.clocks:
            self.posted[place] = self.posted.get(place, 0.0) + soldiers
            self._arm(place, cause)

    def leave(self, cause: int) -> None:
        """Let the guards go home."""
        self.posted.clear()
        self._on_lever(cause)

    # the campaign

    def _begin(self) -> None:
        world, model = self.world, self.model
        self.begun = True
        cause = world.record(EventKind.ONSET, where="pressure", detail={"label": model.label})
        for key in model.targets:
            self.clocks[key] = HazardClock(self.luck[key].exponential(), world.now)
            self._arm(key, cause)
        world.soon(world.draw(model.lasts, "pressure lasts"), lambda _: self._end(cause))
        self._alarm(model.label, cause)

    def _arm(self, key: str, cause: int) -> None:
        """Set the clock of a target to today's rate; older schedules lapse."""
        self.version[key] += 1
        target = self.model.targets[key]
        halves = 0.0 if target.guard is None else self.posted.get(key, 0.0) / max(1.0, float(target.guard))
        rate = 0.0 if self.ended else float(target.rate) * 0.5**halves
        at = self.clocks[key].set_rate(self.world.now, rate * self.world.levers.value("attacks"))
        if at < self.world.horizon:
            self.world.soon(at - self.world.now, partial(self._attack, key, self.version[key], cause))

    def _attack(self, key: str, version: int, cause: int, _: object) -> None:
        if version != self.version[key] or self.ended:
            return
        world, target, luck = self.world, self.model.targets[key], self.luck[key]
        damage = float(target.damage) * luck.exponential()
        killed = luck.geometric(float(target.killed))
        self.damage, self.since = self._damage() + damage, world.now
        self.attacks += 1
        cause = world.record(EventKind.ATTACK, "", key, damage, cause, {"label": target.name})
        if killed:
            world.record(EventKind.DEATHS, "", key, killed, cause, {"side": world.crisis.host})
        self.clocks[key] = HazardClock(luck.exponential(), world.now)
        self._arm(key, cause)
        if self.model.attribution is not None:
            if self.inquiry is None:
                self.inquiry = Inquiry(world, self, cause)
            else:
                self.inquiry.trace(cause)
        self._alarm(f"attack on {target.name}", cause)

    def _alarm(self, label: str, cause: int) -> None:
        if self.model.alarm is None:
            return
        danger = self.danger()
        level = int(danger / max(1e-9, float(self.model.alarm)))  # worries grow by steps, not by each attack
        before, self.level = self.level, level
        if danger > 0 and level > before:
            self.world.record(EventKind.ALARM, self.world.crisis.host, "", danger, cause, {"label": label})

    def attributed(self, hand: str, cause: int) -> None:
        """Let the host worry anew: it has better grounds to ask on."""
        detail = {"label": f"the hand behind the attacks is {hand}", "grounds": True}
        self.world.record(EventKind.ALARM, self.world.crisis.host, "", self.danger(), cause, detail)

    def _on_lever(self, cause: int) -> None:
        for key in self.clocks:
            self._arm(key, cause)

    def _on_tension(self, cause: int) -> None:
        if self.begun and not self.ended:
            self._alarm("outside pressure changes", cause)

    def _end(self, cause: int) -> None:
        self.ended = True
        for key in self.clocks:
            self._arm(key, cause)
        self.world.record(EventKind.ORDER_RESTORED, cause=cause, detail={"label": self.model.label})


class Inquiry:
    """Who did it? Certainty wanders upwards; passing a threshold changes a fact of the crisis.

    The lever attribution is the speed of the inquiry's own clock, and the traces of an attack put it forward.
    """

    STAGES = ("claimed", "proved")

    def __init__(self, world: World, pressure: Pressure, cause: int) -> None:
        """Begin with the first attack, and draw how many hours of inquiry each step takes."""
        model = pressure.model.attribution
        assert model is not None
        self.world, self.pressure, self.model = world, pressure, model
        marks = [logit(float(p)) for p in (model.start, model.claimed, model.proved)]
        noise = float(model.noise) / sqrt(24)
        luck = world.stream("attribution")
        drift = float(model.drift)
        self.needed = [first_passage(b - a, drift, noise, luck) for a, b in pairwise(marks)]
        self.stage, self.version = 0, 0
        self.clock = HazardClock(self.needed[0], world.now)
        self.cause = cause
        world.facts["external_hand"] = "absent"
        world.levers.listen("attribution", self._arm)
        self._arm(cause)

    def trace(self, cause: int) -> None:
        """Put the inquiry forward by what another attack gives away."""
        if self.stage >= len(self.needed):
            return
        self.clock.advance(self.world.now)
        left = max(1e-9, self.clock.remaining - float(self.model.trace))
        self.clock = HazardClock(left, self.world.now)
        self._arm(cause)

    def _arm(self, cause: int) -> None:
        if self.stage >= len(self.needed):
            return
        self.version, self.cause = self.version + 1, cause
        at = self.clock.set_rate(self.world.now, self.world.levers.value("attribution"))
        if at < self.world.horizon:
            version = self.version
            self.world.soon(at - self.world.now, lambda _: self._step(version))

    def _step(self, version: int) -> None:
        if version != self.version:
            return
        hand = self.STAGES[self.stage]
        self.world.facts["external_hand"] = hand
        cause = self.world.record(
            EventKind.ATTRIBUTION, self.world.crisis.host, cause=self.cause,
            detail={"external_hand": hand, "certainty": float(getattr(self.model, hand))},
        )  # fmt: skip
        self.stage += 1
        if self.stage < len(self.needed):
            self.clock = HazardClock(self.needed[self.stage], self.world.now)
            self._arm(cause)
        self.pressure.attributed(hand, cause)


class SanctionsOn:
    """Each member's hazard of being sanctioned for standing close to one state, once that state itself is."""

    def __init__(self, world: World, model: Sanctions) -> None:
        """Schedule the day from which sanctions may come."""
        self.world, self.model = world, model
        self.clocks: dict[str, HazardClock] = {}
        self.version: dict[str, int] = {}
        self.hit: set[str] = set()
        self.backers: set[str] = {world.crisis.host, world.crisis.asker}
        self.united = False
        first, last = world.scenario.hours(model.earliest), world.scenario.hours(model.latest)
        at = first + world.luck("sanctions begin").uniform() * (last - first)
        world.soon(max(0.0, at - world.now), lambda _: self._begin())
        world.listen(EventKind.POSITION, self._on_position)
        world.listen(EventKind.ADOPTED, self._on_adopted)
        for lever in ("sanctions", "tension"):
            world.levers.listen(lever, self._arm)

    def hazard(self, member: str) -> float:
        """Return a member's hazard per h (*assumed* log-linear in its tie to the party; that has its own)."""
        model, levers = self.model, self.world.levers
        party = member == model.party
        tie = 1.0 if party else float(self.world.alliance.tie(member, model.party)) / 2
        found = float(model.hazard) * exp(float(model.closeness) * tie)
        if member in self.backers or party:
            found *= float(model.backing)
        if party and model.own is not None:
            found = float(model.own)
        solidarity = self.world.crisis.effects.solidarity
        if self.united and solidarity is not None and solidarity.enabled:
            found *= float(model.united) ** float(solidarity.strength)
        return found * levers.value("sanctions") * levers.value("tension")

    def _begin(self) -> None:
        for member in self.world.alliance.members:
            threshold = self.world.luck("sanctioned", member).exponential()
            self.clocks[member], self.version[member] = HazardClock(threshold, self.world.now), 0
        self._arm(-1)

    def _arm(self, cause: int) -> None:
        for member, clock in self.clocks.items():
            if member in self.hit:
                continue
            self.version[member] += 1
            primary = member == self.model.party or self.model.party in self.hit
            at = clock.set_rate(self.world.now, self.hazard(member) if primary else 0.0)
            if at < self.world.horizon:
                ring = partial(self._ring, member, self.version[member], cause)
                self.world.soon(at - self.world.now, ring)

    def _ring(self, member: str, version: int, cause: int, _: object) -> None:
        if version == self.version[member] and member not in self.hit:
            self.hit.add(member)
            detail = {"hazard": self.hazard(member)}
            cause = self.world.record(EventKind.SANCTIONED, member, cause=cause, detail=detail)
            if member == self.model.party:
                self._arm(cause)

    def _on_position(self, event: EventRecord) -> None:
        if event.detail["answer"] == "support" and event.who not in self.backers:
            self.backers.add(event.who)
            self._arm(event.id)

    def _on_adopted(self, event: EventRecord) -> None:
        if event.detail["abstain"] == 0 and event.detail["object"] == 0 and not self.united:
            self.united = True
            self._arm(event.id)
