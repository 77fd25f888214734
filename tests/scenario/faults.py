"""Helpers that plant one fault in the small scenario and know where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.errors import Problem, ScenarioError
from sim.scenario.load import load_scenario
from tests.tiny import tiny_yaml

#: Marks, in a planted text, the place a problem must point to.
HERE = "§"


def planted(old: str, new: str, text: str | None = None) -> tuple[str, int, int]:
    """Return the small scenario with *old* made *new*, and the line and column of the mark in *new*."""
    whole = tiny_yaml() if text is None else text
    assert whole.count(old) >= 1, f"{old!r} is not in the scenario"
    whole = whole.replace(old, new, 1)
    before, _, after = whole.partition(HERE)
    return before + after, before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1


def problems_of(folder: Path, text: str | bytes, *overrides: str) -> tuple[Problem, ...]:
    """Return what is wrong with a scenario file that holds *text*."""
    path = folder / "tiny.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, overrides)
    return caught.value.problems
