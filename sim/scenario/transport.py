"""The shape of transport in an alliance file: airfields, aircraft, fleets, planning factors, roads."""

from typing import Self

from pydantic import model_validator

from sim.scenario.distributions import Duration
from sim.scenario.places import Place, Sourced
from sim.scenario.quantities import (
    Count,
    Hours,
    People,
    PositiveCount,
    PositiveShare,
    Ratio,
    Share,
    Speed,
    WholeCount,
)


class Airfield(Place):
    """An airfield and how many heavy transports it can load or unload at once."""

    country: str
    #: Heavy aircraft worked (loaded, unloaded, fuelled) at the same time.
    slots: PositiveCount


class AircraftType(Sourced):
    """What one aircraft of a type carries and how long it takes."""

    name: str
    cruise: Speed
    #: Troops on seats when it carries no vehicles.
    troops: People
    #: Vehicles in a vehicle load, and the troops that ride with them.
    vehicles: Count
    troops_with_vehicles: People
    onload: Duration
    offload: Duration


class Fleet(Sourced):
    """The aircraft of one type that an owner makes available."""

    aircraft_type: str
    available: WholeCount
    #: Share of the fleet that waits at each airfield when the crisis begins; adds up to 1.
    stationed: dict[str, Share]

    @model_validator(mode="after")
    def _stations_add_up(self) -> Self:
        total = sum(self.stationed.values())
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares in 'stationed' add up to {total:g}, not 1")
        return self


class Airlift(Sourced):
    """Planning factors that hold for every flight."""

    #: Owners whose fleets carry the force.
    providers: tuple[str, ...]
    #: Block speed over cruise speed; and time per sortie for taxi, climb and approach.
    block_speed_share: PositiveShare
    taxi: Hours
    #: Time between two chalks (aircraft loads) leaving one unit's ramp.
    chalk_interval: Hours
    #: Share of the nominal load that real loads reach.
    load_share: Share
    #: Share of vehicles too large for the usual type, carried by the outsize type.
    outsize_share: Share
    usual_type: str
    outsize_type: str
    breakdowns: bool = True
    #: Chance that a sortie leaves without a technical delay, and how long a repair takes.
    dispatch_reliability: Share
    repair: Duration
    weather: bool = True
    #: Chance that weather closes an airfield on a given day, and for how long.
    closure_chance: Share
    closure: Duration
    crew_duty: Hours
    crew_rest: Hours


class Roads(Sourced):
    """Road marches."""

    speed: Speed
    #: Road length over great-circle distance.
    detour: Ratio
