"""What happens from outside or beside the council: injects, branches, and measures short of force."""

from __future__ import annotations

from bisect import bisect_right
from functools import partial
from itertools import accumulate
from math import inf

from sim.engine.event_log import EventKind, EventRecord
from sim.engine.law import facts_now
from sim.engine.standing import shocks_of
from sim.engine.world import World
from sim.scenario.injects import Branch, Consequences, Inject

#: The organ that speaks without a vote, later when nobody holds the office.
SECRETARY_GENERAL = "secretary general"


class Injects:
    """Brings about what the scenario plans for its crisis, each thing on its own luck."""

    def __init__(self, world: World) -> None:
        """Schedule what has a date or a rate; wait for the events that the rest follows."""
        self.world = world
        self._followed: set[str] = set()  # injects whose event has come
        self._first: dict[EventKind, float] = {}  # when (h) what calls injects off first happened
        self._willing: set[str] = set()  # members that have supported a motion
        self._tied: dict[str, list[tuple[str, str, float]]] = {}  # troops of measures, by measure
        self._measures = world.scenario.response.measures
        if self._measures:  # they alone ask who is willing
            world.listen(EventKind.POSITION, self._on_position)
            world.listen(EventKind.ANSWERED, self._on_answered)
        for key, inject in {**world.crisis.injects, **self._measures}.items():
            if inject.enabled and self._channel_open(key, inject):
                self._plan(key, inject)
        for key, branch in world.crisis.branches.items():
            self._at(key, branch.at, branch.latest, partial(self._turn, key, branch))

    def _channel_open(self, key: str, inject: Inject) -> bool:
        """Return whether help of this kind may be given at all in this run."""
        decision = self.world.scenario.response.decision
        if key not in self._measures:
            return True
        # An organ of the alliance that speaks is help by the alliance.
        state = inject.by in self.world.alliance.members or inject.by in self.world.alliance.partners
        return decision.bilateral if state else decision.collective

    def _on_position(self, event: EventRecord) -> None:
        if event.detail["answer"] == "support":
            self._willing.add(event.who)

    def _on_answered(self, event: EventRecord) -> None:
        """Count in who would have supported what was asked for, where nothing was put to the council."""
        self._willing.update(event.detail.get("willing", ()))

    def _chance(self, inject: Inject) -> float:
        """Return the chance that *inject* happens when its time comes, given the facts as known by then."""
        facts = facts_now(self.world) if inject.chance_given else {}
        for fact, chances in inject.chance_given.items():
            if facts.get(fact) in chances:
                return float(chances[facts[fact]])
        return 1.0 if inject.chance is None else float(inject.chance)

    def _on_obstacle(self, event: EventRecord) -> None:
        """Keep when it happens, which may be later than it is logged."""
        self._first[event.kind] = min(event.time, self._first.get(event.kind, inf))

    # when

    def _plan(self, key: str, inject: Inject) -> None:
        begin = partial(self._begin, key, inject)
        if inject.unless:
            self.world.listen(EventKind(inject.unless), self._on_obstacle)
        if inject.at is not None:
            self._at(key, inject.at, inject.latest, begin)
        elif inject.rate is not None:
            if inject.rate > 0:
                wait = self.world.luck("inject", key).exponential() / float(inject.rate)
                self.world.soon(wait, lambda _: begin(-1))
        else:
            self.world.listen(EventKind(inject.after), partial(self._follow, key, inject))

    def _at(self, key: str, first: object, last: object, begin: partial[None]) -> None:
        hours = self.world.scenario.hours
        earliest = hours(first)  # type: ignore[arg-type]
        latest = earliest if last is None else hours(last)  # type: ignore[arg-type]
        at = earliest + self.world.luck("inject", key).uniform() * (latest - earliest)
        self.world.soon(max(0.0, at - self.world.now), lambda _: begin(-1))

    def _follow(self, key: str, inject: Inject, event: EventRecord) -> None:
        """Begin an inject after the first event it waits for (an adoption must be of its level)."""
        if key in self._followed:
            return
        level = self._measures[key].level if key in self._measures else ""
        if level and event.kind is EventKind.ADOPTED and event.detail["level"] != level:
            return
        self._followed.add(key)
        delay = 0.0 if inject.delay is None else self.world.draw(inject.delay, "inject delay", key)
        organs = self.world.alliance.organs
        if inject.by == SECRETARY_GENERAL and organs.secretary_general_vacant:
            delay *= float(organs.vacancy_factor)
        ahead = max(0.0, event.time - self.world.now)  # arrivals are logged ahead of their time
        self.world.soon(ahead + delay, lambda _: self._begin(key, inject, event.id))

    # what

    def _begin(self, key: str, inject: Inject, cause: int) -> None:
        """Let an inject happen, if its chance will have it and nothing has called it off."""
        if inject.unless and self._first.get(EventKind(inject.unless), inf) <= self.world.now:
            return
        if inject.instrument and self.world.levers.in_force(inject.instrument) > self.world.now:
            return
        if self.world.luck("inject chance", key).uniform() >= self._chance(inject):
            return
        measure = self._measures.get(key)
        if measure is None:
            self._act(EventKind.INJECT, key, inject, inject.by, 0.0, cause)
            return
        if measure.if_willing and measure.by not in self._willing:
            return
        aside = self.world.left() | self._aside(cause)
        troops = {m: float(n) for m, n in measure.troops.items() if m not in aside}
        begun = self._act(EventKind.MEASURE, key, measure, measure.by, sum(troops.values()), cause)
        self._tie_up(key, troops)
        if measure.deploys and measure.by and measure.by not in self.world.left():
            self._deploy(measure.by, begun)

    def _turn(self, key: str, branch: Branch, cause: int) -> None:
        """Let a branch take one of its ways."""
        ways = list(branch.outcomes)
        bounds = list(accumulate(float(branch.outcomes[way].chance) for way in ways[:-1]))
        way = ways[bisect_right(bounds, self.world.luck("branch", key).uniform())]
        self._act(EventKind.BRANCH, key, branch.outcomes[way], "", 0.0, cause, way)

    def _act(
        self, kind: EventKind, key: str, what: Consequences, by: str, troops: float, cause: int, way: str = ""
    ) -> int:
        """Record that *what* begins, put its levers and facts to work, schedule its end; return the record.

        Where its mechanism is switched off it happens, and ties up whom it ties up, to no effect.
        """
        world, power = self.world, self._power(what)
        shocks = shocks_of(what.shocks) if power else {}
        levers = {lever: float(factor) ** power for lever, factor in what.levers.items()}
        detail = {"label": what.label, "levers": levers, "outcome": way, "shocks": shocks}
        cause = world.record(kind, by, key, troops, cause, detail)
        if power:
            world.facts.update(what.facts)
        for lever, factor in levers.items():
            world.levers.put(lever, key, factor, cause)
        if what.lasts is not None:
            ended = EventKind.MEASURE_ENDED if kind is EventKind.MEASURE else EventKind.INJECT_ENDED
            lasts = world.draw(what.lasts, "inject lasts", key)
            world.soon(lasts, lambda _: self._end(ended, key, what, by, cause))
            if world.now + lasts > world.horizon:
                # The troops of an episode go home even if its crisis is followed no longer.
                world.root.after(lasts, partial(self._release, key))
        return cause

    def _end(self, kind: EventKind, key: str, what: Consequences, by: str, cause: int) -> None:
        cause = self.world.record(kind, by, key, cause=cause, detail={"label": what.label})
        for lever in what.levers:
            self.world.levers.put(lever, key, 1.0, cause)
        self._release(key)

    def _release(self, key: str) -> None:
        """Count the troops of a measure as there again."""
        for member, unit, troops in self._tied.pop(key, ()):
            self.world.engage(member, unit, -troops)

    def _aside(self, cause: int) -> set[str]:
        """Return who takes no part in carrying out the decision *cause*.

        Taken in the limited format it binds only who supported it (Charter as amended in 2010, Art. 12).
        """
        records = self.world.records
        decided = records[cause] if cause >= 0 else None
        if decided is not None and decided.kind is EventKind.MANDATE:  # it follows from the adoption
            decided = records[decided.cause]
        if decided is None or decided.kind is not EventKind.ADOPTED:
            return set()
        if decided.detail["rule"] != "limited_format":
            return set()
        answers = (r for r in records[decided.cause :] if r.kind is EventKind.POSITION)
        return {r.who for r in answers if r.cause == decided.cause and r.detail["answer"] != "support"}

    def _tie_up(self, key: str, troops: dict[str, float]) -> None:
        """Count the troops of a measure as away, drawn from what their members' units have left, in order."""
        self._tied[key] = []
        for member, left in troops.items():
            state = self.world.alliance.members.get(member)
            for unit in state.units if state is not None else ():
                taken = min(left, self.world.spare(member, unit))
                self.world.engage(member, unit, taken)
                self._tied[key].append((member, unit, taken))
                left -= taken

    def _power(self, what: Consequences) -> float:
        """Return the power of an effect: 0 where its rival mechanism is off or left out, 1 without one."""
        if not what.mechanism:
            return 1.0
        mechanism = getattr(self.world.crisis.effects, what.mechanism)
        if mechanism is None or not mechanism.enabled:
            return 0.0
        return float(getattr(mechanism, "strength", 1.0))

    def _deploy(self, by: str, cause: int) -> None:
        """Let one state send the planned force on its own."""
        mandate = self.world.scenario.response.mandate
        assert mandate is not None
        self.world.record(
            EventKind.BILATERAL, by, amount=float(mandate.troops), cause=cause,
            detail={"contributors": (by,), "willingness": 0.0, "threshold": 0.0},
        )  # fmt: skip
