"""The map as a still: where the force came from, how, and where it stood when it was largest."""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.report import style
from sim.report.campaigns import one_of_several, titled
from sim.report.figures import Cell, Chart, Sheet, notes_height
from sim.report.map import artists
from sim.report.map.layout import Layout, cover, inset, lay_out
from sim.report.map.outlines import Outlines, load_outlines
from sim.report.map.scene import AFFECTED, CALM, LOST, UNTOUCHED, Scene, Spot, at, scene_of
from sim.report.times import date_words, local_time, origin

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study

#: Inches: margins at the sides and above, room below for notes and for each row of the legend; its columns.
SIDE, ABOVE, NOTES, ROW, ACROSS = 0.12, 0.34, 0.56, 0.155, 5
#: Points: least and greatest height of the map.
HEIGHTS = (230.0, 400.0)
COLUMNS = (
    "layer", "key", "name", "member", "way", "from", "to", "longitude", "latitude", "moves", "troops",
    "state",
)  # fmt: skip
#: Size of the inset as shares of the map's width and height.
INSET = (0.36, 0.42)


def draw_still(study: Study, outlines: Path | None = None) -> Chart:
    """Draw the map of the typical run of *study* on the outlines in a file, or those shipped.

    Raises OutlinesError when the file cannot be used.
    """
    scene = scene_of(study.scenario, study.typical_log)
    lines = load_outlines(outlines)
    width = (style.WIDTH - 2 * SIDE) * 72
    layout = lay_out(scene, lines, width, HEIGHTS, window=True)
    tall = layout.page.height / 72
    colours = style.member_colours(scene.members)
    handles = _handles(study, layout, scene, colours)
    notes = _notes(study, scene, lines)
    below = max(NOTES, notes_height(notes)) + ROW * ceil(len(handles) / ACROSS)
    sheet = Sheet(titled(study.scenario, _title(scene)), tall + below + ABOVE)
    axes = sheet.axes(SIDE, below, width / 72, tall)
    detail = inset(scene, lines, INSET[0] * width, INSET[1] * layout.page.height)
    if detail is not None:
        left, low = _corner(layout, detail.page.width, detail.page.height)
        cover(layout, scene, (left, low, left + detail.page.width, low + detail.page.height))
    _page(axes, layout, scene, colours)
    if detail is not None:
        _inset(sheet, below, axes, layout, detail, scene, colours)
    if handles:
        sheet.figure.legend(
            handles=handles, ncols=ACROSS, loc="upper left", columnspacing=0.8, handlelength=1.5,
            bbox_to_anchor=(0.005, (below - 0.02) / sheet.height), borderaxespad=0.2,
        )  # fmt: skip
    sheet.notes(notes)
    title = titled(study.scenario, "Map of the crisis and of the force")
    return Chart("map", title, sheet.figure, COLUMNS, rows_of(scene, layout))


def _title(scene: Scene) -> str:
    if scene.moves:
        return "Where the force came from and where it stood"
    return "Where the crisis is, and who answered" if scene.answers else "Where the crisis is"


def _page(axes: Axes, layout: Layout, scene: Scene, colours: dict[str, str]) -> None:
    artists.draw_land(axes, layout, None if scene.moves else answer_fills(scene))
    artists.draw_routes(axes, layout, colours)
    artists.draw_places(axes, layout)
    artists.draw_sites(axes, layout, scene, None)
    artists.draw_stacks(axes, layout, colours, scene.peak())
    artists.draw_codes(axes, layout)
    artists.draw_labels(axes, layout)


def answer_fills(scene: Scene) -> dict[str, tuple[str, str]]:
    """Return the colour and hatch of each member's answer, softened so that names stay readable."""
    return {
        member: (style.tint(style.ANSWERS[answer][0], style.SOFT), style.ANSWERS[answer][1])
        for member, answer in scene.answers.items()
        if answer in style.ANSWERS
    }


