"""Numbers that know their unit's dimension, range, source and confidence."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, LiteralString, NamedTuple

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, core_schema

from sim.scenario.errors import did_you_mean
from sim.scenario.units import UNIT_REQUIRED, base_unit, fault, plain, read_number, read_unit, shown
from sim.scenario.units import UNITS as UNITS

CONFIDENCE = ("high", "medium", "low", "none")
#: The least of numbers that must be more than 0.
ABOVE_ZERO = 1e-9
ANNOTATIONS = ("value", "unit", "low", "high", "source", "confidence", "note", "as_of")


class Quantity(float):
    """A float in its dimension's base unit, with its range, source and confidence beside it."""

    __slots__ = ("as_of", "confidence", "high", "low", "note", "source", "unit")
    low: float | None
    high: float | None
    source: tuple[str, ...]
    confidence: str | None
    note: str | None
    as_of: str | None
    unit: str

    def __new__(
        cls,
        value: float,
        low: float | None = None,
        high: float | None = None,
        source: tuple[str, ...] = (),
        confidence: str | None = None,
        note: str | None = None,
        as_of: str | None = None,
        unit: str = "",
    ) -> Quantity:
        """Make a quantity of *value* in the base unit *unit* of its dimension."""
        self = super().__new__(cls, value)
        self.low, self.high, self.source, self.confidence = low, high, source, confidence
        self.note, self.as_of, self.unit = note, as_of, unit
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (
            float(self), self.low, self.high, self.source, self.confidence, self.note, self.as_of, self.unit,
        )  # fmt: skip

    def __reduce__(self) -> tuple[Any, ...]:
        return (Quantity, self.__getnewargs__())

    @property
    def assumed(self) -> bool:
        """True when no source stands behind the number."""
        return not self.source or any(s.startswith("assumption") for s in self.source)

    def with_value(self, value: float) -> Quantity:
        """Return the same quantity, annotations kept, at another *value* (base unit)."""
        return Quantity(
            value, self.low, self.high, self.source, self.confidence, self.note, self.as_of, self.unit
        )

    def dump(self) -> Any:
        """Return plain data that loads again as the same quantity."""
        extra = {
            "low": self.low,
            "high": self.high,
            "source": list(self.source) if len(self.source) > 1 else (self.source or (None,))[0],
            "confidence": self.confidence,
            "note": self.note,
            "as_of": self.as_of,
        }
        kept = {key: item for key, item in extra.items() if item is not None}
        if not kept:
            return f"{float(self)!r} {self.unit}".strip() if self.unit else float(self)
        head: dict[str, Any] = {"value": float(self)}
        if self.unit:
            head["unit"] = self.unit
        return head | kept


def read_sources(raw: Any) -> tuple[str, ...]:
    """Return *raw* (a text, a list of texts or nothing) as a tuple of sources.

    Raises:
        PydanticCustomError: for anything else.
    """
    if raw is None:
        return ()
    if isinstance(raw, str):
        return (raw,)
    if isinstance(raw, (list, tuple)) and all(isinstance(item, str) for item in raw):
        return tuple(raw)
    raise fault("source is {shown}; write a text or a list of texts", shown=shown(raw))


