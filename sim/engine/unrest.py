"""Unrest at the sites of a crisis: closed forms between events, incidents by exact inversion."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

from sim.engine.crisis import Idle
from sim.engine.dynamics import advance, level_at, time_of_level
from sim.engine.event_log import EventKind, EventRecord
from sim.engine.hazards import HazardClock
from sim.engine.incidents import log_incidents
from sim.engine.prepared import prepared, prepared_by_scenario
from sim.engine.sites import SiteState
from sim.engine.streams import exponential
from sim.engine.world import World
from sim.scenario.crisis import Crisis
from sim.scenario.distributions import Duration
from sim.scenario.models import Scenario

_INCIDENT, _UNREST = EventKind.INCIDENT, EventKind.UNREST


class _Law:
    """What is read again and again of a scenario's unrest, as plain numbers, which are read faster."""

    def __init__(self, crisis: Crisis) -> None:
        model, mobilisation = crisis.unrest, crisis.effects.local_mobilisation
        assert model is not None
        spread, ends = model.spread, model.ends
        self.means = float(model.killed), float(model.wounded)  # per incident where lethality is 1
        self.clearing_killed, self.detained = float(model.clearing_killed), float(model.detained)
        self.lag = {"lag": float(model.detention_lag)}  # what is said of each sweep
        self.spreads, self.push, self.chance = spread.enabled, float(spread.push), float(spread.chance)
        self.fade, self.settle, self.fall = float(ends.fade), float(ends.settle), float(ends.fall)  # per h
        self.fall_power = float(ends.fall_power)
        self.reserves = float(mobilisation.strength) if mobilisation else 0.0  # worth of a soldier


_law = prepared(_Law)
#: Inverse distribution functions, made once for all replications.
_sampler = prepared(Duration.sampler)


@prepared_by_scenario
def _onsets(scenario: Scenario) -> list[tuple[str, float, float]]:
    """Return the sites where unrest begins by itself, each with its earliest and its latest hour."""
    hours, sites = scenario.hours, scenario.crisis.sites.items()
    return [(k, hours(s.onset.earliest), hours(s.onset.latest)) for k, s in sites if s.onset is not None]


