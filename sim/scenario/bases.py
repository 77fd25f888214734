"""The shape of forward bases: troops of one state stationed in or beside another's territory."""

from sim.scenario.injects import Shocks
from sim.scenario.levers import Settings
from sim.scenario.places import Place, Sourced
from sim.scenario.quantities import People


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
    #: Hosts whose crises it is near.
    near: tuple[str, ...] = ()
    #: Factors on levers in crises of those hosts.
    levers: Settings = {}
    #: What opening it (or admitting its territory) does to the standing of the alliance, once.
    shocks: Shocks | None = None
