"""A discrete-event crisis-response simulator of the Collective Security Treaty Organization.

    import sim

    study = sim.run("scenarios/<name>.yaml", reps=200)
    study.summary().table       # every response, a row each
    study.plot()                # the main charts; returns the files

`sim.sweep` and `sim.compare` return objects with the same nouns: `.runs`, `.summary()`, `.plot()`.
The names below are looked up when first used, so that importing `sim` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.api import compare, load, run, sweep
    from sim.experiment.study import Study
    from sim.scenario.errors import ScenarioError

__version__ = "0.1.0"
__all__ = ["ScenarioError", "Study", "__version__", "compare", "load", "run", "sweep"]

_HOMES = {
    "compare": "sim.api",
    "load": "sim.api",
    "run": "sim.api",
    "sweep": "sim.api",
    "Study": "sim.experiment.study",
    "ScenarioError": "sim.scenario.errors",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its home at first use."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
