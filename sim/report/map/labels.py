"""Words on a map that do not lie on each other: greedy placement by rank."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

#: Left, bottom, right, top (points of the page).
Box = tuple[float, float, float, float]
#: Width of a character and height of a line, as shares of the size of type: DejaVu Sans, a little generous.
WIDE, TALL = 0.61, 1.1
#: Sides of a mark on which its name may stand, the best first: right, left, above, below, then corners.
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
#: How far a state's name may move from the middle of the state, in heights of its type: right, up.
MOVES = tuple(
    sorted(((r, u) for r in range(-9, 10, 3) for u in range(-6, 7)), key=lambda m: (abs(m[0]) + abs(m[1]), m))
)


@dataclass(frozen=True)
class Name:
    """A name to be placed beside a point (points of the page); lower *rank* goes first."""

    text: str
    point: tuple[float, float]
    rank: float
    size: float = 7.0
    #: Distance from the point to the edge of its mark.
    clear: float = 4.0
    #: What the name belongs to, for its looks: place, state.
    role: str = "place"


@dataclass(frozen=True)
class Label:
    """A placed name: the left end of its baseline (points of the page)."""

    text: str
    x: float
    y: float
    size: float
    role: str
    box: Box


def place_labels(
    names: Iterable[Name], taken: Sequence[Box], width: float, height: float, *, under: Sequence[Box] = ()
) -> list[Label]:
    """Return the names that find room inside a page of *width* by *height*, clear of *taken* and each other.

    Greedy: by rank, each name tries its sides in turn and then further out; one that finds no room is
    left out, because a map with every name can be read by nobody. Names of states keep clear of *under* too
    (routes), which other names may cross.
    """
    boxes, placed = list(taken), []
    for name in sorted(names, key=lambda n: (n.rank, -len(n.text), n.text)):
        others = [*boxes, *under] if name.role == "state" else boxes
        tries = chain.from_iterable(_tries(form) for form in _forms(name))
        label = next((found for found in tries if _free(found.box, others, width, height)), None)
        if label is not None:
            placed.append(label)
            boxes.append(label.box)
    return placed


def _forms(name: Name) -> list[Name]:
    """Return *name*, then the name without what stands in brackets."""
    short = name.text.split(" (")[0]
    return [name] if short in ("", name.text) else [name, replace(name, text=short)]


def _tries(name: Name) -> Iterable[Label]:
    wide, tall = WIDE * name.size * len(name.text), TALL * name.size
    x, y = name.point
    far = (0.0,) if name.role == "state" else (0.0, 3.0)
    for more in far:
        for right, up in SIDES if name.role != "state" else MOVES:
            reach = name.clear + more
            if name.role == "state":
                left, bottom = x - wide / 2 + right * tall, y - tall / 2 + up * tall
            else:
                left = x + right * reach - {1: 0.0, 0: wide / 2, -1: wide}[right]
                bottom = y + up * reach - {1: 0.0, 0: tall / 2, -1: tall}[up]
            box = (left - 1, bottom - 0.5, left + wide + 1, bottom + tall + 0.5)
            yield Label(name.text, left, bottom + 0.25 * name.size, name.size, name.role, box)


def _free(box: Box, taken: Iterable[Box], width: float, height: float) -> bool:
    if box[0] < 2 or box[1] < 2 or box[2] > width - 2 or box[3] > height - 2:
        return False
    return not any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken
    )
