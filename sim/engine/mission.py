"""The mission: guards take post and free local forces; order holds; the host ends it; the force goes home."""

from __future__ import annotations

from collections import deque
from math import inf

from sim.engine.airlift import Airlift, Group, Load
from sim.engine.event_log import EventKind, EventRecord
from sim.engine.force import Force, march
from sim.engine.unrest import Unrest
from sim.engine.world import ProcessGenerator, World

#: Rounding (h) allowed between an instant and the same one reached by a delay.
SLACK = 1e-9


class Mission:
    """What the force does from landing to take-off home."""

    def __init__(self, world: World, unrest: Unrest, airlift: Airlift) -> None:
        """Wait for arrivals, for the decision's signal and for order to be restored."""
        self.world, self.unrest, self.airlift = world, unrest, airlift
        self.plan = world.scenario.response.mission
        self.force: Force | None = None
        self._open = [(key, float(task.soldiers)) for key, task in self.plan.tasks.items()]
        self._ended = False
        self._quiet = 0  # version of the running spell of calm
        self._left = 0
        self._home: dict[str, int] = {}
        self._posted: dict[str, tuple[float, float]] = {}
        self._relieved: dict[str, list[tuple[float, float]]] = {}  # by site: when (h) how many are free to go
        freed = world.crisis.effects.freed_forces
        self._ratio = float(freed.ratio) if freed.enabled else 0.0
        self._waiting: tuple[int, int] | None = None  # the spell of calm that waits for the whole force
        world.listen(EventKind.MANDATE, self._on_decision)
        world.listen(EventKind.BILATERAL, self._on_decision)
        world.listen(EventKind.ORDER_RESTORED, self._on_order)
        world.listen(EventKind.ONSET, self._on_onset)
        world.listen(EventKind.DEPLOYED, self._on_deployed)

    # the signal and the mandate's end

    def _on_decision(self, event: EventRecord) -> None:
        signal = self.world.crisis.effects.decision_signal
        if signal.enabled and signal.gain > 0:
            self.unrest.stiffen(float(signal.gain), event.id)
        expiry = float(self.world.scenario.response.mandate.duration)
        self.world.after(expiry, lambda: self._end(event.id, "mandate expired"))

    # guards

    def arrived(self, load: Load, landed: int, at: float) -> float:
        """Post the soldiers of *load* at the next open tasks, free the locals who held them.

        Returns the instant (h) at which they are on post.
        """
        world, group, left = self.world, load.group, float(load.troops)
        posting, retasking = self._paces(group)
        ready = at + posting
        while left > 0 and self._open:
            task, need = self._open[0]
            posted = min(left, need)
            left -= posted
            if posted == need:
                self._open.pop(0)
            else:
                self._open[0] = (task, need - posted)
            site = self.plan.tasks[task].site
            cause = world.record(EventKind.ON_TASK, group.member, site, posted, landed, {"task": task}, ready)
            if self._ratio > 0:
                self._relieve(site, posted * self._ratio, ready + retasking, cause)
        if left > 0:
            detail = {"task": "reserve", "unit": group.unit}
            world.record(EventKind.ON_TASK, group.member, "", left, landed, detail, ready)
        return ready

    def _paces(self, group: Group) -> tuple[float, float]:
        """Return hours from landing to post and from post to local guards' new tasks, drawn per echelon."""
        entity = f"{group.member} {group.unit} {group.echelon}"
        if entity not in self._posted:
            luck = self.world.stream("posting", entity)
            retasking = self.world.crisis.effects.freed_forces.delay
            self._posted[entity] = (
                self.plan.posting.sample(luck.uniform()), retasking.sample(luck.uniform()),
            )  # fmt: skip
        return self._posted[entity]

    def _relieve(self, site: str, people: float, due: float, cause: int) -> None:
        """Let local guards go at *due* (h), or with the next order at their site after it."""
        waiting = self._relieved.setdefault(site, [])
        waiting.append((due, people))
        if len(waiting) == 1:
            self.world.after(due - self.world.env.now, lambda: self._free(site, cause))

    def _free(self, site: str, cause: int) -> None:
        """Free those whose time has come; one more order serves all the others when the last is due."""
        now = self.world.env.now
        waiting = self._relieved.pop(site)
        late = [(due, people) for due, people in waiting if due > now + SLACK]
        if late:
            self._relieved[site] = late
            self.world.after(max(due for due, _ in late) - now, lambda: self._free(site, cause))
        due_now = sum(people for due, people in waiting if due <= now + SLACK)
        released = min(due_now, self.unrest.sites[site].guards)
        if released > 0:
            cause = self.world.record(EventKind.FREED, self.world.crisis.host, site, released, cause)
            self.unrest.free_guards(site, released, cause)

    # the end

    def _on_onset(self, event: EventRecord) -> None:
        self._quiet += 1

    def _on_order(self, event: EventRecord) -> None:
        self._quiet += 1
        version = self._quiet
        calm = self.world.draw(self.plan.calm_before_end, "calm before end", str(version))
        self.world.after(calm, lambda: self._declare(version, event.id))

    def _on_deployed(self, event: EventRecord) -> None:
        if self._waiting is not None:
            self._declare(*self._waiting)

    def _declare(self, version: int, cause: int) -> None:
        """Declare the mission done if calm has held; a force still arriving is awaited first."""
        if version != self._quiet or self.force is None:
            return
        left = self.force.deployed_at - self.world.now
        if left <= SLACK:
            self._end(cause, "order held")
        elif left < inf:
            self.world.after(left, lambda: self._declare(version, cause))
        else:
            self._waiting = (version, cause)

    def _end(self, cause: int, reason: str) -> None:
        if not self._ended and self.force is not None and self.force.inbound:
            self._ended = True
            self.world.start(self._wind_up(cause, reason))

    def _wind_up(self, cause: int, reason: str) -> ProcessGenerator:
        """Announce, request, order, hand over the posts, and send the force home."""
        world, host = self.world, self.world.crisis.host
        announced = world.now
        cause = world.record(EventKind.END_ANNOUNCED, host, cause=cause, detail={"reason": reason})
        yield world.wait(world.draw(self.plan.end_request, "end request"))
        cause = world.record(EventKind.END_REQUESTED, host, cause=cause)
        yield world.wait(world.draw(world.alliance.organs.defence_ministers, "defence ministers"))
        cause = world.record(EventKind.WITHDRAWAL_ORDERED, "defence ministers", cause=cause)
        handover = world.draw(self.plan.handover, "handover")
        yield world.wait(max(0.0, announced + handover - world.now))
        cause = world.record(EventKind.WITHDRAWAL_BEGAN, cause=cause)
        yield from self._withdraw(cause)

    def _withdraw(self, cause: int) -> ProcessGenerator:
        """Release chalks at the planned pace: the lead's until the allies' turn comes, then allies first."""
        world, lead = self.world, self.world.alliance.lead
        assert self.force is not None
        by_member: dict[str, list[Load]] = {}
        for load in self.force.inbound:
            by_member.setdefault(load.group.member, []).append(load)
        outbound = {m: self._homeward(m, loads, cause) for m, loads in by_member.items()}
        self._left = sum(len(loads) for loads in outbound.values())
        self._home = {m: len(loads) for m, loads in outbound.items()}
        interval = 24 / max(1e-9, float(self.plan.flights_per_day))
        turn = world.now + float(self.plan.allies_leave_after)
        own = deque(outbound.pop(lead, ()))
        allied = deque(load for loads in outbound.values() for load in loads)
        while own or allied:
            if not own:
                yield world.wait(max(0.0, turn - world.now))
            theirs = allied and (not own or world.now >= turn)
            if self._leave(allied.popleft() if theirs else own.popleft()):
                yield world.wait(interval)

    def _leave(self, load: Load) -> bool:
        """Send a load home; return whether it needs a place in the airlift's schedule."""
        world, member = self.world, load.group.member
        load = load._replace(released=world.now)
        if world.scenario.response.offers[member].mode_out == "road":
            base = world.alliance.members[member].units[load.group.unit].base
            march(world, load, base.lat, base.lon)
            return False
        self.airlift.request(load)
        return True

    def _homeward(self, member: str, loads: list[Load], cause: int) -> list[Load]:
        """Turn a contingent's loads round: each flies back as it came, or a unit drives as one column."""
        luck = self.world.stream("sorties out", member).uniforms(4 * len(loads))
        groups: dict[tuple[str, str], Group] = {}
        back = []
        for i, load in enumerate(loads):
            key = (load.group.unit, load.group.echelon)
            if key not in groups:
                groups[key] = Group(member, *key, "out", self._gone, self._back_home)
            on, off, lost = self.airlift.handling(load.outsize, luck[4 * i : 4 * i + 4])
            back.append(
                Load(
                    groups[key], load.troops, load.vehicles, load.outsize, load.destination, load.origin,
                    cause, 0.0, on, off, lost,
                )
            )  # fmt: skip
        if self.world.scenario.response.offers[member].mode_out == "road":
            return _columns(back)
        return back

    def _gone(self, load: Load, cause: int, at: float) -> None:
        self._left -= 1
        if not self._left:
            self.world.record(EventKind.WITHDRAWN, cause=cause, time=at)

    def _back_home(self, load: Load, cause: int, at: float) -> None:
        self._home[load.group.member] -= 1
        if not self._home[load.group.member]:
            assert self.force is not None
            troops = sum(i.troops for i in self.force.inbound if i.group.member == load.group.member)
            self.world.record(
                EventKind.CONTINGENT_HOME, load.group.member, amount=troops, cause=cause, time=at
            )


def _columns(loads: list[Load]) -> list[Load]:
    """Join the loads of each unit into one road column."""
    columns: dict[str, Load] = {}
    for load in loads:
        unit = load.group.unit
        first = columns.get(unit, load._replace(troops=0, vehicles=0))
        columns[unit] = first._replace(
            troops=first.troops + load.troops, vehicles=first.vehicles + load.vehicles
        )
    return list(columns.values())
