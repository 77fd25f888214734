"""The shape of fighting between two sides: stand-off, exchanges, ceasefires, relapse, displacement."""

from typing import Self

from pydantic import Field, model_validator

from sim.scenario.distributions import Duration
from sim.scenario.places import Located, Place, Sourced
from sim.scenario.quantities import People, PositiveRatio, Rate, Ratio, Share
from sim.scenario.scalars import Instant


class Stretch(Place):
    """A stretch of the line that is fought over: a village, a crossing, a district."""

    #: Chance that a round of fighting breaks out here, relative to the others.
    weight: Ratio


class Displacement(Sourced):
    """People of one side who leave while there is firing and come back once it has stopped for good."""

    #: People who live within reach of the fighting.
    exposed: People
    #: Share of them who leave if it goes on, and the hazard at which those do.
    leaving: Share
    pace: Rate
    #: Share of the displaced who come back at all, how long after the last shot, and then at which hazard.
    returning: Share
    wait: Duration
    returns: Rate


class Side(Sourced):
    """One side of the fight and what it loses."""

    name: str
    #: Its people killed per hour of firing when a round begins.
    killed: Rate
    #: Civilians among them; wounded for each killed.
    civilians: Share
    wounded: Ratio
    displaced: Displacement | None = None
    #: Hazard, while there is firing, that this side prevails and the other gives in.
    prevails: Rate


class Standoff(Sourced):
    """What comes before the first shot: a brawl, an advance without firing."""

    label: str
    #: People on each side of it.
    people: People
    #: How much the host feels it, on the scale of danger.
    threat: Share
    #: Hazard that shooting begins, and that the stand-off ends without any.
    escalates: Rate
    cools: Rate


class Fighting(Located):
    """Rounds of firing and ceasefires between two sides, with hazards per hour.

    stand-off -> firing -> ceasefire -> (relapse -> firing -> ceasefire ...) -> a ceasefire that lasts;
    or one side prevails. Hazards are constant while the state lasts, but for the levers that act on them.
    """

    #: Begins (with the stand-off, or with the first shot) between the two instants.
    earliest: Instant
    latest: Instant
    standoff: Standoff | None = None
    #: By key of the state or group; the two are told apart by their order in the file.
    sides: dict[str, Side] = Field(min_length=2, max_length=2)
    sectors: dict[str, Stretch] = Field(min_length=1)
    #: How much the host feels a round of firing, and a ceasefire that may break, on the scale of danger.
    threat: Share
    unease: Share
    #: Hazard that a round stops; that a ceasefire breaks; that it becomes lasting; that a lasting one breaks.
    ceasefire: Rate
    relapse: Rate
    settles: Rate
    breaks: Rate
    #: Deadliness of later rounds relative to the first, and how fast a round's deadliness fades.
    renewed: Ratio
    fades: Rate
    #: Shape of the gamma frailty that multiplies each round's deadliness and each side's flight (variance
    #: 1/shape).
    frailty_shape: PositiveRatio
    #: A lasting ceasefire to the return of reinforcements to their bases.
    pull_back: Duration
    #: Factor on the hazards of relapse where enough peacekeepers stand between the sides (none if not said),
    #: and how many are enough (fewer work in proportion, in logarithms).
    interposed: Ratio | None = None
    peacekeepers: People | None = None

    def places(self) -> dict[str, Place]:
        """Return the places that are fought over by key."""
        return dict(self.sectors)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.latest < self.earliest:
            raise ValueError("'latest' is before 'earliest'; swap them")
        if (self.interposed is None) is not (self.peacekeepers is None):
            raise ValueError("'interposed' and 'peacekeepers' belong together; write both or neither")
        return self
