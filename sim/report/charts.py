"""The charts by name, and drawing them into a folder."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sim.report.dynamics import tellings_of
from sim.report.figures import Chart, made_from, save
from sim.report.runs import curve, with_force
from sim.report.styles import style_of
from sim.report.undrawn import FAULTS, attempted
from sim.scenario.study import Posterior
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.scenario.models import Scenario

#: Chart name -> module and function; modules are imported when their chart is drawn.
CHARTS: dict[str, str] = {
    "timeline": "timeline:draw_timeline",
    "troops": "troops:draw_troops",
    "unrest": "unrest:draw_unrest",
    "flights": "flights:draw_flights",
    "decision": "decision_tree:draw_tree",
    "ladder": "ladder:draw_ladder",
    "positions": "positions:draw_positions",
    "map": "map.still:draw_still",
    "bottlenecks": "bottlenecks:draw_bottlenecks",
    "effects": "effects:draw_effects",
    "record": "fit:draw_fit",
    "fitted": "fitted:draw_fitted",
}
#: What a chart needs of a scenario to be drawn at all.
NEEDS: dict[str, Callable[[Scenario], bool]] = {
    "troops": lambda s: s.response.mandate is not None,
    "flights": lambda s: s.response.mandate is not None,
    "bottlenecks": lambda s: s.response.mandate is not None,
    "unrest": lambda s: s.crisis.unrest is not None,
    "record": lambda s: bool(s.record),
    "fitted": lambda s: any(isinstance(form, Posterior) for form in s.uncertain.values()),
    "attribution": lambda s: s.crisis.pressure is not None and s.crisis.pressure.attribution is not None,
    "sanctions": lambda s: s.crisis.pressure is not None and s.crisis.pressure.sanctions is not None,
}


def _sends(study: Study) -> bool:
    return bool(with_force(study).any())


def _flies(study: Study) -> bool:
    values = curve(study, "flights_in")
    return values is not None and values.size > 0 and float(values.max()) > 0


def _happens(study: Study) -> bool:
    from sim.report.timeline_rows import timeline_rows

    return bool(timeline_rows(study))


def _parts_ways(study: Study) -> bool:
    """Return whether not every run went the same way, without an appeal and without help."""
    helped = any(row.get("appealed", 0.0) == 1 or row.get("help_level", 0.0) > 0 for row in study.rows)
    return helped or bool(with_force(study).any())


def _completes(study: Study) -> bool:
    return sum(not math.isnan(row.get("hours_to_deployment_complete", math.nan)) for row in study.rows) >= FEW


#: Fewest runs of which hours by part are drawn.
FEW = 5
#: What a chart needs of a study to have anything to show; the others are left out of `all`.
SHOWS: dict[str, Callable[[Study], bool]] = {
    "timeline": _happens,
    "decision": _parts_ways,
    "ladder": _parts_ways,
    "troops": _sends,
    "flights": lambda study: _sends(study) and _flies(study),
    "bottlenecks": _completes,
    "effects": lambda study: bool(study.variant_rows),
    "positions": lambda study: bool(study.summary().positions),
    "answers": lambda study: any(not math.isnan(v) for row in study.rows for k, v in row.items()
                                 if k.startswith("answer.")),
}  # fmt: skip
#: The formats of each choice.
FORMATS: dict[str, tuple[str, ...]] = {"none": (), "main": ("png", "csv"), "all": ("png", "svg", "csv")}


def draw(study: Study, name: str, style: str = "screen") -> Chart:
    """Return the chart called *name* in a *style* (screen, print), not yet written.

    One that cannot be drawn is told in a warning, and a note takes its place. Raises KeyError for an unknown
    name, ValueError for an unknown style.
    """
    module, function = charts_of(study.scenario)[name].split(":")
    make = cast("Callable[[Study], Chart]", getattr(import_module(f"sim.report.{module}"), function))
    style_of(style)
    chart = attempted(name, partial(make, study), style)
    chart.made, chart.style = made_of(study), style
    return chart


def made_of(study: Study) -> str:
    """Return what charts of *study* are made from: version, scenario and its hash, seed, runs."""
    return made_from(study.scenario, study.seed, count(len(study.rows), "run"))


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


def main_charts_of(study: Study) -> list[str]:
    """Return the two charts of an ordinary run; the next ones where they would have nothing to show."""
    wanted = main_charts(study.scenario)
    shown = [name for name in wanted if _has_to_show(name, study)]
    others = [name for name in charts_of(study.scenario) if name not in wanted]
    while len(shown) < len(wanted) and others:
        name = others.pop(0)
        if _has_to_show(name, study):
            shown.append(name)
    return shown


def _has_to_show(name: str, study: Study) -> bool:
    """Return whether a chart has anything to show; one that cannot tell is drawn, which says why."""
    try:
        return SHOWS.get(name, _anything)(study)
    except FAULTS:
        return True


def _anything(study: Study) -> bool:
    return True


def _always(scenario: Scenario) -> bool:
    return True


def names_of(which: str | Sequence[str], study: Study) -> list[str]:
    """Return the charts that *which* (none, main, all, or names) stands for; all those with anything to show.

    Raises ValueError for an unknown word.
    """
    charts = charts_of(study.scenario)
    if which == "none":
        return []
    if which == "main":
        return main_charts_of(study)
    if which == "all":
        return [name for name in charts if _has_to_show(name, study)]
    chosen = [which] if isinstance(which, str) else list(which)
    unknown = [name for name in chosen if name not in charts]
    if unknown:
        raise ValueError(f"no chart {unknown[0]!r}; choose from none, main, all, {', '.join(charts)}")
    return chosen


def draw_charts(
    study: Study,
    folder: Path,
    which: str | Sequence[str] = "main",
    formats: Sequence[str] | None = None,
    style: str = "screen",
) -> list[Path]:
    """Draw charts of *study* into *folder* and return the files written.

    *which* is none, main (two charts), all, a chart's name or several. Each chart is written in *formats*
    (png, svg, csv), by default PNG and its numbers for main, SVG too otherwise, in the *style* of a screen or
    of print. Raises ValueError for an unknown chart or style, OSError when the folder cannot be written.
    """
    names = names_of(which, study)
    if formats is None:
        formats = FORMATS.get(which, FORMATS["all"]) if isinstance(which, str) else FORMATS["all"]
    written: list[Path] = []
    for name in names:
        written.extend(save(draw(study, name, style), Path(folder), formats))
    return written
