"""Scenario files put together: what they extend, the alliance they name, the posteriors they use."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from sim.scenario.decisions import point_at_decisions, with_decisions
from sim.scenario.episodes import with_episodes
from sim.scenario.errors import Problem, ScenarioError, did_you_mean
from sim.scenario.marks import Key, Node
from sim.scenario.paths import full_path
from sim.scenario.tree import Tree, assign_below, merge, without
from sim.scenario.yaml_events import SUFFIXES, nearest_file, read_yaml

#: Files that may build on one another in a row.
MOST_FILES = 10
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\Z")


def read_tree(path: str | os.PathLike[str], *, use_fitted: bool = True) -> Tree:
    """Return the raw data of the scenario at *path*, with all it refers to filled in.

    Args:
        path: a scenario file.
        use_fitted: put the posteriors of the `fitted:` file in place of what `uncertain:` says.

    Raises:
        ScenarioError: when a file cannot be read as YAML.
    """
    return _read_scenario(os.fspath(path), use_fitted, ())


def _read_mapping(path: str, prefix: str, what: str) -> Tree:
    document = read_yaml(path, prefix)
    tree = Tree(document.data, document.marks, document.problems)
    if not isinstance(document.data, dict):
        kind = "a list" if isinstance(document.data, list) else "a single value"
        raise _stop(tree, (), f"{what} is a mapping of keys to values; this file holds {kind}")
    return tree


def _is_fitted(data: Any) -> bool:
    """Tell whether *data* is a calibration's file: nothing but paths with their posteriors."""
    held = data.values() if isinstance(data, dict) else ()
    return bool(held) and all(isinstance(value, dict) and "fitted_median" in value for value in held)


def _stop(tree: Tree, path: tuple[Key, ...], message: str) -> ScenarioError:
    return ScenarioError([*tree.problems, tree.problem(path, message)])


def _read_scenario(path: str, use_fitted: bool, above: tuple[str, ...]) -> Tree:
    tree = _read_mapping(path, "", "a scenario")
    if _is_fitted(tree.data):
        message = (
            "this holds what a calibration fitted and is no scenario; name the scenario beside it, which "
            "reads it by its key 'fitted'"
        )
        raise _stop(tree, (), message)
    tree, base = _take_base(tree, path, (*above, os.path.realpath(path)), use_fitted)
    tree, fitted = _take_fitted(tree, path, use_fitted)
    tree = _with_alliance(tree, path)
    tree = with_episodes(
        tree,
        lambda at, place: _beside(at, path, place, "a scenario file"),
        lambda target: _read_episode(target, use_fitted, (*above, os.path.realpath(path))),
    )
    if base is not None:
        if isinstance(base.data.get("alliance"), dict) and "format" in (tree.data.get("alliance") or ()):
            # A whole alliance takes the place of the other's; a part of one is put over it.
            base = without(base, (), "alliance")
        tree = merge(base, tree)
    return _with_fitted(tree, fitted) if fitted is not None else tree


def _read_episode(path: str, use_fitted: bool, chain: tuple[str, ...]) -> Tree:
    """Return the raw data of a file that an episode uses; its own further crises are left out."""
    if len(chain) >= MOST_FILES or os.path.realpath(path) in chain:
        message = "an episode's file is built on the campaign itself; break the circle"
        raise ScenarioError([Problem(path, None, None, "", message)])
    return with_decisions(_read_scenario(path, use_fitted, chain), {})


def _take_base(tree: Tree, path: str, chain: tuple[str, ...], use_fitted: bool) -> tuple[Tree, Tree | None]:
    if "extends" not in tree.data:
        return tree, None
    named = tree.data["extends"]
    places = [("extends", i) for i in range(len(named))] if isinstance(named, list) else [("extends",)]
    base: Tree | None = None
    for place in places:
        target = _beside(tree, path, place, "a scenario file")
        if os.path.realpath(target) in chain:
            what = os.path.basename(target)
            raise _stop(tree, place, f"'{what}' is built on this file itself; break the circle")
        if len(chain) >= MOST_FILES:
            raise _stop(tree, place, f"more than {MOST_FILES} files build on one another; join some")
        found = _read_scenario(target, use_fitted, chain)
        base = found if base is None else merge(base, found)
    return without(tree, (), "extends"), base


