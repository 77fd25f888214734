"""National approval: a decree, or a parliament with its quorum and ballots."""

from __future__ import annotations

import simpy

from sim.engine.event_log import EventKind
from sim.engine.world import ProcessGenerator, World
from sim.scenario.alliance import Parliament


def approve(world: World, member: str, decided: simpy.Event, cause: int) -> ProcessGenerator:
    """Run *member*'s procedure; *decided* succeeds with the id of the approval, or -1 when it lapses."""
    approval = world.alliance.members[member].approval
    if approval.procedure == "parliament":
        assert approval.parliament is not None
        cause = yield from _parliament(world, member, approval.parliament, cause)
    else:
        assert approval.delay is not None
        yield world.wait(world.draw(approval.delay, "approval", member))
        cause = world.record(EventKind.APPROVED, member, cause=cause)
    decided.succeed(cause)


def _parliament(world: World, member: str, chamber: Parliament, cause: int) -> ProcessGenerator:
    """Convene until a quorum sits and a ballot passes; return the approval's id, or -1 when it lapses."""
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
