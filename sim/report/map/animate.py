"""The map as a replay: an animated GIF of one run, the same bytes every time."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from math import atan2, degrees
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report import style
from sim.report.campaigns import titled
from sim.report.figures import Sheet, drawing_settings
from sim.report.map import artists
from sim.report.map.layout import Layout, lay_out, leg_of
from sim.report.map.outlines import load_outlines
from sim.report.map.projection import Point
from sim.report.map.scene import Move, Scene, scene_of
from sim.report.map.still import answer_fills
from sim.report.times import local_time, origin, stamp

if TYPE_CHECKING:
    from PIL.Image import Image

    from sim.experiment.study import Study

#: Number of frames, of which the last is held; milliseconds of a frame and of the last one.
FRAMES, EACH, LAST = 84, 110, 2500
#: Pixels to an inch, width of the map (inches), colours of the palette.
DPI, WIDE, COLOURS = 100, 6.96, 128
HEIGHTS = (210.0, 330.0)
#: Inches under and above the map.
BELOW, ABOVE = 0.82, 0.34
#: Inches from the lower edge to the line that says the time, and to the one that says who is there.
CLOCK, THERE = 0.43, 0.27


@dataclass(frozen=True)
class Flying:
    """A move as seen during one frame: where it is (points of the page) and how far along."""

    move: Move
    point: Point
    #: Degrees from east, counted anticlockwise.
    turn: float


def animate_map(study: Study, path: Path, outlines: Path | None = None) -> Path:
    """Write the replay of the typical run of *study* as an animated GIF to *path*, and return it.

    Raises OutlinesError when an outlines file cannot be used, OSError when *path* cannot be written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(gif_of(study, outlines))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def gif_of(study: Study, outlines: Path | None = None, frames: int = FRAMES) -> bytes:
    """Return the replay as the bytes of a GIF of *frames* pictures (2 or more)."""
    from PIL.Image import Dither

    with drawing_settings():
        pictures = list(pictures_of(study, outlines, frames))
    palette = _palette(pictures)
    flat = [picture.quantize(palette=palette, dither=Dither.NONE) for picture in pictures]
    buffer = io.BytesIO()
    flat[0].save(
        buffer, format="GIF", save_all=True, append_images=flat[1:], loop=0, optimize=True,
        duration=[EACH] * (len(flat) - 1) + [LAST], disposal=1,
    )  # fmt: skip
    return buffer.getvalue()


