"""Local dates and hours from the appeal, in words that depend on no locale."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.scenario.models import Scenario
    from sim.scenario.study import RecordedEvent

#: Hours from which a scenario is so long that its dates need years.
LONG = 6000.0
#: Days from which an axis is marked at the first days of months.
MONTHLY = 75
#: Share of the runs that must appeal for an axis to count from the appeal.
MOST_APPEAL = 0.5
#: Hours from which it is told that an appeal comes earlier or later: what tables show.
TOLD_FROM = 0.05
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local_time(scenario: Scenario, hours: float) -> datetime:
    """Return the instant *hours* after the scenario's start, in the zone the scenario starts in."""
    return scenario.start + timedelta(hours=hours)


def zone_name(scenario: Scenario) -> str:
    """Return the zone local times are given in, as in UTC+06:00."""
    minutes = round((scenario.start.utcoffset() or timedelta()).total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def date_words(instant: datetime) -> str:
    """Return a date as in '6 Jan'."""
    return f"{instant.day} {MONTHS[instant.month - 1]}"


def stamp(instant: datetime, *, year: bool = False) -> str:
    """Return date and time as in 'Thu 06 Jan 02:41' (with *year* '06 Jan 2022 02:41'), cut to the minute."""
    day = f"{instant.day:02d} {MONTHS[instant.month - 1]}"
    day = f"{day} {instant.year}" if year else f"{DAYS[instant.weekday()]} {day}"
    return f"{day} {instant.hour:02d}:{instant.minute:02d}"


def midnights(scenario: Scenario, first: float, last: float, most: int = 9) -> list[tuple[float, str]]:
    """Return local midnights between *first* and *last* (hours after the start) with their dates.

    Every day, or every second, fourth, ... so that there are at most *most*.
    """
    start = scenario.start
    to_midnight = -(start.hour + start.minute / 60 + start.second / 3600)
    days = range(math.ceil((first - to_midnight) / 24), math.floor((last - to_midnight) / 24) + 1)
    if len(days) > MONTHLY and most < len(days):
        return _first_days(scenario, first, last, most)
    step = 1
    while len(days) > most * step:
        step *= 2
    hours = [to_midnight + 24 * day for day in days[::step]]
    return [(hour, date_words(local_time(scenario, hour + 1e-6))) for hour in hours]


def _first_days(scenario: Scenario, first: float, last: float, most: int) -> list[tuple[float, str]]:
    """Return the first days of months, every one or every second, third, ..., with month and year."""
    begun, end = local_time(scenario, first), local_time(scenario, last)
    months = range(begun.year * 12 + begun.month - 1, end.year * 12 + end.month)
    step = next(n for n in (1, 2, 3, 6, 12, 24, 48, 120) if len(months) <= most * n)
    found = []
    for month in months:
        instant = datetime(month // 12, month % 12 + 1, 1, tzinfo=scenario.start.tzinfo)
        hour = (instant - scenario.start).total_seconds() / 3600
        if month % step == 0 and first <= hour <= last:
            found.append((hour, f"{MONTHS[month % 12]} {instant.year}"))
    return found


def kind_of(event: RecordedEvent) -> str:
    """Return the event kind a recorded event belongs to, written as the event log writes it."""
    return event.kind.strip().lower().replace("_", " ")


def recorded_span(scenario: Scenario, event: RecordedEvent) -> tuple[float, float]:
    """Return from when to when a recorded event may have been, in hours after the start.

    That is the whole of its day or month where the record knows no more, and else one instant twice.
    """
    if event.precision == "time":
        return (scenario.hours(event.at),) * 2
    first = event.at.replace(hour=0, minute=0, second=0, microsecond=0)
    end = first + timedelta(days=1)
    if event.precision == "month":
        first = first.replace(day=1)
        end = (first + timedelta(days=31)).replace(day=1)
    return scenario.hours(first), scenario.hours(end)


def recorded_appeal(scenario: Scenario) -> float | None:
    """Return the instant of the recorded public appeal in hours after the start; none if not recorded."""
    for event in scenario.recorded_events:
        if kind_of(event) == EventKind.APPEAL.value:
            return scenario.hours(event.at)
    return None


def median(values: Iterable[float]) -> float:
    """Return the median of *values* that are not nan; nan if there are none."""
    known = sorted(v for v in values if not math.isnan(v))
    if not known:
        return math.nan
    middle = len(known) // 2
    return known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2


def most_appeal(study: Study) -> bool:
    """Return whether the public appeal is a clock for the study: recorded, or made in half the runs."""
    if recorded_appeal(study.scenario) is not None:
        return True
    runs = [row for row in study.rows if not row.get("failed", 0.0)]
    made = sum(not math.isnan(row.get("hours_to_appeal", math.nan)) for row in runs)
    return bool(runs) and made >= MOST_APPEAL * len(runs)


def origin(study: Study) -> tuple[float, str]:
    """Return the instant that a chart's time axis counts from (hours after the start), and its name.

    The recorded appeal where there is one, else the simulated median if half the runs or more appeal, else
    the scenario's start.
    """
    recorded = recorded_appeal(study.scenario)
    if recorded is not None:
        return recorded, "recorded appeal"
    if most_appeal(study):
        return median(row.get("hours_to_appeal", math.nan) for row in study.rows), "median simulated appeal"
    return 0.0, "start"


def axis_words(scenario: Scenario, first: float, last: float) -> str:
    """Return the label of an axis of local dates from *first* to *last* (hours after the start)."""
    begun, end = local_time(scenario, first), local_time(scenario, last)
    if last - first > 24 * MONTHLY:
        return f"local date, {zone_name(scenario)} (ticks on the first of a month)"
    years = str(begun.year) if begun.year == end.year else f"{begun.year}-{end.year}"
    return f"local date in {years}, {zone_name(scenario)} (ticks at midnight)"


#: Steps between the ticks of a clock, in hours, and from where it counts in days (hours).
STEPS = (6.0, 12.0, 24.0, 48.0, 96.0, 120.0, 240.0, 480.0, 720.0, 1200.0, 2400.0, 4800.0, 7200.0, 12000.0)
DAYS_FROM = 30 * 24.0


def clock_ticks(first: float, last: float, most: int = 9) -> tuple[list[tuple[float, str]], str]:
    """Return at most about *most* ticks (hours, words) between two instants of a clock, and the unit's name.

    Hours up to thirty days, days beyond.
    """
    step = next((s for s in STEPS if (last - first) <= s * most), STEPS[-1])
    days = last - first > DAYS_FROM
    if days:
        step = max(24.0, step)
    ticks = [step * n for n in range(math.ceil(first / step), math.floor(last / step + 1e-9) + 1)]
    return [(tick, _signed(tick / 24 if days else tick)) for tick in ticks], "days" if days else "hours"


def _signed(number: float) -> str:
    return f"{number:+,g}" if number else "0"
