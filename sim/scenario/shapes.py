"""What may stand at a path of a scenario, read off the types of its models."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from inspect import get_annotations
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from sim.scenario.later import Later
from sim.scenario.quantities import Measure

Part = str | int


@lru_cache(maxsize=4096)
def split_path(path: str) -> tuple[Part, ...]:
    """Return the parts of a dotted path; digits are places in a list."""
    return tuple(int(part) if part.isdecimal() and len(part) < 7 else part for part in path.split("."))


@cache
def fields(model: type[BaseModel]) -> dict[str, Any]:
    """Return a model's field names and full types, annotations included."""
    hints: dict[str, Any] = {}
    for base in reversed(model.__mro__[: model.__mro__.index(BaseModel)]):
        hints |= get_annotations(base)
    if any(isinstance(hints[name], str) for name in model.model_fields):
        hints = get_type_hints(model, include_extras=True)  # which takes much longer
    return {name: hints[name] for name in model.model_fields}


def options(shape: Any) -> Iterator[Any]:
    """Yield the alternatives of a type: the arms of unions, measures kept with their numbers."""
    origin = get_origin(shape)
    if origin in (Union, UnionType):
        for arm in get_args(shape):
            yield from options(arm)
    elif origin is Annotated and measure_in(shape) is None:
        later = next((item for item in shape.__metadata__ if isinstance(item, Later)), None)
        yield from options(get_args(shape)[0] if later is None else later.model)
    elif shape is not type(None):
        yield shape


def measure_in(shape: Any) -> Measure | None:
    """Return the measure that an annotated type carries itself, if any."""
    found = (item for item in getattr(shape, "__metadata__", ()) if isinstance(item, Measure))
    return next(found, None)


def measure_of(shape: Any) -> Measure | None:
    """Return the measure of the number that *shape* is; a duration's is that of its certain form."""
    for option in options(shape):
        measure = measure_in(option)
        if measure is not None:
            return measure
        if is_model(option) and "certain" in option.model_fields:
            return measure_of(fields(option)["certain"])
    return None


def child(shape: Any, part: Part) -> Any | None:
    """Return the type of what *part* names in *shape*, or None when it names nothing there."""
    for option in options(shape):
        if is_model(option):
            if part in option.model_fields:
                return fields(option)[str(part)]
            continue
        origin, arguments = get_origin(option), get_args(option)
        if origin is dict:
            return arguments[1]
        if origin is tuple and isinstance(part, int):
            return arguments[0]
    return None


def is_open(shape: Any) -> bool:
    """Return whether *shape* is a mapping with keys of the author's choice."""
    return any(get_origin(option) is dict for option in options(shape))


def names(shape: Any, data: Any) -> tuple[str, ...]:
    """Return the names that can follow in *shape*: a model's fields, or the keys that *data* has."""
    known: list[str] = []
    for option in options(shape):
        if is_model(option):
            known += option.model_fields
    if not known and isinstance(data, dict):
        known = [str(key) for key in list(data)[:1000]]
    return tuple(known)


def is_model(option: Any) -> bool:
    """Return whether *option* is one of the scenario's models."""
    return isinstance(option, type) and issubclass(option, BaseModel)
