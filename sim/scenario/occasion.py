"""The shape of an occasion: a day on which a host has a reason to ask, with no fighting of its own."""

from typing import Literal, Self

from pydantic import model_validator

from sim.scenario.distributions import Duration
from sim.scenario.places import Located, Place
from sim.scenario.quantities import Share
from sim.scenario.scalars import Instant


class Occasion(Located):
    """A state asks for something without being attacked: troops out of area, solidarity, a mission."""

    label: str
    #: When the reason to ask arises: uniform between the two.
    at: Instant
    latest: Instant | None = None
    #: How much the host feels it needs help, on the scale of danger (share of the country out of control).
    need: Share
    #: How long the need lasts.
    lasts: Duration
    #: The member that asks on the host's behalf; the host itself if not said.
    asked_by: str = ""
    #: The least help that answers what is asked for; the asker puts no motion on less.
    asks_for: Literal["words", "measures", "force"] = "words"
    #: Where help would go.
    place: Place | None = None

    def places(self) -> dict[str, Place]:
        """Return where help would go, if that is said."""
        return {} if self.place is None else {"occasion": self.place}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.latest is not None and self.latest < self.at:
            raise ValueError("'latest' is before 'at'; swap them")
        return self
