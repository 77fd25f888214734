"""Plain numbers and instants of a scenario: finite, typed, and with a zone where they have a time of day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

#: What an instant and a day look like in a file.
INSTANT_EXAMPLE = "2022-01-02T00:00+06:00"
DAY_EXAMPLE = "2022-01-02"


class Before:
    """As pydantic's `BeforeValidator`, for functions of the raw value alone.

    Pydantic looks into the arguments of such a function anew for every field that has it.
    """

    def __init__(self, read: Callable[[Any], Any]) -> None:
        """Take the function that the raw value goes through first."""
        self.read = read

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))


class After(Before):
    """As pydantic's `AfterValidator`, for functions of the value alone."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self.read, handler(source))


class Finite:
    """As `Field(strict=True, allow_inf_nan=False)` for a float, each of which pydantic looks up anew."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return {**handler(source), "strict": True, "allow_inf_nan": False}


class Ready:
    """A type whose schema is at hand, where pydantic would work it out anew for every field that has it.

    Nothing else that a field says of the type counts then: constraints belong into the schema.
    """

    def __init__(self, schema: core_schema.CoreSchema) -> None:
        """Take the schema that pydantic would find for the type."""
        self.schema = schema

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return dict(self.schema)  # pydantic adds to what it is given


def _instant(raw: Any) -> Any:
    """Return *raw* when it can be an instant; numbers would be taken for seconds since 1970."""
    if isinstance(raw, datetime) or (isinstance(raw, str) and "-" in raw[1:]):
        return raw
    raise PydanticCustomError("instant", "no instant")


def _day(raw: Any) -> Any:
    """Return *raw* when it can be a day."""
    if isinstance(raw, date) or (isinstance(raw, str) and "-" in raw[1:]):
        return raw
    raise PydanticCustomError("day", "no day")


def _zoned(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise PydanticCustomError("instant", "the instant has no zone")
    return instant


#: A finite number; no text or truth value is taken for one.
Number = Annotated[float, Finite()]
#: A date and time of day with its zone.
Instant = Annotated[
    datetime,
    Before(_instant),
    After(_zoned),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)$",
            "description": f"a date and time with its zone, as in {INSTANT_EXAMPLE}",
        }
    ),
]
#: A calendar day.
Day = Annotated[
    date,
    Before(_day),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\d{4}-\d\d-\d\d$",
            "description": f"a day, as in {DAY_EXAMPLE}",
        }
    ),
]