def _palette(pictures: list[Image]) -> Image:
    """Return one palette for all pictures: that of some of them side by side, and the colours of small marks.

    Small marks would otherwise lose their colours to large areas, and colours would flicker.
    """
    from PIL import Image
    from PIL.Image import Dither

    chosen = pictures[:: max(len(pictures) // 6, 1)]
    wide, tall = chosen[0].size
    strip = Image.new("RGB", (wide, tall * len(chosen)))
    for place, picture in enumerate(chosen):
        strip.paste(picture, (0, tall * place))
    common = strip.quantize(COLOURS, dither=Dither.NONE).getpalette() or []
    sure = [*style.PETROFF, *(fill for fill, _, _ in artists.SITES.values()), style.TEXT]
    shades = [style.tint(colour, strength) for colour in sure for strength in (1.0, 0.8, 0.6, 0.4)]
    exact = [int(shade[i : i + 2], 16) for shade in shades for i in (1, 3, 5)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([*common[: 3 * COLOURS], *exact])
    return palette


def pictures_of(study: Study, outlines: Path | None = None, frames: int = FRAMES) -> Iterator[Image]:
    """Yield the pictures of the replay, evenly spaced over the run's time on the map."""
    from PIL import Image

    stage = Stage(study, outlines)
    first, last = stage.scene.span()
    step = (last - first) / (frames - 1)
    for frame in range(frames):
        yield Image.fromarray(stage.picture(first + step * frame, step))


class Stage:
    """The unmoving parts of the replay, drawn once, on which each frame is drawn."""

    def __init__(self, study: Study, outlines: Path | None = None) -> None:
        """Draw the land and the names for the typical run of *study*."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        self.study, self.scene = study, scene_of(study.scenario, study.typical_log)
        lines = load_outlines(outlines)
        self.layout = lay_out(self.scene, lines, WIDE * 72, HEIGHTS)
        self.colours = style.member_colours(self.scene.members)
        self.names = {code: member.name for code, member in study.scenario.alliance.members.items()}
        tall = self.layout.page.height / 72
        self.sheet = Sheet(titled(study.scenario, "Replay of one run"), tall + BELOW + ABOVE)
        self.sheet.figure.set_dpi(DPI)
        self.axes = self.sheet.axes(0.12, BELOW, WIDE, tall)
        self.canvas = FigureCanvasAgg(self.sheet.figure)
        artists.draw_land(self.axes, self.layout, None if self.scene.moves else answer_fills(self.scene))
        artists.draw_routes(self.axes, self.layout, self.colours, 0.22)
        artists.draw_places(self.axes, self.layout)
        artists.draw_labels(self.axes, self.layout)
        self._key()
        self.sheet.text(0.12, 0.09, lines.caption, size=6.2, colour=style.QUIET)
        self.canvas.draw()  # type: ignore[no-untyped-call]
        self.ground = self.canvas.copy_from_bbox(self.sheet.figure.bbox)  # type: ignore[no-untyped-call]

    def _key(self) -> None:
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        members = {member for _, member in self.scene.troops}
        handles: list[Any] = [
            Line2D([], [], linestyle="", marker=marker, markersize=5, markerfacecolor=fill,
                   markeredgecolor=style.TEXT, markeredgewidth=0.6, label=state)
            for state, (fill, marker, _) in artists.SITES.items()
        ]  # fmt: skip
        handles += [
            Patch(facecolor=self.colours[m], label=self.names[m]) for m in self.scene.members if m in members
        ]
        self.sheet.figure.legend(
            handles=handles, ncols=10, loc="upper left", columnspacing=1.1, handlelength=1.2,
            bbox_to_anchor=(0.005, (BELOW - 0.02) / self.sheet.height), borderaxespad=0.2,
        )  # fmt: skip

    def picture(self, hour: float, step: float) -> Any:
        """Return the picture at *hour* (red, green, blue); moves of the last *step* hours show."""
        self.canvas.restore_region(self.ground)  # type: ignore[no-untyped-call]
        drawn = artists.draw_sites(self.axes, self.layout, self.scene, hour)
        drawn += artists.draw_stacks(self.axes, self.layout, self.colours, hour)
        drawn += self._moves(hour, step)
        drawn += self._words(hour)
        for artist in sorted(drawn, key=lambda a: a.get_zorder()):
            self.axes.draw_artist(artist)
            artist.remove()
        return np.asarray(self.canvas.buffer_rgba())[..., :3].copy()  # type: ignore[no-untyped-call]

    def _moves(self, hour: float, step: float) -> list[Any]:
        drawn: list[Any] = []
        for flying in flying_at(self.scene, self.layout, hour, step):
            air = flying.move.mode == "air"
            drawn += self.axes.plot(
                [flying.point[0]], [flying.point[1]], markersize=6 if air else 4.5, zorder=6.5, linestyle="",
                marker=(3, 0, flying.turn - 90) if air else "s", color=self.colours[flying.move.member],
                markeredgecolor="#ffffff", markeredgewidth=0.5,
            )  # fmt: skip
        return drawn

    def _words(self, hour: float) -> list[Any]:
        """Return the two lines under the map: the time, and who is in theatre, by name or by code."""
        zero, name = origin(self.study)
        time = f"{stamp(local_time(self.study.scenario, hour))}   {hour - zero:+.0f} h from the {name}"
        here = {m: total for m in self.scene.members if (total := self.scene.total(hour, m)) >= 1}
        drawn = [self._line(CLOCK, time)]
        for names in (self.names, dict(zip(here, here, strict=True))):
            said = ", ".join(f"{names[m]} {total:,.0f}" for m, total in here.items()) or "nobody"
            line = self._line(THERE, f"In theatre: {said}")
            if line.get_window_extent().width <= WIDE * DPI:
                break
            line.remove()
        else:
            line = self._line(THERE, f"In theatre: {sum(here.values()):,.0f} of {len(here)} members")
        return [*drawn, line]

    def _line(self, up: float, words: str) -> Any:
        return self.axes.text(
            0, -72 * (BELOW - up), words, fontsize=8, weight="bold", zorder=9, va="baseline", clip_on=False
        )


def flying_at(scene: Scene, layout: Layout, hour: float, step: float) -> list[Flying]:
    """Return the moves under way at *hour*, or since the frame before (*step* h earlier), on their lines."""
    found, lines, hubs = [], layout.lines(), layout.hubs
    for move in scene.moves:
        line = lines.get(leg_of(move, hubs))
        if line is None or move.departs > hour or move.arrives < hour - step:
            continue
        share = (hour - move.departs) / max(move.arrives - move.departs, 1e-6)
        found.append(Flying(move, *along(line, min(share, 1.0))))
    return found


def along(line: list[Point], share: float) -> tuple[Point, float]:
    """Return the point at *share* (0-1) of *line*, and the direction there (degrees from east)."""
    place = share * (len(line) - 1)
    left = min(int(place), len(line) - 2)
    rest = place - left
    (x, y), (x2, y2) = line[left], line[left + 1]
    return (x + rest * (x2 - x), y + rest * (y2 - y)), degrees(atan2(y2 - y, x2 - x))
