"""People who leave while there is firing and come home after it: exponential segments between events."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind

if TYPE_CHECKING:
    from sim.engine.world import World
    from sim.scenario.fighting import Displacement


def away_at(away: float, rate: float, toward: float, hours: float) -> float:
    """Return the people away *hours* after there were *away*: toward + (away - toward) e^(-rate hours).

    Args:
        away: people at the start.
        rate: hazard at which the rest follows, per h.
        toward: people in the end.
        hours: since the start, h.
    """
    return toward + (away - toward) * exp(-rate * hours)


class Displaced:
    """The people of one side."""

    def __init__(self, world: World, side: str, model: Displacement, frailty_shape: float) -> None:
        """Draw how many would leave: the planned share times a gamma frailty, at most all."""
        self.world, self.side, self.model = world, side, model
        frailty = world.luck("flight", side).gamma(frailty_shape)
        self._most = float(model.exposed) * min(1.0, float(model.leaving) * frailty)
        self._away = self._toward = self._rate = self._since = 0.0
        self._returning = False
        self._version = 0
        world.levers.listen("returns", self._on_lever)

    def away(self) -> float:
        """Return how many are away now."""
        return away_at(self._away, self._rate, self._toward, self.world.now - self._since)

    def leave(self, cause: int) -> None:
        """Let people leave: there is firing."""
        self._returning, self._version = False, self._version + 1
        self._segment(float(self.model.pace), max(self.away(), self._most), cause)

    def stay(self, cause: int) -> None:
        """Let those who are away stay where they are: firing has stopped."""
        self._segment(0.0, self.away(), cause)

    def return_later(self, cause: int) -> None:
        """Let people come home once they trust the ceasefire."""
        version, world = self._version, self.world
        wait = world.draw(self.model.wait, "return begins", f"{self.side} {version}")
        world.after(wait, lambda: self._return(version, cause))

    def _return(self, version: int, cause: int) -> None:
        if version == self._version:
            self._returning = True
            hazard = float(self.model.returns) * self.world.levers.value("returns")
            self._segment(hazard, self.away() * (1 - float(self.model.returning)), cause)

    def _on_lever(self, cause: int) -> None:
        if self._returning:
            hazard = float(self.model.returns) * self.world.levers.value("returns")
            self._segment(hazard, self._toward, cause)

    def _segment(self, rate: float, toward: float, cause: int) -> None:
        """Begin a new closed-form segment and log it."""
        self._away, self._since = self.away(), self.world.now
        self._rate, self._toward = rate, toward
        self.world.record(
            EventKind.DISPLACED, self.side, amount=self._away, cause=cause,
            detail={"rate": rate, "toward": toward},
        )  # fmt: skip
