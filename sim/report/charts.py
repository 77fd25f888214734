"""The charts by name, and drawing them into a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sim.report.dynamics import tellings_of
from sim.report.figures import Chart, drawing_settings, save

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.scenario.models import Scenario

#: Chart name -> module and function; modules are imported when their chart is drawn.
CHARTS: dict[str, str] = {
    "timeline": "timeline:draw_timeline",
    "troops": "troops:draw_troops",
    "unrest": "unrest:draw_unrest",
    "flights": "flights:draw_flights",
    "positions": "positions:draw_positions",
    "map": "map.still:draw_still",
    "bottlenecks": "bottlenecks:draw_bottlenecks",
    "effects": "effects:draw_effects",
    "record": "fit:draw_fit",
}
#: What a chart needs of a scenario to be drawn at all.
NEEDS: dict[str, Callable[[Scenario], bool]] = {
    "troops": lambda s: s.response.mandate is not None,
    "flights": lambda s: s.response.mandate is not None,
    "bottlenecks": lambda s: s.response.mandate is not None,
    "unrest": lambda s: s.crisis.unrest is not None,
    "record": lambda s: bool(s.record),
    "attribution": lambda s: s.crisis.pressure is not None and s.crisis.pressure.attribution is not None,
    "sanctions": lambda s: s.crisis.pressure is not None and s.crisis.pressure.sanctions is not None,
}
#: The formats of each choice.
FORMATS: dict[str, tuple[str, ...]] = {"none": (), "main": ("png", "csv"), "all": ("png", "svg", "csv")}


def draw(study: Study, name: str) -> Chart:
    """Return the chart called *name*, not yet written. Raises KeyError for an unknown name."""
    module, function = charts_of(study.scenario)[name].split(":")
    make = cast("Callable[[Study], Chart]", getattr(import_module(f"sim.report.{module}"), function))
    with drawing_settings():
        return make(study)


def charts_of(scenario: Scenario) -> dict[str, str]:
    """Return the charts that suit *scenario*: the timeline, those of its dynamics, then the common ones."""
    own = {
        name: where
        for telling in tellings_of(scenario)
        for name, where in telling.charts.items()
        if telling.needs.get(name, _always)(scenario)
    }
    own = {name: where for name, where in own.items() if NEEDS.get(name, _always)(scenario)}
    common = {name: where for name, where in CHARTS.items() if NEEDS.get(name, _always)(scenario)}
    return {"timeline": common.pop("timeline"), **own, **common}


def main_charts(scenario: Scenario) -> tuple[str, ...]:
    """Return the two charts of an ordinary run: the timeline, and what suits the crisis best."""
    names = list(charts_of(scenario))
    return ("timeline", "troops" if scenario.crisis.unrest is not None and "troops" in names else names[1])


def _always(scenario: Scenario) -> bool:
    return True


def names_of(which: str | Sequence[str], study: Study) -> list[str]:
    """Return the charts that *which* (none, main, all, or names) stands for; effects only with variants.

    Raises ValueError for an unknown word.
    """
    charts = charts_of(study.scenario)
    if which == "none":
        return []
    if which == "main":
        return list(main_charts(study.scenario))
    if which == "all":
        return [name for name in charts if name != "effects" or study.variant_rows]
    chosen = [which] if isinstance(which, str) else list(which)
    unknown = [name for name in chosen if name not in charts]
    if unknown:
        raise ValueError(f"no chart {unknown[0]!r}; choose from none, main, all, {', '.join(charts)}")
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
