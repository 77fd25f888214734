"""The host's own reserves: ordered when a first city is overwhelmed, sent by priority."""

from __future__ import annotations

from sim.engine.event_log import EventKind, EventRecord
from sim.engine.prepared import prepared
from sim.engine.unrest import Unrest
from sim.engine.world import ProcessGenerator, World
from sim.scenario.crisis import Crisis


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
        arrival = reserves.arrival
        for key, personnel, queue in _shares(world.crisis):
            delay = world.draw(arrival, "reserves arrive", key) + queue
            world.after(delay, lambda k=key, n=personnel: self._arrive(k, n, order))  # type: ignore[misc]

    def _arrive(self, key: str, personnel: float, order: int) -> None:
        arrived = self.world.record(EventKind.RESERVES_ARRIVED, where=key, amount=personnel, cause=order)
        self.unrest.reinforce(key, personnel, arrived)


@prepared
def _shares(crisis: Crisis) -> list[tuple[str, float, float]]:
    """Return where reserves go: site, its share of them (by its forces), its wait in the queue (h)."""
    reserves, sites = crisis.reserves, crisis.sites.items()
    assert reserves is not None
    personnel, queue = float(reserves.personnel), float(reserves.queue)
    total = sum(float(site.forces) for _, site in sites)
    return [
        (key, personnel * float(site.forces) / total if total else 0.0, queue * (site.priority - 1))
        for key, site in sites
    ]
