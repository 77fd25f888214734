"""The shape of a session at which documents are adopted together."""

from sim.scenario.places import Sourced
from sim.scenario.quantities import WholeCount
from sim.scenario.scalars import Day


class Session(Sourced):
    """A meeting that adopts a batch of documents: without it none of its instruments works."""

    name: str
    #: Switch: off, the session is not held or adopts nothing.
    enabled: bool = True
    on: Day
    #: How many documents it adopted, and which of the alliance's instruments are among them.
    documents: WholeCount
    adopts: tuple[str, ...] = ()
