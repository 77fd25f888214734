"""Tornado chart: each assumption moved from its low to its high value, the rest held."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report import style
from sim.report.figures import Cell, Chart, Sheet, clean_axes, notes_height, say
from sim.scenario.units import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HIGH_COLOUR = style.OKABE_ITO["vermilion"]
LOW_COLOUR = style.OKABE_ITO["blue"]
#: Inches: the axes' left edge and width, and the height of an assumption.
LEFT, WIDE, ROW = 3.05, 3.45, 0.26
#: Most letters of a path; and what is no change on the axis.
LONGEST, TINY = 46, 1e-9


@dataclass(frozen=True)
class TornadoRow:
    """One assumption: its values, their effects on the response (against the base), 95 % intervals."""

    path: str
    low: float
    high: float
    effect_low: float
    effect_high: float
    interval_low: tuple[float, float]
    interval_high: tuple[float, float]
    #: Share of the variance between replications that is noise, 0 to 1.
    noise: float = math.nan
    unit: str = ""


def draw_tornado(
    rows: Sequence[TornadoRow],
    response: str,
    unit: str = "",
    base: float = math.nan,
    most: int = 20,
    n: int = 0,
) -> Chart:
    """Draw the *most* influential of *rows* on the response called *response* (its *unit*), largest first.

    *base* is the response's mean at the scenario's own values, *n* the replications at each point.
    """
    ranked = sorted(rows, key=lambda r: (-_reach(r), r.path))
    shown = [row for row in ranked[:most] if _reach(row) > 0]
    notes = _notes(len(shown), len(ranked), n)
    tall, foot = ROW * max(len(shown), 3), notes_height(notes) + 0.72
    sheet = Sheet(f"{response}: what moves it", foot + tall + 0.62)
    axes = sheet.axes(LEFT, foot, WIDE, tall)
    clean_axes(axes, grid="x")
    for place, row in enumerate(shown):
        bars = [
            (row.effect_low, row.interval_low, LOW_COLOUR, ""),
            (row.effect_high, row.interval_high, HIGH_COLOUR, "////"),
        ]
        # The longer bar first, so that two on one side are both seen.
        for effect, interval, colour, hatch in sorted(bars, key=lambda bar: -abs(bar[0])):
            _bar(axes, place, effect, interval, colour, hatch)
        noise = "-" if math.isnan(row.noise) else f"{100 * row.noise:.0f} %"
        axes.text(1.03, place, noise, transform=axes.get_yaxis_transform(), va="center", fontsize=style.SMALL)
    axes.set_yticks(range(len(shown)), [_label(row) for row in shown], fontsize=6.5)
    _dress(axes, shown, unit, base)
    if not shown:
        say(axes, "no assumption moves it" if ranked else "no assumption has a range")
    _legend(axes, tall)
    sheet.notes(notes)
    table: list[tuple[Cell, ...]] = [
        (
            r.path,
            r.unit,
            r.low,
            r.high,
            r.effect_low,
            *r.interval_low,
            r.effect_high,
            *r.interval_high,
            r.noise,
        )
        for r in ranked
    ]
    columns = ("path", "unit", "low", "high", "effect_low", "effect_low_from", "effect_low_to", "effect_high",
               "effect_high_from", "effect_high_to", "noise_share")  # fmt: skip
    return Chart("tornado", f"Sensitivity of {response}", sheet.figure, columns, table)


def _notes(shown: int, ranked: int, n: int) -> str:
    rest = f" {ranked - shown} smaller ones, or of no effect, are in the table." if ranked > shown else ""
    runs = f", {count(n, 'replication')} a point" if n else ""
    return (
        f"Common random numbers{runs}; whiskers: 95 % intervals. "
        "Assumptions whose whiskers overlap are not ranked against each other. Noise: share of variance left "
        f"to chance.{rest}"
    )


def _reach(row: TornadoRow) -> float:
    ends = [
        abs(e)
        for e in (row.effect_low, row.effect_high, row.effect_high - row.effect_low)
        if not math.isnan(e)
    ]
    return max(ends, default=0.0)


def _bar(
    axes: Axes, place: int, effect: float, interval: tuple[float, float], colour: str, hatch: str
) -> None:
    if math.isnan(effect):
        return
    axes.barh(
        place, effect, 0.62, color=style.tint(colour, 0.6), hatch=hatch, edgecolor=style.EDGE, linewidth=0
    )
    if not any(math.isnan(v) for v in interval):
        axes.plot(interval, [place, place], color=colour, linewidth=1.0, marker="|", markersize=4)


def _label(row: TornadoRow) -> str:
    path = row.path
    while len(path) > LONGEST and "." in path[1:]:
        path = f"…{path.partition('.')[2].lstrip('…')}"
    return f"{path}\n{_short(row.low)} to {_short(row.high)} {row.unit}".rstrip()


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _dress(axes: Axes, shown: Sequence[TornadoRow], unit: str, base: float) -> None:
    axes.axvline(0, color=style.TEXT, linewidth=0.8)
    axes.set_ylim(max(len(shown), 1) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    of = "" if math.isnan(base) else f" of {base:.4g}"
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:+,.6g}" if abs(value) > TINY else "0")
    axes.set_xlabel(f"change from the base{of}{f' ({unit})' if unit else ''}")
    axes.text(1.03, 1.01, "noise", transform=axes.transAxes, fontsize=style.SMALL, va="bottom")


def _legend(axes: Axes, tall: float) -> None:
    from matplotlib.patches import Patch

    patches = [
        Patch(facecolor=style.tint(LOW_COLOUR, 0.6), label="assumption at its low value"),
        Patch(
            facecolor=style.tint(HIGH_COLOUR, 0.6),
            hatch="////",
            edgecolor=style.EDGE,
            label="at its high value",
        ),
    ]
    # Below the axis: above it stands the heading of the noise, and bars reach to every edge.
    axes.legend(handles=patches, ncols=2, loc="upper left", borderaxespad=0,
                bbox_to_anchor=(-(LEFT - 0.12) / WIDE, -0.42 / tall))  # fmt: skip