def _inset(
    sheet: Sheet, below: float, main: Axes, layout: Layout, detail: Layout, scene: Scene, colours: Any
) -> None:
    """Draw the enlarged theatre where the map has been left to it, and its window on the map."""
    from matplotlib.patches import Rectangle

    left, low, *_ = layout.covered or (0.0, 0.0)
    axes = sheet.axes(SIDE + left / 72, below + low / 72, detail.page.width / 72, detail.page.height / 72)
    axes.set_zorder(9)
    _page(axes, detail, scene, colours)
    x, y, right, top = layout.window or (0.0, 0.0, 0.0, 0.0)
    main.add_patch(Rectangle((x, y), right - x, top - y, fill=False, linewidth=0.9, zorder=8))


def _corner(layout: Layout, width: float, height: float) -> tuple[float, float]:
    """Return the lower left corner of a box that hides the least: marks count most, then names, routes.

    It stands in a corner of the page, or else along its lower, upper, left or right edge.
    """
    page, gap = layout.page, 4.0
    left, low, right, top = layout.window or (0.0, 0.0, 0.0, 0.0)
    window = [((x, y), 100.0) for x in (left, right) for y in (low, top)]
    busy = [(point, 100.0) for _, point in layout.marks]
    busy += [(point, 1.0) for route in layout.routes for point in route.line]
    busy += [((label.x, label.y), 2.0) for label in layout.labels] + window

    def hidden(corner: tuple[float, float]) -> float:
        x, y = corner
        return sum(w for (u, v), w in busy if x - 8 < u < x + width + 8 and y - 8 < v < y + height + 8)

    far, high = page.width - width - gap, page.height - height - gap
    corners = [(far, high), (gap, high), (far, gap), (gap, gap)]
    across = [(gap + (far - gap) * n / 8, y) for y in (gap, high) for n in range(1, 8)]
    upright = [(x, gap + (high - gap) * n / 8) for x in (gap, far) for n in range(1, 8)]
    return min([*corners, *across, *upright], key=hidden)


def _handles(study: Study, layout: Layout, scene: Scene, colours: dict[str, str]) -> list[Any]:
    """Return the entries of the legend: only what the map shows."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    def mark(marker: str, fill: str, label: str, size: float = 5.0) -> Any:
        return Line2D([], [], linestyle="", marker=marker, markersize=size, markerfacecolor=fill,
                      markeredgecolor=style.TEXT, markeredgewidth=0.6, label=label)  # fmt: skip

    kinds = {spot.kind for spot, _ in layout.marks}
    states = {artists.worst(scene, spot.key) for spot, _ in layout.marks if spot.kind == "site"}
    said = {UNTOUCHED: "site, untouched", AFFECTED: "site affected", LOST: "site out of control at its worst",
            CALM: "site calm again"}  # fmt: skip
    handles: list[Any] = [
        mark(artists.SITES[s][1], artists.SITES[s][0], said[s]) for s in said if s in states
    ]
    handles += [mark("D", "#ffffff", "airfield used", 3.6)] if "airfield" in kinds else []
    handles += [mark("s", "#ffffff", "base of a unit", 3.2)] if "base" in kinds else []
    handles += [mark("*", style.TEXT, "capital", 7)] if "capital" in kinds else []
    busiest = max((route.moves for route in layout.routes), default=0)
    ways = {(route.mode, route.direction) for route in layout.routes}
    grey, widest = style.QUIET, max((route.width for route in layout.routes), default=1.0)
    if busiest:
        handles.append(Line2D([], [], color=grey, linewidth=widest, label=f"{busiest} flights or marches"))
        handles.append(Line2D([], [], color=grey, linewidth=1, label="way in"))
    if any(way == "out" for _, way in ways):
        handles.append(Line2D([], [], color=grey, linewidth=1, linestyle=(0, (3, 1.5)), label="way out"))
    if any(mode == "road" for mode, _ in ways):
        handles.append(Line2D([], [], color=grey, linewidth=1.2, linestyle=(0, (1, 1)), label="by road"))
    members = {member for _, member in scene.troops} | {route.member for route in layout.routes}
    names = {code: member.name for code, member in study.scenario.alliance.members.items()}
    hatches = style.member_hatches(colours)
    handles += [
        Patch(facecolor=colours[m], hatch=hatches[m], edgecolor=style.EDGE, linewidth=0.4,
              label=f"{m}  {names[m]}{_sent(scene, m)}")
        for m in scene.members if m in members
    ]  # fmt: skip
    if not scene.moves:
        answers = dict.fromkeys(scene.answers.values())
        handles += [
            Patch(facecolor=style.tint(style.ANSWERS[a][0], style.SOFT), hatch=style.ANSWERS[a][1],
                  edgecolor="#777777", linewidth=0.5, label=f"answer: {a}")
            for a in style.ANSWERS if a in answers
        ]  # fmt: skip
    handles.append(Patch(facecolor=style.LAND_OF_HOST, edgecolor="#777777", linewidth=0.9, label="host"))
    if others := _others(scene):
        land: dict[str, Any] = {"facecolor": style.LAND_OF_MEMBERS, "edgecolor": "#777777", "linewidth": 0.5}
        handles.append(Patch(**land, label=others))
    return handles


def _sent(scene: Scene, member: str) -> str:
    """Return how many of a member's troops were in theatre when most were there, as the legend adds it."""
    peak = scene.peak()
    here = sum(at(steps, peak) for (_, whose), steps in scene.troops.items() if whose == member)
    return f", {here:,.0f}" if here >= 1 else ""


