"""National approval: a decree, or a parliament with its quorum and ballots."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from sim.engine.event_log import EventKind
from sim.engine.world import World
from sim.scenario.alliance import Parliament

#: The steps of a procedure within a process; at its end, the id of the approval, or -1 when it lapses.
Procedure = Generator[simpy.Event, Any, int]


def approve(world: World, member: str, cause: int) -> Procedure:
    """Run *member*'s procedure for what *cause* asks of it."""
    approval = world.alliance.members[member].approval
    if approval.procedure == "parliament":
        assert approval.parliament is not None
        return (yield from _parliament(world, member, approval.parliament, cause))
    assert approval.delay is not None
    yield world.wait(world.draw(approval.delay, "approval", member))
    return world.record(EventKind.APPROVED, member, cause=cause)


def _parliament(world: World, member: str, chamber: Parliament, cause: int) -> Procedure:
    """Convene until a quorum sits and a ballot passes."""
    yield world.wait(world.draw(chamber.convene, "convening", member))
    seats, needed = int(chamber.seats), int(chamber.votes_needed)
    luck = world.stream("parliament", member)
    ballots = 0
    for sitting in range(int(chamber.sittings)):
        if sitting:
            yield world.wait(world.draw(chamber.postponed, "postponed sitting", f"{member} {sitting}"))
        mean = chamber.attendance_later if sitting else chamber.attendance_first
        share = min(1.0, max(0.0, mean + float(chamber.attendance_spread) * luck.normal()))
        present = round(share * seats)
        if present < needed:
            detail = {"present": present, "needed": needed, "sitting": sitting + 1}
            cause = world.record(EventKind.QUORUM_FAILED, member, cause=cause, detail=detail)
            continue
        for _ in range(int(chamber.ballots_per_sitting)):
            yield world.wait(world.draw(chamber.ballot, "ballot", f"{member} {ballots}"))
            chance = chamber.support_repeated if ballots else chamber.support_first
            ballots += 1
            yes = luck.binomial(present, float(chance))
            detail = {"yes": yes, "no": present - yes, "needed": needed, "passed": yes >= needed}
            cause = world.record(EventKind.BALLOT, member, cause=cause, detail=detail)
            if yes >= needed:
                yield world.wait(world.draw(chamber.decree, "decree", member))
                return world.record(EventKind.APPROVED, member, cause=cause)
    world.record(EventKind.APPROVAL_LAPSED, member, cause=cause)
    return -1
