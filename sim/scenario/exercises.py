"""The shape of exercises: dated, somewhere, with troops that are busy meanwhile and readier afterwards."""

from typing import Self

from pydantic import model_validator

from sim.scenario.levers import Settings
from sim.scenario.places import Place, Sourced
from sim.scenario.quantities import Hours, People, Quantity, Share
from sim.scenario.scalars import Day

_NONE = Quantity(0.0, source=("none by default",), confidence="high")
_AT_ONCE = Quantity(0.0, source=("none by default",), confidence="high", unit="h")


class Exercise(Sourced):
    """A joint exercise under a plan."""

    name: str
    #: Switch: off, it is not held.
    enabled: bool = True
    #: First and last day.
    begins: Day
    ends: Day
    place: Place
    #: Troops by member, where known; they are told, and named units below are tied up.
    troops: dict[str, People] = {}
    #: Troops of units that cannot be sent elsewhere meanwhile, by member and unit.
    units: dict[str, dict[str, People]] = {}
    #: States whose crises feel it while it lasts, through the factors in `levers`.
    near: tuple[str, ...] = ()
    #: To the power of the strength of the mechanism `crisis.effects.deterrence`.
    levers: Settings = {}
    #: Share by which times to make ready are shorter when it ends, and the time in which that halves.
    readiness_gain: Share = _NONE
    half_life: Hours = _AT_ONCE

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.ends < self.begins:
            raise ValueError("the exercise ends before it begins; swap 'begins' and 'ends'")
        if self.readiness_gain > 0 and self.half_life <= 0:
            raise ValueError("a gain in readiness needs a 'half_life' above 0")
        return self
