"""The force: warned, approved, made ready in echelons, moved by air or road, and counted in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from typing import NamedTuple

import simpy

from sim.alliance.contributions import Chalk, Package, make_chalks, shape_force, split_whole
from sim.engine.airlift import Airlift
from sim.engine.approvals import approve
from sim.engine.bases import coordination, from_bases, goes_by_road
from sim.engine.budget import affordable
from sim.engine.echelons import loads, shares, spread
from sim.engine.event_log import EventKind, EventRecord, SortieParts
from sim.engine.geometry import great_circle_km
from sim.engine.members import Members
from sim.engine.sorties import Group, Load, Release
from sim.engine.world import ProcessGenerator, World
from sim.scenario.response import Mandate

#: Told of each landing (load, event, instant); returns when its soldiers are on post.
Arrived = Callable[[Load, int, float], float]


class Echelon(NamedTuple):
    """A part of a unit's package that moves together."""

    name: str
    troops: int
    vehicles: int
    chalks: Sequence[Chalk]


class Force:
    """Contingents on their way in; what has arrived is handed to the mission."""

    def __init__(self, world: World, members: Members, airlift: Airlift, arrived: Arrived) -> None:
        """Wait for warning orders and a mandate (or the lead's own decision)."""
        self.world, self.members, self.airlift, self.arrived = world, members, airlift, arrived
        self.warned: dict[str, int] = {}
        self.plan_ready = 0.0
        self.plans = 0  # drawn up so far
        self.due = self.came = 0  # chalks expected and arrived
        self.pending = 0  # contingents whose approval is still open
        self.over = False  # the mission is at its end: nobody is sent any more
        self.on_post = 0.0  # latest instant at which soldiers landed so far are on post
        #: By member of whom anything is to come: chalks, and 1 while its approval is open.
        self.awaited: dict[str, int] = {}
        self.held = False  # some of what was told to go has stayed at home
        self._seeking: list[simpy.Process] = []  # contingents that seek approval
        self._preparing: dict[tuple[str, str, str], Echelon] = {}  # not released yet
        self._come: Callable[[], object] | None = None  # told that nobody is on the way any more
        self.deployed_at = inf
        self.inbound: list[Load] = []
        self.sent: dict[tuple[str, str], Package] = {}  # what was told to go, by member and unit
        response = world.scenario.response
        assert response.mission is not None
        assert response.mandate is not None
        self.plan, self.mandate = response.mission, response.mandate
        if response.warning_before_mandate:
            world.listen(EventKind.PRIVATE_APPEAL, self._on_private_appeal)
        world.listen(EventKind.CONSULTATIONS, self._on_consultations)
        world.listen(EventKind.MANDATE, self._on_decision)
        world.listen(EventKind.BILATERAL, self._on_decision)

    # warning and planning

    def _on_private_appeal(self, event: EventRecord) -> None:
        """Members that are ready to contribute warn their units as soon as they are asked in private."""
        decision = self.world.scenario.response.decision
        if not (decision.collective or decision.bilateral):
            return
        for member in self.world.scenario.response.offers:
            if member not in self.members.allies:
                continue
            if member != self.members.lead and (not decision.collective or event.detail["to"] == "lead"):
                continue
            if self.members.verdict(member, "force", limited=True, accepts=True).contributes:
                self._warn(member, event.id)

    def _warn(self, member: str, cause: int) -> None:
        if member not in self.warned:
            self.warned[member] = self.world.record(EventKind.WARNING_ORDER, member, cause=cause)

    def _on_consultations(self, event: EventRecord) -> None:
        """The Joint Staff draws up its plan beside the deliberation."""
        world = self.world
        self.plans += 1
        which = str(self.plans) if self.plans > 1 else ""
        hours = world.draw(world.alliance.organs.joint_staff_plan, "joint staff plan", which)
        hours *= world.pace("planning")
        self.plan_ready = world.now + hours

    # from the mandate to the last arrival

    def _on_decision(self, event: EventRecord) -> None:
        """Shape the force and set every contributor's approval and units going."""
        if self.over:
            return
        world, response = self.world, self.world.scenario.response
        # A lead that is on its way by itself already is not sent a second time when a mandate follows.
        coming = {m for m, _ in self.sent}
        willing = [m for m in event.detail["contributors"] if m in response.offers and m not in coming]
        contributors = [m for m in willing if m in self.members.allies]  # who has left sends nobody
        units = {m: world.alliance.members[m].units for m in contributors}
        planned = self._still_wanted(event) if event.kind is EventKind.MANDATE else self.mandate
        shaped = shape_force(
            planned, response.offers, units, contributors, self.members.lead, world.committed
        )
        packages = from_bases(world, shaped, collective=event.kind is EventKind.MANDATE)
        by_member: dict[str, list[Package]] = {}
        for package in packages:
            by_member.setdefault(package.member, []).append(package)
            world.engage(package.member, package.unit, package.troops)
            self.sent[package.member, package.unit] = package
        if by_member:
            self.deployed_at = inf  # nobody goes home before these have come
        self.pending += len(by_member)
        for member, mine in by_member.items():
            self._warn(member, event.id)
            self._await(member, 1)
            self._seeking.append(world.start(self._contingent(member, mine, event.id)))

    def _still_wanted(self, mandate: EventRecord) -> Mandate:
        """Return the force that a *mandate* authorises less what states have sent on their own before it."""
        planned, sent = self.mandate, self.sent.values()
        share = self.world.scenario.response.decision.authorised(mandate.detail["scope"])
        if share == 1.0 and not sent:
            return planned
        troops = share * min(planned.troops, planned.ceiling) - sum(package.troops for package in sent)
        vehicles = share * planned.vehicles - sum(package.vehicles for package in sent)
        return planned.model_copy(update={"troops": max(0.0, troops), "vehicles": max(0.0, vehicles)})

    def _contingent(self, member: str, packages: list[Package], cause: int) -> ProcessGenerator:
        """Seek approval while units make ready; then send every echelon."""
        world = self.world
        try:
            approval = yield from approve(world, member, cause)
        except simpy.Interrupt:  # there is nothing to approve any more
            approval, self.held = -1, True
        self.pending -= 1
        self._await(member, -1)
        if approval < 0 or member not in self.members.allies:  # refused, or it has left meanwhile
            for package in packages:
                world.engage(member, package.unit, -package.troops)
                del self.sent[member, package.unit]
        else:
            for package in packages:
                for index, echelon in enumerate(self._echelons(package)):
                    self.due += len(echelon.chalks)
                    self._await(member, len(echelon.chalks))
                    self._preparing[member, package.unit, echelon.name] = echelon
                    self._send(package, index, echelon, approval, self._joint_plan(cause))
        self._check_deployed(cause)

    def _joint_plan(self, decision: int) -> float:
        """Return when the joint plan that a *decision* to send soldiers goes by is drawn up (h)."""
        alone = self.world.records[decision].kind is EventKind.BILATERAL
        return 0.0 if alone else self.plan_ready  # whoever acts alone goes by its own plan

    def _echelons(self, package: Package) -> list[Echelon]:
        """Split a unit's package into its echelons' chalks."""
        world = self.world
        unit = world.alliance.members[package.member].units[package.unit]
        parts = shares(unit)
        troops, vehicles = split_whole(package.troops, parts), split_whole(package.vehicles, parts)
        if goes_by_road(world, package.member, package.unit):
            return [
                Echelon(name, t, v, (Chalk(t, v),))
                for name, t, v in zip(unit.echelons, troops, vehicles, strict=True)
                if t or v
            ]
        affordable(package.troops + package.vehicles, "soldiers and vehicles")
        carried = loads(world.alliance)
        return [
            Echelon(name, t, v, make_chalks(t, v, carried))
            for name, t, v in zip(unit.echelons, troops, vehicles, strict=True)
        ]

    def _send(self, package: Package, index: int, echelon: Echelon, approval: int, planned: float) -> None:
        """Make one echelon ready, to release its chalks once it is and, *planned* (h), the plan drawn up."""
        world, member = self.world, package.member
        unit = world.alliance.members[member].units[package.unit]
        notice = world.alliance.notice_to_move[unit.echelons[echelon.name].readiness]
        warned = world.records[self.warned[member]].time
        readiness = world.draw(notice, "readiness", f"{member} {package.unit} {echelon.name}")
        ready = warned + readiness * world.pace("readiness") / coordination(world, member, package.unit)
        vanguard = index == 0 and len(unit.echelons) > 1
        if not vanguard:  # only a vanguard moves before the joint plan is drawn up
            ready = max(ready, planned)
        # Hours that a vanguard has stood ready and waited for leave.
        early = max(0.0, world.now - ready) if vanguard else 0.0
        about = (package, echelon, approval, readiness, early)
        world.call(max(0.0, ready - world.now), self._ready, about)

    def _ready(self, about: tuple[Package, Echelon, int, float, float]) -> None:
        """Log that an echelon is ready and set it moving."""
        package, echelon, approval, readiness, early = about
        world, member = self.world, package.member
        if self._preparing.pop((member, package.unit, echelon.name), None) is None:
            return  # it stays at home
        detail = {
            "unit": package.unit, "echelon": echelon.name, "vehicles": echelon.vehicles,
            "chalks": len(echelon.chalks), "readiness": readiness,
        }  # fmt: skip
        airfield = world.alliance.members[member].units[package.unit].airfield
        cause = world.record(EventKind.ECHELON_READY, member, airfield, echelon.troops, approval, detail)
        loads_early = early and world.scenario.response.vanguard_loads_on_warning
        self._release(package, echelon.name, echelon.chalks, cause, early if loads_early else 0.0)

    def _release(
        self, package: Package, echelon: str, chalks: Sequence[Chalk], cause: int, loaded: float
    ) -> None:
        """Bring the chalks to the airfield one by one, or set the column marching.

        As many chalks as there are slots have been loading for *loaded* hours already.
        """
        world, member = self.world, package.member
        offer = world.scenario.response.offers[member]
        unit = world.alliance.members[member].units[package.unit]
        group = Group(member, package.unit, echelon, "in", None, self._on_landed, world)
        airfield, airlift = unit.airfield, world.alliance.airlift
        fixed = offer.destination.get(package.unit)
        fields = spread(self.plan).first(len(chalks)) if fixed is None else [fixed] * len(chalks)
        luck = world.stream("sorties in", f"{member} {package.unit} {echelon}").uniforms(4 * len(chalks))
        handled = self.airlift.handling([c.outsize for c in chalks], luck, world.pace("ground_time"))
        slots = int(world.alliance.airfields[airfield].slots)
        if loaded:
            handled[:slots] = [(max(0.0, on - loaded), off, lost) for on, off, lost in handled[:slots]]
        loads = [
            Load(group, troops, vehicles, outsize, airfield, field, cause, 0.0, on, off, lost)
            for (troops, vehicles, outsize), field, (on, off, lost) in zip(
                chalks, fields, handled, strict=True
            )
        ]
        send = self.airlift.request
        if goes_by_road(world, member, package.unit):
            send = partial(march, world, lat=unit.base.lat, lon=unit.base.lon)
        Release(world, loads, float(airlift.chalk_interval), send).begin(slots if loaded else 1)

    def _on_landed(self, load: Load, landed: int, at: float) -> None:
        self.came += 1
        self._await(load.group.member, -1)
        self.inbound.append(load)
        on_post = self.arrived(load, landed, at)
        if on_post > self.on_post:
            self.on_post = on_post
        if self.came >= self.due:
            self._check_deployed(landed)

    def _await(self, member: str, more: int) -> None:
        """Count so many chalks and approvals *more* (or, negative, fewer) that *member* is awaited for."""
        left = self.awaited.get(member, 0) + more
        if left:
            self.awaited[member] = left
        else:
            self.awaited.pop(member, None)

    def _check_deployed(self, cause: int) -> None:
        """Log that every contingent is complete once no chalk and no approval is outstanding."""
        if self.pending or self.came < self.due or not self.inbound:
            return
        self.deployed_at = max(self.world.now, self.on_post)
        if not self.held:
            troops = sum([load.troops for load in self.inbound])
            self.world.record(EventKind.DEPLOYED, amount=troops, cause=cause, time=self.deployed_at)
        if self._come is not None:
            self._come()

    def stop(self, cause: int, come: Callable[[], object]) -> None:
        """Send nobody any more: what is not released stays at home.

        Args:
            cause: id of the event that stops it.
            come: told once everybody who is on the way has come, if anybody came.
        """
        self.over, self._come = True, come
        for process in self._seeking:
            if process.is_alive:
                process.interrupt()
        for (member, unit, _), echelon in self._preparing.items():
            self.held = True
            self.due -= len(echelon.chalks)
            self._await(member, -len(echelon.chalks))
            self.world.engage(member, unit, -echelon.troops)
        self._preparing.clear()
        if self.deployed_at < inf:
            come()
        else:
            self._check_deployed(cause)


def march(world: World, load: Load, lat: float, lon: float) -> None:
    """Move *load* by road between its base and the theatre: great circle x detour / speed."""
    group = load.group
    field = world.alliance.airfields[load.destination if group.direction == "in" else load.origin]
    km = great_circle_km(lat, lon, field.lat, field.lon) * float(world.alliance.roads.detour)
    hours = km / float(world.alliance.roads.speed)
    about = {
        "unit": group.unit, "echelon": group.echelon, "direction": group.direction, "troops": load.troops,
        "vehicles": load.vehicles, "km": km,
    }  # fmt: skip
    cause = world.record(EventKind.ROAD_DEPARTED, group.member, load.origin, load.troops, load.cause, about)
    if group.departed is not None:
        group.departed(load, cause, world.now)
    world.root.after(hours, partial(_march_ends, world, load, about, hours, cause))


def _march_ends(world: World, load: Load, about: dict[str, object], hours: float, cause: int) -> None:
    parts = SortieParts(load.released, 0.0, 0.0, 0.0, 0.0, hours)
    group, detail = load.group, {**about, "parts": parts}
    arrived = world.record(EventKind.ROAD_ARRIVED, group.member, load.destination, load.troops, cause, detail)
    group.landed(load, arrived, world.now)
