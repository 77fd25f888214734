"""What is worked out of frozen parts of a scenario once, for all replications that share the parts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Part = TypeVar("Part")
Parts = ParamSpec("Parts")
Made = TypeVar("Made")
#: Parts kept by one function; then it forgets them all, as those of outer draws come and go.
MOST = 2_000
#: Whole scenarios kept by one function, some 30 kB each beside what all draws of a study share.
SCENARIOS = 200


def prepared(make: Callable[[Part], Made]) -> Callable[[Part], Made]:
    """Make *make* a function that works once on each part and keeps what it made.

    Parts are told apart by identity, which is much faster than by value; they never change, and one that is
    kept lives, so that no other takes its identity.
    """
    return _keeping(MOST, make)


def prepared_by_scenario(make: Callable[[Part], Made]) -> Callable[[Part], Made]:
    """Do as `prepared` does for what follows from a whole scenario."""
    return _keeping(SCENARIOS, make)


def _keeping(most: int, make: Callable[[Part], Made]) -> Callable[[Part], Made]:
    known: dict[int, tuple[Part, Made]] = {}

    @wraps(make)
    def kept(part: Part) -> Made:
        found = known.get(id(part))
        if found is None:
            if len(known) >= most:
                known.clear()
            found = known[id(part)] = (part, make(part))
        return found[1]

    return kept


def prepared_together(make: Callable[Parts, Made]) -> Callable[Parts, Made]:
    """Do as `prepared` does for what follows from several parts, all of them given by position."""
    known: dict[tuple[int, ...], tuple[object, Made]] = {}

    @wraps(make)
    def kept(*parts: Parts.args, **named: Parts.kwargs) -> Made:
        key = tuple(map(id, parts))
        found = known.get(key)
        if found is None:
            if len(known) >= MOST:
                known.clear()
            found = known[key] = (parts, make(*parts, **named))
        return found[1]

    return kept
