"""From longitude and latitude to a flat sheet: Albers' equal-area conic, great circles, the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import asin, atan2, ceil, cos, degrees, floor, hypot, radians, sin, sqrt

from sim.engine.geometry import EARTH_RADIUS

#: A point, as (longitude, latitude) in degrees, or as (x, y) in km or in points of the page.
Point = tuple[float, float]
Line = list[Point]
#: Steps in which a great circle is drawn.
STEPS = 32


@dataclass(frozen=True)
class Albers:
    """Albers' equal-area conic projection of a sphere.

    Source: J. P. Snyder, "Map Projections: A Working Manual", USGS Professional Paper 1395 (1987), p. 100.
    """

    middle: Point
    lower: float
    upper: float

    @property
    def cone(self) -> float:
        """Return the constant of the cone, *n*; never 0, so that a theatre across the equator still works."""
        n = (sin(radians(self.lower)) + sin(radians(self.upper))) / 2
        return n if abs(n) > 1e-3 else 1e-3

    def __call__(self, longitude: float, latitude: float) -> Point:
        """Return *x* east and *y* north of the middle of the map (km)."""
        n = self.cone
        theta = n * radians(turned(longitude - self.middle[0]))
        rho, rho_middle = self._rho(latitude), self._rho(self.middle[1])
        return rho * sin(theta), rho_middle - rho * cos(theta)

    def _rho(self, latitude: float) -> float:
        n = self.cone
        c = cos(radians(self.lower)) ** 2 + 2 * n * sin(radians(self.lower))
        return EARTH_RADIUS * sqrt(max(c - 2 * n * sin(radians(latitude)), 0.0)) / n


def turned(longitude: float) -> float:
    """Return *longitude* (or a difference of two) brought into -180 to 180 degrees."""
    return (longitude + 180) % 360 - 180


def albers_for(points: Sequence[Point]) -> Albers:
    """Return the projection that suits *points* (longitude, latitude in degrees; at least one).

    Standard parallels stand at 1/6 and 5/6 of their range of latitudes (the rule of thumb in Snyder 1987,
    p. 99); the middle is that of the shortest arc of longitudes that holds them all, so that a theatre
    across the antimeridian stays whole.
    """
    latitudes = [latitude for _, latitude in points]
    low, high = min(latitudes), max(latitudes)
    sixth = (high - low) / 6
    return Albers(
        (_middle([longitude for longitude, _ in points]), (low + high) / 2), low + sixth, high - sixth
    )


def _middle(longitudes: Sequence[float]) -> float:
    """Return the middle of the shortest arc that holds all *longitudes*: opposite the widest gap."""
    ordered = sorted({longitude % 360 for longitude in longitudes})
    gaps = [
        ((ordered[(place + 1) % len(ordered)] - here) % 360 or 360.0, place)
        for place, here in enumerate(ordered)
    ]
    gap, place = max(gaps)
    return turned(ordered[place] + gap + (360 - gap) / 2)


def great_circle(start: Point, end: Point, steps: int = STEPS) -> Line:
    """Return the shortest line on the globe from *start* to *end* as *steps* + 1 points (degrees)."""
    a, b = _vector(start), _vector(end)
    dot = max(-1.0, min(1.0, sum(p * q for p, q in zip(a, b, strict=True))))
    angle = atan2(sqrt(1 - dot * dot), dot)
    if angle < 1e-9:
        return [start] * (steps + 1)
    line = []
    for step in range(steps + 1):
        share = step / steps
        k, m = sin((1 - share) * angle) / sin(angle), sin(share * angle) / sin(angle)
        x, y, z = (k * p + m * q for p, q in zip(a, b, strict=True))
        line.append((degrees(atan2(y, x)), degrees(asin(max(-1.0, min(1.0, z))))))
    return line


def _vector(point: Point) -> tuple[float, float, float]:
    longitude, latitude = radians(point[0]), radians(point[1])
    return cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)


@dataclass(frozen=True)
class Page:
    """A rectangle of *width* by *height* points that shows a part of a projected map; y runs upwards."""

    projection: Albers
    #: Corner at the lower left (km) and km to a point of the page.
    left: float
    bottom: float
    scale: float
    width: float
    height: float

    def at(self, point: Point) -> Point:
        """Return where *point* (longitude, latitude in degrees) falls on the page (points)."""
        x, y = self.projection(*point)
        return (x - self.left) / self.scale, (y - self.bottom) / self.scale

    def holds(self, point: Point, margin: float = 0.0) -> bool:
        """Return whether a point of the page lies inside it by *margin*."""
        return margin <= point[0] <= self.width - margin and margin <= point[1] <= self.height - margin

    def arc(self, start: Point, end: Point, bow: float = 0.0) -> Line:
        """Return the great circle between two places, on the page.

        *bow* moves its middle to the left of the direction of travel by that share of its length, so that
        the ways out and back do not lie on each other.
        """
        line = [self.at(point) for point in great_circle(start, end)]
        dx, dy = line[-1][0] - line[0][0], line[-1][1] - line[0][1]
        if not bow or hypot(dx, dy) < 1e-9:
            return line
        last = len(line) - 1
        lift = [bow * 4 * (i / last) * (1 - i / last) for i in range(last + 1)]
        return [(x - dy * up, y + dx * up) for (x, y), up in zip(line, lift, strict=True)]


def page_for(
    points: Sequence[Point],
    width: float,
    heights: tuple[float, float],
    pad: float = 0.09,
    least: float = 120.0,
) -> Page:
    """Return a page that holds all *points* (longitude, latitude in degrees; at least one).

    Args:
        points: what must be seen.
        width: of the page (points).
        heights: the least and the greatest height of the page (points).
        pad: margin around the points, as a share of the width.
        least: the least width of country shown (km); a single place still gets its surroundings.
    """
    projection = albers_for(points)
    flat = [projection(*point) for point in points]
    (west, east), (south, north) = _ends(x for x, _ in flat), _ends(y for _, y in flat)
    across, up = max(east - west, least), north - south
    scale = across / (width * (1 - 2 * pad))
    height = min(max(up / scale + 2 * pad * width, heights[0]), heights[1])
    scale = max(scale, up / (height - 2 * pad * width))
    left = (west + east) / 2 - scale * width / 2
    return Page(projection, left, (south + north) / 2 - scale * height / 2, scale, width, height)


def _ends(values: Iterable[float]) -> tuple[float, float]:
    known = list(values)
    return min(known), max(known)


def clipped(ring: Sequence[Point], page: Page, margin: float = 6.0) -> Line:
    """Return the part of a closed *ring* (points of the page) inside the page, *margin* beyond its edges.

    Source: I. E. Sutherland and G. W. Hodgman, "Reentrant polygon clipping" (1974). Empty if none is.
    """
    line = list(ring)
    edges = ((0, -margin, 1), (0, page.width + margin, -1), (1, -margin, 1), (1, page.height + margin, -1))
    for axis, limit, sign in edges:
        line = _cut(line, axis, limit, sign)
        if not line:
            return []
    return line


def _cut(line: Line, axis: int, limit: float, sign: int) -> Line:
    kept: Line = []
    for place, here in enumerate(line):
        before = line[place - 1]
        inside, was = sign * (here[axis] - limit) >= 0, sign * (before[axis] - limit) >= 0
        if inside != was:
            share = (limit - before[axis]) / (here[axis] - before[axis])
            kept.append(
                (before[0] + share * (here[0] - before[0]), before[1] + share * (here[1] - before[1]))
            )
        if inside:
            kept.append(here)
    return kept


def graticule(page: Page) -> list[Line]:
    """Return meridians and parallels as lines on the page, at a round step that gives a handful."""
    reach = page.scale * hypot(page.width, page.height) / 2 / 111.2
    step = next((s for s in (1.0, 2.0, 5.0, 10.0) if 2 * reach / s <= 9), 20.0)
    longitude, latitude = page.projection.middle
    wide = min(reach / max(cos(radians(min(abs(latitude) + reach / 2, 80.0))), 0.17), 170.0)
    south, north = max(latitude - reach, -85.0), min(latitude + reach, 85.0)
    meridians = [
        k * step for k in range(ceil((longitude - wide) / step), floor((longitude + wide) / step) + 1)
    ]
    parallels = [k * step for k in range(ceil(south / step), floor(north / step) + 1)]
    lines = [[page.at((x, south + (north - south) * i / 40)) for i in range(41)] for x in meridians]
    lines += [[page.at((longitude + wide * (i / 40 - 1), y)) for i in range(81)] for y in parallels]
    return [part for line in lines for part in _inside(line, page)]


def _inside(line: Line, page: Page) -> list[Line]:
    """Return the stretches of *line* near the page."""
    parts: list[Line] = [[]]
    for point in line:
        if page.holds(point, -60.0):
            parts[-1].append(point)
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if len(part) > 1]
