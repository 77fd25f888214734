"""The episodes of a campaign told: when each begins and what the alliance did about it."""

from __future__ import annotations

from collections.abc import Iterator

from sim.engine.campaign import begins, episode_scenario
from sim.engine.event_log import EventKind, EventLog
from sim.report.dynamics import Telling
from sim.report.story_groups import Line
from sim.report.telling import Teller

K = EventKind


def _episodes(t: Teller) -> Iterator[Line]:
    """Yield one line for each episode: its title, and what came of it."""
    for key, log in t.log.parts.items():
        own = episode_scenario(t.scenario, key)
        at = begins(t.scenario, t.scenario.crises[key])
        yield Line(at, log.records[0].id, _sum(own.title, log))


def _sum(title: str, log: EventLog) -> str:
    asked = log.first(K.APPEAL)
    level = next((r.detail["level"] for r in log.of(K.ANSWERED)), "none")
    answer = "nobody appeals" if asked is None else f"appeal, answered with {level}"
    killed = sum(r.amount for kind in (K.INCIDENT, K.CLEARING, K.DEATHS) for r in log.of(kind))
    toll = f"; {killed:,.0f} killed" if killed else ""
    return f"episode: {title}: {answer}{toll}"


TELLING = Telling({}, (_episodes,), charts={"standing": "dynamics.standing_charts:draw_standing"})
