"""The shape of outside pressure: covert attacks, who did them, tension, sanctions."""

from typing import Self

from pydantic import model_validator

from sim.scenario.distributions import Duration
from sim.scenario.places import Located, Place, Sourced
from sim.scenario.quantities import Hours, People, Rate, Ratio, Share
from sim.scenario.scalars import Instant


class Target(Place):
    """What is attacked without anybody owning up to it."""

    #: Attacks per hour while the campaign lasts.
    rate: Rate
    #: Damage of one attack on the scale of danger (mean of an exponential), and people killed (mean).
    damage: Share
    killed: Ratio
    #: Soldiers of the mission on post there who halve the rate of attacks; they change nothing if not said.
    guard: People | None = None


class Attribution(Sourced):
    """How sure the world is of who did it: log-odds that wander upwards as inquiries go on."""

    #: Certainty at the first attack, that at which an external hand is claimed, and that of proof.
    start: Share
    claimed: Share
    proved: Share
    #: Log-odds gained per hour of inquiry, and the standard deviation of what a day of it brings.
    drift: Rate
    noise: Ratio
    #: Hours of inquiry that the traces of each further attack are worth.
    trace: Hours

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if not 0 < self.start < self.claimed < self.proved < 1:
            raise ValueError("certainty must rise from 'start' to 'claimed' to 'proved', between 0 and 1")
        if self.noise <= 0:
            raise ValueError("'noise' must be above 0")
        return self


class Sanctions(Sourced):
    """The cost of association: a hazard of sanctions, rising with closeness to the state held responsible."""

    #: The state held responsible.
    party: str
    #: From when sanctions may come: uniform between the two.
    earliest: Instant
    latest: Instant
    #: Hazard of the party itself; that of its closest backer if not said.
    own: Rate | None = None
    #: Hazard of a state with no tie to the party, and its e-folds for the closest one.
    hazard: Rate
    closeness: Ratio
    #: Factor for a member that supports a motion for the party.
    backing: Ratio
    #: Factor for everybody once all stand together, if `effects.solidarity` is on.
    united: Ratio


class Pressure(Located):
    """Pressure on a state from outside, none of it an open attack."""

    label: str
    #: When it begins: uniform between the two.
    earliest: Instant
    latest: Instant
    lasts: Duration
    #: Danger that tension alone means while the pressure lasts; none if not said.
    tension: Share | None = None
    #: Danger above which the host takes alarm; it never does if not said.
    alarm: Share | None = None
    #: Damage made good per hour (share); it stays if not said.
    repair: Rate | None = None
    targets: dict[str, Target] = {}
    attribution: Attribution | None = None
    sanctions: Sanctions | None = None

    def places(self) -> dict[str, Place]:
        """Return what is attacked, by key."""
        return dict(self.targets)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.latest < self.earliest:
            raise ValueError("'latest' is before 'earliest'; swap them")
        if self.attribution is not None and not self.targets:
            raise ValueError("'attribution' needs 'targets': there is nothing to attribute")
        return self
