"""The map as a fragment of SVG with a time slider, for a page that asks the network for nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.report import style
from sim.report.campaigns import one_of_several
from sim.report.map.layout import BAR, Area, Layout, Stack, lay_out, leg_of, stack_foot
from sim.report.map.outlines import SHIPPED, load_outlines
from sim.report.map.projection import Line
from sim.report.map.scene import AFFECTED, CALM, LOST, STATES, UNTOUCHED, Scene, Spot, at, scene_of, state_at
from sim.report.plain import escaped, plain_text
from sim.report.times import origin

if TYPE_CHECKING:
    from sim.experiment.study import Study

WIDTH, HEIGHTS = 720.0, (300.0, 520.0)
#: Seconds that the whole replay takes.
SECONDS = 24.0
#: Style sheet and script that a page with maps must hold once: in a style and, at its end, a script element.
MAP_STYLE = (SHIPPED.parent / "map.css").read_text(encoding="utf-8")
MAP_SCRIPT = (SHIPPED.parent / "map.js").read_text(encoding="utf-8")
SWATCH = '<rect x="-4" y="-4" width="8" height="8"'
_CIRCLE = "M-{r} 0a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z"
SHAPES = {
    UNTOUCHED: _CIRCLE.format(r=2.6, d=5.2),
    AFFECTED: "M0-4.2L4 3H-4z",
    LOST: "M-4-2.4L-2.4-4L0-1.6L2.4-4L4-2.4L1.6 0L4 2.4L2.4 4L0 1.6L-2.4 4L-4 2.4L-1.6 0z",
    CALM: _CIRCLE.format(r=3.2, d=6.4),
}
FILLS = {
    UNTOUCHED: "#ffffff",
    AFFECTED: style.OKABE_ITO["yellow"],
    LOST: style.OKABE_ITO["vermilion"],
    CALM: style.OKABE_ITO["green"],
}
MARKS = {
    "airfield": ("map-place", "M0-3L3 0L0 3L-3 0z"),
    "base": ("map-place", "M-2.2-2.2H2.2V2.2H-2.2z"),
    "capital": ("map-capital", "M0-4.5L1.2-1.4L4.4-1.3L1.9.7L2.7 3.8L0 2L-2.7 3.8L-1.9.7L-4.4-1.3L-1.2-1.4z"),
}


def map_svg(study: Study, outlines: Path | None = None, name: str = "map") -> str:
    """Return the map of the typical run as HTML: a figure of inline SVG, slider, data, key and caption.

    The page that holds it needs `MAP_STYLE` and `MAP_SCRIPT` once. Without the script the map stands at the
    hour at which most troops were in theatre. *name* begins every id, so that two maps on a page do not
    clash. Every text from the scenario is escaped. Raises OutlinesError when an outlines file cannot be used.
    """
    scene = scene_of(study.scenario, study.typical_log)
    lines = load_outlines(outlines)
    layout = lay_out(scene, lines, WIDTH, HEIGHTS)
    drawing = Drawing(study, scene, layout, escaped(name))
    first, last = scene.span()
    hour = scene.peak() or first
    told = escaped(
        f"Map of the typical run. {_reading(scene, study)} The slider moves it through time, and the words "
        "under it say what it shows."
    )
    return (
        f'<figure class="sim-map" id="{drawing.name}">\n'
        '<div class="map-scroll" tabindex="0" role="region" aria-label="Map">'
        f'<svg class="map-sheet" viewBox="0 0 {layout.page.width:.0f} {layout.page.height:.0f}" role="img" '
        f'aria-labelledby="{drawing.name}-title"><title id="{drawing.name}-title">{told}</title>\n'
        f"{drawing.land()}{drawing.routes()}{drawing.places(hour)}{drawing.stacks(hour)}"
        f'<g class="map-planes"></g>\n{drawing.words()}</svg></div>\n'
        '<div class="map-controls" hidden=""><button type="button" class="map-play">Play</button>'
        f'<input type="range" class="map-time" aria-label="Time" min="{first:.0f}" max="{last:.0f}" step="1" '
        f'value="{hour:.0f}"/></div>\n'
        f'<span class="map-now"></span>\n{drawing.key()}'
        f"<figcaption>{escaped(_caption(scene, study))} {escaped(lines.caption)}</figcaption>\n"
        f'<script type="application/json" class="map-data">{drawing.data()}</script>\n</figure>\n'
    )


def _reading(scene: Scene, study: Study) -> str:
    """Return what the map shows at its fullest, in words."""
    hour = scene.peak()
    names = {code: member.name for code, member in study.scenario.alliance.members.items()}
    there = {names[m]: total for m in scene.members if (total := scene.total(hour, m)) >= 1}
    if not there:
        return "No troops come into theatre."
    zero, name = origin(study)
    each = ", ".join(f"{who} {total:,.0f}" for who, total in there.items())
    return f"Most troops in theatre, {hour - zero:+.0f} h from the {name}: {each}."


def _caption(scene: Scene, study: Study) -> str:
    run = f"{one_of_several(study.scenario)}One run, the one nearest the medians (run {study.typical})."
    if scene.moves:
        run += " Lines are great circles, bowed so that ways in and out part, as wide as flights are many."
    return run


class Drawing:
    """The layers of one map as markup, and what the script needs to move them."""

    def __init__(self, study: Study, scene: Scene, layout: Layout, name: str) -> None:
        """Draw *scene* as laid out, with ids that begin with *name* (already escaped)."""
        self.study, self.scene, self.layout, self.name = study, scene, layout, name
        self.colours = style.member_colours(scene.members)
        self.sites = [(spot, point) for spot, point in layout.marks if spot.kind == "site"]
        #: Members with troops or moves.
        self.active = [
            m
            for m in scene.members
            if any(m == who for _, who in scene.troops) or any(m == r.member for r in layout.routes)
        ]

    def land(self) -> str:
        """Return states, disputed areas and the graticule."""
        stripes = (
            f'<defs><pattern id="{self.name}-hatch" width="4" height="4" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><path class="map-stripe" d="M0 0V4"/></pattern></defs>\n'
        )
        order = {"disputed": 2, "host": 1}
        areas = sorted(self.layout.areas, key=lambda area: order.get(area.role, 0))
        grid = "".join(self._path(line, closed=False) for line in self.layout.grid)
        return stripes + "".join(map(self._area, areas)) + f'<path class="map-grid" d="{grid}"/>\n'

    def _area(self, area: Area) -> str:
        d = "".join(self._path(ring, closed=True) for ring in area.rings)
        title = f"<title>{escaped(area.name)}</title>"
        hatch = f'<path class="map-disputed" fill="url(#{self.name}-hatch)" d="{d}">{title}</path>\n'
        if area.role == "disputed":  # in no state's colour
            return f'<path class="map-area" d="{d}"/>\n{hatch}'
        answer = None if self.scene.moves else self.scene.answers.get(area.code)
        if answer in style.ANSWERS:
            fill, pattern = style.ANSWERS[answer]
            told = f"<title>{escaped(area.name)}: {escaped(answer)}</title>"
            return f'<path class="map-answer" fill="{fill}" d="{d}">{told}</path>\n' + (
                hatch if pattern else ""
            )
        kind = "" if area.role == "land" else f" map-{area.role}"
        return f'<path class="map-area{kind}" d="{d}">{title}</path>\n'

    def _path(self, line: Line, *, closed: bool) -> str:
        points = [self._flip(point) for point in line]
        kept = [point for place, point in enumerate(points) if place == 0 or point != points[place - 1]]
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept) + ("z" if closed else "")

    def _flip(self, point: tuple[float, float]) -> tuple[float, float]:
        return round(point[0], 1), round(self.layout.page.height - point[1], 1)

    def routes(self) -> str:
        """Return the routes; the script strengthens those in use."""
        drawn = []
        for route in self.layout.routes:
            kind = " map-road" if route.mode == "road" else " map-out" if route.direction == "out" else ""
            d = self._path(route.line, closed=False)
            ends = " to ".join(escaped(self.scene.spots[key].name) for key in (route.start, route.end))
            drawn.append(
                f'<path class="map-route map-used{kind}" stroke="{self.colours[route.member]}" '
                f'stroke-width="{route.width:.1f}" d="{d}"><title>{ends}: {route.moves}</title></path>\n'
            )
        return "".join(drawn)

    def places(self, hour: float) -> str:
        """Return airfields, bases and capitals, then the sites as they stand at *hour*."""
        drawn = []
        for spot, point in self.layout.marks:
            if spot.kind in MARKS:
                kind, shape = MARKS[spot.kind]
                drawn.append(self._mark(spot, point, kind, shape, ""))
        for spot, point in self.sites:
            state = state_at(self.scene.states.get(spot.key, []), hour)
            drawn.append(self._mark(spot, point, "map-site", SHAPES[state], f' fill="{FILLS[state]}"'))
        return "".join(drawn)

    def _mark(self, spot: Spot, point: tuple[float, float], kind: str, shape: str, look: str) -> str:
        x, y = self._flip(point)
        return (
            f'<path class="{kind}" transform="translate({x:g} {y:g})" d="{shape}"{look}>'
            f"<title>{escaped(spot.name)}</title></path>\n"
        )

    def stacks(self, hour: float) -> str:
        """Return the troops by place and member at *hour*."""
        return "".join(self._stack(stack, hour) for stack in self.layout.stacks)

    def _stack(self, stack: Stack, hour: float) -> str:
        left, foot = self._flip(stack_foot(stack))
        bars, total, top = [], 0.0, 0.0
        for place, (member, steps) in enumerate(stack.steps.items()):
            troops = at(steps, hour)
            tall = self.layout.bar(troops)
            total, top = total + troops, max(top, tall)
            bars.append(
                f'<rect class="map-bar" x="{left + BAR * place:g}" y="{foot - tall:.1f}" width="{BAR:g}" '
                f'height="{tall:.1f}" fill="{self.colours[member]}"/>'
            )
        number = f"{total:,.0f}" if total >= 1 else ""
        words = f'<text class="map-sum" x="{left:g}" y="{foot - top - 2:.1f}">{number}</text>'
        return f'<g class="map-stack">{"".join(bars)}{words}</g>\n'

    def words(self) -> str:
        """Return the names."""
        drawn = []
        for label in self.layout.labels:
            kind = ' class="map-state"' if label.role == "state" else ""
            for text, height in label.rows:
                x, y = self._flip((label.x, height))
                drawn.append(f'<text{kind} x="{x:g}" y="{y:g}">{escaped(text)}</text>\n')
            if label.line is not None:
                (u, v), (to_u, to_v) = map(self._flip, label.line)
                drawn.append(f'<path class="map-lead" d="M{u:.1f} {v:.1f}L{to_u:.1f} {to_v:.1f}"/>\n')
        return "".join(drawn)

    def key(self) -> str:
        """Return the legend as a list."""
        members = self.study.scenario.alliance.members
        items = (
            [(f'<path class="map-site" d="{SHAPES[s]}" fill="{FILLS[s]}"/>', s) for s in STATES]
            if self.sites
            else []
        )
        kinds = dict.fromkeys(spot.kind for spot, _ in self.layout.marks if spot.kind in MARKS)
        items += [(f'<path class="{MARKS[kind][0]}" d="{MARKS[kind][1]}"/>', kind) for kind in kinds]
        items += [(f'{SWATCH} fill="{self.colours[m]}"/>', members[m].name) for m in self.active]
        if not self.scene.moves:
            items += [_answer_key(a) for a in style.ANSWERS if a in self.scene.answers.values()]
        rows = "".join(
            f'<li><svg viewBox="-5 -5 10 10" aria-hidden="true">{mark}</svg>{escaped(words)}</li>'
            for mark, words in items
        )
        return f'<ul class="map-key">{rows}</ul>\n'

    def data(self) -> str:
        """Return what the script needs, as JSON that cannot end its element early."""
        first, last = self.scene.span()
        zero, zero_name = origin(self.study)
        start = self.study.scenario.start
        local = start.timestamp() + (start.utcoffset() or timedelta()).total_seconds()
        number = {route.leg: place for place, route in enumerate(self.layout.routes)}
        moves = [(leg, m) for m in self.scene.moves if (leg := leg_of(m, self.layout.hubs)) in number]
        told: dict[str, Any] = {
            "first": round(first), "last": round(last), "pace": round((last - first) / SECONDS, 2),
            "local": round(local * 1000), "zero": round(zero, 2), "zeroName": zero_name,
            "states": list(STATES), "shapes": list(SHAPES.values()), "fills": list(FILLS.values()),
            "sites": [self._states(spot.key) for spot, _ in self.sites],
            "routes": [self._route(place) for place in range(len(self.layout.routes))],
            "moves": [
                [number[leg], round(m.departs, 2), round(max(m.arrives, m.departs + 0.1), 2)]
                for leg, m in moves
            ],
            "bar": self.layout.bar(1.0),
            "middle": round(self.middle(), 3),
            "stacks": [
                {"foot": self._flip(stack_foot(s))[1], "members": list(map(_thinned, s.steps.values()))}
                for s in self.layout.stacks
            ],
            "members": [
                {"name": plain_text(self.study.scenario.alliance.members[m].name), "steps": self._total(m)}
                for m in self.active
            ],
        }  # fmt: skip
        text = json.dumps(told, ensure_ascii=True, separators=(",", ":"))
        return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")

    def middle(self) -> float:
        """Return where on the page, as a share of its width, the theatre is: troops, the host, its places."""
        places = [self._flip(stack_foot(stack))[0] for stack in self.layout.stacks]
        if not places:
            rings = [ring for area in self.layout.areas if area.role == "host" for ring in area.rings]
            places = [x for x, _ in max(rings, key=len, default=[])] or [point[0] for _, point in self.sites]
        width = self.layout.page.width
        inside = [min(max(x, 0.0), width) for x in places]
        return (min(inside) + max(inside)) / 2 / width if inside else 0.5

    def _states(self, key: str) -> list[list[float]]:
        return [[round(hour, 2), STATES.index(state)] for hour, state in self.scene.states.get(key, [])]

    def _route(self, place: int) -> dict[str, Any]:
        route = self.layout.routes[place]
        departs = [m.departs for m in self.scene.moves if leg_of(m, self.layout.hubs) == route.leg]
        return {
            "colour": self.colours[route.member],
            "road": route.mode == "road",
            "first": round(min(departs), 2),
            "line": [self._flip(point) for point in route.line[::2]],
        }

    def _total(self, member: str) -> list[list[float]]:
        hours = sorted(
            {hour for (_, who), steps in self.scene.troops.items() if who == member for hour, _ in steps}
        )
        return _thinned([(hour, self.scene.total(hour, member)) for hour in hours])


def _answer_key(answer: str) -> tuple[str, str]:
    """Return the swatch and the words of an answer in the legend."""
    fill, hatch = style.ANSWERS[answer]
    words = f"answer: {answer}" + (" (hatched)" if hatch else "")
    return f'{SWATCH} fill-opacity=".5" fill="{fill}"/>', words


def _thinned(steps: list[tuple[float, float]]) -> list[list[float]]:
    """Return *steps* with one value an instant and none that says nothing new."""
    kept: list[list[float]] = []
    for hour, value in steps:
        if kept and kept[-1][0] == round(hour, 2):
            kept[-1][1] = round(value)
        elif not kept or kept[-1][1] != round(value):
            kept.append([round(hour, 2), round(value)])
    return kept
