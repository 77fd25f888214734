"""Words on a map that do not lie on each other: greedy placement by rank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
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
#: How often names that found no room are tried in front of the others of their grade.
TRIES = 12
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
    """A placed name: the left end of its baseline, with two lines that of the lower (points of the page)."""

    text: str
    x: float
    y: float
    size: float
    role: str
    box: Box
    #: The line from the mark to a name that stands further off; none for others.
    line: tuple[tuple[float, float], tuple[float, float]] | None = None

    @property
    def rows(self) -> list[tuple[str, float]]:
        """Its lines of text from the top, each with the height of its baseline."""
        texts = self.text.split("\n")
        return [(text, self.y + TALL * self.size * n) for n, text in enumerate(texts[::-1])][::-1]


def place_labels(
    names: Iterable[Name], taken: Sequence[Box], width: float, height: float, *, under: Sequence[Box] = ()
) -> list[Label]:
    """Return the names that find room inside a page of *width* by *height*, clear of *taken* and each other.

    Greedy: by rank, each name tries its sides in turn and then further out; those of a grade that may be led
    by a line then try two lines of text, and such a line, before names of less worth. Where one of these
    finds no room, the grade is placed anew with it in front, and the placing that leaves out fewest is kept.
    A name that finds none then is left out, because a map with every name can be read by nobody. Names of
    states keep clear of *under* too (routes), which other names cross where they have no other room.
    """
    page, placed = _Page(width, height, tuple(under)), list[Label]()
    ranked = sorted(names, key=lambda n: (n.rank, -len(n.text), n.text))
    page.marks = [name.point for name in ranked if name.role != "state"]
    for _, group in groupby(ranked, key=lambda name: name.rank // GRADE):
        placed += _grade(page, list(group), [*taken, *_boxes(placed)])
    return placed


@dataclass
class _Page:
    """The page that names stand on: its size, what names of states keep clear of, and the places named."""

    width: float
    height: float
    under: tuple[Box, ...]
    marks: list[tuple[float, float]] = field(default_factory=list)


def _grade(page: _Page, names: list[Name], taken: Sequence[Box]) -> list[Label]:
    """Return the labels of the names of one grade, those that would be left out having been tried first."""
    first: list[Name] = []
    best, missing = _tried(page, first, names, taken)
    left = missing
    for _ in range(TRIES):
        again = [name for name in left if name.led]
        if not again:
            break
        first = [*again, *(name for name in first if name not in again)]
        found, left = _tried(page, first, [name for name in names if name not in first], taken)
        if len(left) < len(missing):
            best, missing = found, left
    return best


def _tried(
    page: _Page, first: Sequence[Name], rest: Sequence[Name], taken: Sequence[Box]
) -> tuple[list[Label], list[Name]]:
    """Return the labels that find room, *first* in their order, and the names left out."""
    boxes, placed = list(taken), list[Label]()

    def put(name: Name, tries: Iterable[Label]) -> bool:
        fit = [found for found in tries if _fits(found, boxes, page.width, page.height)]
        clear = next((found for found in fit if _fits(found, page.under, page.width, page.height)), None)
        label = clear or next(iter(fit if name.role != "state" else ()), None)
        if label is not None:
            placed.append(label)
            boxes.extend(_boxes([label]))
        return label is not None

    left = [n for n in first if not put(n, chain(_near(n, page.marks), _further(n, page.marks)))]
    far = [n for n in rest if not put(n, _near(n, page.marks))]
    return placed, [*left, *(n for n in far if not put(n, _further(n, page.marks)))]


def _boxes(labels: Iterable[Label]) -> list[Box]:
    """Return the room that labels take, with their lines."""
    return [box for label in labels for box in (label.box, *_along(label))]


def _near(name: Name, marks: Sequence[tuple[float, float]]) -> Iterator[Label]:
    """Return the places for a name that need no line: those nearer to its mark than to any other."""
    if name.role == "state":
        return _within(name)
    places = chain.from_iterable(map(_beside, _forms(name)))
    others = [mark for mark in marks if mark != name.point]
    return (at for at in places if all(_gap(at.box, name.point) + 1 < _gap(at.box, one) for one in others))


def _further(name: Name, marks: Sequence[tuple[float, float]]) -> Iterator[Label]:
    """Yield the places for a name that may be led: in two lines beside its mark, then led."""
    if name.led:
        halved = [half for form in _forms(name) for half in _halved(form)]
        for half in halved:
            yield from _near(half, marks)
        for form in (*_forms(name), *halved):
            yield from _led(form)


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


def _halved(name: Name) -> list[Name]:
    """Return *name* in two lines, broken at the space nearest its middle; nothing if it has none."""
    middle = len(name.text) / 2
    spaces = [place for place, letter in enumerate(name.text) if letter == " "]
    if not spaces:
        return []
    at = min(spaces, key=lambda place: (abs(place - middle), place))
    return [replace(name, text=f"{name.text[:at]}\n{name.text[at + 1 :]}")]


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
        # Above and below also with an end of the name at the mark, or with the line aslant.
        lefts = (x - 8, x + 8 - wide, x + 16, x - 16 - wide, x - wide / 3, x - 2 * wide / 3)
        ends = [_label(name, left, bottom) for bottom in (y + off, y - off - tall) for left in lefts]
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
    rows = name.text.split("\n")
    return WIDE * name.size * max(map(len, rows)), TALL * name.size * len(rows)


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