class Measure(NamedTuple):
    """The pydantic marker of a field: which dimension its number has and what range it may take."""

    dimension: str
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False

    @property
    def base(self) -> str:
        """The base unit's name."""
        return base_unit(self.dimension)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return dict(_schema_of(self))  # pydantic adds to what it is given

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        units = [unit for unit in UNITS[self.dimension] if unit]
        number: dict[str, Any] = {"type": "number"}
        if self.minimum is not None:
            number["minimum"] = self.minimum
        if self.maximum is not None:
            number["maximum"] = self.maximum
        text = {"type": "string", "pattern": r"^\s*[-+]?[0-9._eE+-]+\s*(" + "|".join(units) + r")?\s*$"}
        bare = [text] if self.dimension in UNIT_REQUIRED else [number, text]
        inner = [{"type": "number"}, {"type": "string"}]
        words = {"anyOf": [{"type": "string"}, {"type": "null"}]}
        properties = {
            "value": {"anyOf": inner},
            "unit": {"enum": [*UNITS[self.dimension], None]},
            "low": {"anyOf": [*inner, {"type": "null"}]},
            "high": {"anyOf": [*inner, {"type": "null"}]},
            "source": {"anyOf": [*words["anyOf"], {"type": "array", "items": {"type": "string"}}]},
            "confidence": {"enum": [*CONFIDENCE, None]},
            "note": words,
            "as_of": words,
        }
        annotated = {
            "type": "object",
            "required": ["value"],
            "additionalProperties": False,
            "properties": properties,
        }
        name = [self.dimension, self.minimum, self.maximum, "whole" if self.whole else None]
        return {
            "title": ".".join(str(part) for part in name if part is not None),
            "description": f"{self.dimension}, kept in {self.base or 'plain numbers'}",
            "anyOf": [*bare, annotated],
        }

    def read(self, raw: Any) -> Quantity:
        """Return *raw* (number, text with unit, or annotated mapping) as a checked quantity.

        Raises:
            PydanticCustomError: when a plain number is not one of this measure.
            ValidationError: with every fault of an annotated number, each placed at its own key.
        """
        if isinstance(raw, Quantity):
            return raw
        if isinstance(raw, Mapping):
            return self._read_annotated(raw)
        return Quantity(self._number(raw, None), unit=self.base)

    def _read_annotated(self, raw: Mapping[str, Any]) -> Quantity:
        faults = _Faults(raw)
        for key in raw:
            if key not in ANNOTATIONS:
                faults.attempt(key, _refuse_key, key)
        unit = raw.get("unit")
        if unit is not None and faults.attempt("unit", read_unit, unit, self.dimension) is None:
            unit = self.base  # the unit's own fault is enough; the numbers are not blamed for it
        if "value" not in raw:
            faults.attempt("value", _refuse_missing)
        number = self._number
        value = faults.attempt("value", number, raw["value"], unit) if "value" in raw else None
        low = None if raw.get("low") is None else faults.attempt("low", number, raw["low"], unit)
        high = None if raw.get("high") is None else faults.attempt("high", number, raw["high"], unit)
        faults.attempt("high" if low is None else "low", _check_order, value, low, high)
        # Most numbers leave most words out, and nearly all numbers of a scenario are read here.
        source = faults.attempt("source", read_sources, raw["source"]) if "source" in raw else ()
        confidence = (
            faults.attempt("confidence", _read_confidence, raw["confidence"]) if "confidence" in raw else None
        )
        note = faults.attempt("note", _read_text, raw["note"]) if "note" in raw else None
        as_of = faults.attempt("as_of", _read_text, raw["as_of"]) if "as_of" in raw else None
        faults.settle()
        assert value is not None
        return Quantity(value, low, high, source, confidence, note, as_of, self.base)

    def _number(self, raw: Any, unit: str | None) -> float:
        return self.check(read_number(raw, unit, self.dimension))

    def check(self, value: float) -> float:
        """Return *value* (base unit) if it lies within this measure's limits.

        Raises:
            PydanticCustomError: if it does not.
        """
        if self.minimum is not None and value < self.minimum:
            least = "more than 0" if self.minimum == ABOVE_ZERO else f"{plain(self.minimum)} or more"
            raise fault("{value} is too low; write {least}", value=plain(value), least=least)
        if self.maximum is not None and value > self.maximum:
            raise fault(
                "{value} is too high; write {most} or less", value=plain(value), most=plain(self.maximum)
            )
        if self.whole and value != int(value):
            near = f"{math.floor(value)} or {math.ceil(value)}"
            raise fault("{value} is not whole; write {near}", value=plain(value), near=near)
        return value


