"""What stands beside the curves of charts: numbered events, names at the ends, shares in percent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.report import style
from sim.report.times import recorded_span

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


class Noted(NamedTuple):
    """A recorded event on a chart: its instant, or the middle of the day or month that it is known to."""

    hour: float  # after the start, as are the ends of what is known
    words: str
    low: float
    high: float


def recorded_events(study: Study, last: float) -> list[Noted]:
    """Return the recorded events up to *last* (hours after the start) in order of time, with their words."""
    found = []
    for event in study.scenario.recorded_events:
        low, high = recorded_span(study.scenario, event)
        if high >= 0 and low <= last:
            low, high = max(low, 0.0), min(high, last)
            found.append(Noted((low + high) / 2, event.label, low, high))
    return sorted(found)


def number_events(
    axes: Axes,
    hours: Sequence[float],
    *,
    words: Sequence[str] | None = None,
    spans: Sequence[tuple[float, float]] = (),
    inside: bool = False,
    dotted: bool = False,
    colour: str = "",
    reach: float = 0.024,
) -> None:
    """Draw a thin line at each of *hours* (in order), numbered from 1 above *axes*, or *inside* at their top.

    *words* stand in place of the numbers. Where *spans* has an interval for an event, that is shaded in place
    of the line, or *inside* has a bar. Numbers nearer than *reach* (share of the axis) stand side by side,
    each tied to its line.
    """
    place, (first, last) = axes.get_xaxis_transform(), axes.get_xlim()
    step, colour = reach * (last - first), colour or style.QUIET
    foot, top = (0.82, 0.88) if inside else (1.0, 1.035)
    shown = first - (0.4 if inside else 1.0) * step  # a number inside is not cut by the edge
    feet = _feet(hours, spans, foot, 0.2 * step) if inside else [foot] * len(hours)
    box = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none"} if inside else None
    numbers = words or [str(n + 1) for n in range(len(hours))]
    ranges = spans or [(hour, hour) for hour in hours]
    for hour, told, (low, high), base in zip(hours, numbers, ranges, feet, strict=True):
        if low == high:
            axes.axvline(hour, color=colour, linewidth=0.7, linestyle=":" if dotted else "-",
                         zorder=3 if inside else 1)  # fmt: skip
        elif inside:  # a shade would change the colours of what is drawn there
            for wide, shade in ((2.8, "white"), (1.2, colour)):
                axes.plot([low, high], [base, base], transform=place, color=shade, linewidth=wide,
                          marker="|", markeredgewidth=wide, markersize=5, zorder=5)  # fmt: skip
        else:
            axes.axvspan(low, high, facecolor=colour, edgecolor="none", alpha=0.45, zorder=1)
        shown = max(hour, shown + step)
        if shown > hour or base < foot:
            axes.plot([hour, shown], [base, top], transform=place, color=colour, linewidth=0.5, clip_on=False,
                      zorder=4)  # fmt: skip
        axes.text(shown, top, told, transform=place, fontsize=style.SMALL, ha="center", zorder=6,
                  color=style.TEXT, bbox=box)  # fmt: skip


def _feet(
    hours: Sequence[float], spans: Sequence[tuple[float, float]], foot: float, gap: float
) -> list[float]:
    """Return the height of each event's bar: a step lower where it would run into the one before."""
    feet: list[float] = []
    end = -np.inf
    for low, high in spans or [(hour, hour) for hour in hours]:
        beside = bool(feet) and feet[-1] == foot and low < high and low < end + gap
        feet.append(foot - 0.09 if beside else foot)
        end = high
    return feet


def numbered_words(words: Sequence[str], where: str) -> str:
    """Return the key to numbered events, led by *where* they stand; empty without any."""
    told = "; ".join(f"{number} {each}" for number, each in enumerate(words, 1))
    return f" {where}: {told}." if told else ""


def noted_words(events: Sequence[Noted], where: str, span: str = "gray") -> str:
    """Return the key to numbered recorded events, which says how those without an hour look (*span*)."""
    if any(event.low < event.high for event in events):
        where = f"{where} ({span}: known to the day or the month only)"
    return numbered_words([event.words for event in events], where)


def note_events(axes: Axes, events: Sequence[Noted], *, inside: bool = False, dotted: bool = False,
                colour: str = "") -> None:  # fmt: skip
    """Draw recorded events as `number_events` does, those without an hour as the time in which they were."""
    number_events(axes, [event.hour for event in events], spans=[(e.low, e.high) for e in events],
                  inside=inside, dotted=dotted, colour=colour)  # fmt: skip


def in_percent(axes: Axes, *, along: str = "y") -> None:
    """Write the shares on an axis (*along* x or y) in percent."""
    from matplotlib.ticker import FuncFormatter

    axis = axes.yaxis if along == "y" else axes.xaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g} %"))
