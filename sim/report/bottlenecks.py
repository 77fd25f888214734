"""Where the hours between the appeal and full deployment went, part by part."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.report import style
from sim.report.bands import FEW, draw_few, draw_interval, handles
from sim.report.figures import Cell, Chart, Sheet, clean_axes, say
from sim.report.runs import (
    WHOLE,
    Floats,
    band_words,
    bands,
    deployed_words,
    levels,
    part_hours,
    typical_row,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study


def draw_bottlenecks(study: Study) -> Chart:
    """Draw the hours by part along the chain of the last load to arrive: stacked to the whole, and spread."""
    hours = part_hours(study)
    n = len(next(iter(hours.values())))
    sheet = Sheet("Where the hours from the appeal to full deployment went", 5.25)
    upper = sheet.axes(1.55, 3.65, 5.4, 0.95)
    lower = sheet.axes(1.55, 1.02, 5.4, 1.95)
    table: list[tuple[Cell, ...]] = []
    sheet.text(0.12, 4.72, "a  The parts add up to the whole", weight="bold", size=8)
    sheet.text(0.12, 3.07, "b  Spread of each part over the runs (white dot: mean)", weight="bold", size=8)
    if n:
        means = {part: float(values.mean()) for part, values in hours.items()}
        bars = {f"mean of {n} run{'s' if n > 1 else ''}": means}
        typical = typical_row(study)
        if not math.isnan(typical.get(WHOLE, math.nan)):
            bars[f"typical run ({typical['run']:.0f})"] = {
                p: typical.get(f"parts.{p}", 0.0) for p in style.PARTS
            }
        _stacks(upper, bars)
        for part, values in hours.items():
            found = tuple(float(v) for v in bands(values, levels(study)))
            table.append((part, "h", means[part], typical.get(f"parts.{part}"), *found))
        table.append(("sum", "h", sum(means.values()), typical.get(WHOLE), *([None] * 5)))
        _spread(study, lower, hours)
    else:
        say(upper, "no run completed a deployment")
        say(lower, "no run completed a deployment")
    sheet.notes(
        f"{deployed_words(study)}. Hours are counted along the chain of "
        "the last aircraft load or column to arrive; waits that ran in parallel on other chains are not "
        "in it. "
        f"Outer band {band_words(study)}{f'; circles are runs, being fewer than {FEW}' if n < FEW else ''}."
    )
    columns = ("part", "unit", "mean_hours", "typical_hours", "low", "lower_quartile", "median",
               "upper_quartile", "high")  # fmt: skip
    return Chart("bottlenecks", "Hours by bottleneck", sheet.figure, columns, table)


def _stacks(axes: Axes, bars: dict[str, dict[str, float]]) -> None:
    longest = max(sum(parts.values()) for parts in bars.values())
    for place, parts in enumerate(bars.values()):
        start = 0.0
        for part, hours in parts.items():
            _, fill, hatch = style.PARTS[part]
            axes.barh(place, hours, 0.62, start, color=fill, hatch=hatch, edgecolor=style.EDGE, linewidth=0.6)
            if hours > 0.045 * longest:
                box = {"facecolor": fill, "edgecolor": "none", "pad": 1.0}
                axes.text(start + hours / 2, place, f"{hours:.1f}", ha="center", va="center_baseline",
                          fontsize=style.SMALL, color=style.ink_on(fill), bbox=box)  # fmt: skip
            start += hours
        axes.text(
            start + 0.01 * longest, place, f"{start:.1f} h", va="center", fontsize=style.SMALL, weight="bold"
        )
    axes.set_yticks(range(len(bars)), list(bars))
    axes.set_ylim(len(bars) - 0.5, -0.5)
    axes.set_xlim(0, 1.1 * longest)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("hours from the appeal")


def _spread(study: Study, axes: Axes, hours: dict[str, Floats]) -> None:
    clean_axes(axes, grid="x")
    top = 0.1
    for place, (part, values) in enumerate(hours.items()):
        _, fill, hatch = style.PARTS[part]
        found = bands(values, levels(study))
        if len(values) < FEW:
            draw_few(axes, place, values, half=0.32)
        else:
            draw_interval(axes, place, found, half=0.32)
        axes.plot([values.mean()], [place], marker="o", markersize=4, markerfacecolor="white",
                  markeredgecolor=style.LINE, linestyle="none", zorder=6)  # fmt: skip
        axes.barh(place, 0.014, 0.64, -0.024, color=fill, hatch=hatch, edgecolor=style.EDGE, linewidth=0,
                  transform=axes.get_yaxis_transform(), clip_on=False)  # fmt: skip
        top = max(top, float(found.high), float(values.mean()))
    axes.set_yticks(range(len(hours)), [style.PARTS[part][0] for part in hours])
    axes.tick_params(axis="y", length=0, pad=12)
    axes.set_ylim(len(hours) - 0.5, -0.5)
    axes.set_xlim(0, 1.05 * top)
    axes.set_xlabel("hours")
    axes.legend(
        handles=handles(study, recorded=False), ncols=3, loc="upper right", bbox_to_anchor=(1.01, -0.2)
    )
