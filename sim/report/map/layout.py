"""Where everything of a scene goes on the page: land, routes, marks, stacks of troops, names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import dist, hypot

from sim.report.map.labels import Box, Label, Name, place_labels
from sim.report.map.outlines import Outline, Outlines
from sim.report.map.projection import Line, Page, Point, clipped, graticule, page_for
from sim.report.map.scene import Move, Scene, Spot, Steps, at

#: Share of the whole extent below which the theatre gets an inset of its own.
SMALL_THEATRE = 0.22
#: Places nearer than this on the page share one stack of troops (points).
NEAR = 16.0
#: Marks nearer than this are named once (points).
SAME = 7.0
#: Names come in this order: sites and airfields by moves, then capitals, then bases.
RANKS = {"capital": 1e4, "base": 2e4}
#: Sideways bow of a route as a share of its length, so that ways out and back part.
BOW = 0.06
#: Points: height of the tallest bar of troops, width of a bar, width of the widest route.
TALLEST, BAR, WIDEST = 40.0, 6.0, 5.0
#: Member, mode, direction, and the hubs at both ends.
Leg = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Area:
    """A state or disputed area on the page; *role* is land, member, host or disputed."""

    code: str
    name: str
    role: str
    rings: tuple[Line, ...]


@dataclass(frozen=True)
class Route:
    """All moves of a member one way between two places."""

    member: str
    mode: str
    direction: str
    start: str
    end: str
    moves: int
    troops: float
    line: Line
    width: float

    @property
    def leg(self) -> Leg:
        """Return what its moves have in common."""
        return self.member, self.mode, self.direction, self.start, self.end


@dataclass(frozen=True)
class Stack:
    """Troops that stand at and near one place, by member."""

    point: Point
    name: str
    spots: tuple[str, ...]
    steps: dict[str, Steps]


@dataclass
class Layout:
    """One page of the map."""

    page: Page
    areas: list[Area]
    grid: list[Line]
    routes: list[Route]
    marks: list[tuple[Spot, Point]]
    stacks: list[Stack]
    #: Troops that make the tallest bar.
    most: float
    labels: list[Label] = field(default_factory=list)
    #: For each spot that moves touch, the one near it that stands for it at the ends of routes.
    hubs: dict[str, str] = field(default_factory=dict)
    #: The part of the page that the inset enlarges, and the part that it covers, if there is one.
    window: Box | None = None
    covered: Box | None = None

    def lines(self) -> dict[Leg, Line]:
        """Return the line on the page of each route."""
        return {route.leg: route.line for route in self.routes}

    def bar(self, troops: float) -> float:
        """Return the height of a bar of *troops* (points)."""
        return TALLEST * troops / self.most if self.most else 0.0


def lay_out(
    scene: Scene, outlines: Outlines, width: float, heights: tuple[float, float], *, window: bool = False
) -> Layout:
    """Return the map of *scene*, *width* points wide and between *heights* high.

    With *window*, a theatre that is small beside the whole is left to an inset and only framed here.
    """
    page = page_for(extent(scene), width, heights)
    return _filled(scene, outlines, page, small_theatre(scene) if window else None)


def inset(scene: Scene, outlines: Outlines, width: float, height: float) -> Layout | None:
    """Return an enlarged map of the theatre where it is small beside the whole, else none."""
    near = small_theatre(scene)
    if near is None:
        return None
    return _filled(scene, outlines, page_for(near, width, (height, height), pad=0.16, least=60.0), None)


def cover(layout: Layout, scene: Scene, box: Box) -> None:
    """Leave the part of the page inside *box* to an inset: no name lies under it or across its edge."""
    layout.covered = box
    layout.labels = _labels(layout, scene)


def shown(scene: Scene) -> list[Spot]:
    """Return the spots that a map shows: sites, what the moves touch, and capitals where nothing moves."""
    used = scene.used()
    spots = [s for s in scene.spots.values() if s.kind == "site" or s.key in used]
    if not scene.moves:
        spots += [s for s in scene.spots.values() if s.kind == "capital" and s.key not in used]
    else:
        spots += _bases(scene, used)
    return spots


def _bases(scene: Scene, used: set[str]) -> list[Spot]:
    """Return the bases of members whose troops move."""
    moving = {move.member for move in scene.moves}
    return [s for s in scene.spots.values() if s.kind == "base" and s.member in moving and s.key not in used]


def extent(scene: Scene) -> list[Point]:
    """Return the points (degrees) that the map must hold."""
    return [spot.point for spot in shown(scene) if spot.kind != "base"] or [
        spot.point for spot in scene.spots.values()
    ]


def small_theatre(scene: Scene) -> list[Point] | None:
    """Return the points of the theatre when it is small beside the whole map, else none."""
    theatre = [s.point for s in scene.spots.values() if s.kind == "site"]
    theatre += [scene.spots[key].point for key, _ in scene.troops]
    if len(set(theatre)) < 2:
        return None
    page = page_for(extent(scene), 500.0, (100.0, 2000.0))
    return theatre if _size([page.at(p) for p in theatre]) < SMALL_THEATRE * 500.0 else None


def _size(points: Sequence[Point]) -> float:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return hypot(max(xs) - min(xs), max(ys) - min(ys))


def _filled(scene: Scene, outlines: Outlines, page: Page, near: list[Point] | None) -> Layout:
    marks = [(s, page.at(s.point)) for s in shown(scene)]
    marks = [(spot, point) for spot, point in marks if page.holds(point, 2.0)]
    stacks = _stacks(scene, marks)
    most = max((at(s, hour) for stack in stacks for s in stack.steps.values() for hour, _ in s), default=0.0)
    areas = [area for outline in outlines.areas if (area := _area(outline, scene, page)) is not None]
    hubs = _hubs(scene, page)
    routes = _routes(scene, page, hubs)
    layout = Layout(page, areas, graticule(page), routes, marks, stacks, most, hubs=hubs)
    if near is not None:
        points = [page.at(point) for point in near]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        layout.window = (min(xs) - 10, min(ys) - 10, max(xs) + 10, max(ys) + 10)
        layout.stacks = []
    layout.labels = _labels(layout, scene)
    return layout


def _area(outline: Outline, scene: Scene, page: Page) -> Area | None:
    rings = []
    for ring in outline.rings:
        line = clipped([page.at(point) for point in ring], page)
        if len(line) >= 3:
            rings.append(line)
    role = "member" if outline.code in scene.members else "land"
    if outline.code and outline.code == scene.host:
        role = "host"
    return (
        Area(outline.code, outline.name, "disputed" if outline.disputed else role, tuple(rings))
        if rings
        else None
    )


def _routes(scene: Scene, page: Page, hub: dict[str, str]) -> list[Route]:
    groups: defaultdict[Leg, list[float]] = defaultdict(list)
    for move in scene.moves:
        if hub[move.start] != hub[move.end]:
            groups[leg_of(move, hub)].append(move.troops)
    busiest = max(map(len, groups.values()), default=1)
    routes = []
    for (member, mode, way, start, end), loads in sorted(groups.items()):
        line = page.arc(scene.spots[start].point, scene.spots[end].point, BOW)
        width = 0.7 + (WIDEST - 0.7) * len(loads) / max(busiest, 5)
        routes.append(Route(member, mode, way, start, end, len(loads), sum(loads), line, width))
    return sorted(routes, key=lambda route: -route.width)


def leg_of(move: Move, hubs: dict[str, str]) -> Leg:
    """Return what moves along one route have in common."""
    return move.member, move.mode, move.direction, hubs[move.start], hubs[move.end]


def _hubs(scene: Scene, page: Page) -> dict[str, str]:
    """Return, for each spot that moves touch, the busiest one near it: their routes are drawn as one."""
    busy = Counter(key for move in scene.moves for key in (move.start, move.end))
    order = sorted(busy, key=lambda key: (-busy[key], key))
    points = {key: page.at(scene.spots[key].point) for key in order}
    hubs: dict[str, str] = {}
    for key in order:
        hubs[key] = next((h for h in hubs.values() if dist(points[h], points[key]) < NEAR), key)
    return hubs


def _stacks(scene: Scene, marks: list[tuple[Spot, Point]]) -> list[Stack]:
    points = {spot.key: point for spot, point in marks}
    held = {key: 0.0 for key, _ in scene.troops if key in points}
    for (key, _), steps in scene.troops.items():
        if key in points:
            held[key] += max(value for _, value in steps)
    groups: list[list[str]] = []
    for key, _ in sorted(held.items(), key=lambda item: (-item[1], item[0])):
        home = next((g for g in groups if dist(points[g[0]], points[key]) < NEAR), None)
        groups.append([key]) if home is None else home.append(key)
    return [
        Stack(points[group[0]], scene.spots[group[0]].name, tuple(group), _together(scene, group))
        for group in groups
    ]


def _together(scene: Scene, group: list[str]) -> dict[str, Steps]:
    """Return each member's troops over time at all the spots of *group*."""
    found = {}
    for member in scene.members:
        parts = [scene.troops[key, member] for key in group if (key, member) in scene.troops]
        hours = sorted({hour for steps in parts for hour, _ in steps})
        if hours:
            found[member] = [(hour, sum(at(steps, hour) for steps in parts)) for hour in hours]
    return found


