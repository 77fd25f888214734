"""The scenarios of a sweep's points, each made of the same scenario and checked as a file is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sim.scenario.errors import Problem, ScenarioError
from sim.scenario.load import check_tree
from sim.scenario.lookup import SettingError, find
from sim.scenario.models import Scenario
from sim.scenario.paths import full_path
from sim.scenario.plain import plain_data
from sim.scenario.reuse import reuse
from sim.scenario.settings import apply_setting, made_certain
from sim.scenario.shapes import split_path
from sim.scenario.tree import Tree, bare, without

#: Parts of a scenario that say how it is studied, which no point may change.
STUDY_PARTS = ("experiment", "format", "name", "sweep", "variants")


class Setting(NamedTuple):
    """A value at a path, and what problems call the place it was written at."""

    origin: str
    path: str
    value: Any


class PointMaker:
    """Makes the scenarios of points, which share all that they do not change."""

    def __init__(self, scenario: Scenario) -> None:
        """Make points of *scenario*, which itself is left as it is."""
        self.scenario = scenario.model_copy(update={"variants": {}, "sweep": None})
        self.data: dict[str, Any] = plain_data(self.scenario)

    def make(self, settings: Sequence[Setting], name: str) -> Scenario:
        """Return the scenario with *settings* made; problems that are no setting's own are *name*'s.

        A value of None takes the key at its path away, if it is there.

        Raises:
            ScenarioError: a path leads nowhere or the result is no valid scenario.
        """
        tree, problems = bare(self.data, name), []
        for origin, path, value in settings:
            try:
                tree = _set(tree, path, value, origin)
            except SettingError as error:
                problems.append(Problem(origin, None, None, path, str(error)))
        if problems:
            raise ScenarioError(problems)
        return check_tree(tree._replace(problems=()), reuse(tree.data, self.data, self.scenario))


def _set(tree: Tree, path: str, value: Any, origin: str) -> Tree:
    part = full_path(path).partition(".")[0]
    if part in STUDY_PARTS:
        raise SettingError(f"'{part}' says how the scenario is studied; vary a part of what is simulated")
    if value is not None:
        return apply_setting(tree, path, value, origin)
    parts = split_path(full_path(path))
    found, _ = find(tree.data, parts)
    if found is None:
        return tree
    holder: Any = tree.data
    for key in parts[:-1]:
        holder = holder[key]
    if not isinstance(holder, Mapping):
        raise SettingError("only a key of a mapping can be taken away with null; give a value")
    return made_certain(without(tree, parts[:-1], str(parts[-1])), ".".join(map(str, parts)))
