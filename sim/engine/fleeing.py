"""People who flee over a border when its far side falls, and who go home later."""

from __future__ import annotations

from functools import partial

from sim.engine.event_log import EventKind
from sim.engine.world import World


class Fleeing:
    """Soldiers and civilians who cross in batches and stay for a while."""

    def __init__(self, world: World) -> None:
        """Take the way of fleeing from the crisis's incursions."""
        assert world.crisis.incursions is not None
        self.world, self.model = world, world.crisis.incursions.flight

    def set_off(self, sector: str, why: str, soldiers: float, civilians: float, cause: int) -> None:
        """Let about so many *soldiers* and *civilians* flee over the border in *sector*.

        *Assumed*: each batch is its mean x a gamma factor x the lever on refugees.
        """
        if self.model is None:
            return
        for who, mean in (("soldiers", float(soldiers)), ("civilians", float(civilians))):
            if mean <= 0:
                continue
            entity = f"{sector} {why} {who}"
            factor = self.world.luck("fleeing", entity).gamma(float(self.model.shape))
            people = round(mean * factor * self.world.levers.value("refugees"))
            wait = self.world.draw(self.model.delay, "fleeing delay", entity)
            if people > 0:
                self.world.soon(wait, partial(self._cross, sector, who, people, entity, cause))

    def _cross(self, sector: str, who: str, people: int, entity: str, cause: int, _: object) -> None:
        assert self.model is not None
        cause = self.world.record(EventKind.FLED, "", sector, float(people), cause, {"who": who})
        stay = self.model.stay_soldiers if who == "soldiers" else self.model.stay_civilians
        pace = self.world.levers.value("returns")
        if pace > 0:
            wait = self.world.draw(stay, "stay", entity) / pace
            self.world.soon(wait, partial(self._go_home, sector, who, people, cause))

    def _go_home(self, sector: str, who: str, people: int, cause: int, _: object) -> None:
        self.world.record(EventKind.WENT_HOME, "", sector, float(people), cause, {"who": who})
