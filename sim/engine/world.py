"""The one mutable thing of a replication: clock, luck, log, and the signals that processes wait for."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from math import inf
from typing import Any

import simpy

from sim.engine.event_log import NOTHING, EventKind, EventRecord
from sim.engine.streams import Stream, Streams
from sim.scenario.alliance import Alliance, Instrument
from sim.scenario.crisis import Crisis
from sim.scenario.distributions import Duration
from sim.scenario.models import Scenario

ProcessGenerator = Generator[simpy.Event, Any, Any]
_make = tuple.__new__


class World:
    """Clock, streams and log of one replication; keeps no totals: those are read from the log."""

    def __init__(self, scenario: Scenario, seed: int, replication: int, horizon: float) -> None:
        """Set the clock to 0 h, the scenario's start, for a run of *horizon* hours."""
        self.scenario = scenario
        self.alliance: Alliance = scenario.alliance
        self.crisis: Crisis = scenario.crisis
        self.horizon = horizon
        self.env = simpy.Environment(0.0)
        self.streams = Streams(seed, replication)
        self.records: list[EventRecord] = []
        self._paces: dict[str, float] = {}
        self._listeners: dict[EventKind, list[Callable[[EventRecord], None]]] = {}

    @property
    def now(self) -> float:
        """Hours since the scenario's start."""
        return self.env.now

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
        when = self.env.now if time is None else time
        # What EventRecord(...) does in the end, at half the price.
        event = _make(EventRecord, (number, when, kind, who, where, amount, cause, detail))
        records.append(event)
        if kind in self._listeners:
            for listener in self._listeners[kind]:
                listener(event)
        return number

    def listen(self, kind: EventKind, listener: Callable[[EventRecord], None]) -> None:
        """Call *listener* with each later event of *kind*, in order of subscription."""
        self._listeners.setdefault(kind, []).append(listener)

    def wait(self, hours: float) -> simpy.Event:
        """Return an event *hours* from now; a delay that is not finite or negative is a bug."""
        if not 0 <= hours < inf:
            raise ValueError(f"a delay of {hours!r} h at {self.now} h")
        return self.env.timeout(hours)

    def call(self, hours: float, step: Callable[[simpy.Event], None]) -> None:
        """Call *step* with the event that happens *hours* from now; as strict as `wait`."""
        if not 0 <= hours < inf:
            raise ValueError(f"a delay of {hours!r} h at {self.now} h")
        self.env.timeout(hours).callbacks.append(step)

    def after(self, hours: float, action: Callable[[], None]) -> None:
        """Call *action* after *hours*; nothing is scheduled beyond the horizon."""
        if self.env.now + hours <= self.horizon:
            self.call(hours, lambda _: action())

    def start(self, process: ProcessGenerator) -> simpy.Process:
        """Start a process."""
        return self.env.process(process)

    def stream(self, name: str, entity: str = "") -> Stream:
        """Open the stream of luck reserved for this purpose and entity."""
        return self.streams.open(name, entity)

    def draw(self, duration: Duration, name: str, entity: str = "") -> float:
        """Return a duration (hours) with the luck reserved for it."""
        if duration.certain is not None:
            return float(duration.certain)
        return duration.sample(self.streams.open(name, entity).uniform())

    def pace(self, affects: str) -> float:
        """Return the factor that instruments in force on the scenario's day put on one kind of delay."""
        if affects not in self._paces:
            factor = 1.0
            for instrument in self.alliance.instruments.values():
                if instrument.affects == affects and self._works(instrument):
                    factor *= float(instrument.factor)
            self._paces[affects] = factor
        return self._paces[affects]

    def _works(self, instrument: Instrument) -> bool:
        return instrument.in_force is not None and instrument.in_force <= self.scenario.start.date()
