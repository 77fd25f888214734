"""The list of recorded quantities that a fit was made to: fixed before it, its digest kept beside it."""

from __future__ import annotations

import json
from hashlib import sha256

from sim.scenario.models import Scenario
from sim.scenario.plain import plain_data
from sim.scenario.study import Posterior

#: What makes an entry of the list what it is; words, sources and confidence may be mended without a new fit.
_SAID = {
    "response", "kind", "unit", "value", "low", "high", "scored", "fitted", "at", "since", "who", "among",
    "naive",
}  # fmt: skip
_DIGITS = 12


def list_digest(scenario: Scenario) -> str:
    """Return the first hexadecimal digits of the SHA-256 of all recorded entries that are scored or fitted.

    The order of entries does not count, nor do their labels, notes and sources.
    """
    chosen = {key: entry for key, entry in scenario.record.items() if entry.scored or entry.fitted}
    data = plain_data(scenario).get("record", {})
    # Plain data leaves out what is not said; here it counts as said to be nothing.
    listed = {
        key: {part: data[key].get(part) for part in type(entry).model_fields if part in _SAID}
        for key, entry in chosen.items()
    }
    return sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()[:_DIGITS]


def list_since_fit(scenario: Scenario) -> bool | None:
    """Return whether the list is still the one that the scenario's own inputs were fitted to.

    None where no input says which list it was fitted to, or all were fitted to another scenario's.
    """
    named = {
        fitted.fitted_list
        for fitted in scenario.uncertain.values()
        if isinstance(fitted, Posterior) and fitted.fitted_list and fitted.fitted_to == scenario.name
    }
    return named == {list_digest(scenario)} if named else None
