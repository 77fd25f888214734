"""The charts of a dossier: pictures inside the file, each with its numbers."""

from __future__ import annotations

import io
import math
from base64 import b64encode
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.charts import draw, names_of
from sim.report.dossier.markup import Html, details, join, table, tag
from sim.report.figures import Cell, Chart, render
from sim.report.words import NONE

if TYPE_CHECKING:
    from sim.experiment.study import Study

#: Rows of a chart's numbers; there may be more in the file beside it.
ROWS = 120


def charts(study: Study, files: Path | None) -> Html:
    """Return every chart that suits the scenario but the still map, whose place the moving one takes.

    *files* is the folder into which they have been drawn already, if they have.
    """
    return join(figure(draw(study, name), files) for name in names_of("all", study) if name != "map")


def figure(chart: Chart, files: Path | None = None) -> Html:
    """Return a chart as a picture with a text in its place and its numbers."""
    alt = f"Chart: {chart.title}. Its numbers are in the table below."
    picture = tag("img", src=source(chart, files), alt=alt)
    scroll = tag("div", picture, class_="scroll", tabindex="0", role="region", aria_label=chart.title)
    return tag("figure", tag("figcaption", tag("h3", chart.title)), scroll, _numbers(chart), class_="chart")


def source(chart: Chart, files: Path | None = None) -> str:
    """Return the picture as a data address: PNG or SVG, whichever is smaller."""

    def made(kind: str) -> bytes:
        file = None if files is None else files / f"{chart.name}.{kind}"
        return file.read_bytes() if file is not None and file.is_file() else render(chart, kind)

    forms = {"image/png": _fewer_colours(made("png")), "image/svg+xml": made("svg")}
    kind = min(forms, key=lambda name: len(forms[name]))
    return f"data:{kind};base64,{b64encode(forms[kind]).decode()}"


def _fewer_colours(png: bytes) -> bytes:
    """Return a PNG with the 256 colours that tell it best, a third of the size; charts have few colours."""
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
    return min(out.getvalue(), png, key=len)


def _numbers(chart: Chart) -> Html:
    rows = thinned(chart.rows, ROWS)
    words = [n for n in range(len(chart.columns)) if any(isinstance(row[n], str) for row in rows)]
    cells = [[_cell(value) for value in row] for row in rows]
    some = (
        ""
        if len(rows) == len(chart.rows)
        else f" (every {_step(len(chart.rows), ROWS)}th of {len(chart.rows)})"
    )
    file = f"All rows are in charts/{chart.name}.csv where charts were written." if some else ""
    whole = table([c.replace("_", " ") for c in chart.columns], cells, f"Numbers of: {chart.title}{some}",
                  words=words or (0,))  # fmt: skip
    return details("The numbers", whole, tag("p", file, class_="note") if file else None)


def _step(n: int, most: int) -> int:
    return math.ceil(n / most)


def thinned(rows: Sequence[tuple[Cell, ...]], most: int) -> list[tuple[Cell, ...]]:
    """Return at most *most* rows, evenly spread."""
    return list(rows[:: _step(len(rows), most)]) if rows else []


def _cell(value: Cell) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NONE
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def figures(made: Iterable[Chart]) -> Html:
    """Return some charts as pictures."""
    return join(figure(chart) for chart in made)
