"""A running world merged with two fresh ones, of its scenario as it was and as it is to be.

A world cannot be copied while processes run in it, and many of its agents keep what they need of the scenario
from the day they are made. So two fresh worlds are built beside the running one, and the three are merged
attribute by attribute: what the scenario alone made different between the fresh worlds, and the running
world still has as it was made, is put in place of it. What the running world has moved on from stays as it is
and is told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType, MethodType
from typing import Any

import simpy
from pydantic import BaseModel

from sim.engine.event_log import EventKind, EventRecord
from sim.engine.streams import Stream, Streams
from sim.engine.world import World

#: What an agent has worked out and would work out again: emptied, since it may rest on what has changed.
MEMOS = ("_terms", "_lines", "_verdicts", "_councils", "_open", "_paces")
#: What luck and clock are made of, and what has happened; no part of them follows from a scenario.
_LEFT = (simpy.Environment, simpy.Event, Streams, Stream, EventRecord)
_CALLS = (FunctionType, MethodType, partial)
_HOLDERS = (dict, list, deque)


class Merge:
    """One merge of a running world with two fresh ones, of the scenario as it was and as it is to be."""

    def __init__(self, world: World) -> None:
        """Prepare for the running *world*."""
        self.world = world
        self.put: list[str] = []
        self.kept: list[str] = []
        self._seen: dict[int, Any] = {}
        self._touched: set[int] = set()  # agents in which, or in whose parts, something was put in place
        self._agents: dict[tuple[type, str], Any] = {}  # by what they are and the crisis they are in
        self._late: list[tuple[list[Any], Any, str]] = []

    def agents(self, *triples: tuple[Any, Any, Any]) -> None:
        """Merge agents, and everything they hold, in place."""
        for mine, base, new in triples:
            self._object(mine, base, new, _name(mine))
        for calls, call, name in self._late:
            agent = self._agents.get(_role(call.__self__))
            if agent is None:
                self.kept.append(name)
            else:
                calls.append(getattr(agent, call.__name__))
                self.put.append(name)

    def refresh(self, *crises: Any) -> None:
        """Let agents forget what they have worked out, and what goes on in the crises take it up at once."""
        if not self.put:
            return
        for agent in list(self._seen.values()):
            for name in MEMOS:
                if isinstance(getattr(agent, name, None), dict):
                    getattr(agent, name).clear()
            if id(agent) in self._touched and hasattr(agent, "on_change"):
                agent.on_change()
        for one in (one for crisis in crises for one in getattr(crisis, "dynamics", [crisis])):
            # A gain of nothing closes the running segment and opens the next with the values of now.
            if id(one) in self._touched and not hasattr(one, "on_change") and hasattr(one, "stiffen"):
                one.stiffen(0.0, -1)

    # one value

    def _value(self, mine: Any, base: Any, new: Any, name: str) -> Any:
        """Return what *mine* is to be, or *mine* itself, merged in place."""
        if isinstance(mine, _LEFT):
            return mine
        if isinstance(mine, _CALLS):
            return self._call(mine, base, new, name)
        if mine is base and type(mine) is type(new) and (_is_agent(mine) or isinstance(mine, _HOLDERS)):
            return self._shared(mine, new, name)
        if _is_agent(mine):
            if type(mine) is type(base) is type(new):
                self._object(mine, base, new, name)
            elif type(base) is not type(new):
                self.kept.append(name)
            return mine
        if isinstance(mine, dict) and isinstance(base, dict) and isinstance(new, dict):
            self._dict(mine, base, new, name)
            return mine
        if (
            isinstance(mine, list)
            and isinstance(base, list)
            and isinstance(new, list)
            and _all_calls(mine, base, new)
        ):
            self._listeners(mine, base, new, name)
            return mine
        if _is_row(mine) and type(mine) is type(base) is type(new) and len(mine) == len(base) == len(new):
            return self._row(mine, base, new, name)
        return self._plain(mine, base, new, name)

    def _shared(self, mine: Any, new: Any, name: str) -> Any:
        """Return what takes the place of *mine*, which all runs of the scenario share: it must not change."""
        if same(mine, new):
            return mine
        self.put.append(name)
        return new

    def _plain(self, mine: Any, base: Any, new: Any, name: str) -> Any:
        if same(base, new):
            return mine
        if mine is base or same(mine, base):
            if _holds_agents(new):
                self.kept.append(name)
                return mine
            self.put.append(name)
            return new
        self.kept.append(name)
        return mine

    def _object(self, mine: Any, base: Any, new: Any, name: str) -> None:
        if id(mine) in self._seen:
            return
        self._seen[id(mine)] = mine
        self._agents.setdefault(_role(mine), mine)
        before = len(self.put)
        for key in _attributes(mine):
            if not (hasattr(base, key) and hasattr(new, key)):
                continue
            old = getattr(mine, key)
            found = self._value(old, getattr(base, key), getattr(new, key), f"{name}.{key.lstrip('_')}")
            if found is not old:
                setattr(mine, key, found)
        if len(self.put) > before:
            self._touched.add(id(mine))

    def _dict(self, mine: dict[Any, Any], base: dict[Any, Any], new: dict[Any, Any], name: str) -> None:
        for key in list(dict.fromkeys([*base, *new])):
            where = f"{name}.{getattr(key, 'value', key)}"
            if key in base and key in new:
                if key in mine:
                    mine[key] = self._value(mine[key], base[key], new[key], where)
            elif (
                key in new
                and key not in mine
                and _all_calls([], [], new[key] if isinstance(new[key], list) else [0])
            ):
                mine[key] = []
                self._listeners(mine[key], [], new[key], where)
            elif key in new and key not in mine and not _holds_agents(new[key]):
                mine[key] = new[key]
                self.put.append(where)
            elif (
                key in base
                and key in mine
                and _all_calls([], [], base[key] if isinstance(base[key], list) else [0])
            ):
                self._listeners(mine[key], base[key], [], where)
            elif key in base and key in mine and same(mine[key], base[key]):
                del mine[key]
                self.put.append(where)
            else:
                self.kept.append(where)

    def _row(self, mine: Any, base: Any, new: Any, name: str) -> Any:
        places = getattr(mine, "_fields", range(len(mine)))
        found = [
            self._value(a, b, c, f"{name}.{place}")
            for place, a, b, c in zip(places, mine, base, new, strict=True)
        ]
        if all(a is b for a, b in zip(found, mine, strict=True)):
            return mine
        if isinstance(mine, (list, deque)):
            for place, value in enumerate(found):
                mine[place] = value
            return mine
        return type(mine)(*found) if hasattr(mine, "_fields") else type(mine)(found)

    # calls

    def _call(self, mine: Any, base: Any, new: Any, name: str) -> Any:
        """Follow a call to the agent it belongs to; a pure function made of the scenario is replaced."""
        owners = [getattr(call, "__self__", None) for call in (mine, base, new)]
        if _is_agent(owners[0]):
            if type(owners[0]) is type(owners[1]) is type(owners[2]):
                self._object(owners[0], owners[1], owners[2], _name(owners[0]))
            return mine
        # Two functions cannot be compared: the new one gives the same where nothing behind it has changed.
        return (
            mine if any(_holds_agents(part) for part in _parts(new)) or type(mine) is not type(new) else new
        )

    def _listeners(self, mine: list[Any], base: list[Any], new: list[Any], name: str) -> None:
        """Follow who listens; drop who no longer would, let listen who now would, if there is one."""
        before, after = ({_listener(call): call for call in calls} for calls in (base, new))
        for call in list(mine):
            key = _listener(call)
            if key in before and key in after:
                self._call(call, before[key], after[key], name)
            elif key in before:
                mine.remove(call)
                self.put.append(name)
        known = {_listener(call) for call in mine} | set(before)
        self._late += [
            (mine, call, name)
            for key, call in after.items()
            if key not in known and hasattr(call, "__self__")
        ]


def same(one: Any, other: Any) -> bool:
    """Return whether two values are the same, agents attribute by attribute, calls taken for the same."""
    return _same(one, other, set())


def _same(one: Any, other: Any, seen: set[tuple[int, int]]) -> bool:
    if one is other:
        return True
    if type(one) is not type(other):
        return bool(one == other)
    if isinstance(one, (*_LEFT, *_CALLS)):
        return True
    if _is_agent(one):
        if (id(one), id(other)) in seen:
            return True
        seen.add((id(one), id(other)))
        return all(_same(getattr(one, key), getattr(other, key, None), seen) for key in _attributes(one))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key], seen) for key in one)
    if _is_row(one):
        return len(one) == len(other) and all(_same(a, b, seen) for a, b in zip(one, other, strict=True))
    return bool(one == other) or (isinstance(one, float) and one != one and other != other)


def _is_agent(value: Any) -> bool:
    """Return whether *value* is one of the engine's objects that change while a world runs."""
    kind = type(value)
    return (
        kind.__module__.startswith("sim.engine")
        and not isinstance(value, (*_LEFT, tuple, BaseModel, EventKind))
        and not isinstance(value, type)
    )  # fmt: skip


