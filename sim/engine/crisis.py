"""What goes on in a crisis, as host, council and mission see it: one interface over all dynamics."""

from __future__ import annotations

from typing import Protocol

from sim.engine.event_log import EventKind
from sim.engine.world import World


class Dynamics(Protocol):
    """One kind of happening: unrest, incursions, fighting, an epidemic, pressure, an occasion to ask.

    It records an ALARM (or OVERWHELMED) when its host has a new reason to worry, and ORDER_RESTORED when
    nothing of it is left for the time being.
    """

    over: bool

    def danger(self) -> float:
        """Return how much of the country is out of its government's hands, 0 to 1."""

    def calm(self) -> bool:
        """Return whether it broke out and nothing of it is left for the time being."""

    def stiffen(self, gain: float, cause: int) -> None:
        """Raise the host's resistance by the proportional *gain*; what cannot be resisted ignores it."""

    def post(self, place: str, soldiers: float, cause: int) -> None:
        """Let *soldiers* of the mission take post at *place*; dynamics without that place ignore it."""

    def leave(self, cause: int) -> None:
        """Let all posted soldiers leave: the mission is at its end."""

    def local_guards(self, place: str) -> float:
        """Return how many local personnel guard *place* and could be freed for other tasks."""

    def free_guards(self, place: str, personnel: float, cause: int) -> float:
        """Free up to *personnel* local guards of *place* for other tasks; return how many there were."""

    def close(self, until: float) -> None:
        """Log what is still open up to the instant *until* (h)."""


class CrisisState:
    """All dynamics of a crisis together."""

    def __init__(self, world: World, dynamics: list[Dynamics]) -> None:
        """Put *dynamics* side by side."""
        self.world, self.dynamics = world, dynamics

    @property
    def over(self) -> bool:
        """Whether everything has ended for good."""
        return all(d.over for d in self.dynamics)

    def danger(self) -> float:
        """Return how much of the country is out of its government's hands: the worst of the dynamics."""
        return max([d.danger() for d in self.dynamics], default=0.0)

    def calm(self) -> bool:
        """Return whether something broke out and nothing is left of anything."""
        return any(d.calm() for d in self.dynamics) and all(
            d.calm() or d.danger() <= 0 for d in self.dynamics
        )

    def stiffen(self, gain: float, cause: int) -> None:
        """Raise the host's resistance everywhere by the proportional *gain*."""
        for d in self.dynamics:
            d.stiffen(gain, cause)

    def post(self, place: str, soldiers: float, cause: int) -> None:
        """Let *soldiers* of the mission take post at *place*."""
        for d in self.dynamics:
            d.post(place, soldiers, cause)

    def leave(self, cause: int) -> None:
        """Let all posted soldiers leave."""
        for d in self.dynamics:
            d.leave(cause)

    def local_guards(self, place: str) -> float:
        """Return how many local personnel guard *place* and could be freed."""
        guards = 0.0
        for d in self.dynamics:
            guards += d.local_guards(place)
        return guards

    def free_guards(self, place: str, personnel: float, cause: int) -> float:
        """Free up to *personnel* local guards of *place*; return how many there were."""
        freed = 0.0
        for d in self.dynamics:
            freed += d.free_guards(place, personnel, cause)
        return freed

    def close(self, until: float) -> None:
        """Log what is still open up to the instant *until* (h)."""
        for d in self.dynamics:
            d.close(until)


class Idle:
    """What dynamics do when nothing of the kind concerns them; a base to build on."""

    over = False

    def danger(self) -> float:
        """Return 0: no danger of its own."""
        return 0.0

    def calm(self) -> bool:
        """Return False: nothing broke out."""
        return False

    def stiffen(self, gain: float, cause: int) -> None:
        """Ignore the signal."""

    def post(self, place: str, soldiers: float, cause: int) -> None:
        """Ignore posted soldiers."""

    def leave(self, cause: int) -> None:
        """Ignore the mission's end."""

    def local_guards(self, place: str) -> float:
        """Return 0: no local guards."""
        return 0.0

    def free_guards(self, place: str, personnel: float, cause: int) -> float:
        """Return 0: nobody is freed."""
        return 0.0

    def close(self, until: float) -> None:
        """Leave nothing open."""


class OccasionState(Idle):
    """A reason to ask that arises on a day and lasts a while, with no fighting of its own."""

    def __init__(self, world: World) -> None:
        """Schedule the day; the crisis must have an occasion."""
        occasion = world.crisis.occasion
        assert occasion is not None
        self.world, self.occasion, self.need, self.past = world, occasion, 0.0, False
        first = world.scenario.hours(occasion.at)
        last = world.scenario.hours(occasion.latest or occasion.at)
        at = first + world.luck("occasion").uniform() * (last - first)
        world.soon(max(0.0, at - world.now), lambda _: self._arise())

    def danger(self) -> float:
        """Return how much the host feels the need while it lasts."""
        return self.need

    def calm(self) -> bool:
        """Return whether the need has passed."""
        return self.past

    def _arise(self) -> None:
        self.need = float(self.occasion.need)
        cause = self.world.record(
            EventKind.ALARM, self.world.crisis.asker, amount=self.need, detail={"label": self.occasion.label}
        )
        self.world.after(self.world.draw(self.occasion.lasts, "occasion lasts"), lambda: self._pass(cause))

    def _pass(self, cause: int) -> None:
        self.need, self.past, self.over = 0.0, True, True
        self.world.record(EventKind.ORDER_RESTORED, cause=cause, detail={"label": self.occasion.label})
