"""Readings of a fight off its finished log, which responses, curves and spans share."""

from __future__ import annotations

from math import nan

from sim.engine.displacement import away_at
from sim.engine.event_log import EventKind, EventLog, once
from sim.experiment.readings import first_time

K = EventKind
#: States of a fight, in the order of their numbers on the curve "fighting_state".
STATES = ("not begun", "stand-off", "firing", "ceasefire", "lasting ceasefire")
#: What each event makes of the state.
TURNS: dict[EventKind, int] = {
    K.STANDOFF: 1, K.EXCHANGE: 2, K.CEASEFIRE: 3, K.LASTING_CEASEFIRE: 4, K.DISPERSED: 4,
}  # fmt: skip


@once
def turns(log: EventLog) -> list[tuple[float, int]]:
    """Return (hours, state from then on), in order of time."""
    found = [(r.time, r.id, state) for kind, state in TURNS.items() for r in log.of(kind)]
    return [(time, state) for time, _, state in sorted(found)]


def last_hour(log: EventLog) -> float:
    """Return when the simulated time ended (h); when the last thing happened if that is not on the log."""
    end = log.last(K.HORIZON)
    return end.time if end else max((r.time for r in log.records[-1:]), default=0.0)


def dead(log: EventLog, side: str) -> float:
    """Return the people of *side* killed."""
    return float(sum(r.amount for r in log.of(K.DEATHS) if r.who == side))


def people_away(log: EventLog, side: str, at: float) -> float:
    """Return the people of *side* who are away from home at *at* (h)."""
    last = None
    for r in log.of(K.DISPLACED):
        if r.who == side and r.time <= at:
            last = r
    if last is None:
        return 0.0
    return away_at(last.amount, last.detail["rate"], last.detail["toward"], at - last.time)


def most_away(log: EventLog, side: str) -> float:
    """Return the most people of *side* who were away at once (each segment is monotone)."""
    ends = [r.amount for r in log.of(K.DISPLACED) if r.who == side]
    return float(max([*ends, people_away(log, side, last_hour(log))], default=0.0))


def returned(log: EventLog, side: str, at: float) -> float:
    """Return how many people of *side* have come home by *at* (h)."""
    before = [r.amount for r in log.of(K.DISPLACED) if r.who == side and r.time <= at]
    now = people_away(log, side, at)
    return max([*before, now], default=0.0) - now


def hours_of_firing(log: EventLog) -> float:
    """Return the hours in which there was firing, up to the end of the simulated time."""
    total, begun = 0.0, nan
    for time, state in [*turns(log), (last_hour(log), 4)]:
        if begun == begun:
            total += time - begun
        begun = time if state == 2 else nan
    return total


def from_first_shot(log: EventLog, kind: EventKind) -> float:
    """Return the hours from the first shot to the first event of *kind*; nan if either did not come."""
    return first_time(log, kind) - first_time(log, K.EXCHANGE)
