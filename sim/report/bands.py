"""Simulated bands and recorded facts, drawn the same way on every chart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.report import style
from sim.report.times import axis_words, clock_ticks, midnights, origin
from sim.report.words import number

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from sim.experiment.samples import Sample
    from sim.experiment.study import Study
    from sim.scenario.study import RecordEntry

Floats = NDArray[np.float64]


#: Below this many runs quantiles say more than is known: each run is drawn as a point.
FEW = 10


class Bands(NamedTuple):
    """Quantiles over runs: the outer band, the middle half and the median."""

    low: Any
    lower: Any
    middle: Any
    upper: Any
    high: Any


def levels(study: Study) -> tuple[float, float, float, float, float]:
    """Return the five quantile levels of the study's bands, as in 0.05, 0.25, 0.5, 0.75, 0.95."""
    tail = (1 - float(study.scenario.experiment.band)) / 2
    return tail, 0.25, 0.5, 0.75, 1 - tail


def band_words(study: Study) -> str:
    """Return the outer band's name, as in '5-95 %'."""
    tail = 100 * levels(study)[0]
    return f"{tail:g}-{100 - tail:g} %"


def bands(values: Floats | Sequence[float], at: tuple[float, float, float, float, float]) -> Bands:
    """Return the quantiles of *values* over their first axis (runs); missing values are left out.

    A quantile is the least value that a share of the runs does not exceed (Hyndman and Fan's type 1): what
    Kaplan and Meier's rule gives where nothing is censored, so that charts and tables say the same.
    """
    array = np.sort(np.asarray(values, dtype=float), axis=0)  # missing values come last
    if array.shape[0] == 0:
        empty = np.full(array.shape[1:], np.nan)
        return Bands(empty, empty, empty, empty, empty)
    known = (~np.isnan(array)).sum(axis=0, keepdims=True)
    places = (np.maximum(np.ceil(p * known - 1e-9).astype(int) - 1, 0) for p in at)
    return Bands(*(np.take_along_axis(array, place, axis=0)[0] for place in places))


def sample_bands(sample: Sample, at: tuple[float, float, float, float, float]) -> Bands:
    """Return the quantiles of a *sample*, those of times that did not come counted as later (nan)."""
    return Bands(*(sample.quantile(p) for p in at))


def with_mandate(study: Study) -> NDArray[np.bool_]:
    """Return which runs ended in a mandate."""
    return np.array([row.get("mandate", 0.0) == 1.0 for row in study.rows], dtype=bool)


def with_force(study: Study) -> NDArray[np.bool_]:
    """Return the runs in which a force was sent: under a mandate, or by the lead member alone."""
    alone = np.asarray(study.events.get("bilateral|", []), dtype=float)
    mandate = with_mandate(study)
    return mandate | ~np.isnan(alone) if len(alone) == len(mandate) else mandate


def force_words(study: Study) -> str:
    """Return how many runs sent a force, and under what, in words."""
    sent, mandate = with_force(study), with_mandate(study)
    alone = int((sent & ~mandate).sum())
    under = int(mandate.sum())
    how = f" ({under} under a mandate, {alone} by the lead member alone)" if alone else " (under a mandate)"
    return (
        f"Runs in which a force was sent: {int(sent.sum())} of {len(study.rows)}{how if sent.any() else ''}"
    )


def finished(study: Study) -> NDArray[np.bool_]:
    """Return which runs did not fail."""
    return np.array([not row.get("failed", 0.0) for row in study.rows], dtype=bool)


def curve(study: Study, name: str, runs: NDArray[np.bool_] | None = None) -> Floats | None:
    """Return the curves called *name* (runs x grid), of the chosen *runs* (or those that did not fail).

    None if the study has no such curve.
    """
    found = study.curves.get(name)
    return (
        None if found is None else np.asarray(found[finished(study) if runs is None else runs], dtype=float)
    )


def column(study: Study, name: str) -> Floats:
    """Return one response over the runs; nan where it did not happen."""
    return np.array([row.get(name, math.nan) for row in study.rows], dtype=float)


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


def record_words(entry: RecordEntry) -> str:
    """Return what is on record: the value and behind it its range, or a range or a bound alone.

    The value is what is scored and drawn; it stands there even where it is an end of its range.
    """
    low, high, value, unit = entry.low, entry.high, entry.value, entry.unit
    if entry.kind == "bound" and (low is None or high is None):
        sign, limit = ("≤ ", high) if high is not None else ("≥ ", low)
        return sign + number(math.nan if limit is None else limit, unit)
    if low is not None and high is not None and low < high:
        span = f"{number(low, unit)}–{number(high, unit)}"
        return span if value is None else f"{number(value, unit)} ({span})"
    return number(next((v for v in (value, high, low) if v is not None), math.nan), unit)


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
    if name != "start":
        axes.axvline(zero, color=style.QUIET, linewidth=0.7, linestyle=":")


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
