"""What is worked out of a frozen part of a scenario once, for all replications that share the part."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Part = TypeVar("Part")
Made = TypeVar("Made")
#: Parts kept by one function; then it forgets them all, as those of outer draws come and go.
MOST = 2_000


def prepared(make: Callable[[Part], Made]) -> Callable[[Part], Made]:
    """Make *make* a function that works once on each part and keeps what it made.

    Parts are told apart by identity, which is much faster than by value; they never change, and one that is
    kept lives, so that no other takes its identity.
    """
    known: dict[int, tuple[Part, Made]] = {}

    @wraps(make)
    def kept(part: Part) -> Made:
        found = known.get(id(part))
        if found is None:
            if len(known) >= MOST:
                known.clear()
            found = known[id(part)] = (part, make(part))
        return found[1]

    return kept