def stack_boxes(layout: Layout, stack: Stack) -> list[Box]:
    """Return the room that a stack takes when its bars are at their tallest: the bars, and their number."""
    x, y = stack_foot(stack)
    tops = [y + layout.bar(max(v for _, v in steps)) for steps in stack.steps.values()]
    bars = [(x + BAR * n - 1, y, x + BAR * (n + 1) + 1, top) for n, top in enumerate(tops)]
    return [*bars, (x - 1, max(tops), x + 25, max(tops) + 10)]


def stack_foot(stack: Stack) -> Point:
    """Return the lower left corner of a stack's bars."""
    return stack.point[0] - BAR * len(stack.steps) / 2, stack.point[1] + 5.0


def _labels(layout: Layout, scene: Scene) -> list[Label]:
    page, names, seen = layout.page, list[Name](), set[str]()
    named: list[Point] = []
    # What the inset enlarges is named there, and an edge through a name would make it hard to read.
    apart = [box for box in (layout.window, layout.covered) if box is not None]
    taken: list[Box] = [(x - 3.5, y - 3.5, x + 3.5, y + 3.5) for _, (x, y) in layout.marks]
    taken += [box for stack in layout.stacks for box in stack_boxes(layout, stack)] + apart
    flights = Counter(dict.fromkeys(scene.spots, 0))
    for move in scene.moves:
        flights.update((move.start, move.end))
    for spot, point in layout.marks:
        inside = any(_within(point, box) for box in apart)
        if inside or spot.name in seen or any(dist(point, other) < SAME for other in named):
            continue
        seen.add(spot.name)
        named.append(point)
        rank = RANKS.get(spot.kind, 0.0) - flights[spot.key]
        names.append(Name(spot.name, point, rank, led=spot.kind == "site"))
    for area in layout.areas:
        if area.role in ("member", "host"):
            ring = max(area.rings, key=_surface)
            shown = clipped(ring, page, 0.0)
            if not shown or _surface(ring) <= 900:
                continue  # too small for a name, or in the margin alone, which the page does not show
            middle = _centre(shown)
            if not any(_within(middle, box) for box in apart):
                names.append(Name(area.name, middle, 1e5, size=8.0, role="state"))
    routes = [(x - 2, y - 2, x + 2, y + 2) for route in layout.routes for x, y in _points(route.line)]
    return place_labels(names, taken, page.width, page.height, under=routes)


def _points(line: Line) -> Line:
    """Return *line* with points between its own, so that boxes around them leave no gap."""
    pairs = list(pairwise(line))
    return [(a[0] + (b[0] - a[0]) * i / 4, a[1] + (b[1] - a[1]) * i / 4) for a, b in pairs for i in range(4)]


def _within(point: Point, box: Box) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _surface(ring: Line) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def _centre(line: Line) -> Point:
    """Return the middle of what a closed *line* surrounds (its centre of area)."""
    pairs = [(a, b, a[0] * b[1] - b[0] * a[1]) for a, b in zip(line, [*line[1:], line[0]], strict=True)]
    whole = sum(cross for *_, cross in pairs) or 1.0
    x = sum((a[0] + b[0]) * cross for a, b, cross in pairs) / (3 * whole)
    y = sum((a[1] + b[1]) * cross for a, b, cross in pairs) / (3 * whole)
    return x, y
