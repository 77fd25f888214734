"""Flights in and out: cumulative, and by local day against the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.report import style
from sim.report.bands import date_axis, draw_bands, draw_recorded, handles
from sim.report.figures import Chart, Sheet, clean_axes, say
from sim.report.runs import Bands, Floats, band_words, bands, curve, levels, with_force, with_mandate
from sim.report.times import midnights, recorded_appeal
from sim.report.troops import span
from sim.report.unrest import SERIES_COLUMNS, Table, recorded_row, series_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.study import Study

LEFT, WIDTH = 0.72, 6.3
COLOURS = {"in": style.LINE, "out": style.SECOND_LINE}
#: Days that flights are counted over -> their name.
SPANS = {1: "local day", 7: "local week", 28: "four local weeks"}


def bin_days(first: float, last: float) -> int:
    """Return over how many days flights are counted on an axis between two instants (hours)."""
    days = (last - first) / 24
    return 1 if days <= 45 else 7 if days <= 300 else 28


def draw_flights(study: Study) -> Chart:
    """Draw flights in and out, given a mandate: cumulative, and by day or week with the record."""
    sheet = Sheet("Flights in and out of the theatre", 5.4)
    first, last = span(study)
    table: Table = []
    upper = sheet.axes(LEFT, 3.04, WIDTH, 1.5)
    _cumulative(study, upper, table)
    date_axis(upper, study, first, last, labels=False)
    lower = sheet.axes(LEFT, 1.12, WIDTH, 1.5)
    _daily(study, lower, first, last, table)
    date_axis(lower, study, first, last, top=False)
    sheet.text(LEFT, 3.04 + 1.5 + 0.36, "a  Flights since the beginning", weight="bold", size=8)
    span_words = SPANS[bin_days(first, last)]
    sheet.text(LEFT, 1.12 + 1.5 + 0.09, f"b  Flights in each {span_words}", weight="bold", size=8)
    _legend(study, sheet)
    sheet.notes(
        f"{_runs_words(study)}; in: landings in theatre, out: departures; outer band {band_words(study)}. "
        "A total of several days: its mean a day; n/r: not recorded. Sources: 'record' in the "
        f"scenario.{_predicted(study)}"
    )
    return Chart("flights", "Flights in and out", sheet.figure, SERIES_COLUMNS, table)


def counted(study: Study) -> NDArray[np.bool_]:
    """Return the runs whose flights are drawn: those of the outcome table, given a mandate.

    Where no run has a mandate, those in which the lead member sent a force alone.
    """
    mandate = with_mandate(study)
    return mandate if mandate.any() else with_force(study)


def _runs_words(study: Study) -> str:
    runs, mandate, force = (int(f(study).sum()) for f in (counted, with_mandate, with_force))
    if not mandate:
        alone = ", none of them under a mandate" if force else ""
        return f"Runs in which a force was decided on: {runs} of {len(study.rows)}{alone}"
    alone = f", not {force - mandate} of the lead alone" if force > mandate else ""
    return f"Given a mandate, as in the outcome table: {runs} of {len(study.rows)} runs{alone}"


def _predicted(study: Study) -> str:
    """Return which flights by day are a prediction: recorded, but kept out of a fit that used the record."""
    record = study.scenario.record.values()
    ways = [w for w in COLOURS if any(e.response == f"flights_{w}_between" and not e.fitted for e in record)]
    if not ways or not any(entry.fitted for entry in record):
        return ""
    return f" Flights {' and '.join(ways)} by day: predicted, not fitted."


def _cumulative(study: Study, axes: Axes, table: Table) -> None:
    clean_axes(axes)
    axes.set_ylabel("flights")
    grid = np.asarray(study.grid, dtype=float)
    tops = [1.0]
    for way, colour in COLOURS.items():
        values = curve(study, f"flights_{way}", counted(study))
        if values is None or not values.size:
            say(axes, "no force was sent in any run")
            return
        found = bands(values, levels(study))
        draw_bands(axes, grid, found, colour=colour, dashed=way == "out", glass=True)
        table.extend(series_rows(f"flights {way}, cumulative", "flights", grid, found))
        tops.append(float(np.max(found.high)))
    axes.set_ylim(0, 1.08 * max(tops))
    _total_in(study, axes, table)


def _total_in(study: Study, axes: Axes, table: Table) -> None:
    """Draw the recorded number of flights in at the recorded end of deployment."""
    record = study.scenario.record.values()
    total = next((e for e in record if e.response == "flights_in"), None)
    done = next((e for e in record if e.response == "hours_to_deployment_complete"), None)
    zero = recorded_appeal(study.scenario)
    if total is None or done is None or done.value is None or zero is None:
        say(axes, "totals over time: not recorded", x=0.985, y=0.08, align="right")
        return
    value = total.value if total.value is not None else total.low
    hour = zero + done.value
    more = total.high is None and total.low is not None
    draw_recorded(axes, hour, value, total.low, total.high, vertical=True, no_earlier=more)
    words = f"  {value:,.0f}{' or more' if more else ''} in by then"
    axes.annotate(words, (hour, value or 0.0), (3, -10), textcoords="offset points", fontsize=style.SMALL)
    table.append(recorded_row("flights in, cumulative", "flights", hour, total))


def _daily(study: Study, axes: Axes, first: float, last: float, table: Table) -> None:
    clean_axes(axes)
    width = bin_days(first, last)
    axes.set_ylabel("flights" if width > 1 else "flights a day")
    every = int((last - first) / 24) + 3
    days = [hour for hour, _ in midnights(study.scenario, first - 24, last, most=every)][::width]
    tops = [1.0]
    for way, shift in (("in", -5.0), ("out", 5.0)):
        found = daily(study, f"flights_{way}", days)
        if found is None:
            say(axes, "no force was sent in any run")
            return
        _boxes(axes, days, shift, found, way, width)
        tops.append(float(np.max(found.high)))
        for place, day in enumerate(days[:-1]):
            numbers = tuple(float(q[place]) for q in found)
            panel = f"flights {way}, in the {SPANS[width].split()[-1]} from"
            table.append((panel, "flights", day, *numbers, None, None, None))
        if width == 1:
            tops.append(_recorded_days(study, axes, way, shift, table))
    axes.set_ylim(0, 1.12 * max(tops))


def daily(study: Study, name: str, days: list[float]) -> Bands | None:
    """Return quantiles of the increase of a cumulative curve over each of *days* (local midnights, hours)."""
    values = curve(study, name, counted(study))
    if values is None or not values.size:
        return None
    grid = np.asarray(study.grid, dtype=float)
    at: Floats = np.array([np.interp(days, grid, run) for run in values])
    return bands(np.diff(at, axis=1), levels(study))


def _boxes(axes: Axes, days: list[float], shift: float, found: Bands, way: str, width: int) -> None:
    colour, (hatch, edge) = COLOURS[way], _hatch(way)
    middle = np.array(days[:-1]) + (12 + shift) * width
    seen = found.high > 0.005
    for low, high, strength in (
        (found.low, found.high, style.OUTER),
        (found.lower, found.upper, style.INNER),
    ):
        axes.bar(
            middle[seen],
            (high - low)[seen],
            8.4 * width,
            low[seen],
            facecolor=style.tint(colour, strength),
            hatch=hatch,
            edgecolor=edge,
            linewidth=0.4 if hatch else 0,
        )
    axes.hlines(
        found.middle[seen],
        middle[seen] - 4.2 * width,
        middle[seen] + 4.2 * width,
        color=style.TEXT if hatch else colour,
        linewidth=2.2 if hatch else 1.6,
        zorder=3,
    )


def _hatch(way: str) -> tuple[str, str]:
    """Return the hatch of one way's boxes and its colour: where the style has one, departures are hatched."""
    return (style.OUT_HATCH, "#888888") if way == "out" and style.OUT_HATCH else ("", "none")


