"""A scenario's raw data with its marks: built on one another, changed by path, searched for places."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.scenario.distributions import FAMILIES
from sim.scenario.errors import Problem
from sim.scenario.marks import BareNode, Entry, Key, Node, Source, problem_at, walk

#: A mapping with one of these keys is one value, replaced whole.
WHOLE = ("value", *FAMILIES)


class Tree(NamedTuple):
    """Plain data, where it stood, and what was wrong already in the reading."""

    data: dict[str, Any]
    marks: Node
    problems: tuple[Problem, ...] = ()

    def problem(self, path: tuple[Key, ...], message: str, *, at_key: bool = False) -> Problem:
        """Return the problem *message* placed at *path*, or at the nearest part of it in a file.

        Parts that stand in no file (forms filled in by the model) are passed over.
        """
        entries: list[Entry] = []
        found: list[str] = []
        node = self.marks
        for part in path:
            for entry in walk(node, (part,)):
                entries.append(entry)
                found.append(str(part))
                node = entry.node
        if not entries:
            return problem_at(node.source, node.line, node.column, "", message)
        return _placed(entries[-1], ".".join(found), message, at_key or bool(node.children))


def _placed(entry: Entry, path: str, message: str, at_key: bool) -> Problem:
    node = entry.node
    source, line, column = (
        (entry.source, entry.line, entry.column) if at_key else (node.source, node.line, node.column)
    )
    short = path.removeprefix(f"{source.prefix}.") if source.prefix else path
    return problem_at(source, line, column, short, message)


def merge(base: Tree, top: Tree) -> Tree:
    """Return *base* with everything that *top* says put over it.

    Mappings are merged key by key; annotated numbers, durations, lists and plain values are replaced
    whole; a null in *top* takes the key away.
    """
    data, marks = _merged(base.data, base.marks, top.data, top.marks)
    return Tree(data, marks, base.problems + top.problems)


def _merged(base: Any, base_node: Node, top: Any, top_node: Node) -> tuple[Any, Node]:
    if not isinstance(base, dict) or not isinstance(top, dict) or any(key in top for key in WHOLE):
        return top, top_node
    data = dict(base)
    children = dict(base_node.children)
    for key, value in top.items():
        entry = top_node.children[key]
        if value is None and key in data:
            del data[key], children[key]
            continue
        data[key], node = value, entry.node
        if key in base:
            data[key], node = _merged(base[key], base_node.children[key].node, value, entry.node)
        children[key] = entry._replace(node=node)
    return data, Node(top_node.source, top_node.line, top_node.column, children)


def assign(tree: Tree, path: tuple[Key, ...], value: Any, marks: Node) -> Tree:
    """Return *tree* with *value* at *path*; mappings on the way are made, nothing is changed in place."""
    data, node = _assigned(tree.data, tree.marks, path, value, marks)
    return Tree(data, node, tree.problems)


def _assigned(
    old: Any, node: Node | None, path: tuple[Key, ...], value: Any, marks: Node
) -> tuple[Any, Node]:
    if not path:
        return value, marks
    part, rest = path[0], path[1:]
    entry = node.children.get(part) if node else None
    new: Any = list(old) if isinstance(old, list) else dict(old) if isinstance(old, dict) else {}
    below = new[part] if entry is not None or (isinstance(new, dict) and part in new) else None
    item, item_node = _assigned(below, entry.node if entry else None, rest, value, marks)
    new[part] = item
    source = marks.source
    entry = entry._replace(node=item_node) if entry and rest else Entry(None, 0, item_node, source)
    children = {**(node.children if node else {}), part: entry}
    return new, Node(node.source, node.line, node.column, children) if node else Node(
        source, None, 0, children
    )


def without(tree: Tree, path: tuple[Key, ...], key: str) -> Tree:
    """Return *tree* with *key* taken out of the mapping at *path*."""
    data: Any = tree.data
    node = tree.marks
    for part in path:
        data, node = data[part], node.children[part].node
    kept = {name: item for name, item in data.items() if name != key}
    children = {name: entry for name, entry in node.children.items() if name != key}
    marks = Node(node.source, node.line, node.column, children)
    if not path:
        return Tree(kept, marks, tree.problems)
    return assign_below(tree, path, kept, marks)


def assign_below(tree: Tree, path: tuple[Key, ...], value: Any, marks: Node) -> Tree:
    """Return *tree* with *value* at *path*, whose key keeps its own mark."""
    data, node = _kept(tree.data, tree.marks, path, value, marks)
    return Tree(data, node, tree.problems)


def _kept(old: Any, node: Node, path: tuple[Key, ...], value: Any, marks: Node) -> tuple[Any, Node]:
    if not path:
        return value, marks
    entry = node.children[path[0]]
    item, below = _kept(old[path[0]], entry.node, path[1:], value, marks)
    new: Any = dict(old) if isinstance(old, dict) else list(old)
    new[path[0]] = item
    children = {**node.children, path[0]: entry._replace(node=below)}
    return new, Node(node.source, node.line, node.column, children)


def bare(data: dict[str, Any], name: str) -> Tree:
    """Return *data* without marks: problems are placed at *name* alone."""
    return Tree(data, BareNode(Source(name), data))
