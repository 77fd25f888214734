"""The scenario of each variant, made once."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import ref

from sim.scenario.models import Scenario
from sim.scenario.paths import full_path

#: The scenario whose variants were made last, if it is still there, and they.
_last: tuple[ref[Scenario], Mapping[str, Scenario]] | None = None


def variants_of(scenario: Scenario) -> Mapping[str, Scenario]:
    """Return the scenario of each variant, which itself has none.

    Raises:
        ScenarioError: a variant sets something it cannot.
    """
    known = _known(scenario)
    if known is None:
        from sim.scenario.load import made_variants  # here, as it reads and checks, and these may be known

        known = made_variants(scenario)
    remember_variants(scenario, known)
    return known


def remember_variants(scenario: Scenario, variants: Mapping[str, Scenario]) -> None:
    """Take *variants* for those of *scenario*, which they are known to be."""
    global _last
    _last = ref(scenario), variants


def _known(scenario: Scenario) -> Mapping[str, Scenario] | None:
    """Return the variants of *scenario* if those made last differ from them at most in how runs are done."""
    last = _last  # another thread may put its own there
    before = None if last is None else last[0]()
    if last is None or before is None:
        return None
    parts, others = vars(scenario), vars(before)
    if any(part is not others[key] for key, part in parts.items() if key != "experiment"):
        return None
    if scenario.experiment is before.experiment:
        return last[1]
    sets = (full_path(path) for variant in scenario.variants.values() for path in variant.set)
    if any(path.partition(".")[0] == "experiment" for path in sets):
        return None
    change = {"experiment": scenario.experiment}
    return {key: variant.model_copy(update=change) for key, variant in last[1].items()}
