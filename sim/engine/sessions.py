"""Sessions of the council on their days: documents adopted together, told where the clock passes them."""

from __future__ import annotations

from functools import partial

from sim.engine.event_log import EventKind
from sim.engine.world import World
from sim.scenario.sessions import Session


def hold_sessions(world: World) -> None:
    """Let each session that is still to come adopt its documents; what they change their instruments do."""
    if world.key:
        return  # a campaign's sessions are held once, whatever goes on
    for key, session in world.alliance.sessions.items():
        hours = world.hours_to_day(session.on) - world.now
        if session.enabled and hours > 0:
            world.after(hours, partial(_adopt, world, key, session))


def _adopt(world: World, key: str, session: Session) -> None:
    label = f"{session.name}: {int(session.documents)} documents adopted together"
    detail = {"label": label, "levers": {}, "outcome": "", "shocks": {}}
    world.record(EventKind.INJECT, "", f"session {key}", float(session.documents), detail=detail)
