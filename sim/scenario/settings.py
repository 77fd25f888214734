"""Settings by path (`--set`, a variant's `set:`) put on a scenario's raw data, before it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from sim.scenario.core_scalars import NotFiniteError, core_scalar
from sim.scenario.errors import Problem, ScenarioError
from sim.scenario.learnt import LEARNT, twin
from sim.scenario.lookup import SettingError, find
from sim.scenario.marks import BareNode, Entry, Key, Node, Source
from sim.scenario.paths import ALIASES, full_path
from sim.scenario.shapes import measure_of, split_path
from sim.scenario.tree import Tree, assign, assign_below, without
from sim.scenario.yaml_events import control_in, parse_yaml


def split_setting(text: str) -> tuple[str, Any]:
    """Return the path and the value of a setting written `path=value`.

    Lists, mappings and quoted texts are read as YAML, anything else as one YAML scalar.

    Raises:
        SettingError: when it is not written so, or the value is not finite.
    """
    path, equals, written = text.partition("=")
    path, written = path.strip(), written.strip()
    if not equals or not path:
        raise SettingError(f"{text!r} is no setting; write path=value")
    if written[:1] in ("[", "{", '"', "'"):
        return path, _flow(written)
    try:
        return path, core_scalar(written)
    except NotFiniteError:
        raise SettingError(f"{written!r} is not a finite number; write a finite one") from None


def _flow(written: str) -> Any:
    try:
        document = parse_yaml(written, "value")
    except ScenarioError as error:
        raise SettingError(error.problems[0].message) from None
    if document.problems:
        raise SettingError(document.problems[0].message)
    return document.data


def apply_settings(tree: Tree, settings: Mapping[str, tuple[str, Any]]) -> tuple[Tree, list[Problem]]:
    """Return *tree* with *settings* made, and the problems of those that could not be.

    Args:
        tree: raw data and marks.
        settings: from the name shown in errors (`--set #1`) to path and value.
    """
    problems: list[Problem] = []
    for origin, (path, value) in settings.items():
        try:
            tree = apply_setting(tree, path, value, origin)
        except SettingError as error:
            problems.append(Problem(origin, None, None, path, str(error)))
    return tree, problems


def apply_setting(tree: Tree, path: str, value: Any, origin: str) -> Tree:
    """Return *tree* with *value* at *path*; a number so set is certain and drops out of `uncertain:`.

    An annotated number keeps its annotations, but not a range that the value lies outside of.

    Raises:
        SettingError: when the path leads nowhere.
    """
    if (obeyed := _control_in(value)) is not None:
        raise SettingError(obeyed)
    parts = split_path(full_path(path))
    old, shape = find(tree.data, parts)
    whole = len(parts) == 1 and isinstance(old, dict) and "value" not in old
    if whole and value is not None and not isinstance(value, dict):
        # Without a whole part nearly every name would seem unknown, and only this is wrong.
        raise SettingError(_no_part(str(parts[0]), value))
    source = Source(origin, (), ALIASES.get(path.partition(".")[0], ""))
    if isinstance(old, dict) and "value" in old and not isinstance(value, dict):
        value = _annotated(old, value, shape)
    changed = assign(tree, parts, value, BareNode(source, value))
    full = ".".join(map(str, parts))
    return made_certain(_set_twin(changed, full, source), full)


def _control_in(value: Any) -> str | None:
    """Return what is wrong with a value that holds a control character somewhere; None if it holds none."""
    if isinstance(value, str):
        return control_in(value)
    held = (*value, *value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((message for item in held if (message := _control_in(item)) is not None), None)


def _no_part(part: str, value: Any) -> str:
    if part == "alliance":
        return f"an alliance cannot be chosen here; write 'alliance: {value}' in a file, or set a part of it"
    return f"{value!r} cannot stand for a whole part; set what is in it, such as {part}.KEY=VALUE"


def _set_twin(tree: Tree, path: str, source: Source) -> Tree:
    """Return *tree* with an assumed decision weight that was set at *path* also set among those learnt.

    A number set by hand holds whichever weights are in force, and is no longer drawn.
    """
    other = twin(path) or (path if path.startswith(LEARNT) else None)
    name = other.removeprefix(LEARNT) if other else ""
    learnt = tree.data.get("response", {}).get("decision", {}).get("learnt") if other else None
    if not isinstance(learnt, dict) or "value" in name.split("."):
        return tree
    held, parts = learnt.get("ordered_choice"), split_path(name)
    for part in parts[:-1]:
        held = held.get(part) if isinstance(held, dict) else None
    if not isinstance(held, dict) or parts[-1] not in held:
        return tree
    value, _ = find(tree.data, split_path(path))
    certain = [*learnt["posterior"].get("certain", ()), name]
    home = ("response", "decision", "learnt")
    tree = assign(tree, (*home, "ordered_choice", *parts), value, BareNode(source, value))
    return assign(tree, (*home, "posterior", "certain"), certain, BareNode(source, certain))


def _annotated(old: dict[str, Any], value: Any, shape: Any) -> dict[str, Any]:
    """Return the annotated number *old* at another *value*, without a range that leaves it out."""
    new = {**old, "value": value}
    measure = measure_of(shape)
    try:
        if measure is not None:
            measure.read(new)
    except (ValidationError, PydanticCustomError):
        new = {key: item for key, item in new.items() if key not in ("low", "high")}
    return new


def made_certain(tree: Tree, path: str) -> Tree:
    """Return *tree* with *path*, and what lies below it, no longer uncertain nor calibrated."""

    def below(name: Any) -> bool:
        full = full_path(str(name))
        return full == path or full.startswith(f"{path}.")

    uncertain = tree.data.get("uncertain")
    for name in list(uncertain) if isinstance(uncertain, dict) else ():
        if below(name):
            tree = without(tree, ("uncertain",), name)
    calibration = tree.data.get("calibration")
    moved = calibration.get("parameters") if isinstance(calibration, dict) else None
    if isinstance(moved, list) and any(below(name) for name in moved):
        kept = [(name, place) for place, name in enumerate(moved) if not below(name)]
        node = tree.marks.children["calibration"].node.children["parameters"].node
        children: dict[Key, Entry] = {new: node.children[old] for new, (_, old) in enumerate(kept)}
        marks = Node(node.source, node.line, node.column, children)
        tree = assign_below(tree, ("calibration", "parameters"), [name for name, _ in kept], marks)
    return tree
