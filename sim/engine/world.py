"""The one mutable thing of a replication: clock, luck, log, and the signals that processes wait for."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import simpy

from sim.engine.clock import Clock
from sim.engine.event_log import NOTHING, EventKind, EventRecord
from sim.engine.levers import Levers
from sim.engine.philox import hash64
from sim.engine.prepared import prepared
from sim.engine.streams import Stream, Streams
from sim.scenario.alliance import Alliance
from sim.scenario.crisis import Crisis
from sim.scenario.distributions import Duration
from sim.scenario.models import Scenario

if TYPE_CHECKING:
    from sim.engine.airlift import Airlift
    from sim.engine.standing import Standing

ProcessGenerator = Generator[simpy.Event, Any, Any]
_make = tuple.__new__


class World:
    """Clock, streams, levers and log of one crisis; keeps no totals: those are read from the log."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        replication: int,
        horizon: float,
        root: World | None = None,
        key: str = "",
    ) -> None:
        """Set the clock to 0 h, the scenario's start, for a run of *horizon* hours.

        An episode of a campaign shares clock, log and forces with its *root*, has luck of its own, and is
        named by *key*.
        """
        self.root, self.key = root or self, key
        self.scenario = scenario
        self.alliance: Alliance = scenario.alliance
        self.crisis: Crisis = scenario.crisis
        self.horizon = horizon
        self.seed, self.replication = seed, replication
        self.env: Clock = root.env if root else Clock(0.0)
        self.streams = Streams(hash64(f"{seed} {key}") >> 11 if key else seed, replication)
        self.records: list[EventRecord] = root.records if root else []
        #: Troops of units that are away, by member and unit.
        self.committed: dict[tuple[str, str], float] = root.committed if root else {}
        self._listeners: dict[EventKind, list[Callable[[EventRecord], None]]] = {}
        #: Facts of the crisis found otherwise than the scenario says at its start.
        self.facts: dict[str, str] = {}
        self.levers = Levers(self)
        #: Trust, cohesion and the like, shared by all crises of a campaign; none if it is not followed.
        self.standing: Standing | None = root.standing if root else None
        #: Everything that flies, shared by all crises of a campaign; made when first needed.
        self.airlift: Airlift | None = root.airlift if root else None

    @property
    def now(self) -> float:
        """Hours since the scenario's start."""
        return self.env._now

    def record(
        self,
        kind: EventKind,
        who: str = "",
        where: str = "",
        amount: float = 0.0,
        cause: int = -1,
        detail: Mapping[str, Any] = NOTHING,
        time: float | None = None,
    ) -> int:
        """Log an event (now, or at its true *time*), tell who listens for its kind, return its id."""
        records = self.records
        number = len(records)
        when = self.env._now if time is None else time  # the property would cost twice as much
        # What EventRecord(...) does in the end, at half the price.
        event = _make(EventRecord, (number, when, kind, who, where, amount, cause, detail, self.key))
        records.append(event)
        if kind in self._listeners:
            for listener in self._listeners[kind]:
                listener(event)
        return number

    def record_each(
        self, kind: EventKind, where: str, cause: int, rows: Iterable[tuple[float, float, Mapping[str, Any]]]
    ) -> None:
        """Log many events of one kind, place and cause, each with its own true time, amount and detail."""
        if kind in self._listeners:
            for time, amount, detail in rows:
                self.record(kind, "", where, amount, cause, detail, time)
            return
        records, key = self.records, self.key
        number = len(records)
        records += [
            _make(EventRecord, (i, time, kind, "", where, amount, cause, detail, key))
            for i, (time, amount, detail) in enumerate(rows, number)
        ]

    def left(self) -> set[str]:
        """Return the members that have left the alliance since the start."""
        return self.standing.left if self.standing else set()

    def commit(self, member: str, unit: str, troops: float) -> None:
        """Count *troops* of a unit as away (or, negative, as back)."""
        at = (member, unit)
        self.committed[at] = self.committed.get(at, 0.0) + troops

    def tie_up(self, member: str, unit: str, troops: float) -> float:
        """Count up to *troops* of a unit as away, as many as are not away already; return how many."""
        strength = float(self.alliance.members[member].units[unit].strength)
        taken = min(troops, max(0.0, strength - self.committed.get((member, unit), 0.0)))
        self.commit(member, unit, taken)
        return taken

    def listen(self, kind: EventKind, listener: Callable[[EventRecord], None]) -> None:
        """Call *listener* with each later event of *kind*, in order of subscription."""
        self._listeners.setdefault(kind, []).append(listener)

    def wait(self, hours: float) -> simpy.Event:
        """Return an event *hours* from now; a delay that is not finite or negative is a bug."""
        return self.env.later(hours, [])

    def call(self, hours: float, step: Callable[[Any], object], given: object = None) -> None:
        """Call *step* with *given*, *hours* from now; as strict as `wait`."""
        self.env.call(hours, step, given)

    def after(self, hours: float, action: Callable[[], object]) -> None:
        """Call *action* after *hours*; nothing is scheduled beyond the horizon."""
        self.env.call_by(self.horizon, hours, _act, action)

    def soon(self, hours: float, step: Callable[[Any], object], given: object = None) -> None:
        """Call *step* with *given*, *hours* from now, if that is within the horizon."""
        self.env.call_by(self.horizon, hours, step, given)

    def start(self, process: ProcessGenerator) -> simpy.Process:
        """Start a process."""
        return self.env.process(process)

    def stream(self, name: str, entity: str = "") -> Stream:
        """Open the stream of luck reserved for this purpose and entity, of which many draws are needed."""
        return self.streams.open(name, entity)

    def luck(self, name: str, entity: str = "") -> Stream:
        """Open the luck reserved for this purpose and entity, of which few draws are needed."""
        return self.streams.short(name, entity)

    def draw(self, duration: Duration, name: str, entity: str = "") -> float:
        """Return a duration (hours) with the luck reserved for it."""
        sample = _sampler(duration)
        return sample(0.5) if duration.certain is not None else sample(self.streams.few(name, entity)[0])

    def pace(self, lever: str) -> float:
        """Return the factor that instruments, injects and measures at work put on one kind of delay."""
        return self.levers.value(lever)

    @property
    def today(self) -> date:
        """The day on the scenario's calendar."""
        return _day(self.scenario.start, self.env._now)

    def hours_to_day(self, day: date) -> float:
        """Return the hours from the scenario's start to the beginning of *day* in the start's zone."""
        return _hours_to_day(self.scenario.start, day)


@lru_cache(maxsize=256)
def _day(start: datetime, hours: float) -> date:
    return (start + timedelta(hours=hours)).date()


@lru_cache(maxsize=4_096)
def _hours_to_day(start: datetime, day: date) -> float:
    return (datetime.combine(day, time_of_day(), start.tzinfo) - start).total_seconds() / 3600


@prepared
def _sampler(duration: Duration) -> Callable[[float], float]:
    return duration.sampler()


def _act(action: Callable[[], object]) -> None:
    action()
