"""What has a source, and where it is."""

from typing import Annotated, Literal

from pydantic import Field
from pydantic_core import core_schema

from sim.scenario.distributions import Frozen
from sim.scenario.quantities import CONFIDENCE, read_sources
from sim.scenario.scalars import Number, Ready

_TEXTS = core_schema.tuple_variable_schema(core_schema.str_schema())
#: Where something comes from: a text or a list of texts in a file.
Sources = Annotated[
    tuple[str, ...], Ready(core_schema.no_info_before_validator_function(read_sources, _TEXTS))
]
#: How sure it is.
Confidence = Annotated[
    Literal["high", "medium", "low", "none"] | None,
    Ready(core_schema.nullable_schema(core_schema.literal_schema(list(CONFIDENCE)))),
]


class Sourced(Frozen):
    """Something with a source, a confidence and perhaps a note."""

    source: Sources = ()
    confidence: Confidence = None
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
