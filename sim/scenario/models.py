"""The whole of a scenario: one frozen, checked object with every default filled in."""

from datetime import datetime
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, field_validator, model_validator

from sim.scenario.alliance import Alliance
from sim.scenario.crisis import Crisis
from sim.scenario.distributions import Frozen
from sim.scenario.later import later
from sim.scenario.quantities import Hours, Quantity
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

if TYPE_CHECKING:
    from sim.scenario.campaign import Episode
    from sim.scenario.sweep import Sweep
else:
    Episode, Sweep = later("campaign", "Episode"), later("sweep", "Sweep")

#: Hours between instants, by identity (it takes longer to tell whether two with zones are equal), with both
#: instants, so that no other takes their identity.
_hours: dict[tuple[int, int], tuple[float, datetime, datetime]] = {}
#: Pairs kept; then all are forgotten.
MOST_HOURS = 4_096

#: No longer horizon than this, in hours (some 114 years): curves keep a value every few hours.
LONGEST = 1_000_000.0


class Scenario(Frozen):
    """A crisis on an alliance, with what is uncertain, what happened and how to run it."""

    format: Literal[1]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    title: str
    description: str
    #: It never happened: nothing in its record may be scored.
    hypothetical: bool = False
    start: Instant
    horizon: Hours
    #: How much later than their dates say the crisis happens: the same crisis in another year.
    moved_by: Hours = Quantity(0.0, unit="h")
    alliance: Alliance
    crisis: Crisis
    response: Response
    #: Further crises on the same alliance: with them the scenario is a campaign.
    crises: dict[str, Episode] = {}
    uncertain: dict[str, Uncertain] = {}
    variants: dict[str, Variant] = {}
    record: dict[str, RecordEntry] = {}
    recorded_events: tuple[RecordedEvent, ...] = ()
    recorded_series: dict[str, tuple[SeriesPoint, ...]] = {}
    calibration: Calibration | None = None
    experiment: Experiment
    sweep: Sweep | None = None

    @model_validator(mode="after")
    def _one_key_each(self) -> Self:
        check_keys(self.crisis, self.response)
        return self

    @model_validator(mode="after")
    def _no_score_of_what_never_was(self) -> Self:
        scored = [key for key, entry in self.record.items() if entry.scored]
        if self.hypothetical and scored:
            raise ValueError(f"a hypothetical scenario has nothing to score; drop 'scored' of '{scored[0]}'")
        return self

    @field_validator("horizon")
    @classmethod
    def _within_reason(cls, horizon: Quantity) -> Quantity:
        if horizon > LONGEST:
            raise ValueError(
                f"{float(horizon):.4g} h is too long to simulate; write at most {LONGEST:,.0f} h"
            )
        if not horizon > 0:
            raise ValueError(f"{float(horizon):g} h leaves no time to simulate; write more than 0 h")
        return horizon

    def hours(self, instant: datetime) -> float:
        """Return *instant*, as the file gives it, as hours after the scenario's start."""
        start = self.start
        found = _hours.get((id(start), id(instant)))
        if found is None:
            if len(_hours) >= MOST_HOURS:
                _hours.clear()
            found = (instant - start).total_seconds() / 3600, start, instant
            _hours[id(start), id(instant)] = found
        return found[0] + self.moved_by


def check_keys(crisis: Crisis, response: Response) -> None:
    """Check that no two of a crisis's injects, branches and measures share a key, and so luck and levers.

    Raises:
        ValueError: two do.
    """
    named = [*crisis.injects, *crisis.branches, *response.measures]
    twice = next((key for key in named if named.count(key) > 1), None)
    if twice is not None:
        raise ValueError(f"'{twice}' names two of 'injects', 'branches' and 'measures'; rename one")
