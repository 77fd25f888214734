"""Chance in a scenario file: durations drawn anew in every replication by inverse distribution functions."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from math import exp, log, log1p, sqrt
from statistics import NormalDist
from sys import intern
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, field_validator, model_validator
from pydantic_core import core_schema

from sim.scenario.quantities import Hours, Ratio, read_sources

_inverse_normal = NormalDist().inv_cdf
#: What it comes to after its checks, which numbers inside (0, 1) pass: the same at a third of the price. The
#: name is the standard library's own; a Python without it takes the checked way to the same numbers.
quick_inverse_normal: Callable[[float, float, float], float] = vars(statistics).get(
    "_normal_dist_inv_cdf", lambda u, mean, sd: mean + sd * _inverse_normal(u)
)
#: The standard normal deviate of the 95th percentile.
Z95 = 1.6448536269514722


class Frozen(BaseModel):
    """A part of a scenario: complete, checked, never changed."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        arbitrary_types_allowed=True,
        defer_build=True,
        protected_namespaces=(),  # no field is named after a method; looking for such takes long
    )

    def __setstate__(self, state: dict[Any, Any]) -> None:
        # A copy from another process has names of its own, by which its parts are found a little more slowly.
        super().__setstate__({**state, "__dict__": {intern(k): p for k, p in state["__dict__"].items()}})


class Lognormal(Frozen):
    """A lognormal duration; *spread* is its 95th percentile over its median."""

    median: Hours
    spread: Ratio

    @model_validator(mode="after")
    def _spread_at_least_one(self) -> Self:
        if self.spread < 1:
            raise ValueError(
                f"spread {float(self.spread):g} is below 1; write the 95th percentile over the median"
            )
        return self

    def quantile(self, u: float) -> float:
        """Return the value below which a share *u* of the distribution lies."""
        return float(self.median) * exp(log(self.spread) / Z95 * _inverse_normal(u))


class Triangular(Frozen):
    """A triangular duration."""

    low: Hours
    mode: Hours
    high: Hours

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.mode <= self.high:
            raise ValueError(
                f"triangular bounds cross: low {float(self.low):g} h, mode {float(self.mode):g} h, "
                f"high {float(self.high):g} h; put them in rising order"
            )
        return self

    def quantile(self, u: float) -> float:
        """Return the value below which a share *u* of the distribution lies."""
        low, mode, high = float(self.low), float(self.mode), float(self.high)
        span = high - low
        if span <= 0:
            return low
        if u < (mode - low) / span:
            return low + sqrt(u * span * (mode - low))
        return high - sqrt((1 - u) * span * (high - mode))


class Uniform(Frozen):
    """A uniform duration."""

    low: Hours
    high: Hours

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError(
                f"uniform bounds cross: low {float(self.low):g} h is above "
                f"high {float(self.high):g} h; swap them"
            )
        return self

    def quantile(self, u: float) -> float:
        """Return the value below which a share *u* of the distribution lies."""
        return float(self.low) + u * (float(self.high) - float(self.low))


class Exponential(Frozen):
    """An exponential duration."""

    mean: Hours

    def quantile(self, u: float) -> float:
        """Return the value below which a share *u* of the distribution lies."""
        return -float(self.mean) * log1p(-u)


FAMILIES = ("certain", "lognormal", "triangular", "uniform", "exponential")


class Duration(Frozen):
    """A duration in hours: certain, or drawn anew in each replication from one family."""

    certain: Hours | None = None
    lognormal: Lognormal | None = None
    triangular: Triangular | None = None
    uniform: Uniform | None = None
    exponential: Exponential | None = None
    source: tuple[str, ...] = ()
    confidence: Literal["high", "medium", "low", "none"] | None = None
    note: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_short_forms(cls, raw: Any) -> Any:
        if isinstance(raw, Duration):
            return raw
        if isinstance(raw, Mapping) and "value" not in raw:
            return raw
        return {"certain": raw}

    @field_validator("source", mode="before")
    @classmethod
    def _read_source(cls, raw: Any) -> Any:
        return read_sources(raw)

    @model_validator(mode="after")
    def _one_family(self) -> Self:
        given = [name for name in FAMILIES if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            raise ValueError(f"a duration needs exactly one of {', '.join(FAMILIES)}; found {found}")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Allow the short forms (a text with a unit, an annotated number) beside the families."""
        families = handler.resolve_ref_schema(handler(schema))
        certain = families["properties"]["certain"]
        return {"anyOf": [*certain.get("anyOf", [certain]), {**families}]}

    def sampler(self) -> Callable[[float], float]:
        """Return a fast function from a uniform number to the duration (hours), for many draws."""
        if self.lognormal is not None:
            median, sigma = float(self.lognormal.median), log(self.lognormal.spread) / Z95
            return lambda u: median * exp(sigma * quick_inverse_normal(u, 0.0, 1.0))
        if self.certain is not None:
            hours = float(self.certain)
            return lambda u: hours
        return self.sample

    def sampler_of_many(self) -> Callable[[Sequence[float]], list[float]]:
        """Return a fast function from many uniform numbers to as many durations (hours)."""
        if self.lognormal is not None:
            median, sigma = float(self.lognormal.median), log(self.lognormal.spread) / Z95
            inverse = quick_inverse_normal
            return lambda us: [median * exp(sigma * inverse(u, 0.0, 1.0)) for u in us]
        sample = self.sampler()
        return lambda us: [sample(u) for u in us]

    def sample(self, u: float) -> float:
        """Return the duration (hours) at the uniform number *u* in (0, 1)."""
        if self.certain is not None:
            return float(self.certain)
        family = self.lognormal or self.triangular or self.uniform or self.exponential
        assert family is not None
        return family.quantile(u)
