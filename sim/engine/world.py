"""The one mutable thing of a replication: clock, luck, log, and the signals that processes wait for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any

import simpy

from sim.engine.clock import Clock
from sim.engine.days import day_at, hours_to_day
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
_record_of: Callable[[tuple[Any, ...]], EventRecord] = partial(_make, EventRecord)


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
        #: Those of them that a crisis holds, by the crisis's key and member.
        self.engaged: dict[tuple[str, str], float] = root.engaged if root else {}
        self._listeners: defaultdict[EventKind, list[Callable[[EventRecord], None]]] = defaultdict(list)
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
        if time is None:
            time = self.env._now  # the property would cost twice as much
        # What EventRecord(...) does in the end, at half the price.
        event = _make(EventRecord, (number, time, kind, who, where, amount, cause, detail, self.key))
        records.append(event)
        if kind in self._listeners:
            for listener in self._listeners[kind]:
                listener(event)
        return number

    def record_each(
        self,
        kind: EventKind,
        places: Sequence[str],
        times: Sequence[float],
        amounts: Sequence[float],
        causes: Sequence[int],
        details: Sequence[Mapping[str, Any]],
    ) -> None:
        """Log many events of one kind by columns: where, true time (h), amount, cause and detail of each."""
        if kind in self._listeners:
            for where, time, amount, cause, detail in zip(
                places, times, amounts, causes, details, strict=True
            ):
                self.record(kind, "", where, amount, cause, detail, time)
            return
        n, first = len(times), len(self.records)
        rows = zip(
            range(first, first + n), times, repeat(kind, n), repeat("", n), places, amounts, causes, details,
            repeat(self.key, n), strict=True,
        )  # fmt: skip
        self.records += map(_record_of, rows)  # as `record` does, without a step of Python for each

    def left(self) -> set[str]:
        """Return the members that have left the alliance since the start."""
        return self.standing.left if self.standing else set()

    def commit(self, member: str, unit: str, troops: float) -> None:
        """Count *troops* of a unit as away (or, negative, as back)."""
        at = (member, unit)
        self.committed[at] = self.committed.get(at, 0.0) + troops

    def engage(self, member: str, unit: str, troops: float) -> None:
        """Count *troops* of a unit as away in this crisis (or, negative, as back from it)."""
        self.commit(member, unit, troops)
        at = (self.key, member)
        self.engaged[at] = self.engaged.get(at, 0.0) + troops

    def engaged_elsewhere(self, member: str) -> float:
        """Return the troops of *member* that the other crises of the campaign hold now."""
        return sum(n for (key, who), n in self.engaged.items() if who == member and key != self.key)

    def tie_up(self, member: str, unit: str, troops: float) -> float:
        """Count up to *troops* of a unit as away, as many as are not away already; return how many."""
        taken = min(troops, self.spare(member, unit))
        self.commit(member, unit, taken)
        return taken

    def spare(self, member: str, unit: str) -> float:
        """Return the troops of a unit that are not away."""
        strength = float(self.alliance.members[member].units[unit].strength)
        return max(0.0, strength - self.committed.get((member, unit), 0.0))

    def listen(self, kind: EventKind, listener: Callable[[EventRecord], None]) -> None:
        """Call *listener* with each later event of *kind*, in order of subscription."""
        self._listeners[kind].append(listener)

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
        certain, sample = _sampler(duration)
        return sample(self.streams.one(name, entity)) if certain is None else certain

    def pace(self, lever: str) -> float:
        """Return the factor that instruments, injects and measures at work put on one kind of delay."""
        return self.levers.value(lever)

    @property
    def today(self) -> date:
        """The day on the scenario's calendar."""
        return day_at(self.scenario.start, self.env._now)

    def hours_to_day(self, day: date) -> float:
        """Return the hours from the scenario's start to the beginning of *day* in the start's zone."""
        return hours_to_day(self.scenario.start, day)

    def dissolve(self) -> None:
        """Let go of everything, which is of no more use then.

        Agents hold the world that holds them: left so, all of it would wait for the search for cyclic
        garbage, which took a sixth of a study's time.
        """
        self.env.clear()
        vars(self).clear()


@prepared
def _sampler(duration: Duration) -> tuple[float | None, Callable[[float], float]]:
    """Return how long a certain duration is (h), and what makes a duration of a uniform number."""
    return None if duration.certain is None else float(duration.certain), duration.sampler()


def _act(action: Callable[[], object]) -> None:
    action()