def _recorded_days(study: Study, axes: Axes, way: str, shift: float, table: Table) -> float:
    """Draw recorded flights by day: totals over spans, then days of the series that no span covers.

    Returns the highest.
    """
    spans, tops = _spans(study, way), [0.0]
    panel = f"flights {way}, in the day from"
    for since, until, value, low, high in spans:
        height = next(v for v in (value, high, low) if v is not None)
        middle = (since + until) / 2 + shift
        if until - since > 25:
            axes.plot([since, until], [height, height], color=style.TEXT, linewidth=0.9, marker="|", zorder=5)
        draw_recorded(axes, middle, value, low, high, vertical=True)
        table.append((panel, "flights", since, *([None] * 5), value, low, high))
        tops += [height, high or 0.0]
    for point in study.scenario.recorded_series.get(f"flights_{way}", ()):
        hour = study.scenario.hours(point.at)
        if any(since <= hour <= until for since, until, *_ in spans):
            continue
        day = max(h for h, _ in midnights(study.scenario, hour - 24, hour, most=400))
        draw_recorded(axes, day + 12 + shift, point.value, point.low, point.high, vertical=True)
        if point.value is None and point.low is None and point.high is None:
            axes.text(day + 12, 0.02, "n/r", transform=axes.get_xaxis_transform(), fontsize=6, ha="center",
                      color=style.TEXT, style="italic")  # fmt: skip
        table.append(recorded_row(panel, "flights", day, point))
        tops += [point.value or 0.0, point.high or 0.0]
    if not max(tops):
        y = 0.92 if way == "in" else 0.8
        say(axes, f"flights {way} by day: not recorded", x=0.985, y=y, align="right")
    return max(tops)


def _spans(study: Study, way: str) -> list[tuple[float, float, float | None, float | None, float | None]]:
    """Return recorded totals over spans as (since, until, value, low, high), hours and flights a day."""
    found = []
    for entry in study.scenario.record.values():
        if entry.response != f"flights_{way}_between" or entry.since is None or entry.at is None:
            continue
        since, until = study.scenario.hours(entry.since), study.scenario.hours(entry.at)
        days = max(round((until - since) / 24), 1)
        value, low, high = (None if v is None else v / days for v in (entry.value, entry.low, entry.high))
        found.append((since, until, value, low, high))
    return [span for span in found if any(v is not None for v in span[2:])]


def _legend(study: Study, sheet: Sheet) -> None:
    from matplotlib.patches import Patch

    outer = band_words(study)
    flights = [
        Patch(
            facecolor=style.tint(c, style.INNER),
            hatch=_hatch(way)[0],
            edgecolor=c if not _hatch(way)[0] else _hatch(way)[1],
            label=f"flights {way} ({outer}, 25-75 %, median)",
        )
        for way, c in COLOURS.items()
    ]
    sheet.figure.legend(handles=[*flights, *handles(study, figure=sheet.figure)[3:]], ncols=4,
        loc="lower left", handlelength=1.5,
                        bbox_to_anchor=(0.08, 0.38 / sheet.height), columnspacing=1.4)  # fmt: skip