@cache
def _schema_of(measure: Measure) -> core_schema.CoreSchema:
    return core_schema.no_info_plain_validator_function(
        measure.read, serialization=core_schema.plain_serializer_function_ser_schema(Quantity.dump)
    )


class _Faults:
    """The faults of one annotated number, gathered so that all are told at once."""

    __slots__ = ("found", "raw")

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.found: list[InitErrorDetails] = []

    def attempt(self, key: str, read: Callable[..., Any], *arguments: Any) -> Any:
        """Return what *read* returns, or None after noting its fault at *key*."""
        try:
            return read(*arguments)
        except PydanticCustomError as error:
            place = (key,) if key in self.raw else ()
            self.found.append(InitErrorDetails(type=error, loc=place, input=self.raw.get(key)))
            return None

    def settle(self) -> None:
        """Raise what was found, if anything."""
        if self.found:
            raise ValidationError.from_exception_data("Quantity", self.found)


def _refuse_key(key: str) -> None:
    cure = did_you_mean(str(key), ANNOTATIONS) or f"; known are {', '.join(ANNOTATIONS)}"
    raise fault("unknown key {shown}{cure}", "quantity_key", shown=shown(key), cure=cure)


def _refuse_missing() -> None:
    raise fault("the key 'value' is missing; add it")


def _read_confidence(raw: Any) -> str | None:
    if raw is None or (isinstance(raw, str) and raw in CONFIDENCE):
        return raw
    cure = f"write one of {', '.join(CONFIDENCE)}"
    raise fault("confidence {shown} is unknown; {cure}", shown=shown(raw), cure=cure)


def _read_text(raw: Any) -> str | None:
    if raw is None or isinstance(raw, str):
        return raw
    raise fault("{shown} is not a text; put it in quotes", shown=shown(raw))


def _check_order(value: float | None, low: float | None, high: float | None) -> None:
    bounds: dict[str, Any] = {"value": value, "low": low, "high": high}
    if low is not None and high is not None and low > high:
        raise _out_of_order("low {low} is above high {high}; swap them", bounds)
    if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
        message: LiteralString = (
            "value {value} lies outside its own range {low} to {high}; widen the range or mend the value"
        )
        raise _out_of_order(message, bounds)


def _out_of_order(template: LiteralString, bounds: Mapping[str, float | None]) -> PydanticCustomError:
    return fault(template, **{key: plain(bound) for key, bound in bounds.items()})


Hours = Annotated[Quantity, Measure("time", minimum=0)]
Speed = Annotated[Quantity, Measure("speed", minimum=ABOVE_ZERO)]
Rate = Annotated[Quantity, Measure("rate", minimum=0)]
Kilometres = Annotated[Quantity, Measure("distance", minimum=0)]
People = Annotated[Quantity, Measure("people", minimum=0)]
Count = Annotated[Quantity, Measure("count", minimum=0)]
WholeCount = Annotated[Quantity, Measure("count", minimum=0, whole=True)]
PositiveCount = Annotated[Quantity, Measure("count", minimum=1, whole=True)]
Share = Annotated[Quantity, Measure("share", minimum=0, maximum=1)]
Ratio = Annotated[Quantity, Measure("ratio", minimum=0)]
Score = Annotated[Quantity, Measure("score")]
#: Closeness of two states: -2 hostile to +2 close.
Closeness = Annotated[Quantity, Measure("score", minimum=-2, maximum=2)]
#: Numbers that something is divided by, or whose logarithm is taken.
PositiveHours = Annotated[Quantity, Measure("time", minimum=ABOVE_ZERO)]
PositivePeople = Annotated[Quantity, Measure("people", minimum=ABOVE_ZERO)]
PositiveAmount = Annotated[Quantity, Measure("count", minimum=ABOVE_ZERO)]
PositiveShare = Annotated[Quantity, Measure("share", minimum=ABOVE_ZERO, maximum=1)]
PositiveRatio = Annotated[Quantity, Measure("ratio", minimum=ABOVE_ZERO)]
