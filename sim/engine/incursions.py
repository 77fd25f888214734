"""Incursions: parties come to a border in sectors and are stopped or cross; raids; the far bank's fall."""

from __future__ import annotations

from functools import partial
from math import inf
from typing import TYPE_CHECKING

from sim.engine.border import Flow, Stretch, make_flows
from sim.engine.crisis import Idle
from sim.engine.event_log import EventKind, EventRecord
from sim.engine.fleeing import Fleeing
from sim.engine.hazards import HazardClock
from sim.engine.world import World

if TYPE_CHECKING:
    from sim.scenario.incursions import BorderReserves, Fall, Party, Raid

K = EventKind


class Border(Idle):
    """All sectors of a border, what comes to it, and how worried its host is."""

    def __init__(self, world: World) -> None:
        """Set every flow going and plan falls and raids; the crisis must have incursions."""
        model = world.crisis.incursions
        assert model is not None
        self.world, self.model, self.host = world, model, world.crisis.host
        self.stretches = {key: Stretch(key, sector, model) for key, sector in model.sectors.items()}
        self._km = sum(s.km for s in self.stretches.values())
        self._near = self._alarmed = 0.0  # danger from what crossed lately; danger at the last alarm
        self._astir = self._settled = self._called = False
        self._quiet = 0  # version of the running spell without an alarm
        self.fleeing = Fleeing(world)
        self.flows = make_flows(model, self.stretches, world.stream)
        for flow in self.flows:
            flow.since = world.now
            self._renew(flow)
        for key, stretch in self.stretches.items():
            if stretch.sector.falls is not None:
                self._plan_fall(key, stretch.sector.falls)
        self._clocks = {key: self._plan_raid(key, raid) for key, raid in model.raids.items()}
        world.levers.listen("arrivals", self._on_arrivals)
        for lever in ("detection", "interdiction"):
            world.levers.listen(lever, self._on_watch)

    # what others ask and do

    def danger(self) -> float:
        """Return how threatened the host sees itself: by the far bank lost and by what crossed lately.

        *Assumed*: linear in the share of the far bank lost, plus the worry of each recent crossing and raid.
        """
        return 0.0 if self._settled else self._worry()

    def _worry(self) -> float:
        lost = sum(s.km for s in self.stretches.values() if s.fallen) / self._km if self._km else 0.0
        return min(1.0, float(self.model.worry_far_bank) * lost + self._near)

    def calm(self) -> bool:
        """Return whether there was an alarm and the host holds its border to be under control again."""
        return self._settled

    def post(self, place: str, soldiers: float, cause: int) -> None:
        """Let *soldiers* of the mission strengthen the guard of a sector."""
        mechanism = self.world.crisis.effects.border_reinforcement
        if place in self.stretches and mechanism is not None and mechanism.enabled:
            self._end_segment(self.stretches[place])
            self.stretches[place].posted += soldiers * float(mechanism.strength)

    def leave(self, cause: int) -> None:
        """Let the mission's soldiers leave every sector."""
        for stretch in self.stretches.values():
            self._end_segment(stretch)
            stretch.posted = 0.0

    def close(self, until: float) -> None:
        """Log the crossings of every open segment."""
        for flow in self.flows:
            self._flush(flow, until)

    # arrivals

    def _on_arrivals(self, cause: int) -> None:
        lever = self.world.levers.value("arrivals")
        for flow in self.flows:
            self._renew(flow)
        for key, clock in self._clocks.items():
            if clock is not None:
                rate = float(self.model.raids[key].rate or 0.0)
                self._watch_clock(key, clock, rate * lever)

    def _on_watch(self, cause: int) -> None:
        for stretch in self.stretches.values():
            self._end_segment(stretch)

    def _end_segment(self, stretch: Stretch) -> None:
        """Record what crossed while the guard was what it is now, before it changes."""
        for flow in self.flows:
            if flow.stretch is stretch:
                self._flush(flow, self.world.now)

    def _renew(self, flow: Flow) -> None:
        self._flush(flow, self.world.now)
        wait = flow.set_rate(self.world.now, self.world.levers.value("arrivals"))
        if wait >= 0:
            self.world.soon(wait, partial(self._arrive, flow, flow.version))

    def _arrive(self, flow: Flow, version: int, _: object) -> None:
        if version != flow.version:
            return
        world, party, levers = self.world, flow.party, self.world.levers
        seen, stopped, wait = flow.arrive(world.now)
        if seen < flow.stretch.detection(levers.value("detection")):
            if stopped < float(party.interdiction) * levers.value("interdiction"):
                self._clash(flow.stretch.key, flow.party_key, party, flow.number)
                world.soon(wait, partial(self._arrive, flow, version))
                return
            flow.seen += 1
        flow.crossed.append(world.now)
        if party.worry > 0:
            cause = self._flush(flow, world.now)
            self._worry_more(float(party.worry), party.memory, cause, party.name, flow.stretch.key)
        world.soon(wait, partial(self._arrive, flow, version))

    def _flush(self, flow: Flow, until: float) -> int:
        """Record what crossed unstopped since the last record, all together."""
        if not flow.crossed:
            return -1
        detail = {"party": flow.party_key, "seen": flow.seen, "times": tuple(flow.crossed)}
        number = float(len(flow.crossed))
        flow.crossed, flow.seen = [], 0
        return self.world.record(K.CROSSED, "", flow.stretch.key, number, -1, detail, until)

    def _clash(self, sector: str, key: str, party: Party, number: int) -> None:
        luck = self.world.luck("clash", f"{sector} {key} {number}")
        size = inf if party.size is None else round(float(party.size))
        killed = min(size, luck.poisson(float(party.killed)))
        held = min(size - killed, luck.poisson(float(party.held)))
        seized = luck.exponential() * float(party.seized_kg)
        lost = luck.poisson(float(party.lost))
        detail = {"party": key, "held": held, "kg": seized, "lost": lost}
        cause = self.world.record(K.CLASH, self.host, sector, float(killed), detail=detail)
        self._bury(sector, killed, lost, self.host, cause)

    def _bury(self, sector: str, killed: float, lost: float, defenders: str, cause: int) -> None:
        for side, dead in (("intruders", killed), (defenders, lost)):
            if dead > 0:
                self.world.record(K.DEATHS, side, sector, float(dead), cause, {"side": side})

    # raids

    def _plan_raid(self, key: str, raid: Raid) -> HazardClock | None:
        world = self.world
        if raid.rate is not None:
            clock = HazardClock(world.luck("raid", key).exponential(), world.now)
            self._watch_clock(key, clock, float(raid.rate) * world.levers.value("arrivals"))
            return clock
        self._between(raid.at, raid.latest, "raid", key, partial(self._set_out, key))
        return None

    def _watch_clock(self, key: str, clock: HazardClock, rate: float) -> None:
        at = clock.set_rate(self.world.now, rate)
        if at <= self.world.horizon and clock.remaining > 0:
            self.world.soon(at - self.world.now, partial(self._ring, key, clock, rate))

    def _ring(self, key: str, clock: HazardClock, rate: float, _: object) -> None:
        if clock.rate == rate and clock.rings_at <= self.world.now + 1e-9 and clock.remaining > 0:
            clock.set_rate(self.world.now, 0.0)
            self._clocks[key] = None
            self._set_out(key, None)

    def _between(self, at: object, latest: object, name: str, key: str, begin: partial[None]) -> None:
        hours = self.world.scenario.hours
        first = hours(at)  # type: ignore[arg-type]
        last = first if latest is None else hours(latest)  # type: ignore[arg-type]
        when = first + self.world.luck(name, key).uniform() * (last - first)
        self.world.soon(max(0.0, when - self.world.now), begin)

    def _set_out(self, key: str, _: object) -> None:
        """Let the raiders come to the border, where they may be stopped; those who cross strike later."""
        raid, world, levers = self.model.raids[key], self.world, self.world.levers
        if self._prevented(key, raid):
            return
        luck = world.luck("raid crossing", key)
        seen, stopped = luck.uniform(), luck.uniform()
        chance = self.stretches[raid.sector].detection(levers.value("detection"))
        able = float(raid.interdiction) * levers.value("interdiction")
        caught = not raid.beyond and seen < chance and stopped < able
        wait = 0.0 if caught else world.draw(raid.delay, "raid delay", key)
        world.soon(wait, partial(self._strike, key, raid, caught))

    def _prevented(self, key: str, raid: Raid) -> bool:
        """Return whether those who planned an attack on the host's soil for its day were stopped before it.

        *Assumed*: with the chance that the lever on raids leaves; raids at random follow that on arrivals.
        """
        comes = self.world.levers.value("raids")
        if raid.beyond or raid.at is None or self.world.luck("raid prevented", key).uniform() < comes:
            return False
        detail = {"label": f"prevented: {raid.label}", "levers": {}, "outcome": "", "shocks": {}}
        self.world.record(K.INJECT, self.host, key, detail=detail)
        return True

    def _strike(self, key: str, raid: Raid, caught: bool, _: object) -> None:
        """Let the raiders fight, where they were stopped or where they were going to.

        *Assumed*: as many of them are killed or held in either place; of what they cost the host a share is
        left where they were stopped.
        """
        world, luck = self.world, self.world.luck("raid losses", key)
        toll = float(raid.stopped_cost) if caught else 1.0
        attackers = round(float(raid.attackers))
        killed = luck.binomial(attackers, float(raid.killed))
        held = luck.binomial(attackers - killed, float(raid.held))
        lost = luck.poisson(toll * float(raid.lost) * attackers)
        detail = {
            "label": raid.label, "killed": killed, "held": held, "lost": lost, "beyond": raid.beyond,
            "stopped": caught,
        }  # fmt: skip
        cause = world.record(K.RAID, "", raid.sector, float(attackers), detail=detail)
        self._bury(raid.sector, killed, lost, "far side" if raid.beyond else self.host, cause)
        fleeing = (toll * float(raid.soldiers), toll * float(raid.civilians))
        self.fleeing.set_off(raid.sector, f"raid {key}", *fleeing, cause)
        self._worry_more(toll * float(raid.worry), raid.memory, cause, raid.label, raid.sector, always=True)

    # the far bank

    def _plan_fall(self, key: str, fall: Fall) -> None:
        if fall.at is not None:
            self._between(fall.at, fall.latest, "fall", key, partial(self._fall, key))
            return

        def turned(event: EventRecord) -> None:
            if event.where == fall.branch and event.detail["outcome"] == fall.outcome:
                wait = 0.0 if fall.delay is None else self.world.draw(fall.delay, "fall delay", key)
                self.world.soon(wait, partial(self._fall, key, cause=event.id))

        self.world.listen(K.BRANCH, turned)

    def _fall(self, key: str, _: object, cause: int = -1) -> None:
        stretch, world = self.stretches[key], self.world
        if stretch.fallen:
            return
        stretch.fallen = True
        cause = world.record(K.FAR_BANK_LOST, "", key, stretch.km, cause)
        for flow in self.flows:
            if flow.stretch is stretch:
                self._renew(flow)
        self.fleeing.set_off(key, f"fall {key}", stretch.sector.soldiers, stretch.sector.civilians, cause)
        self._alarm(cause, "the other side has changed hands", key)
        reserves = self.model.reserves
        lost = sum(s.km for s in self.stretches.values() if s.fallen) / self._km
        if reserves is not None and reserves.enabled and not self._called and lost >= reserves.called_at:
            self._called = True
            order = world.draw(reserves.order, "border reserves order")
            world.soon(order, partial(self._order, reserves, cause))

    def _order(self, reserves: BorderReserves, cause: int, _: object) -> None:
        world = self.world
        cause = world.record(K.RESERVES_ORDERED, self.host, "", float(reserves.personnel), cause)
        arrival = world.draw(reserves.arrival, "border reserves arrival")
        world.soon(arrival, partial(self._take_post, reserves, cause))

    def _take_post(self, reserves: BorderReserves, cause: int, _: object) -> None:
        """Spread the reserves that reach the border over its length."""
        self._man(float(reserves.personnel) * float(reserves.reaching))
        for key, stretch in self.stretches.items():
            self.world.record(K.RESERVES_ARRIVED, self.host, key, stretch.reserves, cause)
        if reserves.lasts is not None:
            self.world.soon(self.world.draw(reserves.lasts, "border reserves last"), lambda _: self._man(0.0))

    def _man(self, people: float) -> None:
        """Let *people* of the reserves stand on the border, spread over its length."""
        for stretch in self.stretches.values():
            self._end_segment(stretch)
            stretch.reserves = people * stretch.km / self._km

    # what the host sees

    def _worry_more(
        self, worry: float, memory: float | None, cause: int, label: str, sector: str, always: bool = False
    ) -> None:
        if worry <= 0:
            return
        self._near += worry
        if memory is not None:
            self.world.soon(float(memory), partial(self._forget, worry))
        self._alarm(cause, label, sector, always)

    def _forget(self, worry: float, _: object) -> None:
        self._near = max(0.0, self._near - worry)
        self._alarmed = min(self._alarmed, self._worry())

    def _alarm(self, cause: int, label: str, sector: str, always: bool = False) -> None:
        """Tell the host of a new reason to worry, if there is enough of it since the last."""
        danger = self._worry()
        if not always and danger < self._alarmed + float(self.model.alarm_step):
            return
        world = self.world
        self._alarmed, self._quiet = danger, self._quiet + 1
        if self._settled or not self._astir:
            cause = world.record(K.ONSET, self.host, sector, danger, cause)
        self._astir, self._settled = True, False
        cause = world.record(K.ALARM, self.host, sector, danger, cause, {"label": label})
        wait = world.draw(self.model.settles, "border settles", str(self._quiet))
        world.soon(wait, partial(self._settle, self._quiet, cause))

    def _settle(self, version: int, cause: int, _: object) -> None:
        if version == self._quiet:
            self._settled = True
            self.world.record(K.ORDER_RESTORED, self.host, cause=cause)
