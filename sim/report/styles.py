"""The two styles of one visual language: for a screen, and for print."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, cast

from sim.report import style

#: The style files that are shipped, in `sim/report/data/styles`.
STYLES = ("screen", "print")


class Style(NamedTuple):
    """What a style file says."""

    name: str
    #: matplotlib's settings.
    settings: dict[str, Any]
    #: Ink and sizes that charts take from `sim.report.style` by name.
    ink: dict[str, Any]


@cache
def style_of(name: str) -> Style:
    """Return the style called *name*; the print style says only where it departs from the screen's.

    Raises ValueError for an unknown name.
    """
    if name not in STYLES:
        raise ValueError(f"no style {name!r}; choose from {', '.join(STYLES)}")
    text = files("sim.report").joinpath("data", "styles", f"{name}.json").read_text(encoding="utf-8")
    data = json.loads(text)
    base = style_of(data["extends"]) if "extends" in data else Style("", {}, {})
    ink = {key: _fixed(value) for key, value in data["ink"].items()}
    return Style(name, base.settings | data["settings"], base.ink | ink)


def _fixed(value: Any) -> Any:
    """Return *value* with tuples for lists, as matplotlib wants its dashes."""
    if isinstance(value, list):
        return tuple(map(_fixed, value))
    return {key: _fixed(inner) for key, inner in value.items()} if isinstance(value, dict) else value


#: The style that charts are drawn in where no other is named.
_chosen: ContextVar[str] = ContextVar("style", default="screen")


def chosen_style() -> str:
    """Return the style that charts are drawn in where no other is named."""
    return _chosen.get()


@contextmanager
def choosing_style(name: str) -> Iterator[None]:
    """Draw every chart inside in the style called *name* unless another is named.

    Raises ValueError for an unknown name.
    """
    token = _chosen.set(style_of(name).name)
    try:
        yield
    finally:
        _chosen.reset(token)


@contextmanager
def in_style(name: str = "screen") -> Iterator[None]:
    """Hold matplotlib to its own defaults and a style of this project, whatever the user has configured."""
    import matplotlib

    chosen = style_of(name)
    before = {key: getattr(style, key) for key in chosen.ink}
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(cast("Any", chosen.settings))
        try:
            for key, value in chosen.ink.items():
                setattr(style, key, value)
            yield
        finally:
            for key, value in before.items():
                setattr(style, key, value)
