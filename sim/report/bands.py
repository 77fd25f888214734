"""Simulated bands and recorded facts, drawn the same way on every chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.report import style
from sim.report.runs import band_words
from sim.report.times import axis_words, clock_ticks, midnights, origin

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from sim.experiment.study import Study
    from sim.report.runs import Bands, Floats

#: Below this many runs quantiles say more than is known: each run is drawn as a point.
FEW = 10


def draw_bands(
    axes: Axes,
    hours: Floats,
    found: Bands,
    *,
    colour: str = style.LINE,
    dashed: bool = False,
    glass: bool = False,
) -> None:
    """Fill the outer band and the middle half in tints of *colour* and draw the median.

    *glass* bands let what lies behind shine through.
    """
    for low, high, share in ((found.low, found.high, style.OUTER), (found.lower, found.upper, style.INNER)):
        if glass:
            axes.fill_between(hours, low, high, color=colour, alpha=0.8 * share, linewidth=0)
        else:
            axes.fill_between(hours, low, high, color=style.tint(colour, share), linewidth=0)
    axes.plot(hours, found.middle, color=colour, linewidth=1.3, linestyle="--" if dashed else "-")


def draw_interval(
    axes: Axes, place: float, found: Bands, *, half: float = 0.28, vertical: bool = False
) -> None:
    """Draw one quantity's outer band, middle half and median as boxes at *place* on the other axis."""
    if np.isnan(found.middle):
        return
    bar = axes.bar if vertical else axes.barh
    size, start = ("height", "bottom") if vertical else ("width", "left")
    thick = "width" if vertical else "height"
    for low, high, share in ((found.low, found.high, style.OUTER), (found.lower, found.upper, style.INNER)):
        colour = style.tint(style.LINE, share)
        bar(place, **{size: high - low, start: low, thick: 2 * half}, color=colour, linewidth=0)
    ends = [place - half, place + half]
    across = [found.middle, found.middle]
    axes.plot(*((ends, across) if vertical else (across, ends)), color=style.LINE, linewidth=1.6)


def draw_few(
    axes: Axes,
    place: float,
    values: Floats | Sequence[float],
    *,
    half: float = 0.28,
    colour: str = style.LINE,
    size: float = 3.4,
) -> None:
    """Draw each of a few *values* as a point at *place*, where a box would claim more than is known."""
    known = np.sort(np.asarray(values, dtype=float))
    known = known[~np.isnan(known)]
    # Set off in turn, so that equal values are seen to be several.
    aside = place + half * (np.arange(len(known)) % 3 - 1) * 0.5
    axes.plot(known, aside, marker="o", markersize=size, markerfacecolor="none", markeredgecolor=colour,
              markeredgewidth=0.8, linestyle="none")  # fmt: skip


def draw_recorded(
    axes: Axes,
    place: float,
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    *,
    vertical: bool = False,
    no_later: bool = False,
    no_earlier: bool = False,
) -> None:
    """Draw a recorded fact: an open diamond at *value* (or its only limit), a range bar *low* to *high*.

    *no_later* and *no_earlier* mark a bound by an arrow head pointing where the truth may lie.
    """
    if low is not None and high is not None and high > low:
        along, across = [low, high], [place, place]
        cap = "_" if vertical else "|"
        xy = (across, along) if vertical else (along, across)
        axes.plot(*xy, color=style.TEXT, linewidth=1.0, marker=cap, markersize=5, zorder=5, gid=RANGE)
    if value is None:
        value = (high if low is None else None) if high is not None else low
    if value is None:
        return
    x, y = (place, value) if vertical else (value, place)
    if no_later or no_earlier:
        reach = -13 if no_later else 13
        offset = (0, reach) if vertical else (reach, 0)
        axes.annotate(
            "", (x, y), offset, textcoords="offset points", zorder=5,
            arrowprops={"arrowstyle": "<-", "color": style.TEXT, "linewidth": 0.8, "shrinkA": 0},
        )  # fmt: skip
    axes.plot(
        [x], [y], marker="D", markersize=4.6, markerfacecolor="white", markeredgecolor=style.TEXT,
        markeredgewidth=0.9, linestyle="none", zorder=6, clip_on=False, gid=RECORDED,
    )  # fmt: skip


#: What the artists of recorded facts are called, so that legends tell only of what is drawn.
RECORDED, RANGE = "recorded", "recorded-range"
#: What the line at the appeal is called.
APPEAL = "appeal"


