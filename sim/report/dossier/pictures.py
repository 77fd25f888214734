"""The charts of a dossier: pictures inside the file, each with its numbers."""

from __future__ import annotations

import io
import math
from base64 import b64encode
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.campaigns import one_of_several
from sim.report.charts import draw, names_of
from sim.report.dossier.markup import Html, details, join, table, tag
from sim.report.dossier.reading import reading
from sim.report.figures import Cell, Chart, render
from sim.report.words import NONE

if TYPE_CHECKING:
    from sim.experiment.study import Study

#: Rows of a chart's numbers; there may be more in the file beside it.
ROWS = 120
#: Charts of a whole campaign; the others show its first crisis alone.
OF_ALL = ("standing", "effects", "record", "fitted")


def charts(study: Study, files: Path | None) -> Html:
    """Return every chart that suits the scenario but the still map, whose place the moving one takes.

    *files* is the folder into which they have been drawn already, if they have.
    """
    alone = one_of_several(study.scenario).strip()
    found = [
        figure(draw(study, name), files, None if name in OF_ALL else alone)
        for name in names_of("all", study) if name != "map"
    ]  # fmt: skip
    return join([_paper(), *found])


def _paper() -> Html:
    """Return where the numbers of the charts are when the page is on paper."""
    said = "The charts' numbers stand in this file on a screen, and in charts/*.csv if charts were written."
    return tag("p", said, class_="note paper")


def figure(chart: Chart, files: Path | None = None, about: str | None = None) -> Html:
    """Return a chart as a picture with its main reading as a text in its place, and its numbers.

    Args:
        chart: the chart.
        files: the folder into which it has been drawn already, if it has.
        about: what of the study it shows, if not all.
    """
    picture = tag("img", src=source(chart, files), alt=in_words(chart))
    scroll = tag("div", picture, class_="scroll", tabindex="0", role="region", aria_label=chart.title)
    caption = tag("figcaption", tag("h3", chart.title), tag("p", about, class_="note") if about else None)
    return tag("figure", caption, scroll, _numbers(chart), class_="chart")


def in_words(chart: Chart) -> str:
    """Return what stands in the place of a chart for those who cannot see it."""
    if not chart.rows:
        return f"Chart: {chart.title}. There is nothing to draw."
    told = reading(chart)
    brackets = " In brackets: the band or interval drawn." if "(" in told else ""
    main = f" {told}.{brackets}" if told else ""
    return f"Chart: {chart.title}.{main} Its numbers are in the table below."


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
    return details("The numbers", whole, tag("p", file, class_="note") if file else None, class_="screen")


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
    return join([_paper(), *map(figure, made)])
