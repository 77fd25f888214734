"""Parts that few scenarios have: their validators are built when a scenario has one, not at every start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import core_schema

_at_once: ContextVar[bool] = ContextVar("at_once", default=False)


@dataclass(frozen=True)
class Later:
    """Marks a field's model as a part that is checked as ever, by a validator made when the first one comes.

    Building the validators of all models takes several times as long as reading a scenario with them.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        if _at_once.get():
            return handler(source)
        # A fault within is raised with its place there, before which the place of the part is put.
        return core_schema.no_info_plain_validator_function(source.model_validate)


@contextmanager
def all_at_once() -> Iterator[None]:
    """Have parts marked `Later` built with the models that hold them, for one who looks at the whole."""
    token = _at_once.set(True)
    try:
        yield
    finally:
        _at_once.reset(token)
