"""Days of the calendar and hours of the clock, in the zone of a scenario's start."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from functools import lru_cache


@lru_cache(maxsize=256)
def day_at(start: datetime, hours: float) -> date:
    """Return the day on the calendar *hours* after *start*."""
    return (start + timedelta(hours=hours)).date()


@lru_cache(maxsize=4_096)
def hours_to_day(start: datetime, day: date) -> float:
    """Return the hours from *start* to the beginning of *day* in the start's zone."""
    return (datetime.combine(day, time_of_day(), start.tzinfo) - start).total_seconds() / 3600
