"""The mission: guards take post and free local forces; order holds; the host ends it; the force goes home."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import cache, partial
from math import inf

from sim.engine.airlift import Airlift
from sim.engine.bases import goes_by_road
from sim.engine.crisis import CrisisState
from sim.engine.event_log import EventKind, EventRecord
from sim.engine.force import Force, march
from sim.engine.guarding import Post, orders
from sim.engine.prepared import prepared
from sim.engine.sorties import Group, Load
from sim.engine.world import ProcessGenerator, World
from sim.scenario.distributions import Duration
from sim.scenario.response import Mission as Plan

#: Rounding (h) allowed between an instant and the same one reached by a delay.
SLACK = 1e-9
#: Inverse distribution functions, made once for all replications.
_sampler = prepared(Duration.sampler)
_ON_TASK = EventKind.ON_TASK
#: Why a mission ends when its host has no government any more.
FELL = "government fell"


@cache
def _no_time() -> Duration:
    """Return the time to new tasks where nobody is freed."""
    return Duration.model_validate("0 h")


@prepared
def _tasks(plan: Plan) -> dict[str, float]:
    """Return the soldiers that each task of a mission needs."""
    return {key: float(task.soldiers) for key, task in plan.tasks.items()}


class Mission:
    """What the force does from landing to take-off home."""

    def __init__(self, world: World, crisis: CrisisState, airlift: Airlift) -> None:
        """Wait for arrivals, for the decision's signal and for order to be restored."""
        response = world.scenario.response
        assert response.mission is not None
        assert response.mandate is not None
        self.world, self.crisis, self.airlift = world, crisis, airlift
        self.plan, self.mandate = response.mission, response.mandate
        self.force: Force | None = None
        #: Soldiers still needed, by task.
        self._need = dict(_tasks(self.plan))
        #: By member and airfield: the tasks in order, without those that were found filled.
        self._open: dict[tuple[str, str], Sequence[Post]] = {}
        self._ended = False
        self._mandate = -1  # the last decision to send a force
        self._fallen = -1  # the fall of the host's government, if the mission ends with it
        self._quiet = 0  # version of the running spell of calm
        self._left = 0
        self._came: dict[str, list[Load]] = {}  # by member: the loads that are to go home
        self._home: dict[str, int] = {}
        self._by_road: set[tuple[str, str]] = set()  # members' units that go home that way
        #: Loads on their way home that have not left yet, the lead's and the allies'; hours between two.
        self._own: deque[Load] = deque()
        self._allied: deque[Load] = deque()
        self._interval = self._turn = 0.0
        freed = world.crisis.effects.freed_forces
        self._retasking = freed.delay if freed is not None else _no_time()
        self._ratio = float(freed.ratio) if freed is not None and freed.enabled else 0.0
        #: Whether anything asks to be told of soldiers taking post.
        self._posts = not world.crisis.sites
        #: Ends that wait for the whole force: the spell of calm each rests on (if any), cause, reason.
        self._waiting: list[tuple[int | None, int, str]] = []
        world.listen(EventKind.MANDATE, self._on_decision)
        world.listen(EventKind.BILATERAL, self._on_decision)
        world.listen(EventKind.ORDER_RESTORED, self._on_order)
        world.listen(EventKind.ONSET, self._on_onset)
        world.listen(EventKind.DEPLOYED, self._on_deployed)
        world.listen(EventKind.GOVERNMENT_FELL, self._on_fall)

    # the signal and the mandate's end

    def _on_decision(self, event: EventRecord) -> None:
        signal = self.world.crisis.effects.decision_signal
        if signal is not None and signal.enabled and signal.gain > 0:
            decision = self.world.scenario.response.decision
            share = decision.authorised(event.detail.get("scope", "full"))
            self.crisis.stiffen(share * float(signal.gain), event.id)
        expiry = float(self.mandate.duration)
        self._mandate = event.id
        # The force of an episode goes home even if its crisis is followed no longer.
        self.world.root.after(expiry, lambda: self._expire(event.id))

    def _expire(self, mandate: int) -> None:
        """End what a mandate allowed on its last day, unless a later one runs on."""
        if mandate == self._mandate:
            self._end(None, mandate, "mandate expired")

    # guards

    def arrived(self, load: Load, landed: int, at: float) -> float:
        """Post the soldiers of *load* at the nearest open tasks, free the locals who held them.

        Returns the instant (h) at which the last of them are on post.
        """
        world, group, needs, left = self.world, load.group, self._need, float(load.troops)
        assert self.force is not None
        env, coming = world.env, self.force.awaited.keys()
        posting, retasking = group.paces or self._paces(group)
        last = at + posting
        way, filled = (group.member, load.destination), False
        posts = self._open.get(way)
        if posts is None:
            posts = self._open[way] = orders(world.scenario)[way]
        for task, site, road, reserved, detail in posts:
            if left <= 0.0:
                break
            need = needs.get(task, 0.0)
            if need <= 0.0:
                filled = True
                continue
            if reserved and not coming.isdisjoint(reserved):
                continue
            posted = need if need <= left else left
            left -= posted
            needs[task] = need - posted
            ready = at + posting + road
            if ready > last:
                last = ready
            cause = world.record(_ON_TASK, group.member, site, posted, landed, detail, ready)
            if self._posts:
                world.after(ready - world.env._now, partial(self.crisis.post, site, posted, cause))
            if self._ratio > 0:
                relief = (site, posted * self._ratio, cause)
                env.call_by(world.horizon, ready + retasking - env._now, self._relieve, relief)
        if filled:
            self._open[way] = [post for post in posts if needs.get(post.task, 0.0) > 0.0]
        if left > 0:
            detail = {"task": "reserve", "unit": group.unit}
            world.record(_ON_TASK, group.member, "", left, landed, detail, at + posting)
        return last

    def _paces(self, group: Group) -> tuple[float, float]:
        """Return hours from landing to post and from post to local guards' new tasks, drawn per echelon."""
        luck = self.world.streams.few("posting", f"{group.member} {group.unit} {group.echelon}")
        post, task = _sampler(self.plan.posting), _sampler(self._retasking)
        group.paces = paces = (post(luck[0]), task(luck[1]))
        return paces

    def _relieve(self, relief: tuple[str, float, int]) -> None:
        """Give local guards of a site new tasks: their delay since soldiers took their posts is over.

        *Assumed*: never more than stand there still; who was relieved first goes first.
        """
        site, guards, cause = relief
        released = min(guards, self.crisis.local_guards(site))
        if released > 0:
            cause = self.world.record(EventKind.FREED, self.world.crisis.host, site, released, cause)
            self.crisis.free_guards(site, released, cause)

    # the end

    def _on_onset(self, event: EventRecord) -> None:
        self._quiet += 1

    def _on_order(self, event: EventRecord) -> None:
        self._quiet += 1
        version = self._quiet
        calm = self.world.draw(self.plan.calm_before_end, "calm before end", str(version))
        self.world.root.after(calm, lambda: self._end(version, event.id, "order held"))

    def _on_fall(self, event: EventRecord) -> None:
        """Send nobody any more to a government that is none, and go home (*assumed*: a switch)."""
        if "elsewhere" in event.detail and self._mandate < 0:
            return  # nobody has been sent; a new government here may still ask
        if self.plan.ends_with_government and self.force is not None:
            self._fallen = event.id
            self.force.stop(event.id, partial(self._end, None, event.id, FELL))

    def _on_deployed(self, event: EventRecord) -> None:
        for waiting in self._waiting:
            self._end(*waiting)

    def _end(self, calm: int | None, cause: int, reason: str) -> None:
        """End the mission if the spell of *calm* it rests on (none for a mandate's last day) has held.

        A force still arriving is awaited first, so that nobody is left behind.
        """
        if self._ended or self.force is None or (calm is not None and calm != self._quiet):
            return
        if self._fallen not in (-1, cause):  # it ends with the government, whatever else would end it
            return
        left = self.force.deployed_at - self.world.now
        if left <= SLACK:
            self._ended = self.force.over = True
            self.world.start(self._wind_up(cause, reason))
        elif left < inf:
            self.world.root.after(left, lambda: self._end(calm, cause, reason))
        else:
            self._waiting.append((calm, cause, reason))

    def _wind_up(self, cause: int, reason: str) -> ProcessGenerator:
        """Announce, request, order, hand over the posts, and send the force home."""
        world, host = self.world, self.world.crisis.host
        announced = world.now
        who = host if self._fallen < 0 else ""
        cause = world.record(EventKind.END_ANNOUNCED, who, cause=cause, detail={"reason": reason})
        if self._fallen < 0:
            yield world.wait(world.draw(self.plan.end_request, "end request"))
        if self._fallen < 0:  # a government that fell, before or meanwhile, asks for nothing
            cause = world.record(EventKind.END_REQUESTED, host, cause=cause)
        yield world.wait(world.draw(world.alliance.organs.defence_ministers, "defence ministers"))
        cause = world.record(EventKind.WITHDRAWAL_ORDERED, "defence ministers", cause=cause)
        handover = world.draw(self.plan.handover, "handover")
        yield world.wait(max(0.0, announced + handover - world.now))
        cause = world.record(EventKind.WITHDRAWAL_BEGAN, cause=cause)
        self.crisis.leave(cause)
        self._withdraw(cause)

    def _withdraw(self, cause: int) -> None:
        """Release chalks at the planned pace: the lead's until the allies' turn comes, then allies first."""
        world, lead = self.world, self.world.alliance.lead
        assert self.force is not None
        for load in self.force.inbound:
            self._came.setdefault(load.group.member, []).append(load)
        outbound = {m: self._homeward(m, loads, cause) for m, loads in self._came.items()}
        self._left = sum(len(loads) for loads in outbound.values())
        self._home = {m: len(loads) for m, loads in outbound.items()}
        self._interval = 24 / max(1e-9, float(self.plan.flights_per_day))
        self._turn = world.now + float(self.plan.allies_leave_after)
        self._own = deque(outbound.pop(lead, ()))
        self._allied = deque(load for loads in outbound.values() for load in loads)
        self._release(False)

    def _release(self, waited: bool) -> None:
        """Send home what leaves now, and come back for the rest; *waited* once the allies' turn has come."""
        env, own, allied = self.world.env, self._own, self._allied
        while own or allied:
            if not own and not waited:
                env.call(max(0.0, self._turn - env._now), self._release, True)
                return
            waited = False
            theirs = allied and (not own or env._now >= self._turn)
            load = allied.popleft() if theirs else own.popleft()
            load.released = env._now
            if not self._by_road or (load.group.member, load.group.unit) not in self._by_road:
                self.airlift.request(load)
                env.call(self._interval, self._release, False)
                return
            self._drive(load)

    def _drive(self, load: Load) -> None:
        """Send a load home by road, which needs no place in the airlift's schedule."""
        world, group = self.world, load.group
        base = world.alliance.members[group.member].units[group.unit].base
        march(world, load, base.lat, base.lon)

    def _homeward(self, member: str, loads: list[Load], cause: int) -> list[Load]:
        """Turn a contingent's loads round: each flies back as it came, or a unit drives as one column."""
        luck = self.world.stream("sorties out", member).uniforms(4 * len(loads))
        groups: dict[Group, Group] = {}  # on the way home, by those that they came in
        back = []
        ground = self.world.pace("ground_time")
        handled = self.airlift.handling([load.outsize for load in loads], luck, ground)
        for load, (on, off, lost) in zip(loads, handled, strict=True):
            came = load.group
            home = groups.get(came)
            if home is None:
                home = Group(member, came.unit, came.echelon, "out", self._gone, self._back_home, self.world)
                groups[came] = home
            back.append(
                Load(
                    home, load.troops, load.vehicles, load.outsize, load.destination, load.origin,
                    cause, 0.0, on, off, lost,
                )
            )  # fmt: skip
        units = {group.unit for group in groups}
        marching = {u for u in units if goes_by_road(self.world, member, u, home=True)}
        if not marching:
            return back
        self._by_road |= {(member, unit) for unit in marching}
        columns = _columns([load for load in back if load.group.unit in marching])
        return columns + [load for load in back if load.group.unit not in marching]

    def _gone(self, load: Load, cause: int, at: float) -> None:
        self._left -= 1
        if not self._left:
            self.world.record(EventKind.WITHDRAWN, cause=cause, time=at)

    def _back_home(self, load: Load, cause: int, at: float) -> None:
        member = load.group.member
        self._home[member] -= 1
        if not self._home[member]:
            troops = sum([i.troops for i in self._came[member]])
            self.world.record(EventKind.CONTINGENT_HOME, member, amount=troops, cause=cause, time=at)
            self.world.root.after(max(0.0, at - self.world.now), lambda: self._release_units(member))

    def _release_units(self, member: str) -> None:
        """Count a contingent's units as there again: all of it is home."""
        home: dict[str, int] = {}
        for load in self._came[member]:
            unit = load.group.unit
            home[unit] = home.get(unit, 0) + load.troops
        for unit, troops in home.items():
            self.world.engage(member, unit, -troops)


def _columns(loads: list[Load]) -> list[Load]:
    """Join the loads of each unit into one road column."""
    columns: dict[str, Load] = {}
    for load in loads:
        column = columns.setdefault(load.group.unit, load)
        if column is not load:
            column.troops += load.troops
            column.vehicles += load.vehicles
    return list(columns.values())
