"""The whole of a scenario: one frozen, checked object with every default filled in."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from sim.scenario.alliance import Alliance
from sim.scenario.crisis import Crisis
from sim.scenario.distributions import Frozen
from sim.scenario.quantities import Hours
from sim.scenario.response import Response
from sim.scenario.scalars import Instant
from sim.scenario.study import (
    Calibration,
    Experiment,
    RecordedEvent,
    RecordEntry,
    SeriesPoint,
    Uncertain,
    Variant,
)  # fmt: skip


class Scenario(Frozen):
    """A crisis on an alliance, with what is uncertain, what happened and how to run it."""

    format: Literal[1]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    title: str
    description: str
    start: Instant
    horizon: Hours
    alliance: Alliance
    crisis: Crisis
    response: Response
    uncertain: dict[str, Uncertain] = {}
    variants: dict[str, Variant] = {}
    record: dict[str, RecordEntry] = {}
    recorded_events: tuple[RecordedEvent, ...] = ()
    recorded_series: dict[str, tuple[SeriesPoint, ...]] = {}
    calibration: Calibration | None = None
    experiment: Experiment

    def hours(self, instant: datetime) -> float:
        """Return *instant* as hours after the scenario's start."""
        return (instant - self.start).total_seconds() / 3600
