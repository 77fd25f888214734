"""The shape of an epidemic in several states: outbreaks, what slows them, help on its way."""

from typing import Literal, Self

from pydantic import model_validator

from sim.scenario.distributions import Duration
from sim.scenario.levers import Settings
from sim.scenario.places import Located, Place, Sourced
from sim.scenario.quantities import Count, PositivePeople, PositiveRatio, PositiveShare, Rate, Share
from sim.scenario.scalars import Instant

#: What a delivery may bring; doses are counted against the population they go to.
AidKind = Literal["kits", "medics", "laboratory", "equipment", "doses", "production"]


class Outbreak(Place):
    """The epidemic in one state, from its first confirmed cases."""

    #: First confirmed cases: uniform between the two.
    earliest: Instant
    latest: Instant
    population: PositivePeople
    #: Share of the population that is ever confirmed if nobody is vaccinated and nothing changes.
    reach: PositiveShare

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.latest < self.earliest:
            raise ValueError("'latest' is before 'earliest'; swap them")
        return self


class Wave(Sourced):
    """A later wave in every state, with a course of its own beside the first."""

    label: str
    enabled: bool = True
    #: When it sets in somewhere: uniform between the two, each state on its own luck.
    earliest: Instant
    latest: Instant
    #: Its reach as a multiple of the first wave's.
    reach: PositiveRatio


class Delivery(Sourced):
    """Help to one state: asked, agreed or offered on a day, there after a lead time."""

    enabled: bool = True
    label: str
    what: AidKind
    #: Who gives it; the state itself for its own production. Help from others needs the bilateral channel.
    by: str
    to: str
    #: Persons, tests, items or doses; not known if left out.
    amount: Count | None = None
    #: The day from which the lead time counts: uniform between the two.
    asked: Instant
    latest: Instant | None = None
    lead: Duration
    #: How long its levers act there; to the end of the run if not said.
    lasts: Duration | None = None
    #: Factors on growth, contacts and fatality of the state it goes to.
    levers: Settings = {}

    @model_validator(mode="after")
    def _local(self) -> Self:
        if self.latest is not None and self.latest < self.asked:
            raise ValueError("'latest' is before 'asked'; swap them")
        if set(self.levers) - {"growth", "contacts", "fatality"}:
            raise ValueError("a delivery acts on 'growth', 'contacts' and 'fatality' alone")
        return self


class Epidemic(Located):
    """Logistic growth of confirmed cases in each state: dC/dt = r C (1 - C/K), incidence its derivative.

    r is `growth` times the levers growth and contacts and the same factors at home, which flatten the curve.
    Vaccination takes away a share of what is left of K - C.
    """

    outbreaks: dict[str, Outbreak]
    #: Later waves; what is confirmed in each adds up.
    waves: dict[str, Wave] = {}
    #: Growth of cumulative cases per hour, and confirmed cases at the outbreak.
    growth: Rate
    first: PositivePeople
    #: Shape of the gamma frailty that multiplies the reach of each wave in each state (variance 1/shape).
    frailty_shape: PositiveRatio
    #: Deaths per confirmed case.
    fatality: Share
    #: Cases a day per 100,000 people above which hospitals are under strain.
    strain: PositiveRatio
    #: Share of the greatest incidence below which a state is calm again.
    calm: Share
    #: Doses for one person, and the share of those vaccinated who are kept from becoming a case.
    doses_each: PositiveRatio
    protection: Share
    deliveries: dict[str, Delivery] = {}

    def places(self) -> dict[str, Place]:
        """Return where each state's outbreak is drawn."""
        return dict(self.outbreaks)

    @model_validator(mode="after")
    def _known_states(self) -> Self:
        for key, delivery in self.deliveries.items():
            if delivery.to not in self.outbreaks:
                raise ValueError(f"'{key}' goes to '{delivery.to}', which has no outbreak here")
        return self
