"""Unrest at the sites of a crisis: closed forms between events, incidents by exact inversion."""

from __future__ import annotations

from math import floor, isfinite, log, log1p

from sim.engine.dynamics import integral_to, inverse_integral, level_at, time_of_level
from sim.engine.event_log import EventKind
from sim.engine.hazards import HazardClock
from sim.engine.streams import Stream, geometric_rate
from sim.engine.world import World
from sim.scenario.crisis import Site
from sim.scenario.crisis import Unrest as Model


class SiteState:
    """What changes at one site; levels in incidents per hour."""

    __slots__ = (
        "affected", "affected_at", "budget", "calm", "ceiling", "expected", "faded", "first", "forces",
        "free", "freed", "growth", "guards", "incidents", "key", "killed_rate", "last_cause", "lethality",
        "level", "overwhelmed", "reserves", "since", "site", "suppression", "version", "was_overwhelmed",
        "weight", "wounded_rate",
    )  # fmt: skip

    def __init__(self, key: str, site: Site, frailty: float, incidents: Stream, model: Model) -> None:
        """Put *site* before its onset; *frailty* multiplies its ceiling and its first level."""
        self.key, self.site, self.incidents = key, site, incidents
        self.ceiling = float(site.ceiling) * frailty
        self.forces, self.weight, self.lethality = (
            float(site.forces),
            float(site.weight),
            float(site.lethality),
        )
        self.killed_rate = geometric_rate(float(model.killed) * self.lethality)
        self.wounded_rate = geometric_rate(float(model.wounded) * self.lethality)
        self.guards = self.forces * float(site.guard_share)
        self.free = self.forces - self.guards
        self.reserves = self.freed = 0.0
        self.level = self.first = float(site.initial) * frailty
        self.growth = self.suppression = self.since = self.affected_at = self.expected = 0.0
        self.affected = self.calm = self.overwhelmed = self.was_overwhelmed = self.faded = False
        self.budget = incidents.exponential()
        self.version = 0
        self.last_cause = -1

    @property
    def active(self) -> bool:
        """Affected and not calm again."""
        return self.affected and not self.calm


