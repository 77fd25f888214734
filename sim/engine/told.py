"""Members one of whom is told what to answer: what would have happened, had it answered otherwise?"""

from __future__ import annotations

from typing import NamedTuple

from sim.alliance.decision_rules import Answer, Position
from sim.engine.members import Members, Verdict, by_choice
from sim.engine.world import World
from sim.scenario.alliance import RANK, HelpLevel

LINES = {Position.SUPPORT: 1.0, Position.ABSTAIN: 0.0, Position.OBJECT: -1.0}


class Order(NamedTuple):
    """What *member* answers to every motion on *level*, whatever its scope, in place of its own answer.

    To more than *level* it then answers no more favourably than that.
    """

    member: str
    level: HelpLevel
    position: Position

    def put_on(self, own: Position, level: HelpLevel) -> Position:
        """Return the answer to a motion on *level* of a member whose own it would be to answer *own*."""
        if level == self.level or (RANK[level] > RANK[self.level] and LINES[own] > LINES[self.position]):
            return self.position
        return own


class Told(Members):
    """Members that answer as they would, but for one; when that is the lead, its line goes with it.

    A member told to support also contributes where it has an offer; one told to object is not adamant.
    """

    order: Order

    def line(self, level: HelpLevel, limited: bool) -> float:
        """Return the lead's line on a motion, as told."""
        found = super().line(level, limited)
        if self.lead != self.order.member:
            return found
        own = next(position for position, line in LINES.items() if line == found)
        return LINES[self.order.put_on(own, level)]

    def verdict(self, member: str, level: HelpLevel, limited: bool, accepts: bool) -> Verdict:
        """Return how *member* answers a motion, as told."""
        found = super().verdict(member, level, limited, accepts)
        own = found.answer.position
        if member != self.order.member or self.order.put_on(own, level) is own:
            return found
        told = self.order.put_on(own, level)
        able = member in self.world.scenario.response.offers
        return found._replace(answer=Answer(told), contributes=able and told is Position.SUPPORT)


def gather_told(world: World, order: Order) -> Members:
    """Return the members of *world*, one of them told what to answer."""
    told: Told
    if by_choice(world.scenario):
        told = Told(world)
    else:
        # Here, as few scenarios have members decide by a rival theory.
        from sim.engine.rivals import ToldRivals

        told = ToldRivals(world)
    told.order = order
    return told
