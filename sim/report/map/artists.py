"""The map's marks as matplotlib draws them: the same for the still and for the frames of the replay."""

from __future__ import annotations

from math import cos, dist, pi, sin
from typing import TYPE_CHECKING, Any

from sim.report import style
from sim.report.map.labels import Box
from sim.report.map.layout import BAR, Layout, Route, Stack, stack_boxes, stack_foot
from sim.report.map.scene import AFFECTED, CALM, LOST, UNTOUCHED, Scene, at, state_at

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

SEA, LAND = "#eef3f6", "#f7f6f2"
#: State of a site: fill, marker (the marker carries it without colour) and size.
SITES: dict[str, tuple[str, str, float]] = {
    UNTOUCHED: ("#ffffff", "o", 4.0),
    AFFECTED: (style.OKABE_ITO["yellow"], "^", 5.5),
    LOST: (style.OKABE_ITO["vermilion"], "X", 6.5),
    CALM: (style.OKABE_ITO["green"], "o", 5.0),
}
AIRFIELD, BASE, CAPITAL = "D", "s", "*"
HALO = 1.6


def draw_land(axes: Axes, layout: Layout, fills: dict[str, tuple[str, str]] | None = None) -> None:
    """Draw sea, states, disputed areas and graticule; *fills*: colour and hatch of states by code."""
    from matplotlib.collections import LineCollection

    page = layout.page
    axes.set_xlim(0, page.width)
    axes.set_ylim(0, page.height)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(SEA)
    for side in axes.spines.values():
        side.set_visible(True)
    axes.add_collection(LineCollection(layout.grid, colors="#d5dee4", linewidths=0.35, zorder=1.5))
    for area in layout.areas:
        colour, hatch = {"member": style.LAND_OF_MEMBERS, "host": style.LAND_OF_HOST}.get(area.role, LAND), ""
        if fills and area.code in fills and area.role != "disputed":
            colour, hatch = fills[area.code]
        _area(axes, area.rings, area.role, colour, hatch)


