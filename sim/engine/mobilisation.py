"""The host's own reserves: ordered when a first city is overwhelmed, sent by priority."""

from __future__ import annotations

from sim.engine.event_log import EventKind, EventRecord
from sim.engine.unrest import Unrest
from sim.engine.world import ProcessGenerator, World


class Mobilisation:
    """Sends national reserves to the sites once danger is plain."""

    def __init__(self, world: World, unrest: Unrest) -> None:
        """Wait for the first overwhelmed site."""
        self.world, self.unrest = world, unrest
        self.ordered = False
        effect, reserves = world.crisis.effects.local_mobilisation, world.crisis.reserves
        if effect is not None and effect.enabled and reserves is not None and reserves.personnel > 0:
            world.listen(EventKind.OVERWHELMED, self._on_overwhelmed)

    def _on_overwhelmed(self, event: EventRecord) -> None:
        if not self.ordered:
            self.ordered = True
            self.world.start(self._send(event.id))

    def _send(self, cause: int) -> ProcessGenerator:
        """Order the reserves out and let each share travel to its site."""
        world, reserves = self.world, self.world.crisis.reserves
        assert reserves is not None
        yield world.wait(world.draw(reserves.order, "reserves ordered") * world.pace("warning"))
        order = world.record(
            EventKind.RESERVES_ORDERED, who=world.crisis.host, amount=float(reserves.personnel), cause=cause
        )
        total = sum(float(s.forces) for s in world.crisis.sites.values())
        for key, site in world.crisis.sites.items():
            personnel = float(reserves.personnel) * float(site.forces) / total if total else 0.0
            travel = world.draw(reserves.arrival, "reserves arrive", key)
            delay = travel + float(reserves.queue) * (site.priority - 1)
            world.after(delay, lambda k=key, n=personnel: self._arrive(k, n, order))  # type: ignore[misc]

    def _arrive(self, key: str, personnel: float, order: int) -> None:
        arrived = self.world.record(EventKind.RESERVES_ARRIVED, where=key, amount=personnel, cause=order)
        self.unrest.reinforce(key, personnel, arrived)