@lru_cache(maxsize=16)
def _ways(sites: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Return whose luck it is that unrest spreads from one site to another."""
    return {source: {key: f"{source}>{key}" for key in sites} for source in sites}


class Unrest(Idle):
    """All sites of a crisis and the national hazards that end it.

    *Assumed*: only force that restores order costs lives in clearing. Where unrest fades unaided no place is
    taken by force, though arrests follow there too; after a settlement or the fall of the government there
    is neither clearing nor detention anywhere.
    """

    def __init__(self, world: World) -> None:
        """Draw each site's frailty and schedule its onset."""
        assert world.crisis.unrest is not None
        self.world, self.model = world, world.crisis.unrest
        self.over = False  # settled, or the government fell: nobody stirs any more
        self.signal = 1.0
        model = self.model
        shape, sites = float(model.frailty_shape), world.crisis.sites
        self._law = law = _law(world.crisis)
        luck, calm, means = world.streams.short, float(model.calm), law.means
        self.sites = {
            key: SiteState(key, site, luck("frailty", key).gamma(shape), luck("incidents", key), calm, means)
            for key, site in sites.items()
        }
        self._ways = _ways(tuple(sites))
        self._affected = self._active = 0  # sites
        self._lost = 0.0  # share of the country (by weight) whose sites are overwhelmed
        growth = float(model.growth)
        self._growth = growth * world.levers.value("growth")
        self._suppression = float(model.suppression) * growth * world.levers.value("suppression")
        self._overwhelming, self._stay = float(model.overwhelm), float(model.stay)
        self._spread_delay = _sampler(model.spread.delay)
        self._weight = sum(s.weight for s in self.sites.values())
        self._settle = HazardClock(exponential(world.streams.one("settlement")))
        self._fall = HazardClock(exponential(world.streams.one("government")))
        self._hazards_version = 0
        self._hazards_of = False, 0.0  # whether any site is active, share of the country lost
        self._hazards_cause = -1  # the event that made it so
        self._schedule_onsets()
        for lever in ("growth", "suppression"):
            world.levers.listen(lever, self._on_lever)
        world.listen(EventKind.GOVERNMENT_FELL, self._on_fall)

    # what others ask

    def danger(self) -> float:
        """Return the share of the country (by weight) whose sites are overwhelmed."""
        return self._lost

    def calm(self) -> bool:
        """Return whether every affected site is calm again (and at least one was affected)."""
        return self._affected > 0 and not self._active

    def local_guards(self, place: str) -> float:
        """Return how many local personnel are tied down at a site."""
        return self.sites[place].guards if place in self.sites else 0.0

    # what others do

    def reinforce(self, key: str, personnel: float, cause: int) -> None:
        """Bring *personnel* reserves to a site."""
        state = self.sites[key]
        state.reserves += personnel * self._law.reserves
        self._change(state, cause)

    def free_guards(self, place: str, personnel: float, cause: int) -> float:
        """Free up to *personnel* local guards of a site for other tasks; return how many there were."""
        if place not in self.sites:
            return 0.0
        state = self.sites[place]
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
        """End every open segment at the instant *until* and log the incidents of all."""
        for state in self.sites.values():
            if state.active and until > state.since:
                self._end_segment(state, until)
        log_incidents(self.world, self.sites.values())

    def _on_lever(self, cause: int) -> None:
        """Take up what acts on growth and suppression from now on."""
        base, levers = float(self.model.growth), self.world.levers
        self._growth = base * levers.value("growth")
        self._suppression = float(self.model.suppression) * base * levers.value("suppression")
        for state in self.sites.values():
            self._change(state, cause)

    # onset and spread

    def _schedule_onsets(self) -> None:
        world = self.world
        one, now = world.streams.one, world.now
        for key, earliest, latest in _onsets(world.scenario):
            at = earliest + one("onset", key) * (latest - earliest)
            world.soon(max(0.0, at - now), self._onset, self.sites[key])

    def _onset(self, state: SiteState, cause: int = -1) -> None:
        if state.affected or self.over or state.ceiling <= 0:
            return
        state.affected = state.active = True
        state.affected_at = state.since = self.world.now
        self._affected, self._active = self._affected + 1, self._active + 1
        cause = self.world.record(EventKind.ONSET, where=state.key, amount=state.level * 24, cause=cause)
        fade = self._law.fade
        if fade > 0:
            wait = exponential(self.world.streams.one("fade", state.key))
            self.world.soon(wait / fade, self._fade, state)
        self._change(state, cause)
        self._watch_hazards(cause)

    def _spread_from(self, source: SiteState, cause: int) -> None:
        law, ways = self._law, self._ways[source.key]
        if not law.spreads:
            return
        few, chance, push = self.world.streams.few, law.chance, law.push
        soon, horizon, delay = self.world.env.call_by, self.world.horizon, self._spread_delay

        def stir(site: SiteState) -> None:
            self._change(site, cause, push)

        def strike(site: SiteState) -> None:
            self._onset(site, cause)

        for state in self.sites.values():
            if state is source or state.calm:
                continue
            luck = few("spread", ways[state.key])
            if state.affected:
                soon(horizon, delay(luck[1]), stir, state)
            elif luck[0] < chance:
                soon(horizon, delay(luck[1]), strike, state)

    # one segment to the next

    def _change(self, state: SiteState, cause: int, push: float = 0.0) -> None:
        """Close the running segment at *state* and open the next with today's forces."""
        if not state.active:
            return
        world = self.world
        now = world.env._now
        if now > state.since:
            self._end_segment(state, now)
        if push:
            state.level = min(state.level * (1 + push), state.ceiling)
        level = state.level
        state.growth = growth = 0.0 if state.faded or self.over else self._growth
        forces = state.forces if state.forces > 1.0 else 1.0
        local = state.free * self._stay if state.overwhelmed else state.free
        force = local + state.freed + state.reserves
        state.suppression = suppression = self._suppression * self.signal * force / forces
        detail = {"level": level, "growth": growth, "suppression": suppression, "ceiling": state.ceiling}
        state.last_cause = world.record(_UNREST, "", state.key, level * 24, cause, detail)
        self._watch(state, force)

    def _end_segment(self, state: SiteState, until: float) -> None:
        """Follow the level to *until*; the incidents on the way are drawn at once only if someone listens."""
        since, level, growth, suppression = state.since, state.level, state.growth, state.suppression
        state.level, area = advance(level, growth, suppression, state.ceiling, until - since)
        state.closed.append((
            since, until, level, growth, suppression, state.ceiling, area, state.last_cause,
        ))  # fmt: skip
        state.expected += area
        state.since = until
        if _INCIDENT in self.world._listeners:
            log_incidents(self.world, (state,))

    # thresholds

    def _watch(self, state: SiteState, force: float) -> None:
        """Schedule the next crossing of a threshold at *state*, held by *force*; older schedules lapse."""
        state.version += 1
        x, g, s, k = state.level, state.growth, state.suppression, state.ceiling
        calm_level = state.calm_level
        falling = g * (1 - x / k) < s if k > 0 else True
        if falling:
            delay = 0.0 if x <= calm_level else time_of_level(x, g, s, k, calm_level)
            crossing = self._calm
        elif state.overwhelmed or state.peaceful:
            return
        else:
            top = self._overwhelming * force / 1000 / 24
            delay = 0.0 if x >= top else time_of_level(x, g, s, k, top)
            crossing = self._overwhelm
        world = self.world
        world.env.call_by(world.horizon, delay, self._cross, (state, state.version, crossing))

    def _cross(self, planned: tuple[SiteState, int, Callable[[SiteState], None]]) -> None:
        state, version, crossing = planned
        if version == state.version:
            crossing(state)

    def _overwhelm(self, state: SiteState) -> None:
        now = self.world.now
        level = level_at(state.level, state.growth, state.suppression, state.ceiling, now - state.since)
        state.overwhelmed = state.was_overwhelmed = True
        self._count_lost()
        cause = self.world.record(
            EventKind.OVERWHELMED, where=state.key, amount=level * 24, cause=state.last_cause,
            detail={"out_of_control": self.danger()},
        )  # fmt: skip
        self._change(state, cause)
        self._watch_hazards(cause)
        self._spread_from(state, cause)

    def _calm(self, state: SiteState) -> None:
        now = self.world.now
        self._end_segment(state, now)
        state.calm, state.active = True, False
        state.version += 1
        self._active -= 1
        if state.overwhelmed:
            state.overwhelmed = False
            self._count_lost()
        cause = self.world.record(
            EventKind.CALM, where=state.key, amount=now - state.affected_at, cause=state.last_cause
        )
        if not self.over:
            self._sweep(state, cause)
        self._watch_hazards(cause)
        if self.calm():
            self.world.record(EventKind.ORDER_RESTORED, cause=cause)

    def _sweep(self, state: SiteState, cause: int) -> None:
        """Clear a lethal site that had been overwhelmed, unless unrest faded there, and detain people."""
        law, luck = self._law, self.world.luck("after", state.key)
        if state.was_overwhelmed and state.lethality > 0:
            force = state.free + state.freed + state.reserves  # with those back who had not stayed
            mean = law.clearing_killed * force / 1000 * state.lethality
            killed = luck.poisson(mean)  # drawn in any case: the luck of those detained comes next
            if not state.faded:
                self.world.record(EventKind.CLEARING, where=state.key, amount=killed, cause=cause)
        self.world.record(
            EventKind.SWEEP, where=state.key, amount=luck.poisson(law.detained * state.expected),
            cause=cause, detail=law.lag,
        )  # fmt: skip

    def _count_lost(self) -> None:
        lost = sum([s.weight for s in self.sites.values() if s.overwhelmed])
        self._lost = lost / self._weight if self._weight else 0.0

    # competing ends

    def _fade(self, state: SiteState) -> None:
        if state.active and not state.faded:
            state.faded = True
            faded = self.world.record(EventKind.FADED, where=state.key, cause=state.last_cause)
            self._change(state, faded)

    def _watch_hazards(self, cause: int) -> None:
        """Set the national hazards to the situation that *cause* brought and schedule their ringing."""
        situation = self._active > 0, self._lost
        if self.over or situation == self._hazards_of:
            return  # nothing that the hazards depend on has changed: what is scheduled stands
        self._hazards_of, self._hazards_cause = situation, cause
        self._hazards_version += 1
        law, now, lost = self._law, self.world.now, self._lost
        falls = law.fall * lost**law.fall_power if lost > 0 else 0.0
        rings = (
            (self._settle.set_rate(now, law.settle if self._active else 0.0), EventKind.SETTLED),
            (self._fall.set_rate(now, falls), EventKind.GOVERNMENT_FELL),
        )
        at, kind = min(rings)
        self.world.soon(max(0.0, at - now), partial(self._ring, kind, self._hazards_version))

    def _ring(self, kind: EventKind, version: int, _: object) -> None:
        if version == self._hazards_version:
            self._end(kind)

    def _end(self, kind: EventKind) -> None:
        self.over = True
        self._disperse(self.world.record(kind, who=self.world.crisis.host, cause=self._hazards_cause))

    def _on_fall(self, event: EventRecord) -> None:
        """End with a government that fell in another crisis of its country, as with one that fell here."""
        if not self.over:
            self.over = True
            self._hazards_version += 1  # what was to end it comes too late
            self._disperse(event.id)

    def _disperse(self, cause: int) -> None:
        for state in self.sites.values():
            self._change(state, cause)
