"""NumPy, imported when it is first used: what only names responses and curves does without it."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class _Late:
    """Stands for a module until one of its names is asked for; each name is looked up once."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        found = getattr(import_module(self._module), name)
        setattr(self, name, found)
        return found


np = _Late("numpy")
