"""The episodes of a campaign told: when each begins, its few decisive events, what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from datetime import time as time_of_day
from typing import TYPE_CHECKING

from sim.engine.campaign import begins, episode_scenario
from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.report.dynamics import Telling, tellings_of
from sim.report.dynamics.standing import WORDS as STANDING
from sim.report.story_groups import Line
from sim.report.story_injects import SENTENCES as BESIDE
from sim.report.story_injects import WORDS as LEVERS
from sim.report.story_lines import SENTENCES
from sim.report.telling import Teller, listing
from sim.report.times import local_time
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.scenario.alliance import Alliance
    from sim.scenario.models import Scenario

K = EventKind
#: What decides an episode; of each kind the last is told.
DECISIVE = (
    K.BRANCH, K.APPEAL, K.ADOPTED, K.REFUSED, K.BILATERAL, K.DEPLOYED, K.PREVAILED, K.LASTING_CEASEFIRE,
    K.SETTLED, K.GOVERNMENT_FELL, K.WITHDRAWN,
)  # fmt: skip


def _episodes(t: Teller) -> Iterator[Line]:
    """Yield the lines of each episode: what came of it and why, or why it did not begin."""
    end = t.log.records[-1]
    for key, episode in t.scenario.crises.items():
        at, log = begins(t.scenario, episode), t.log.parts.get(key)
        if log is not None:
            own = Teller(log, episode_scenario(t.scenario, key))
            yield Line(max(0.0, at), log.records[0].id, _sum(t, own, at))
            yield from _decisive(own)
            yield from _left_behind(own)
        elif episode.enabled and at <= end.time:
            text = f"episode: {episode.title}: does not begin, since its host has left the alliance"
            yield Line(at, end.id, text)


def _sum(t: Teller, own: Teller, at: float) -> str:
    """Return one line for the whole of an episode: who is in the chair, what was asked, what it came to."""
    log, alliance = own.log, t.scenario.alliance
    level = next((r.detail["level"] for r in log.of(K.ANSWERED)), "none")
    gone = {r.who for r in t.log.of(K.EXIT) if r.time <= at}
    if log.first(K.APPEAL) is not None:
        said = [f"appeal, answered with {level}"]
    else:
        withheld = log.last(K.APPEAL_WITHHELD)
        why = str(withheld.detail.get("reason", "")) if withheld is not None else ""
        if own.scenario.crisis.asker in gone:
            why = f"{t.member(own.scenario.crisis.asker)} has left the alliance"
        said = [f"nobody appeals ({why})" if why else "nobody appeals"]
    said += [telling.closing(own) for telling in tellings_of(own.scenario) if telling.closing is not None]
    killed = sum(r.amount for kind in (K.INCIDENT, K.CLEARING) for r in log.of(kind))
    if killed:
        said.append(f"{killed:,.0f} killed")
    chair = t.member(_chair(alliance, local_time(t.scenario, at).date(), gone))
    told = "; ".join(part for part in said if part)
    return f"episode: {own.scenario.title} (in the chair: {chair}): {told}"


def _chair(alliance: Alliance, day: date, gone: set[str]) -> str:
    """Return who is in the chair of the council on *day*: the lead if nobody recorded takes part."""
    for chair in alliance.chairs:
        held = chair.start <= day and (chair.end is None or day < chair.end)
        state = alliance.members.get(chair.member)
        if held and state is not None and state.takes_part(day) and chair.member not in gone:
            return chair.member
    return alliance.lead


def _decisive(own: Teller) -> Iterator[Line]:
    sentences = {**SENTENCES, **BESIDE}
    for telling in tellings_of(own.scenario):
        sentences |= telling.sentences
    for record in _told(own.log, own.scenario):
        text = f"{own.scenario.title}: {sentences[record.kind](own, record)}"
        yield Line(record.time, record.id, text)


def _told(log: EventLog, scenario: Scenario) -> Iterator[EventRecord]:
    """Yield the events that decide an episode."""
    if scenario.crisis.pressure is not None or scenario.crisis.occasion is not None:
        yield from log.of(K.INJECT)[:1]  # what it is all about has no events of its own
    if not log.of(K.ADOPTED) and not log.of(K.REFUSED):
        yield from log.of(K.NO_MOTION)[-1:]
    for kind in DECISIVE:
        yield from log.of(kind)[-1:]


def _left_behind(own: Teller) -> Iterator[Line]:
    """Yield one line for all that an episode changes in the alliance's standing, where it is told."""
    records = own.log.of(K.STANDING)
    if not records:
        return
    steps: dict[tuple[str, str], float] = {}
    for r in records:
        steps[r.who, r.where] = steps.get((r.who, r.where), 0.0) + float(r.detail["change"])
    owed = {key: step for key, step in steps.items() if key[1].startswith("owes ")}
    said = [f"{_whose(own, who)}{STANDING[what]} {step:+.2f}" for (who, what), step in steps.items()
            if (who, what) not in owed]  # fmt: skip
    for debtor in dict.fromkeys(who for who, _ in owed):
        to = own.members(what.removeprefix("owes ") for who, what in owed if who == debtor)
        said.append(f"{own.member(debtor)} in debt to {to}")
    last: EventRecord = records[-1]
    yield Line(last.time, last.id, f"{own.scenario.title} leaves behind (assumed): {listing(said)}")


def _whose(t: Teller, who: str) -> str:
    return f"{t.member(who)}'s " if who else ""


def _instruments(t: Teller) -> Iterator[Line]:
    """Yield a line for each instrument that begins to work in the time told."""
    alliance, end = t.scenario.alliance, t.log.records[-1]
    for key, instrument in alliance.instruments.items():
        dropped = any(key in s.adopts for s in alliance.sessions.values() if not s.enabled)
        if instrument.enabled and not dropped and instrument.in_force is not None:
            at = _hours_to(t.scenario, instrument.in_force)
            if 0 < at <= end.time:
                levers = listing(LEVERS.get(name, name) for name in (instrument.affects, *instrument.also))
                grows = float(instrument.phase_in or 0.0) / 24
                over = f", in the course of {count(grows, 'day')}" if grows else ""
                text = f"begins to work: {instrument.name} ({levers} x {float(instrument.factor):.3g}{over})"
                yield Line(at, end.id, text)


def _hours_to(scenario: Scenario, day: date) -> float:
    start = scenario.start
    return (datetime.combine(day, time_of_day(), start.tzinfo) - start).total_seconds() / 3600


TELLING = Telling(
    {}, (_episodes, _instruments), charts={"standing": "dynamics.standing_charts:draw_standing"}
)  # fmt: skip
