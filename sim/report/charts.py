"""The charts by name, and drawing them into a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sim.report.figures import Chart, drawing_settings, save

if TYPE_CHECKING:
    from sim.experiment.study import Study

#: Chart name -> module and function; modules are imported when their chart is drawn.
CHARTS: dict[str, str] = {
    "timeline": "timeline:draw_timeline",
    "troops": "troops:draw_troops",
    "unrest": "unrest:draw_unrest",
    "flights": "flights:draw_flights",
    "positions": "positions:draw_positions",
    "bottlenecks": "bottlenecks:draw_bottlenecks",
    "effects": "effects:draw_effects",
    "record": "fit:draw_fit",
}
#: The charts of an ordinary run, and the formats of each choice.
MAIN = ("timeline", "troops")
FORMATS: dict[str, tuple[str, ...]] = {"none": (), "main": ("png", "csv"), "all": ("png", "svg", "csv")}


def draw(study: Study, name: str) -> Chart:
    """Return the chart called *name*, not yet written. Raises KeyError for an unknown name."""
    module, function = CHARTS[name].split(":")
    make = cast("Callable[[Study], Chart]", getattr(import_module(f"sim.report.{module}"), function))
    with drawing_settings():
        return make(study)


def names_of(which: str | Sequence[str], study: Study) -> list[str]:
    """Return the charts that *which* (none, main, all, or names) stands for; effects only with variants.

    Raises ValueError for an unknown word.
    """
    if which == "none":
        return []
    if which == "main":
        return list(MAIN)
    if which == "all":
        return [name for name in CHARTS if name != "effects" or study.variant_rows]
    chosen = [which] if isinstance(which, str) else list(which)
    unknown = [name for name in chosen if name not in CHARTS]
    if unknown:
        raise ValueError(f"no chart {unknown[0]!r}; choose from none, main, all, {', '.join(CHARTS)}")
    return chosen


def draw_charts(
    study: Study, folder: Path, which: str | Sequence[str] = "main", formats: Sequence[str] | None = None
) -> list[Path]:
    """Draw charts of *study* into *folder* and return the files written.

    *which* is none, main (two charts), all, a chart's name or several. Each chart is written in *formats*
    (png, svg, csv), by default PNG and its numbers for main, SVG too otherwise. Raises ValueError for an
    unknown chart, OSError when the folder cannot be written.
    """
    names = names_of(which, study)
    if formats is None:
        formats = FORMATS.get(which, FORMATS["all"]) if isinstance(which, str) else FORMATS["all"]
    written: list[Path] = []
    for name in names:
        written.extend(save(draw(study, name), Path(folder), formats))
    return written
