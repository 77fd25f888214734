"""The shape of a campaign: further crises on the same alliance, whose state they share."""

from typing import Self

from pydantic import model_validator

from sim.scenario.crisis import Crisis
from sim.scenario.distributions import Frozen
from sim.scenario.models import check_keys
from sim.scenario.quantities import Hours
from sim.scenario.response import Response
from sim.scenario.scalars import Instant


class Episode(Frozen):
    """A crisis of a campaign, as its own scenario file tells it (`use:` names that file)."""

    title: str
    enabled: bool = True
    start: Instant
    #: How long it is followed.
    horizon: Hours
    crisis: Crisis
    response: Response

    @model_validator(mode="after")
    def _one_key_each(self) -> Self:
        check_keys(self.crisis, self.response)
        return self
