"""What stands beside the curves of charts: numbered events, names at the ends, shares in percent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.report import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study


class End(NamedTuple):
    """A curve's last value, the words beside it, and how its line looks."""

    value: float
    words: str
    colour: str
    dashes: Any


def name_ends(axes: Axes, ends: Sequence[End], at: float = 1.015) -> None:
    """Write words at the ends of curves in the text colour, each behind a sample of its line.

    They stand to the right of *axes* from *at* on (a share of its width), moved up where they would overlap.
    A coloured word would not be read on white: orange has a contrast of 2 to 1.
    """
    low, high = axes.get_ylim()
    gap, floor = 0.135 * axes.figure.dpi / axes.get_window_extent().height, -np.inf
    for end in sorted(ends, key=lambda e: (e.value, e.words)):
        y = max((end.value - low) / (high - low), floor + gap)
        floor = y
        axes.plot([at, at + 0.045], [y, y], transform=axes.transAxes, color=end.colour, linestyle=end.dashes,
                  linewidth=1.6, clip_on=False)  # fmt: skip
        axes.text(at + 0.055, y, end.words, transform=axes.transAxes, va="center", fontsize=style.SMALL,
                  color=style.TEXT)  # fmt: skip
    axes.set_ylim(low, high)


def recorded_events(study: Study, last: float) -> list[tuple[float, str]]:
    """Return the recorded events up to *last* (hours after the start) in order of time, with their words."""
    scenario = study.scenario
    events = [(scenario.hours(e.at), e.label) for e in scenario.recorded_events]
    return sorted((hour, words) for hour, words in events if 0 <= hour <= last)


def number_events(
    axes: Axes,
    hours: Sequence[float],
    *,
    words: Sequence[str] | None = None,
    inside: bool = False,
    dotted: bool = False,
    colour: str = "",
    reach: float = 0.024,
) -> None:
    """Draw a thin line at each of *hours* (in order), numbered from 1 above *axes*, or *inside* at their top.

    *words* stand in place of the numbers. Those of events nearer than *reach* (share of the axis) stand side
    by side, each tied to its line.
    """
    place, (first, last) = axes.get_xaxis_transform(), axes.get_xlim()
    step, colour = reach * (last - first), colour or style.QUIET
    shown, foot, top = first - step, *((0.82, 0.88) if inside else (1.0, 1.035))
    box = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none"} if inside else None
    for hour, told in zip(hours, words or [str(n + 1) for n in range(len(hours))], strict=True):
        axes.axvline(hour, color=colour, linewidth=0.7, linestyle=":" if dotted else "-",
                     zorder=3 if inside else 1)  # fmt: skip
        shown = max(hour, shown + step)
        if shown > hour:
            axes.plot([hour, shown], [foot, top], transform=place, color=colour, linewidth=0.5, clip_on=False)
        axes.text(shown, top, told, transform=place, fontsize=style.SMALL, ha="center", zorder=6,
                  color=style.TEXT, bbox=box)  # fmt: skip


def numbered_words(events: Sequence[tuple[float, str]], where: str) -> str:
    """Return the key to numbered events, led by *where* they stand; empty without any."""
    told = "; ".join(f"{number} {words}" for number, (_, words) in enumerate(events, 1))
    return f" {where}: {told}." if told else ""


def in_percent(axes: Axes, *, along: str = "y") -> None:
    """Write the shares on an axis (*along* x or y) in percent."""
    from matplotlib.ticker import FuncFormatter

    axis = axes.yaxis if along == "y" else axes.xaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g} %"))