def _take_fitted(tree: Tree, path: str, use_fitted: bool) -> tuple[Tree, Tree | None]:
    if "fitted" not in tree.data:
        return tree, None
    fitted = None
    if use_fitted:
        fitted = _read_mapping(
            _beside(tree, path, ("fitted",), "a calibration's file"), "uncertain", "a calibration"
        )
    return without(tree, (), "fitted"), fitted


def _beside(tree: Tree, path: str, place: tuple[Key, ...], what: str) -> str:
    """Return the path of the file that is named at *place*, relative to the file at *path*."""
    named: Any = tree.data
    for key in place:
        named = named[key]
    key = next(part for part in reversed(place) if isinstance(part, str))
    if not isinstance(named, str) or Path(named).suffix not in SUFFIXES or os.path.isabs(named):
        raise _stop(tree, place, f"'{key}' must name {what}; write its .yaml path relative to this file")
    target = os.path.normpath(os.path.join(os.path.dirname(path), named))
    if not os.path.isfile(target):
        hint = nearest_file(Path(target))
        raise _stop(tree, place, f"there is no file '{target}'{hint or '; check the name or drop the key'}")
    return target


def _with_alliance(tree: Tree, path: str) -> Tree:
    """Return *tree* with an alliance referred to by name read from `alliances/` beside the file."""
    name = tree.data.get("alliance")
    if not isinstance(name, str):
        return tree
    folder = os.path.join(os.path.dirname(path), "alliances")
    target = os.path.join(folder, f"{name}.yaml")
    if not _NAME.match(name) or not os.path.isfile(target):
        known = sorted(item.stem for item in Path(folder).glob("*.yaml"))
        cure = did_you_mean(name, known) or f"; known are {', '.join(known) or 'none'}"
        # Without an alliance nearly every name would seem unknown, so the reading ends here.
        raise _stop(tree, ("alliance",), f"there is no alliance '{name}' in {folder}{cure}")
    alliance = _read_mapping(target, "alliance", "an alliance")
    tree = tree._replace(problems=tree.problems + alliance.problems)
    tree = assign_below(tree, ("alliance",), alliance.data, alliance.marks)
    return point_at_decisions(tree, os.path.join(folder, f"{name}_decisions.yaml"))


def _with_fitted(tree: Tree, fitted: Tree) -> Tree:
    """Return *tree* with each posterior of *fitted* in place of the prior under the same path."""
    uncertain: Any = tree.data.get("uncertain")
    entry = tree.marks.children.get("uncertain")
    if not isinstance(uncertain, dict) or entry is None:
        return tree._replace(problems=(*tree.problems, *_strays(fitted, fitted.data)))
    own = {full_path(name): name for name in uncertain}
    data, children = dict(uncertain), dict(entry.node.children)
    strays = [name for name in fitted.data if full_path(name) not in own]
    for name, posterior in fitted.data.items():
        if name not in strays:
            data[own[full_path(name)]] = posterior
            children[own[full_path(name)]] = fitted.marks.children[name]
    marks = Node(entry.node.source, entry.node.line, entry.node.column, children)
    problems = (*tree.problems, *fitted.problems, *_strays(fitted, strays))
    return assign_below(tree._replace(problems=problems), ("uncertain",), data, marks)


def _strays(fitted: Tree, names: Any) -> list[Problem]:
    message = "the scenario does not call this uncertain; add it to 'uncertain:' or calibrate again"
    return [fitted.problem((name,), message, at_key=True) for name in names]
