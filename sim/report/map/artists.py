"""The map's marks as matplotlib draws them: the same for the still and for the frames of the replay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.report import style
from sim.report.map.layout import BAR, Layout, Stack, stack_foot
from sim.report.map.scene import AFFECTED, CALM, LOST, UNTOUCHED, Scene, at, state_at

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

SEA, LAND, MEMBER, HOST, EDGE = "#eef3f6", "#f7f6f2", "#ece8dc", "#e0d8c0", "#9a9a94"
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
        colour, hatch = {"member": MEMBER, "host": HOST}.get(area.role, LAND), ""
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
    for stack in layout.stacks:
        here = {member: at(steps, hour) for member, steps in stack.steps.items()}
        if sum(here.values()) >= 1:
            drawn += _bars(axes, layout, stack, here, colours)
    return drawn


def _bars(
    axes: Axes, layout: Layout, stack: Stack, here: dict[str, float], colours: dict[str, str]
) -> list[Artist]:
    from matplotlib.patches import Rectangle

    left, foot = stack_foot(stack)
    bars: list[Artist] = []
    for place, (member, troops) in enumerate(here.items()):
        box = Rectangle((left + BAR * place, foot), BAR, layout.bar(troops), facecolor=colours[member],
                        edgecolor="#ffffff", linewidth=0.4, zorder=6)  # fmt: skip
        bars.append(axes.add_patch(box))
    top = foot + layout.bar(max(here.values()))
    number = axes.text(left, top + 1.5, f"{sum(here.values()):,.0f}", fontsize=7, weight="bold", zorder=7)
    _halo(number, "#ffffff")
    return [*bars, number]


def draw_labels(axes: Axes, layout: Layout) -> None:
    """Write the names."""
    for label in layout.labels:
        state = label.role == "state"
        text = axes.text(
            label.x, label.y, label.text, fontsize=label.size, zorder=7,
            color="#77705c" if state else style.TEXT, style="italic" if state else "normal",
        )  # fmt: skip
        _halo(text, "#ffffff")


def _halo(text: Any, colour: str) -> None:
    from matplotlib.patheffects import withStroke

    text.set_path_effects([withStroke(linewidth=HALO, foreground=colour, alpha=0.85)])
