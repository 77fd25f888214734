"""Words on a map that do not lie on each other: greedy placement by rank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from math import hypot

#: Left, bottom, right, top (points of the page).
Box = tuple[float, float, float, float]
#: Width of a character and height of a line, as shares of the size of type: DejaVu Sans, a little generous.
WIDE, TALL = 0.61, 1.1
#: Sides of a mark on which its name may stand, the best first: right, left, above, below, then corners.
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
#: How much further off a name may stand at the end of a line (points), and the parts in which a line is
#: looked at.
LED, STEPS = tuple(range(8, 44, 2)), 8
#: Ranks that are this far apart are of another grade.
GRADE = 1e4
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
    #: Whether it may stand further off, at the end of a line, where there is no room beside the point.
    led: bool = False


@dataclass(frozen=True)
class Label:
    """A placed name: the left end of its baseline (points of the page)."""

    text: str
    x: float
    y: float
    size: float
    role: str
    box: Box
    #: The line from the mark to a name that stands further off; none for others.
    line: tuple[tuple[float, float], tuple[float, float]] | None = None


def place_labels(
    names: Iterable[Name], taken: Sequence[Box], width: float, height: float, *, under: Sequence[Box] = ()
) -> list[Label]:
    """Return the names that find room inside a page of *width* by *height*, clear of *taken* and each other.

    Greedy: by rank, each name tries its sides in turn and then further out; those of a grade that may be led
    by a line then try that, before names of less worth. One that finds no room is left out, because a map
    with every name can be read by nobody. Names of states keep clear of *under* too (routes), which other
    names may cross.
    """
    boxes, placed = list(taken), list[Label]()

    def put(tries: Iterable[Label], others: Sequence[Box]) -> bool:
        label = next((found for found in tries if _fits(found, others, width, height)), None)
        if label is not None:
            placed.append(label)
            boxes.extend([label.box, *_along(label)])
        return label is not None

    ranked = sorted(names, key=lambda n: (n.rank, -len(n.text), n.text))
    marks = [name.point for name in ranked if name.role != "state"]
    for _, group in groupby(ranked, key=lambda name: name.rank // GRADE):
        left = [n for n in group if not put(_near(n, marks), [*boxes, *(under if n.role == "state" else ())])]
        for name in (name for name in left if name.led):
            put(chain.from_iterable(map(_led, _forms(name))), boxes)
    return placed


def _near(name: Name, marks: Sequence[tuple[float, float]]) -> Iterator[Label]:
    """Return the places for a name that need no line: those nearer to its mark than to any other."""
    if name.role == "state":
        return _within(name)
    places = chain.from_iterable(map(_beside, _forms(name)))
    others = [mark for mark in marks if mark != name.point]
    return (at for at in places if all(_gap(at.box, name.point) + 1 < _gap(at.box, one) for one in others))


def _gap(box: Box, point: tuple[float, float]) -> float:
    """Return how far a point is from a box."""
    x, y = point
    return hypot(max(box[0] - x, 0.0, x - box[2]), max(box[1] - y, 0.0, y - box[3]))


def _fits(label: Label, taken: Sequence[Box], width: float, height: float) -> bool:
    return all(_free(box, taken, width, height) for box in (label.box, *_along(label)))


def _along(label: Label) -> list[Box]:
    """Return small boxes along a label's line, its ends left out."""
    if label.line is None:
        return []
    (x, y), (to_x, to_y) = label.line
    parts = [place / STEPS for place in range(1, STEPS)]
    points = [(x + (to_x - x) * part, y + (to_y - y) * part) for part in parts]
    return [(u - 1, v - 1, u + 1, v + 1) for u, v in points]


def _forms(name: Name) -> list[Name]:
    """Return *name*, then the name without what stands in brackets."""
    short = name.text.split(" (")[0]
    return [name] if short in ("", name.text) else [name, replace(name, text=short)]


def _beside(name: Name) -> Iterator[Label]:
    """Yield the places for a name on the sides of its mark, then a little further off."""
    for reach in (name.clear, name.clear + 3.0):
        for right, up in SIDES:
            yield _at(name, right, up, reach)


def _led(name: Name) -> Iterator[Label]:
    """Yield the places for a name at the end of a line, the shortest lines first."""
    wide, tall = _size(name)
    x, y = name.point
    for reach in LED:
        off = name.clear + reach
        beside = [_at(name, right, up, off) for right, up in SIDES]
        # Above and below also with an end of the name at the mark.
        ends = [_label(name, left, bottom) for bottom in (y + off, y - off - tall)
                for left in (x - tall, x + tall - wide)]  # fmt: skip
        for found in (*beside, *ends):
            yield replace(found, line=_line(name, found.box))


def _within(name: Name) -> Iterator[Label]:
    """Yield the places for a state's name, around the middle of the state."""
    wide, tall = _size(name)
    for right, up in MOVES:
        yield _label(name, name.point[0] - wide / 2 + right * tall, name.point[1] - tall / 2 + up * tall)


def _at(name: Name, right: int, up: int, reach: float) -> Label:
    (wide, tall), (x, y) = _size(name), name.point
    left = x + right * reach - {1: 0.0, 0: wide / 2, -1: wide}[right]
    return _label(name, left, y + up * reach - {1: 0.0, 0: tall / 2, -1: tall}[up])


def _size(name: Name) -> tuple[float, float]:
    return WIDE * name.size * len(name.text), TALL * name.size


def _label(name: Name, left: float, bottom: float) -> Label:
    wide, tall = _size(name)
    box = (left - 1, bottom - 0.5, left + wide + 1, bottom + tall + 0.5)
    return Label(name.text, left, bottom + 0.25 * name.size, name.size, name.role, box)


def _line(name: Name, box: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the line from the edge of a mark to the nearest point of its name's *box*."""
    x, y = name.point
    to_x, to_y = min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3])
    share = name.clear / max(hypot(to_x - x, to_y - y), name.clear)
    return (x + share * (to_x - x), y + share * (to_y - y)), (to_x, to_y)


def _free(box: Box, taken: Iterable[Box], width: float, height: float) -> bool:
    if box[0] < 2 or box[1] < 2 or box[2] > width - 2 or box[3] > height - 2:
        return False
    return not any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken
    )
