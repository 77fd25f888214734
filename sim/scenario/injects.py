"""The shape of things that happen to a crisis by date, by chance or on a condition, and of branches."""

from typing import Literal, Self

from pydantic import model_validator

from sim.scenario.distributions import Duration
from sim.scenario.levers import Settings
from sim.scenario.places import Sourced
from sim.scenario.quantities import People, Rate, Share
from sim.scenario.scalars import Instant
from sim.scenario.standing import Shocks


class Consequences(Sourced):
    """What follows while something lasts."""

    label: str
    #: How long it lasts; to the end of the run if not said.
    lasts: Duration | None = None
    #: Factors on levers meanwhile.
    levers: Settings = {}
    #: Facts of the crisis that are found otherwise from then on, for the treaty's tests.
    facts: dict[str, str] = {}
    shocks: Shocks | None = None
    #: Switch under `crisis.effects` that it needs to have an effect; none if it always has.
    mechanism: str = ""


class Inject(Consequences):
    """Something that happens by date, at random, or on a condition.

    Exactly one of `at` (with `latest`: uniform between the two), `rate` (at random, exponential) and `after`
    (an event kind, with `delay`) says when.
    """

    enabled: bool = True
    #: Chance that it happens at all when its time comes.
    chance: Share | None = None
    #: That chance where a fact of the crisis is found so: by fact, by what is found.
    chance_given: dict[
        Literal["territory", "adversary", "external_hand", "un_mandate"], dict[str, Share]
    ] = {}
    at: Instant | None = None
    latest: Instant | None = None
    rate: Rate | None = None
    after: str = ""
    #: From that event on.
    delay: Duration | None = None
    #: It is called off if an event of this kind has happened before.
    unless: str = ""
    #: The state that does it, if one does; the record of the event names it.
    by: str = ""
    #: Key of the instrument that it is done under: it happens only from the day that one works on.
    instrument: str = ""

    @model_validator(mode="after")
    def _timed_once(self) -> Self:
        ways = [self.at is not None, self.rate is not None, bool(self.after)]
        if sum(ways) != 1:
            raise ValueError("say when by exactly one of 'at', 'rate' and 'after'")
        if self.latest is not None and (self.at is None or self.latest < self.at):
            raise ValueError("'latest' needs an 'at' that is not after it")
        if self.delay is not None and not self.after:
            raise ValueError("'delay' needs 'after', the event it is counted from")
        return self


class Measure(Inject):
    """Help short of force, or by one state: what it is, who gives it, what it changes.

    Collective ones (no `by`) come after the council has adopted their `level`; those of one state need the
    bilateral channel. Without a time of its own a collective one begins `delay` after the adoption.
    """

    level: Literal["words", "measures", "force"] = "measures"
    #: Troops it ties up meanwhile (an exercise, a training team), by member.
    troops: dict[str, People] = {}
    #: It begins only if the state that gives it has supported a motion before: it is willing.
    if_willing: bool = False
    #: The state also sends the force planned under `response.mandate`, on its own.
    deploys: bool = False

    @model_validator(mode="before")
    @classmethod
    def _after_adoption(cls, raw: object) -> object:
        ways = ("at", "rate", "after", "by")
        if isinstance(raw, dict) and all(raw.get(key) in (None, "") for key in ways):
            return {**raw, "after": "adopted"}
        return raw


class Outcome(Consequences):
    """One way in which a branch may turn out."""

    chance: Share


class Branch(Sourced):
    """A point where events outside the alliance take one of several ways."""

    label: str
    at: Instant
    latest: Instant | None = None
    outcomes: dict[str, Outcome]

    @model_validator(mode="after")
    def _chances_add_up(self) -> Self:
        total = sum(outcome.chance for outcome in self.outcomes.values())
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the chances of the outcomes add up to {total:g}, not 1")
        return self
