"""The shape of incursions over a border: sectors, who comes, detection, raids, flight, mobilisation."""

from typing import Self

from pydantic import model_validator

from sim.scenario.distributions import Duration
from sim.scenario.places import Located, Place, Sourced
from sim.scenario.quantities import Hours, Kilometres, People, PositiveRatio, Quantity, Rate, Ratio, Share
from sim.scenario.scalars import Instant

#: What holds where a file says nothing: nobody, no time, no chance, no difference.
_NOBODY = Quantity(0.0, source=("none by default",), confidence="high", unit="people")
_NO_TIME = Quantity(0.0, source=("none by default",), confidence="high", unit="h")
_NO_LENGTH = Quantity(0.0, source=("none by default",), confidence="high", unit="km")
_NONE = Quantity(0.0, source=("none by default",), confidence="high")
_ALIKE = Quantity(1.0, source=("no difference by default",), confidence="high")


class Fall(Sourced):
    """When the far bank changes hands: by date, or as one outcome of a branch of the crisis."""

    #: Uniform between the two.
    at: Instant | None = None
    latest: Instant | None = None
    #: Key of `crisis.branches`, the outcome that brings it, and how long after the turn it comes.
    branch: str = ""
    outcome: str = ""
    delay: Duration | None = None

    @model_validator(mode="after")
    def _timed_once(self) -> Self:
        if (self.at is None) is not bool(self.branch):
            raise ValueError("say when the far bank falls by exactly one of 'at' and 'branch'")
        if self.latest is not None and (self.at is None or self.latest < self.at):
            raise ValueError("'latest' needs an 'at' that is not after it")
        if self.branch and not self.outcome:
            raise ValueError("'branch' needs 'outcome', the turn that brings the fall")
        return self


class Sector(Place):
    """A stretch of border with one terrain and one density of guards."""

    #: Needed where a border is watched or its far bank falls.
    length: Kilometres = _NO_LENGTH
    #: Key of `terrains`, needed where a border is watched.
    terrain: str = ""
    #: Own guards at the start.
    guards: People = _NOBODY
    #: Arrivals per km relative to the other sectors.
    traffic: Ratio = _ALIKE
    #: When the far bank falls; never if not said.
    falls: Fall | None = None
    #: People expected to flee over the border when it does.
    soldiers: People = _NOBODY
    civilians: People = _NOBODY


class Terrain(Sourced):
    """How well a guard sees there: a factor on the detection effort."""

    detection: Ratio


class Party(Sourced):
    """A kind of traveller over the border: armed groups, caravans."""

    name: str
    #: Arrivals over the whole border while all of the far bank is held; or in their place the clashes that
    #: are known to come of them with the guards of the start (arrivals are then what makes so many).
    rate: Rate | None = None
    clashes: Rate | None = None
    #: Factor on arrivals in a sector whose far bank has fallen.
    when_fallen: Ratio = _ALIKE
    #: People in one: no more of them are killed or held in a clash; no limit if not said.
    size: People | None = None
    #: Chance that one which was detected is stopped, with a clash.
    interdiction: Share
    #: Per clash (means): intruders killed, intruders held, drugs seized in kg, own guards killed.
    killed: Ratio
    held: Ratio
    seized_kg: Ratio
    lost: Ratio
    #: Danger that the host sees in each that crossed, and how long it goes on seeing it.
    worry: Share = _NONE
    memory: Hours = _NO_TIME

    @model_validator(mode="after")
    def _counted_once(self) -> Self:
        if (self.rate is None) is (self.clashes is None):
            raise ValueError("say how many come by exactly one of 'rate' and 'clashes'")
        if self.clashes is not None and self.interdiction <= 0:
            raise ValueError(
                "'clashes' needs an 'interdiction' above 0; write 'rate' for those never stopped"
            )
        return self


