"""Parts that few scenarios have: their models and validators are made when a scenario has one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import core_schema

_at_once: ContextVar[bool] = ContextVar("at_once", default=False)


class Later(NamedTuple):
    """Marks a part that is checked as ever, by a validator made when the first one comes.

    Making all models and their validators takes several times as long as reading a scenario with them. The
    part's model is not even imported before.
    """

    #: Module (below this package) and name of the model.
    module: str
    name: str

    @property
    def model(self) -> type[BaseModel]:
        """The model of the part."""
        found: type[BaseModel] = getattr(import_module(f"{__package__}.{self.module}"), self.name)
        return found

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        if _at_once.get():
            return handler.generate_schema(self.model)
        # A fault within is raised with its place there, before which the place of the part is put.
        return core_schema.no_info_plain_validator_function(self._read)

    def _read(self, raw: Any) -> BaseModel:
        return self.model.model_validate(raw)


def later(module: str, name: str) -> Any:
    """Return the type of a field whose model *name* is imported from *module* when a first one comes."""
    return Annotated[Any, Later(module, name)]


@contextmanager
def all_at_once() -> Iterator[None]:
    """Have parts marked `Later` built with the models that hold them, for one who looks at the whole."""
    token = _at_once.set(True)
    try:
        yield
    finally:
        _at_once.reset(token)