def _drawn(figure: Figure | SubFigure) -> set[str]:
    return {str(line.get_gid()) for axes in figure.axes for line in axes.lines if line.get_gid()}


def handles(
    study: Study,
    *,
    recorded: bool = True,
    bound: bool = False,
    second: str = "",
    figure: Figure | SubFigure | None = None,
) -> list[Artist]:
    """Return the legend's entries for bands, median and recorded facts (of *figure*, those drawn)."""
    from matplotlib import rc_context
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    found: list[Artist] = [
        Line2D([], [], color=style.LINE, linewidth=1.5, label="simulated median"),
        Patch(color=style.tint(style.LINE, style.INNER), label="25-75 % of runs"),
        Patch(color=style.tint(style.LINE, style.OUTER), label=f"{band_words(study)} of runs"),
    ]
    if second:
        found.append(Line2D([], [], color=style.SECOND_LINE, linewidth=1.5, linestyle="--", label=second))
    mark = {
        "marker": "D", "markersize": 4.6, "markerfacecolor": "white", "markeredgecolor": style.TEXT,
        "markeredgewidth": 0.9, "linestyle": "none",
    }  # fmt: skip
    shown = {RECORDED, RANGE} if figure is None else _drawn(figure)
    if recorded and RECORDED in shown:
        found.append(Line2D([], [], **mark, label="recorded"))  # type: ignore[arg-type]
    if recorded and RANGE in shown:
        found.append(Line2D([], [], color=style.TEXT, linewidth=1.0, marker="|", label="recorded range"))
    if bound:
        with rc_context({"text.parse_math": True}):  # the one sign that is written as a formula
            arrow = Line2D([], [], color=style.TEXT, marker="$\\leftarrow$", markersize=8, linestyle="none",
                           markeredgewidth=0.2, label="no later than")  # fmt: skip
        found.append(arrow)
    return found


def date_axis(
    axes: Axes,
    study: Study,
    first: float,
    last: float,
    *,
    labels: bool = True,
    top: bool = True,
    most: int = 9,
) -> None:
    """Set a time axis of hours after the start: local dates below, hours or days from the appeal above.

    Dates stand at local midnight, on long axes at the first of a month; at most *most* of them.
    """
    last = max(last, first + 6)
    days = midnights(study.scenario, first, last, most)
    axes.set_xlim(first, last)
    axes.set_xticks([hour for hour, _ in days], [words for _, words in days] if labels else [])
    if labels:
        axes.set_xlabel(axis_words(study.scenario, first, last))
    zero, name = origin(study)
    if top:
        _clock(axes, zero, name, first, last)
    if appeal_words(study, first, last):
        axes.axvline(zero, color=style.QUIET, linewidth=0.7, linestyle=":", gid=APPEAL)


def appeal_words(study: Study, first: float, last: float, line: str = "Dotted line") -> str:
    """Return what the dotted *line* of a time axis from *first* to *last* (h) is; empty if it has none."""
    zero, name = origin(study)
    return f" {line}: {name}." if name != "start" and first <= zero <= last else ""


def _clock(axes: Axes, zero: float, name: str, first: float, last: float) -> None:
    """Write hours or days from *zero*, called *name*, above a time axis."""
    ticks, unit = clock_ticks(first - zero, last - zero)
    place = axes.get_xaxis_transform()
    for tick, words in ticks:
        if zero + tick > last - 0.005 * (last - first):
            continue  # its number would hang over the edge
        axes.text(zero + tick, 1.012, words, transform=place, fontsize=style.SMALL, ha="center", va="bottom",
                  color=style.TEXT)  # fmt: skip
    at = np.array([zero + tick for tick, _ in ticks])
    axes.plot(at, np.ones(len(at)), transform=place, color=style.QUIET, marker="|", markersize=4,
              linestyle="none", clip_on=False)  # fmt: skip
    axes.annotate(
        f"{unit} from the {name}", (1, 1), (0, 15), xycoords="axes fraction", textcoords="offset points",
        fontsize=style.SMALL, ha="right", va="bottom", color=style.TEXT,
    )  # fmt: skip


def thousands(axes: Axes) -> None:
    """Write the numbers of the vertical axis with their thousands apart."""
    from matplotlib.ticker import FuncFormatter

    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
