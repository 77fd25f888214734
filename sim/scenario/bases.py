"""The shape of forward bases: troops of one state stationed in or beside another's territory."""

from typing import Literal

from sim.scenario.levers import Settings
from sim.scenario.places import Place, Sourced
from sim.scenario.quantities import People, PositiveRatio, Quantity
from sim.scenario.standing import Shocks


class Base(Sourced):
    """A place that forces start from; what it changes for crises of the states it is near.

    Its troops are counted in their owner's strength already: a base adds place and coordination, not men.
    """

    name: str
    enabled: bool = True
    owner: str
    place: Place
    #: Troops stationed there (part of the owner's strength).
    troops: People
    #: Units of the owner that stand there. In crises of the hosts it is near they go before its others;
    #: without the base they are not at anybody's disposal.
    units: tuple[str, ...] = ()
    #: Units of the owner that its troops are taken from, in this order, while it is there.
    drawn_from: tuple[str, ...] = ()
    #: Factor on the alliance's coordination for the units that stand there, which together is never above 1.
    coordination: PositiveRatio = Quantity(1.0, source=("no difference by default",), confidence="high")
    #: Status of the ground that the alliance takes in with the base, for crises on that very ground
    #: (`crisis.facts.ground`); none where the base brings no territory with it.
    status: Literal["recognised", "partially_recognised", "disputed"] | None = None
    #: Hosts whose crises it is near.
    near: tuple[str, ...] = ()
    #: Factors on levers in crises of those hosts.
    levers: Settings = {}
    #: What opening it (or admitting its territory) does to the standing of the alliance, once.
    shocks: Shocks | None = None