def _is_row(value: Any) -> bool:
    return isinstance(value, (list, tuple, deque))


def _all_calls(*lists: Any) -> bool:
    found = [item for one in lists for item in one]
    return bool(found) and all(isinstance(item, _CALLS) for item in found)


def _attributes(value: Any) -> Iterator[str]:
    """Yield the names of what an object holds, in __dict__ or in slots."""
    yield from list(getattr(value, "__dict__", ()))
    for kind in type(value).__mro__:
        yield from (key for key in getattr(kind, "__slots__", ()) if hasattr(value, key))


def _parts(call: Any) -> list[Any]:
    """Return what a call carries with it: its owner, the arguments bound to it, what it closes over."""
    if isinstance(call, partial):
        return [*_parts(call.func), *call.args, *call.keywords.values()]
    cells = getattr(call, "__closure__", None) or ()
    return [getattr(call, "__self__", None), *(cell.cell_contents for cell in cells)]


def _holds_agents(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_agents(item) for item in value.values())
    if _is_row(value):
        return any(_holds_agents(item) for item in value)
    return isinstance(value, (*_LEFT, *_CALLS)) or _is_agent(value)


def _listener(call: Callable[..., Any]) -> tuple[tuple[type, str], str]:
    """Return what tells one listener from another: who it belongs to and what it is called."""
    return _role(getattr(call, "__self__", None)), getattr(call, "__qualname__", repr(type(call)))


def _role(agent: Any) -> tuple[type, str]:
    """Return what tells an agent from the others of a run: each crisis of a campaign has its own."""
    return type(agent), _crisis_of(agent)


def _crisis_of(agent: Any) -> str:
    world = agent if isinstance(agent, World) else getattr(agent, "world", None)
    return world.key if isinstance(world, World) else ""


def _name(agent: Any) -> str:
    key = _crisis_of(agent)
    return f"{f'crises.{key}.' if key else ''}{type(agent).__name__.lower()}"
