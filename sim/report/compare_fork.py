"""A fork in words: what changed when, the story of both twins in one, and why nothing happened if so."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.experiment.event_file import plain
from sim.report.compare_twins import event_words, twin_story
from sim.report.telling import Teller
from sim.report.times import local_time, stamp, zone_name
from sim.report.words import WIDTH

if TYPE_CHECKING:
    from sim.experiment.compare_inputs import InputDifference
    from sim.experiment.forks import ForkedTwins
    from sim.scenario.models import Scenario

#: Names of what came too late that are told one by one.
MOST = 6


def fork_head(scenario: Scenario, at: float, inputs: Sequence[InputDifference]) -> list[str]:
    """Return the moment of a fork and what changes at it."""
    when = f"{stamp(local_time(scenario, at))} ({zone_name(scenario)}), {at:g} h after the start"
    width = max((len(d.path) for d in inputs), default=0)
    changes = [f"  {d.path:<{width}}  {d.values[0]} -> {d.values[1]}" for d in inputs]
    return [f"Changed at {when}:", *(changes or ["  nothing: the values are those of the scenario"])]


def fork_text(found: ForkedTwins, at: float, alone: Mapping[str, ForkedTwins] | None = None) -> list[str]:
    """Return the story of both twins from the hour *at* on, or why there is only one.

    Args:
        found: the twins.
        at: the moment.
        alone: by path, the twins of each change made alone, where there are several.
    """
    twins = found.twins
    if twins.parting is None:
        return _told(f"Run {twins.run}: nothing changed after the moment. {_why(found, at)}") + _kept(found)
    pairs = list(zip(twins.logs, twins.scenarios, strict=True))
    teller = Teller(*pairs[0])
    zero = "the public appeal" if teller.appealed else "the scenario's start"
    zero = teller.origin if teller.scenario.crises else f"{zero} of each twin"
    head = (
        f"Run {twins.run} from that moment on. Lines marked - happen without the change, + with it, the "
        f"others in both. Local time, {zone_name(twins.scenarios[0])}; hours count from {zero}."
    )
    idle = [
        line
        for path, one in (alone or {}).items()
        if one.twins.parting is None
        for line in _told(f"{path} alone changes nothing after the moment. {_why(one, at)}")
    ]
    return [*_told(head), *twin_story(pairs[0], pairs[1], at), *idle, *_kept(found)]


def _told(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)


def _why(found: ForkedTwins, at: float) -> str:
    """Return why a change had no effect: read by nobody here, or read for the last time before."""
    start = found.from_start
    if start is None:
        return (
            "Nobody in this run reads what was set: even changed from the start it would make no difference."
        )
    if start.time >= at:
        return (
            "Changed from the start it would make a difference later, but what reads it was already under "
            "way, or had taken its value, before the moment."
        )
    teller = Teller(found.twins.logs[0], found.twins.scenarios[0])
    event = next((e for e in (*start.seen, *start.first) if e is not None), None)
    what = f": {event_words(teller, event)}" if event is not None else ""
    when = teller.clock(start.time)
    return (
        f"What was set has its effect before: changed from the start, the run parts at {when}{what}. "
        "Take an earlier moment."
    )


def _kept(found: ForkedTwins) -> list[str]:
    """Return what came too late, as the engine's objects name it."""
    if not found.kept:
        return []
    names = found.kept
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return _told(f"Too late for what the run had already moved on from, which stays as it was: "
                 f"{', '.join(names[:MOST])}{more}.")  # fmt: skip


def fork_data(found: ForkedTwins, at: float, inputs: Sequence[InputDifference]) -> dict[str, Any]:
    """Return a fork as plain data for JSON: what changed, where the twins part, and both logs from there."""
    logs = [[plain(r._asdict()) for r in log.whole if r.time >= at] for log in found.twins.logs]
    parting = found.twins.parting
    return {
        "run": found.twins.run,
        "at": at,
        "inputs": {d.path: list(d.values) for d in inputs},
        "parts_at": None if parting is None else parting.time,
        "put": list(found.put),
        "kept": list(found.kept),
        "without": logs[0],
        "with": logs[1],
    }
