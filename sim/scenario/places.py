"""What has a source, and where it is."""

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.distributions import Frozen
from sim.scenario.quantities import read_sources
from sim.scenario.scalars import Before, Number


class Sourced(Frozen):
    """Something with a source, a confidence and perhaps a note."""

    source: Annotated[tuple[str, ...], Before(read_sources)] = ()
    confidence: Literal["high", "medium", "low", "none"] | None = None
    note: str | None = None


class Place(Sourced):
    """A named point on the map, WGS84 decimal degrees."""

    name: str
    lat: Number = Field(ge=-90, le=90)
    lon: Number = Field(ge=-180, le=180)
    approximate: bool = False


class Located(Sourced):
    """One kind of happening in a crisis, which may have places on the map."""

    def places(self) -> dict[str, Place]:
        """Return its places by key; none if it has none."""
        return {}