def _area(axes: Axes, rings: Any, role: str, colour: str, hatch: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    disputed = role == "disputed"
    path = Path.make_compound_path(*(Path([*ring, ring[0]], closed=True) for ring in rings))
    look: dict[str, Any] = {
        "facecolor": LAND if disputed else colour,  # in no state's colour
        "edgecolor": "#8a8a8a" if disputed or not hatch else "#777777",
        "hatch": "//////" if disputed else hatch,
        "linewidth": 0.3 if disputed else (0.9 if role == "host" else 0.5),
        "linestyle": "--" if disputed else "-",
        "zorder": 1.3 if disputed else (1.2 if role == "host" else 1.0),
    }
    axes.add_patch(PathPatch(path, **look))


def draw_routes(axes: Axes, layout: Layout, colours: dict[str, str], strength: float = 1.0) -> list[Artist]:
    """Draw routes, as wide as their moves are many: ways in with a full line, ways out dashed."""
    drawn: list[Artist] = []
    for route in layout.routes:
        xs, ys = zip(*route.line, strict=True)
        dashes: Any = (0, (3, 1.5)) if route.direction == "out" else "-"
        if route.mode == "road":
            dashes = (0, (1, 1))
        drawn += axes.plot(
            xs, ys, color=colours[route.member], linewidth=route.width, linestyle=dashes,
            alpha=0.75 * strength, solid_capstyle="butt", dash_capstyle="butt", zorder=3,
        )  # fmt: skip
        if strength == 1.0:
            _head(axes, route.line, colours[route.member], route.width)
    return drawn


def _head(axes: Axes, line: Any, colour: str, width: float) -> None:
    """Draw an arrowhead a little past the middle of *line*."""
    place = round(0.58 * (len(line) - 1))
    axes.annotate(
        "", line[place + 1], line[place - 1], zorder=3.2,
        arrowprops={"arrowstyle": f"-|>,head_width={0.14 + 0.04 * width},head_length={0.3 + 0.06 * width}",
                    "color": colour, "linewidth": 0, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip


def draw_places(axes: Axes, layout: Layout) -> None:
    """Draw airfields, bases and capitals; sites are drawn apart, by their state."""
    looks = {
        "airfield": (AIRFIELD, 3.6, "#ffffff"),
        "base": (BASE, 3.2, "#ffffff"),
        "capital": (CAPITAL, 7.0, style.TEXT),
    }
    for spot, (x, y) in layout.marks:
        if spot.kind in looks:
            marker, size, fill = looks[spot.kind]
            axes.plot([x], [y], marker, markersize=size, markerfacecolor=fill, markeredgecolor=style.TEXT,
                      markeredgewidth=0.7, zorder=4)  # fmt: skip


def draw_sites(axes: Axes, layout: Layout, scene: Scene, hour: float | None) -> list[Artist]:
    """Draw the sites by their state at *hour*; by the worst they came to if *hour* is none."""
    drawn: list[Artist] = []
    for spot, (x, y) in layout.marks:
        if spot.kind != "site":
            continue
        state = worst(scene, spot.key) if hour is None else state_at(scene.states.get(spot.key, []), hour)
        fill, marker, size = SITES[state]
        drawn += axes.plot([x], [y], marker, markersize=size, markerfacecolor=fill, markeredgewidth=0.6,
                           markeredgecolor=style.TEXT, zorder=5)  # fmt: skip
    return drawn


def worst(scene: Scene, key: str) -> str:
    """Return the worst state that a site came to."""
    reached = {state for _, state in scene.states.get(key, [])}
    return next((state for state in (LOST, AFFECTED, CALM) if state in reached), UNTOUCHED)


def draw_stacks(axes: Axes, layout: Layout, colours: dict[str, str], hour: float) -> list[Artist]:
    """Draw the troops at each place at *hour* as bars in the members' colours, with their sum."""
    drawn: list[Artist] = []
    hatches = style.member_hatches(colours)
    for stack in layout.stacks:
        here = {member: at(steps, hour) for member, steps in stack.steps.items()}
        if sum(here.values()) >= 1:
            drawn += _bars(axes, layout, stack, here, colours, hatches)
    return drawn


def _bars(
    axes: Axes,
    layout: Layout,
    stack: Stack,
    here: dict[str, float],
    colours: dict[str, str],
    hatches: dict[str, str],
) -> list[Artist]:
    from matplotlib.patches import Rectangle

    left, foot = stack_foot(stack)
    bars: list[Artist] = []
    for place, (member, troops) in enumerate(here.items()):
        if troops < 1:
            continue  # its edge alone would look like a few
        box = Rectangle((left + BAR * place, foot), BAR, layout.bar(troops), facecolor=colours[member],
                        hatch=hatches[member], edgecolor=style.EDGE, linewidth=0.4, zorder=6)  # fmt: skip
        bars.append(axes.add_patch(box))
    top = foot + layout.bar(max(here.values()))
    number = axes.text(left, top + 1.5, f"{sum(here.values()):,.0f}", fontsize=7, weight="bold", zorder=7)
    _halo(number, "#ffffff")
    return [*bars, number]


#: Shares of a route's length at which a member's code may stand, the best first, and its size (points).
ALONG, CODE = (0.4, 0.5, 0.32, 0.68, 0.25, 0.76), 6.5
#: Routes shorter than this have their code beside them, tied by a line (points).
SHORT = 30.0


def draw_codes(axes: Axes, layout: Layout) -> None:
    """Write each member's code on its routes, once for each place they leave: gray shows no colours."""
    taken = [label.box for label in layout.labels]
    told: set[tuple[str, str]] = set()
    for route in layout.routes:
        home = (route.member, route.end if route.direction == "out" else route.start)
        if home in told:
            continue
        short = dist(route.line[0], route.line[-1]) < SHORT
        box = _beside(route, layout, taken) if short else _room(route, layout.page.width, taken)
        if box is not None:
            taken.append(box)
            told.add(home)
            x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            if short:
                tie = zip((x, y), _middle(route), strict=True)
                axes.plot(*tie, color=style.TEXT, linewidth=0.5, zorder=6.4)
            axes.text(
                x, y, route.member, fontsize=CODE, weight="bold",
                ha="center", va="center", color=style.TEXT, zorder=6.5,
                bbox={"facecolor": "#ffffff", "edgecolor": "none", "alpha": 0.85, "pad": 0.6},
            )  # fmt: skip


def _middle(route: Route) -> tuple[float, float]:
    return route.line[len(route.line) // 2]


def _beside(route: Route, layout: Layout, taken: list[Box]) -> Box | None:
    """Return a box near a route too short to carry a code, clear of *taken*, marks and stacks, if any."""
    (x, y), page = _middle(route), layout.page
    wide, tall = 0.36 * CODE * len(route.member), 0.62 * CODE
    busy = [*taken, *((u - 4, v - 4, u + 4, v + 4) for _, (u, v) in layout.marks)]
    busy += [box for stack in layout.stacks for box in stack_boxes(layout, stack)]
    for off in (14.0, 20.0, 26.0, 32.0, 38.0):
        for turn in range(16):
            u, v = x + off * cos(pi * turn / 8), y + off * sin(pi * turn / 8)
            box = (u - wide, v - tall, u + wide, v + tall)
            inside = box[0] > 2 and box[1] > 2 and box[2] < page.width - 2 and box[3] < page.height - 2
            if inside and not any(_meet(box, other) for other in busy):
                return box
    return None


def _room(route: Route, width: float, taken: list[Box]) -> Box | None:
    """Return a box for a member's code on *route* inside a page of *width* and clear of *taken*, if any."""
    wide, tall = 0.36 * CODE * len(route.member), 0.62 * CODE
    for share in ALONG:
        x, y = route.line[round(share * (len(route.line) - 1))]
        box = (x - wide, y - tall, x + wide, y + tall)
        inside = box[0] > 2 and box[2] < width - 2
        if inside and not any(_meet(box, other) for other in taken):
            return box
    return None


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def draw_labels(axes: Axes, layout: Layout) -> None:
    """Write the names."""
    for label in layout.labels:
        state = label.role == "state"
        for row, y in label.rows:
            text = axes.text(
                label.x, y, row, fontsize=label.size, zorder=7,
                color="#77705c" if state else style.TEXT, style="italic" if state else "normal",
            )  # fmt: skip
            _halo(text, "#ffffff")
        if label.line is not None:
            xs, ys = zip(*label.line, strict=True)
            axes.plot(xs, ys, color=style.TEXT, linewidth=0.5, zorder=6.5)


def _halo(text: Any, colour: str) -> None:
    from matplotlib.patheffects import withStroke

    text.set_path_effects([withStroke(linewidth=HALO, foreground=colour, alpha=0.85)])
