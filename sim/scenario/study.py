"""The shape of what surrounds a model: uncertain inputs, variants, the record, the experiment."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from sim.scenario.distributions import Frozen
from sim.scenario.places import Sourced
from sim.scenario.quantities import PositiveCount, Share
from sim.scenario.scalars import Instant, Number
from sim.scenario.units import shown

#: Recorded series that charts draw, and some that are kept for the reader of the file.
DRAWN_SERIES = (
    "incidents", "troops", "flights_in", "flights_out", "clashes", "crossed", "soldiers_fled",
    "civilians_fled", "refugees", "detained_cumulative",
)  # fmt: skip
KEPT_SERIES = ("participants", "security_killed_cumulative")
#: A family drawn over the input's own low, value and high.
RangeFamily = Literal["triangular", "uniform", "lognormal"]


class Posterior(Sourced):
    """An uncertain input as a calibration left it: a lognormal truncated to the fact file's range."""

    fitted_median: Annotated[Number, Field(gt=0)]
    #: 95th percentile over the median.
    fitted_spread: Annotated[Number, Field(ge=1)]
    #: The scenario whose record it was fitted to, and the digest of that list of quantities as it stood then.
    fitted_to: str = ""
    fitted_list: str = ""


class NormalDraw(Frozen):
    """An uncertain input drawn from a normal distribution (for weights)."""

    mean: Number
    sd: Annotated[Number, Field(ge=0)]
    low: Number | None = None
    high: Number | None = None


def _uncertain_form(raw: Any) -> str:
    """Return which form an uncertain input is written in, so that its errors speak of that form only."""
    if isinstance(raw, str):
        return "family"
    if isinstance(raw, NormalDraw) or (isinstance(raw, Mapping) and ("mean" in raw or "sd" in raw)):
        return "normal"
    if isinstance(raw, Mapping) and any(family in raw for family in get_args(RangeFamily)):
        return "family"  # its error tells how a range is written
    return "posterior" if isinstance(raw, (Mapping, Posterior)) else "family"


Uncertain = Annotated[
    Annotated[RangeFamily, Tag("family")]
    | Annotated[Posterior, Tag("posterior")]
    | Annotated[NormalDraw, Tag("normal")],
    Discriminator(_uncertain_form),
]


class Variant(Frozen):
    """The same scenario with some inputs set otherwise, for side-by-side effects."""

    title: str
    set: dict[str, Any]


def _ordered(low: float | None, value: float | None, high: float | None) -> None:
    """Check that a recorded *value* lies in its own range, which does not cross.

    Raises:
        ValueError: it does not.
    """
    if low is not None and high is not None and low > high:
        raise ValueError(f"low {low:g} is above high {high:g}; swap them")
    if value is not None and low is not None and value < low:
        raise ValueError(f"value {value:g} is below its own low {low:g}; mend one of them")
    if value is not None and high is not None and value > high:
        raise ValueError(f"value {value:g} is above its own high {high:g}; mend one of them")


class RecordEntry(Sourced):
    """One recorded quantity and the response it is compared with."""

    response: str
    label: str
    #: instant: happened at a known value or range; bound: known to lie between limits only;
    #: input: arithmetic on inputs, shown but never counted.
    kind: Literal["instant", "bound", "input"]
    unit: str
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    #: Counted in the score; and used by the calibration.
    scored: bool = False
    fitted: bool = False
    #: For responses over time: the instant, or the span, they are read at.
    at: Instant | None = None
    since: Instant | None = None
    #: Member a response is read for (national approval, departure).
    who: str = ""
    #: Sites a count is restricted to.
    among: tuple[str, ...] = ()
    #: A naive reference's range (low, high) to beat, with its own source in the note.
    naive: tuple[Number, Number] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "instant" and self.value is None:
            raise ValueError("an instant needs the key 'value'")
        if self.kind == "bound" and self.low is None and self.high is None:
            raise ValueError("a bound needs 'low', 'high' or both")
        _ordered(self.low, self.value, self.high)
        if self.naive is not None and self.naive[0] > self.naive[1]:
            least, most = self.naive
            raise ValueError(f"the range of 'naive' crosses: {least:g} is above {most:g}; swap them")
        if self.kind == "input" and (self.scored or self.fitted):
            raise ValueError("an input is never scored nor fitted")
        return self


class RecordedEvent(Sourced):
    """A dated event of the real crisis, for the timeline chart."""

    at: Instant
    #: How exactly *at* is known: to the time written, or to its day or month alone, within which the time
    #: written is only a place to put the event.
    precision: Literal["time", "day", "month"] = "time"
    label: str
    #: The event kind it is drawn beside; empty for context only.
    kind: str = ""
    who: str = ""
    no_later_than: bool = False


class SeriesPoint(Sourced):
    """One day of a recorded series."""

    at: Instant
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None

    @model_validator(mode="after")
    def _within(self) -> Self:
        _ordered(self.low, self.value, self.high)
        return self


class Experiment(Frozen):
    """How many replications, how nested, and what is held fixed."""

    replications: PositiveCount
    #: Replications of chance for each outer draw of the uncertain inputs.
    per_draw: PositiveCount
    uncertain: Literal["drawn", "fixed"] = "drawn"
    chance: Literal["drawn", "fixed"] = "drawn"
    #: Level of the bands that tables and charts print.
    band: Share


class Calibration(Sourced):
    """Which uncertain inputs a calibration may move, and the file it writes."""

    parameters: tuple[str, ...]
    writes: str
    draws: PositiveCount
    rounds: PositiveCount

    @field_validator("writes")
    @classmethod
    def _beside_the_scenario(cls, writes: str) -> str:
        if not re.fullmatch(r"[^/\\]+\.yaml", writes):
            raise ValueError(
                f"{shown(writes)} is no plain name of a .yaml file; write one, it is put beside the scenario"
            )
        return writes
