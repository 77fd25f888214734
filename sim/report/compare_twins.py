"""Twins in words: the event at which they part, and two stories told as one with marks."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sim.engine.campaign import episode_scenario
from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.report.story import _lines as story_lines
from sim.report.story import sentences_of
from sim.report.telling import Teller
from sim.report.times import zone_name
from sim.report.words import WIDTH, number

if TYPE_CHECKING:
    from sim.experiment.twins import Twins
    from sim.report.story_groups import Line
    from sim.scenario.models import Scenario

K = EventKind
#: Details that a sentence need not repeat, being long or told by the story's own words.
LONG = 60


def parting_lines(twins: Twins, first: str, second: str) -> list[str]:
    """Return where two logs part, with both events; *first* and *second* name the sides."""
    parting = twins.parting
    if parting is None:
        return [f"Run {twins.run}: {first} and {second} are the same, event for event."]
    tellers = [Teller(log, scenario) for log, scenario in zip(twins.logs, twins.scenarios, strict=True)]
    head = (
        f"Run {twins.run}, the one nearest {first}'s medians: the same for {parting.time:.1f} h "
        f"({parting.alike} events), up to {tellers[0].clock(parting.time)} ({zone_name(twins.scenarios[0])})."
    )
    lines = textwrap.wrap(head, WIDTH)
    lines += _both(tellers, parting.first, (first, second))
    if parting.fields:
        lines += textwrap.wrap(f"  What differs in it: {_fields(parting.first, parting.fields)}.", WIDTH,
                               subsequent_indent="  ")  # fmt: skip
    if parting.seen not in ((None, None), parting.first):
        lines.append("The first difference that somebody sees:")
        lines += _both(tellers, parting.seen, (first, second))
    return lines


def _both(
    tellers: list[Teller], events: tuple[EventRecord | None, EventRecord | None], names: tuple[str, str]
) -> list[str]:
    lines = []
    for teller, event, name in zip(tellers, events, names, strict=True):
        if event is None:
            lines.append(f"  {name}  nothing more happens")
            continue
        front = f"  {name}  {teller.clock(event.time)} {event.time - teller.zero:+7.1f} h  "
        lines += textwrap.wrap(event_words(teller, event), WIDTH, initial_indent=front,
                               subsequent_indent=" " * len(front))  # fmt: skip
    return lines


def _fields(events: tuple[EventRecord | None, EventRecord | None], names: tuple[str, ...]) -> str:
    """Return the fields that differ with both values; long ones by name alone."""
    a, b = events
    assert a is not None
    assert b is not None
    said = []
    for name in names:
        one, other = (getattr(r, name) if name in ("time", "amount") else r.detail.get(name) for r in (a, b))
        values = _against(one, other)
        words = name.replace("_", " ")
        said.append(f"{words} {values}" if len(values) <= LONG else words)
    return ", ".join(said)


def _against(one: object, other: object) -> str:
    """Return two values in words, numbers short unless that would make them look the same."""
    if isinstance(one, float) and isinstance(other, float):
        short = number(one), number(other)
        one, other = short if short[0] != short[1] else (f"{one:.6g}", f"{other:.6g}")
    return "the same but for rounding" if one == other else f"{one} against {other}"


def event_words(t: Teller, r: EventRecord) -> str:
    """Return one event in words: the story's own sentence where it has one, after the crisis it is of."""
    if r.crisis and r.crisis in t.log.parts:
        own = Teller(t.log.parts[r.crisis], episode_scenario(t.scenario, r.crisis))
        return f"{own.scenario.title}: {event_words(own, r)}"
    sentence = sentences_of(t.scenario).get(r.kind)
    if sentence is not None:
        return sentence(t, r)
    if r.kind is K.ONSET and t.scenario.crisis.unrest is not None:
        return f"unrest begins in {_place(t, r.where)} ({number(r.amount)} incidents a day)"
    parts = [r.kind.value]
    if r.who:
        parts.insert(0, f"{t.member(r.who)}:")
    if r.where:
        parts.append(f"at {_place(t, r.where)}")
    if r.kind is K.UNREST:
        parts[-2:] = [f"unrest at {_place(t, r.where)} takes another course"]
    elif r.amount:
        parts.append(f"({number(r.amount)})")
    if r.kind is K.POSITION:
        parts.append(f"on {r.detail.get('level', 'help')}: {r.detail.get('answer', '')}")
    return " ".join(parts)


def _place(t: Teller, key: str) -> str:
    return t.airfield(key) if key in t.scenario.alliance.airfields else t.site(key)


def twin_story(
    first: tuple[EventLog, Scenario], second: tuple[EventLog, Scenario], since: float = 0.0
) -> list[str]:
    """Return two stories as one: lines of both, and lines of one alone marked - (first) or + (second).

    Args:
        first: log and scenario of the first twin.
        second: those of the second.
        since: hours after the start from which the stories are told.
    """
    tellers = [Teller(*first), Teller(*second)]
    told = [[line for line in sorted(story_lines(t)) if line.time >= since] for t in tellers]
    texts = [{(line.time, line.text) for line in lines} for lines in told]
    marked = [
        *((line, " " if (line.time, line.text) in texts[1] else "-", tellers[0]) for line in told[0]),
        *((line, "+", tellers[1]) for line in told[1] if (line.time, line.text) not in texts[0]),
    ]
    marked.sort(key=lambda item: (item[0].time, " -+".index(item[1]), item[0].id))
    return [text for line, mark, teller in marked for text in _set(line, mark, teller)]


def _set(line: Line, mark: str, teller: Teller) -> list[str]:
    front = f"{mark} {teller.clock(line.time)} {line.time - teller.zero:+7.1f} h  "
    blank = f"{mark}{' ' * (len(front) - 1)}"
    return textwrap.wrap(line.text, WIDTH, initial_indent=front, subsequent_indent=blank,
                         break_long_words=False)  # fmt: skip
