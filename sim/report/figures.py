"""Figures without a display: built by hand-set axes, saved as the same bytes every time."""

from __future__ import annotations

import csv
import io
import math
import os
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sim.report import style
from sim.report.styles import chosen_style, in_style
from sim.report.undrawn import FAULTS, letters_gathered, note, reason_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.scenario.models import Scenario

#: Characters of a note to an inch.
NOTE_COLUMNS = 21
Cell = str | float | int | None
#: What each format would otherwise write about the day and the program's version.
METADATA: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
}


@dataclass(eq=False)
class Chart:
    """A finished figure with the numbers it shows."""

    name: str
    title: str
    figure: Figure
    #: The plotted numbers: column names, then rows.
    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    #: What the chart was made from and by, as written into its files: no clock, no machine.
    made: str = ""
    style: str = field(default_factory=chosen_style)


def made_from(scenario: Scenario, seed: int, what: str) -> str:
    """Return what a chart says of its making: version, scenario and its hash, seed, and *what* was done."""
    from sim import __version__
    from sim.scenario.plain import scenario_hash

    return f"sim {__version__}; scenario {scenario.name}, hash {scenario_hash(scenario)}; seed {seed}; {what}"


@contextmanager
def drawing_settings(name: str | None = None) -> Iterator[None]:
    """Hold matplotlib to its own defaults and one of this project's styles, whatever the user configured.

    A letter that the font lacks is drawn as a box, and all such letters are told in one warning.
    """
    with in_style(name or chosen_style()), letters_gathered():
        yield


class Sheet:
    """A figure measured in inches, with title above and notes below."""

    def __init__(self, title: str, height: float, width: float = style.WIDTH) -> None:
        """Open a sheet of *width* by *height* inches with its *title* at the top left."""
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.figure = Figure(figsize=(width, height), dpi=style.DPI, facecolor="white", layout=None)
        self.text(0.12, height - 0.22, title, size=style.TITLE, weight="bold")

    def axes(self, left: float, bottom: float, width: float, height: float, title: str = "") -> Axes:
        """Add axes at *left*, *bottom*, *width*, *height* inches."""
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(box)
        axes.set_axisbelow(True)
        if title:
            self.text(left, bottom + height + 0.07, title, size=style.FONT_SIZE, weight="bold")
        return axes

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = style.SMALL,
        weight: str = "normal",
        colour: str = style.TEXT,
        align: str = "left",
    ) -> None:
        """Write *words* with the baseline at *x*, *y* inches."""
        self.figure.text(
            x / self.width, y / self.height, words,
            fontsize=size, fontweight=weight, color=colour, ha=align, va="baseline",
        )  # fmt: skip

    def notes(self, words: str) -> None:
        """Write *words* small along the lower edge, wrapped to the width."""
        lines = note_lines(words, self.width)
        for place, line in enumerate(reversed(lines)):
            self.text(0.12, 0.1 + 0.135 * place, line, size=6.2, colour=style.QUIET)


def note_lines(words: str, width: float = style.WIDTH) -> list[str]:
    """Return *words* in the lines that notes take on a sheet of *width* inches."""
    return textwrap.wrap(words, round(NOTE_COLUMNS * width))


def notes_height(words: str, width: float = style.WIDTH) -> float:
    """Return the inches that notes take up at the foot of a sheet, a little room above them included."""
    return 0.1 + 0.135 * len(note_lines(words, width)) + 0.05


def clean_axes(axes: Axes, *, grid: str = "y") -> None:
    """Draw light grid lines along one axis (*grid* x, y, both or empty)."""
    if grid:
        axes.grid(visible=True, axis=grid, color=style.GRID, linewidth=0.5)  # type: ignore[arg-type]


def say(axes: Axes, words: str, x: float = 0.5, y: float = 0.5, align: str = "center") -> None:
    """Write *words* inside the axes at the fractions *x*, *y*: used where a series has no data."""
    axes.text(
        x, y, words, transform=axes.transAxes, ha=align, va="center",
        color=style.QUIET, fontsize=style.SMALL, style="italic", zorder=7,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1.0},
    )  # fmt: skip


def render(chart: Chart, kind: str) -> bytes:
    """Return the chart as bytes of *kind* png, svg or csv; the same chart gives the same bytes.

    Where it cannot be drawn, a note that says so takes the place of its figure; its numbers stay.
    """
    if kind == "csv":
        return _csv(chart)
    if kind not in METADATA:
        raise ValueError(f"no chart format {kind!r}; use png, svg or csv")
    try:
        return _drawn(chart, kind)
    except FAULTS as error:
        chart.figure = note(chart.name, chart.title, reason_of(error), chart.style)
        return _drawn(chart, kind)


def _drawn(chart: Chart, kind: str) -> bytes:
    buffer = io.BytesIO()
    told = {"Title": chart.title, **({"Description": chart.made} if chart.made else {})}
    with drawing_settings(chart.style):
        chart.figure.savefig(buffer, format=kind, metadata={**METADATA[kind], **told})
    return buffer.getvalue()


def save(chart: Chart, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write the chart into *folder* in each of *formats* and return the paths.

    Files appear whole or not at all. Raises OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for kind in formats:
        path = folder / f"{chart.name}.{kind}"
        part = path.with_name(path.name + ".part")
        try:
            with part.open("wb") as file:
                file.write(render(chart, kind))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        paths.append(path)
    return paths


def _csv(chart: Chart) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(chart.columns)
    writer.writerows([_cell(value) for value in row] for row in chart.rows)
    return text.getvalue().encode()


def _cell(value: Cell) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
