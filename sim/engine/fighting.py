"""Fighting between two sides: hazards that change in steps, deaths and displacement by closed forms."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import exp, floor, log
from typing import NamedTuple

from sim.engine.crisis import Idle
from sim.engine.displacement import Displaced
from sim.engine.event_log import EventKind
from sim.engine.hazards import HazardClock
from sim.engine.losses import Losses, fading_integral
from sim.engine.world import World

#: Hours by which the dead of a long round are dated: those of a day are recorded at its end.
DAY = 24.0


class Hazard(NamedTuple):
    """One way out of a state: its clock, its rate in force (per h) and where it leads (cause -> None)."""

    clock: HazardClock
    rate: Callable[[], float]
    leads: Callable[[int], None]


class FightingState(Idle):
    """Stand-off, rounds of firing, ceasefires that break or last."""

    def __init__(self, world: World) -> None:
        """Schedule the beginning; the crisis must have fighting."""
        assert world.crisis.fighting is not None
        self.world, self.model = world, world.crisis.fighting
        self.phase = "before"  # standoff, firing, ceasefire, lasting
        self.round = 0
        self.first_shot: float | None = None
        self.posted = 0.0  # peacekeepers between the sides
        self._hazards: list[Hazard] = []
        self._version = 0
        self._sector = ""
        self._began = self._counted = (
            0.0  # of the running round: its start, and up to when its dead are counted
        )
        self._losses: dict[str, Losses] = {}
        self._intensity, self._strikes = world.levers.value("intensity"), world.levers.value("strikes")
        self._cause = -1
        self.displaced = {
            key: Displaced(world, key, side.displaced, float(self.model.frailty_shape))
            for key, side in self.model.sides.items()
            if side.displaced is not None
        }
        first, last = world.scenario.hours(self.model.earliest), world.scenario.hours(self.model.latest)
        at = first + world.luck("fighting begins").uniform() * (last - first)
        world.soon(max(0.0, at - world.now), lambda _: self._begin())
        for lever in ("ceasefire", "relapse"):
            world.levers.listen(lever, lambda cause: self._set_hazards())
        for lever in ("intensity", "strikes"):
            world.levers.listen(lever, self._on_intensity)

    # what others ask

    def danger(self) -> float:
        """Return how much the host feels the present state, 0 to 1."""
        model = self.model
        if self.phase == "standoff" and model.standoff is not None:
            return float(model.standoff.threat)
        return {"firing": float(model.threat), "ceasefire": float(model.unease)}.get(self.phase, 0.0)

    def calm(self) -> bool:
        """Return whether it is over for now: a lasting ceasefire, or a stand-off without a shot."""
        return self.phase in ("lasting", "dispersed")

    # what others do

    def post(self, place: str, soldiers: float, cause: int) -> None:
        """Let *soldiers* take post between the sides, if *place* is fought over."""
        if place in self.model.sectors:
            self._interpose(self.posted + soldiers, place, cause)

    def leave(self, cause: int) -> None:
        """Let all peacekeepers leave."""
        if self.posted:
            self._interpose(0.0, "", cause)

    def close(self, until: float) -> None:
        """Count the dead of a round that is still going on at *until* (h)."""
        if self.phase == "firing":
            self._count(until)

    def _interpose(self, soldiers: float, place: str, cause: int) -> None:
        self.posted = soldiers
        self.world.record(
            EventKind.INTERPOSED, where=place, amount=soldiers, cause=cause, detail={"factor": self.apart()}
        )
        self._set_hazards()

    def apart(self) -> float:
        """Return the factor of peacekeepers on post on the hazards of relapse.

        *Assumed*: interposed ** (strength x share of the soldiers that are enough), 1 with the mechanism off.
        """
        mechanism = self.world.crisis.effects.interposition
        factor, enough = self.model.interposed, self.model.peacekeepers
        if mechanism is None or not mechanism.enabled or not self.posted or factor is None or enough is None:
            return 1.0
        share = min(1.0, self.posted / max(1.0, float(enough)))
        return exp(log(max(1e-9, float(factor))) * float(mechanism.strength) * share)

    def _on_intensity(self, cause: int) -> None:
        """Count the dead so far at the old intensity, go on at the new one."""
        if self.phase == "firing":
            self._count(self.world.now)
        levers = self.world.levers
        self._intensity, self._strikes = levers.value("intensity"), levers.value("strikes")

    # states

    def _begin(self) -> None:
        standoff = self.model.standoff
        if standoff is None:
            self._fire(-1)
            return
        cause = self.world.record(
            EventKind.STANDOFF, where=next(iter(self.model.sectors)), amount=float(standoff.people),
            detail={"label": standoff.label},
        )  # fmt: skip
        escalates, cools = float(standoff.escalates), float(standoff.cools)
        self._enter(
            "standoff", cause,
            ("escalation", lambda: escalates, self._fire),
            ("cooling", lambda: cools, partial(self._disperse, self.world.now)),
        )  # fmt: skip
        if standoff.threat > 0:
            self._alarm(float(standoff.threat), standoff.label, cause)

    def _disperse(self, since: float, cause: int) -> None:
        lasted = self.world.now - since
        cause = self.world.record(EventKind.DISPERSED, amount=lasted, cause=cause)
        self.over = True
        self._enter("dispersed", cause)
        self.world.record(EventKind.ORDER_RESTORED, cause=cause)

    def _fire(self, cause: int) -> None:
        """Begin a round of firing."""
        world, model, calm = self.world, self.model, self.phase in ("before", "standoff", "lasting")
        self.round += 1
        self._sector = self._where()
        if calm:
            cause = world.record(EventKind.ONSET, where=self._sector, cause=cause)
        if self.first_shot is None:
            self.first_shot = world.now
        cause = world.record(EventKind.EXCHANGE, where=self._sector, amount=self.round, cause=cause)
        self._began = self._counted = world.now
        again = float(model.renewed) if self.round > 1 else 1.0
        shape = float(model.frailty_shape)
        self._losses = {
            key: Losses(side, float(side.killed) * again * luck.gamma(shape), luck)
            for key, side in model.sides.items()
            for luck in [world.luck("killed in fighting", f"{key} {self.round}")]
        }
        ways = [("ceasefire", self._hazard(float(model.ceasefire), "ceasefire"), self._stop)]
        for key, side in model.sides.items():
            ways.append((f"victory {key}", partial(float, side.prevails), partial(self._prevail, key)))
        self._enter("firing", cause, *ways)
        for people in self.displaced.values():
            people.leave(cause)
        self._alarm(float(model.threat), "firing breaks out" if calm else "firing again", cause)

    def _stop(self, cause: int) -> None:
        """End the round by a ceasefire, which may break or last."""
        lasted = self._end_round()
        cause = self.world.record(
            EventKind.CEASEFIRE, amount=lasted, cause=cause, detail={"round": self.round}
        )
        for people in self.displaced.values():
            people.stay(cause)
        model = self.model
        self._enter(
            "ceasefire", cause,
            ("relapse", self._hazard(float(model.relapse), "relapse", apart=True), self._fire),
            ("settlement", self._hazard(float(model.settles), "ceasefire"), self._last),
        )  # fmt: skip

    def _prevail(self, side: str, cause: int) -> None:
        """Let *side* win the round; the other accepts a ceasefire on its terms."""
        self._end_round()
        for people in self.displaced.values():
            people.stay(cause)
        cause = self.world.record(EventKind.PREVAILED, side, amount=self._since_first_shot(), cause=cause)
        self._last(cause)

    def _last(self, cause: int) -> None:
        """Let the ceasefire be a lasting one."""
        world, model = self.world, self.model
        cause = world.record(
            EventKind.LASTING_CEASEFIRE, amount=self._since_first_shot(), cause=cause,
            detail={"rounds": self.round},
        )  # fmt: skip
        self.over = float(model.breaks) <= 0
        breaks = self._hazard(float(model.breaks), "relapse", apart=True)
        self._enter("lasting", cause, ("break", breaks, self._fire))
        world.record(EventKind.ORDER_RESTORED, cause=cause)
        for people in self.displaced.values():
            people.return_later(cause)
        wait, after_round = world.draw(model.pull_back, "pull back", str(self.round)), self.round
        world.after(wait, lambda: self._pull_back(after_round, cause))

    def _pull_back(self, after_round: int, cause: int) -> None:
        if self.phase == "lasting" and self.round == after_round:
            self.world.record(EventKind.PULLED_BACK, cause=cause)

    # how states are left

    def _enter(
        self, phase: str, cause: int, *ways: tuple[str, Callable[[], float], Callable[[int], None]]
    ) -> None:
        """Go over to *phase*, which ends in one of *ways*, each on its own luck."""
        self.phase, self._cause = phase, cause
        self._hazards = [
            Hazard(
                HazardClock(
                    self.world.luck("fighting", f"{name} {self.round}").exponential(), self.world.now
                ),
                rate,
                leads,
            )
            for name, rate, leads in ways
        ]
        self._set_hazards()

    def _hazard(self, base: float, lever: str, apart: bool = False) -> Callable[[], float]:
        """Return the hazard (per h) in force at any time: *base*, the lever on it, peacekeepers on post."""
        value = self.world.levers.value
        return lambda: base * value(lever) * (self.apart() if apart else 1.0)

    def _set_hazards(self) -> None:
        """Set every clock to the rate now in force and wait for the first that rings."""
        self._version += 1
        if not self._hazards:
            return
        now = self.world.now
        at, place = min((h.clock.set_rate(now, h.rate()), i) for i, h in enumerate(self._hazards))
        self.world.soon(max(0.0, at - now), partial(self._ring, self._version, place))

    def _ring(self, version: int, place: int, _: object) -> None:
        if version == self._version:
            self._hazards[place].leads(self._cause)

    # what a round costs

    def _end_round(self) -> float:
        """Count the dead of the round that ends now and return how long it lasted (h)."""
        self._count(self.world.now)
        return self.world.now - self._began

    def _count(self, until: float) -> None:
        """Draw the dead and wounded between the last count and *until*, day by day."""
        begin = self._counted
        self._counted = until
        while begin < until:
            end = min(until, (floor(begin / DAY) + 1) * DAY)
            for key, losses in self._losses.items():
                self._draw_dead(key, losses, begin, end)
            begin = end

    def _draw_dead(self, key: str, losses: Losses, begin: float, end: float) -> None:
        fades, since = float(self.model.fades), self._began
        expected = fading_integral(losses.rate, fades, begin - since, end - since)
        shielded = self._strikes if key == self.world.crisis.host else 1.0
        civilians, soldiers, wounded = losses.drawn(self._intensity * shielded * expected)
        if civilians + soldiers + wounded:
            detail = {"side": key, "civilians": civilians, "wounded": wounded}
            self.world.record(
                EventKind.DEATHS, key, self._sector, civilians + soldiers, self._cause, detail, end
            )

    # small things

    def _where(self) -> str:
        """Return the sector in which the next round breaks out: the first round's is the first named."""
        sectors = self.model.sectors
        if self.round == 1:
            return next(iter(sectors))
        left = self.world.luck("fighting where", str(self.round)).uniform() * sum(
            float(s.weight) for s in sectors.values()
        )
        for key, sector in sectors.items():
            left -= float(sector.weight)
            if left < 0:
                return key
        return next(iter(sectors))

    def _since_first_shot(self) -> float:
        return 0.0 if self.first_shot is None else self.world.now - self.first_shot

    def _alarm(self, danger: float, label: str, cause: int) -> None:
        self.world.record(
            EventKind.ALARM, self.world.crisis.host, amount=danger, cause=cause, detail={"label": label}
        )
