"""Scenario files as the verbs take them: read and checked, or as they were kept when they last were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.scenario.kept import kept_or_made

if TYPE_CHECKING:
    from sim.scenario.models import Scenario


def read_scenario(file: str, overrides: Sequence[str] = ()) -> Scenario:
    """Return the checked scenario in *file* with settings put on.

    Args:
        file: a scenario file.
        overrides: settings `path=value`.

    Raises:
        ScenarioError: something is wrong with the file or a setting; all mistakes at once.
    """

    def made() -> Scenario:
        from sim import api

        return api.load(file, overrides)

    return kept_or_made(file, overrides, made)
