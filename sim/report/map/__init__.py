"""The map of a crisis: a still, a replay as GIF, and a fragment of SVG with a time slider."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.map.animate import animate_map
from sim.report.map.outlines import OutlinesError
from sim.report.map.svg import MAP_SCRIPT, MAP_STYLE, map_svg

if TYPE_CHECKING:
    from sim.experiment.study import Study

__all__ = ["MAP_SCRIPT", "MAP_STYLE", "OutlinesError", "animate_map", "draw_map", "map_svg"]


def draw_map(study: Study, folder: Path, outlines: Path | None = None) -> list[Path]:
    """Write the still map of *study* into *folder* as PNG, SVG and CSV and return the paths.

    Raises OutlinesError when an outlines file cannot be used, OSError when the folder cannot be written.
    """
    from sim.report.figures import drawing_settings, save
    from sim.report.map.still import draw_still

    with drawing_settings():
        chart = draw_still(study, outlines)
    return save(chart, Path(folder), ("png", "svg", "csv"))