def _others(scene: Scene) -> str:
    """Return what the members are called that have the land's own colour; empty if all answered."""
    if scene.moves or not scene.answers:
        return "other member"
    return "" if set(scene.members) <= {scene.host, *scene.answers} else "member without an answer"


def _notes(study: Study, scene: Scene, lines: Outlines) -> str:
    first = one_of_several(study.scenario)
    if not scene.troops:
        return f"{first}One run, the one nearest the medians; no troops moved in it. {lines.caption}"
    peak = scene.peak()
    zero, name = origin(study)
    when = f"{date_words(local_time(study.scenario, peak))}, {peak - zero:.0f} h from the {name}"
    return (
        f"{first}One run, the one nearest the medians (run {study.typical}). Bars: troops in theatre by "
        f"place and member when most were there ({scene.total(peak):,.0f} on {when}); numbers above them: "
        "all at the place; in the legend: the member's in all. Routes are great circles, bowed so that ways "
        f"in and out part; width by number. {lines.caption}"
    )


def rows_of(scene: Scene, layout: Layout) -> list[tuple[Cell, ...]]:
    """Return what a map shows: places, routes, members' troops by place at the peak, answers."""
    rows = [_row(spot.kind, spot, state=_state(scene, spot)) for spot, _ in layout.marks]
    for route in layout.routes:
        told = (route.direction, route.start, route.end, None, None, route.moves, route.troops, None)
        rows.append(("route", route.mode, None, route.member, *told))
    peak = scene.peak()
    for (key, member), steps in sorted(scene.troops.items()):
        if at(steps, peak) >= 1:
            rows.append(_row("troops", scene.spots[key], member, at(steps, peak)))
    rows += [("answer", None, None, who, *[None] * 7, answer) for who, answer in scene.answers.items()]
    return rows


def _row(
    layer: str, spot: Spot, member: str | None = None, troops: float | None = None, state: str | None = None
) -> tuple[Cell, ...]:
    place = (spot.key, spot.name, spot.member if member is None else member)
    return (layer, *place, None, None, None, *spot.point, None, troops, state)


def _state(scene: Scene, spot: Spot) -> str | None:
    return artists.worst(scene, spot.key) if spot.kind == "site" else None
