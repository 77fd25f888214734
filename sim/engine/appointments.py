"""What a world is bound to do later, brought up to date with a changed scenario."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import CellType, FunctionType
from typing import Any

from pydantic import BaseModel

from sim.engine.merging import Merge
from sim.engine.world import World
from sim.scenario.models import Scenario


class Appointments:
    """Calls that wait in a world's calendar, or for an event, and carry a part of the scenario with them.

    Each part is replaced by the one at the same place of the changed scenario. When a call is due does not
    change: its delay has been drawn.
    """

    def __init__(self, scenario: Scenario, changed: Scenario) -> None:
        """Find what has changed in each part of *scenario*."""
        #: Parts of the old scenario by identity; they live as long as it does.
        self._new: dict[int, BaseModel] = {}
        self._find(scenario, changed)
        self.replaced = 0

    def also(self, scenario: Scenario, changed: Scenario) -> None:
        """Find what has changed in the scenario of an episode, which has parts of its own."""
        self._find(scenario, changed)

    def bring_up_to_date(self, worlds: Sequence[World], merge: Merge) -> None:
        """Replace parts in the calls of *worlds* on one clock; tell *merge* if there were any."""
        worlds[0].env.revise(self._call, lambda given: self._part(self._call(given)))
        for world in worlds:
            for calls in world._listeners.values():
                calls[:] = [self._call(call) for call in calls]
        if self.replaced:
            merge.put.append("appointments")

    def _find(self, old: Any, new: Any) -> None:
        if old is new or type(old) is not type(new):
            return
        if isinstance(old, BaseModel):
            if old != new:
                self._new[id(old)] = new
            for name, value in old.__dict__.items():
                self._find(value, getattr(new, name))
        elif isinstance(old, dict):
            for key in old.keys() & new.keys():
                self._find(old[key], new[key])
        elif isinstance(old, tuple) and len(old) == len(new):
            for one, other in zip(old, new, strict=True):
                self._find(one, other)

    def _call(self, call: Any) -> Any:
        """Return *call* with what it carries replaced; what a function closes over is replaced in place."""
        if isinstance(call, partial):
            parts = [self._part(part) for part in call.args]
            if all(part is old for part, old in zip(parts, call.args, strict=True)):
                return call
            return partial(call.func, *parts, **call.keywords)
        if isinstance(call, FunctionType):
            for cell in call.__closure__ or ():
                self._cell(cell)
        return call

    def _given(self, given: Any) -> Any:
        return self._call(given) if isinstance(given, FunctionType) else self._part(given)

    def _cell(self, cell: CellType) -> None:
        try:
            held = cell.cell_contents
        except ValueError:  # not filled yet
            return
        found = self._part(held)
        if found is not held:
            cell.cell_contents = found

    def _part(self, part: Any) -> Any:
        if isinstance(part, BaseModel) and id(part) in self._new:
            self.replaced += 1
            return self._new[id(part)]
        return self._call(part) if isinstance(part, partial) else part