class Raid(Sourced):
    """One named attack: on the host's side after crossing, or on the far side of the border."""

    label: str
    sector: str
    #: When it sets out: uniform between the two, or at random at a rate that follows the lever on arrivals.
    at: Instant | None = None
    latest: Instant | None = None
    rate: Rate | None = None
    attackers: People
    #: On the far bank there is nothing for the host's guards to detect and nobody of the host's to lose.
    beyond: bool = False
    #: Crossing to attack.
    delay: Duration
    #: Chance that it is stopped on the border once it is detected there: then it comes without the delay.
    interdiction: Share = _NONE
    #: Share of its toll (defenders killed, worry, people who flee) that is left when it is stopped; all of it
    #: where a file says nothing.
    stopped_cost: Share = _ALIKE
    #: Share of the attackers killed, and of the others held; defenders killed per attacker (mean).
    killed: Share
    held: Share = _NONE
    lost: Ratio
    #: Danger that the host sees in it, for how long (for good if not said), and people who flee from it over
    #: the border.
    worry: Share
    memory: Hours | None = None
    soldiers: People = _NOBODY
    civilians: People = _NOBODY

    @model_validator(mode="after")
    def _timed_once(self) -> Self:
        if (self.at is None) is (self.rate is None):
            raise ValueError("say when a raid sets out by exactly one of 'at' and 'rate'")
        if self.latest is not None and (self.at is None or self.latest < self.at):
            raise ValueError("'latest' needs an 'at' that is not after it")
        return self


class Flight(Sourced):
    """How people who flee come and go home."""

    #: Shape of the gamma factor on each batch (variance 1/shape).
    shape: PositiveRatio
    #: Event to crossing, and how long those who fled stay before they go home.
    delay: Duration
    stay_soldiers: Duration
    stay_civilians: Duration


class BorderReserves(Sourced):
    """Reserves that the host calls up for its border."""

    enabled: bool = True
    personnel: People
    #: Share of the far bank lost at which they are called.
    called_at: Share
    #: Moment of that loss to the order, and order to their being on the border.
    order: Duration
    arrival: Duration
    #: Share of those called that ever stands on the border.
    reaching: Share
    #: How long they stay there; to the end if not said.
    lasts: Duration | None = None


class Watch(Sourced):
    """How guards find what crosses: chance 1 - exp(-effort x guards per km x terrain)."""

    #: Effort of one guard per km.
    effort: Ratio


class Incursions(Located):
    """Armed groups and caravans that come to a border and cross it or are stopped."""

    sectors: dict[str, Sector]
    terrains: dict[str, Terrain] = {}
    #: Needed where anything that crosses can be stopped.
    watch: Watch | None = None
    parties: dict[str, Party] = {}
    raids: dict[str, Raid] = {}
    flight: Flight | None = None
    reserves: BorderReserves | None = None
    #: Danger that the host sees when all of the far bank is lost.
    worry_far_bank: Share = _NONE
    #: Danger must have risen by this much since the last alarm for a new one (a raid always raises one).
    alarm_step: Share = _NONE
    #: Time without a new alarm after which the host holds its border to be under control.
    settles: Duration

    def places(self) -> dict[str, Place]:
        """Return the sectors."""
        return dict(self.sectors)

    def moves_people(self) -> bool:
        """Return whether anything here lets people flee over the border."""
        from_falls = any(s.soldiers or s.civilians for s in self.sectors.values())
        return from_falls or any(r.soldiers or r.civilians for r in self.raids.values())

    def stops(self) -> bool:
        """Return whether anything that comes to this border can be stopped on it."""
        return bool(self.parties) or any(r.interdiction > 0 and not r.beyond for r in self.raids.values())

    @model_validator(mode="after")
    def _watched(self) -> Self:
        if self.stops() and self.watch is None:
            raise ValueError("what crosses can be stopped here, so 'watch' must say how it is found; add it")
        falls = any(sector.falls is not None for sector in self.sectors.values())
        for key, sector in self.sectors.items():
            if (sector.terrain or self.stops()) and sector.terrain not in self.terrains:
                known = ", ".join(self.terrains)
                raise ValueError(
                    f"sector '{key}' has the unknown terrain '{sector.terrain}'; known are {known}"
                )
            if (falls or self.stops()) and sector.length <= 0:
                raise ValueError(f"sector '{key}' has no length; write its km")
        return self

    @model_validator(mode="after")
    def _names_refer(self) -> Self:
        for key, raid in self.raids.items():
            if raid.sector not in self.sectors:
                known = ", ".join(self.sectors)
                raise ValueError(f"raid '{key}' names the unknown sector '{raid.sector}'; known are {known}")
        if self.moves_people() and self.flight is None:
            raise ValueError("people flee here, so 'flight' must say how; add it")
        return self