class Unrest:
    """All sites of a crisis and the national hazards that end it."""

    def __init__(self, world: World) -> None:
        """Draw each site's frailty and schedule its onset."""
        self.world, self.model = world, world.crisis.unrest
        self.over = False  # settled, or the government fell: nobody stirs any more
        self.signal = 1.0
        model = self.model
        shape = float(model.frailty_shape)
        self.sites = {
            key: SiteState(
                key, site, world.stream("frailty", key).gamma(shape), world.stream("incidents", key), model
            )
            for key, site in world.crisis.sites.items()
        }
        self._growth = float(model.growth)
        self._suppression = float(model.suppression) * self._growth
        self._overwhelming, self._stay = float(model.overwhelm), float(model.stay)
        self._calm_share = float(model.calm)
        self._spread_delay = model.spread.delay.sampler()
        self._weight = sum(s.weight for s in self.sites.values())
        self._settle = HazardClock(world.stream("settlement").exponential())
        self._fall = HazardClock(world.stream("government").exponential())
        self._hazards_version = 0
        for state in self.sites.values():
            self._schedule_onset(state)

    # what others ask

    def out_of_control(self) -> float:
        """Return the share of the country (by weight) whose sites are overwhelmed."""
        lost = sum(s.weight for s in self.sites.values() if s.overwhelmed)
        return lost / self._weight if self._weight else 0.0

    def all_calm(self) -> bool:
        """Return whether every affected site is calm again (and at least one was affected)."""
        affected = [s for s in self.sites.values() if s.affected]
        return bool(affected) and all(s.calm for s in affected)

    # what others do

    def reinforce(self, key: str, personnel: float, cause: int) -> None:
        """Bring *personnel* reserves to a site."""
        state = self.sites[key]
        state.reserves += personnel * float(self.world.crisis.effects.local_mobilisation.strength)
        self._change(state, cause)

    def free_guards(self, key: str, personnel: float, cause: int) -> float:
        """Free up to *personnel* local guards of a site for other tasks; return how many there were."""
        state = self.sites[key]
        freed = min(personnel, state.guards)
        state.guards -= freed
        state.freed += freed
        self._change(state, cause)
        return freed

    def stiffen(self, gain: float, cause: int) -> None:
        """Raise suppression everywhere by the proportional *gain*."""
        self.signal *= 1 + gain
        for state in self.sites.values():
            self._change(state, cause)

    def close(self, until: float) -> None:
        """Log the incidents of every open segment up to the instant *until*."""
        for state in self.sites.values():
            if state.active:
                self._draw_incidents(state, until)

    # onset and spread

    def _schedule_onset(self, state: SiteState) -> None:
        onset = state.site.onset
        if onset is None:
            return
        u, hours = self.world.stream("onset", state.key).uniform(), self.world.scenario.hours
        at = hours(onset.earliest) + u * (hours(onset.latest) - hours(onset.earliest))
        self.world.after(max(0.0, at), lambda: self._onset(state, -1))

    def _onset(self, state: SiteState, cause: int) -> None:
        if state.affected or self.over or state.ceiling <= 0:
            return
        state.affected, state.affected_at, state.since = True, self.world.now, self.world.now
        cause = self.world.record(EventKind.ONSET, where=state.key, amount=state.level * 24, cause=cause)
        fade = float(self.model.ends.fade)
        wait = self.world.stream("fade", state.key).exponential()
        if fade > 0:
            self.world.after(wait / fade, lambda: self._fade(state))
        self._change(state, cause)
        self._watch_hazards()

    def _spread_from(self, source: SiteState, cause: int) -> None:
        spread, push = self.model.spread, float(self.model.spread.push)
        if not spread.enabled:
            return
        for state in self.sites.values():
            if state is source or state.calm:
                continue
            luck = self.world.stream("spread", f"{source.key}>{state.key}")
            stirred = luck.uniform() < spread.chance
            if state.affected:
                delay = self._spread_delay(luck.uniform())
                self.world.after(delay, lambda s=state: self._change(s, cause, push))  # type: ignore[misc]
            elif stirred:
                delay = self._spread_delay(luck.uniform())
                self.world.after(delay, lambda s=state: self._onset(s, cause))  # type: ignore[misc]

    # one segment to the next

    def _change(self, state: SiteState, cause: int, push: float = 0.0) -> None:
        """Close the running segment at *state* and open the next with today's forces."""
        if not state.active:
            return
        self._draw_incidents(state, self.world.now)
        if push:
            state.level = min(state.level * (1 + push), state.ceiling)
        state.growth = 0.0 if state.faded or self.over else self._growth
        state.suppression = self._suppression * self.signal * self._force(state) / max(1.0, state.forces)
        detail = {
            "level": state.level, "growth": state.growth, "suppression": state.suppression,
            "ceiling": state.ceiling,
        }  # fmt: skip
        state.last_cause = self.world.record(EventKind.UNREST, "", state.key, state.level * 24, cause, detail)
        self._watch(state)

    def _force(self, state: SiteState) -> float:
        local = state.free * self._stay if state.overwhelmed else state.free
        return local + state.freed + state.reserves

    def _draw_incidents(self, state: SiteState, until: float) -> None:
        """Log the incidents between the segment's start (or the last drawn) and *until*.

        Unit exponentials are spent on the integral of the level: exact for an inhomogeneous Poisson process.
        """
        x, g, s, k = state.level, state.growth, state.suppression, state.ceiling
        hours = until - state.since
        area = integral_to(x, g, s, k, hours)
        spent = self._spend(state, area, until) if state.budget <= area else 0.0
        state.budget -= area - spent
        state.expected += area
        state.level, state.since = level_at(x, g, s, k, hours), until

    def _spend(self, state: SiteState, area: float, until: float) -> float:
        """Log the incidents that an *area* under the level is good for; return how much of it they spent."""
        luck, record, since = state.incidents, self.world.record, state.since
        time_of = inverse_integral(state.level, state.growth, state.suppression, state.ceiling)
        key, cause, killed, wounded = state.key, state.last_cause, state.killed_rate, state.wounded_rate
        spent, budget = 0.0, state.budget
        while budget <= area - spent:
            spent += budget
            at = since + time_of(spent)
            # Two geometric counts and the next unit exponential, by inversion.
            deaths, hurt = floor(-log(luck.uniform()) / killed), floor(-log(luck.uniform()) / wounded)
            detail = {"wounded": hurt}
            record(EventKind.INCIDENT, "", key, deaths, cause, detail, at if at < until else until)
            budget = -log1p(-luck.uniform())
        state.budget = budget
        return spent

    # thresholds

    def _watch(self, state: SiteState) -> None:
        """Schedule the next crossing of a threshold at *state*; older schedules lapse."""
        state.version += 1
        x, g, s, k = state.level, state.growth, state.suppression, state.ceiling
        calm_level = min(self._calm_share * k, state.first / 2)
        falling = g * (1 - x / k) < s if k > 0 else True
        if falling:
            delay = 0.0 if x <= calm_level else time_of_level(x, g, s, k, calm_level)
            crossing = self._calm
        elif state.overwhelmed or state.site.peaceful:
            return
        else:
            top = self._overwhelming * self._force(state) / 1000 / 24
            delay = 0.0 if x >= top else time_of_level(x, g, s, k, top)
            crossing = self._overwhelm
        if isfinite(delay):
            version = state.version
            self.world.after(delay, lambda: crossing(state) if version == state.version else None)

    def _overwhelm(self, state: SiteState) -> None:
        now = self.world.now
        level = level_at(state.level, state.growth, state.suppression, state.ceiling, now - state.since)
        state.overwhelmed = state.was_overwhelmed = True
        cause = self.world.record(
            EventKind.OVERWHELMED, where=state.key, amount=level * 24, cause=state.last_cause,
            detail={"out_of_control": self.out_of_control()},
        )  # fmt: skip
        self._change(state, cause)
        self._watch_hazards()
        self._spread_from(state, cause)

    def _calm(self, state: SiteState) -> None:
        now, model = self.world.now, self.model
        self._draw_incidents(state, now)
        state.calm, state.overwhelmed = True, False
        state.version += 1
        cause = self.world.record(
            EventKind.CALM, where=state.key, amount=now - state.affected_at, cause=state.last_cause
        )
        luck = self.world.stream("after", state.key)
        if state.was_overwhelmed and state.site.lethality > 0:
            mean = float(model.clearing_killed) * self._force(state) / 1000 * float(state.site.lethality)
            self.world.record(EventKind.CLEARING, where=state.key, amount=luck.poisson(mean), cause=cause)
        self.world.record(
            EventKind.SWEEP, where=state.key, amount=luck.poisson(float(model.detained) * state.expected),
            cause=cause, detail={"lag": float(model.detention_lag)},
        )  # fmt: skip
        self._watch_hazards()
        if self.all_calm():
            self.world.record(EventKind.ORDER_RESTORED, cause=cause)

    # competing ends

    def _fade(self, state: SiteState) -> None:
        if state.active and not state.faded:
            state.faded = True
            self._change(state, self.world.record(EventKind.FADED, where=state.key))

    def _watch_hazards(self) -> None:
        """Set the national hazards to today's situation and schedule their ringing."""
        if self.over:
            return
        self._hazards_version += 1
        ends, now = self.model.ends, self.world.now
        stirred = any(s.active for s in self.sites.values())
        lost = self.out_of_control()
        falls = float(ends.fall) * lost ** float(ends.fall_power) if lost > 0 else 0.0
        rings = (
            (self._settle.set_rate(now, float(ends.settle) if stirred else 0.0), EventKind.SETTLED),
            (self._fall.set_rate(now, falls), EventKind.GOVERNMENT_FELL),
        )
        at, kind = min(rings)
        if isfinite(at):
            version = self._hazards_version
            self.world.after(
                max(0.0, at - now), lambda: self._end(kind) if version == self._hazards_version else None
            )

    def _end(self, kind: EventKind) -> None:
        self.over = True
        cause = self.world.record(kind, who=self.world.crisis.host)
        for state in self.sites.values():
            self._change(state, cause)
