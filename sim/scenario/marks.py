"""Where each value of a scenario stood: a tree of marks beside the tree of data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sim.scenario.errors import Problem

Key = str | int
_LEAF: dict[str | int, Entry] = {}
#: Where a key (or list item) stood, and its value: a mark of the parser's, or a node.
Place = tuple[Any, Any]


class Source(NamedTuple):
    """A text that values were read from: the name shown for it and its lines.

    *prefix* is the part of a path that the text leaves out: `alliance` within an alliance's own file.
    """

    name: str
    lines: tuple[str, ...] = ()
    prefix: str = ""


class Node:
    """Where a value stood (line and column from 0; none for one made on the command line)."""

    __slots__ = ("children", "column", "line", "source")

    def __init__(
        self, source: Source, line: int | None = None, column: int = 0, children: dict[Key, Entry] = _LEAF
    ) -> None:
        # Leaves share one empty mapping; nothing is ever added to a leaf.
        self.source, self.line, self.column, self.children = source, line, column, children


class ReadNode(Node):
    """A mapping or list of a file; its children are made of the parser's marks when asked for.

    Reading makes thousands of them, and as a rule nobody asks: they are there for faults to be placed.
    """

    __slots__ = ("grown", "seen")

    def __init__(self, source: Source, mark: Any, seen: dict[str, Place] | list[Place]) -> None:
        """Take where it stood, and what stands in it as it is read: the places of key and value."""
        self.source, self.line, self.column, self.seen = source, mark.line, mark.column, seen
        self.grown: dict[Key, Entry] | None = None

    @property
    def children(self) -> dict[Key, Entry]:  # type: ignore[override]
        """The marks of what it holds; not to be asked for before it has been read to its end."""
        if self.grown is None:
            held: Any = self.seen.items() if isinstance(self.seen, dict) else enumerate(self.seen)
            self.grown = {key: self._entry(*place) for key, place in held}
        return self.grown

    def _entry(self, where: Any, what: Any) -> Entry:
        node = what if isinstance(what, Node) else node_at(self.source, what)
        return Entry(where.line, where.column, node, self.source)


def node_at(source: Source, mark: Any) -> Node:
    """Return the node of a plain value that stood at a *mark* of the parser's."""
    return Node(source, mark.line, mark.column)


class BareNode(Node):
    """Data that stands at no line of its source; its children are made when asked for."""

    __slots__ = ("data", "grown")

    def __init__(self, source: Source, data: Any) -> None:
        self.source, self.line, self.column, self.data = source, None, 0, data
        self.grown: dict[Key, Entry] | None = None

    @property
    def children(self) -> dict[Key, Entry]:  # type: ignore[override]
        """The marks of what *data* holds."""
        if self.grown is None:
            held: Any = self.data.items() if isinstance(self.data, dict) else ()
            held = enumerate(self.data) if isinstance(self.data, list) else held
            source = self.source
            self.grown = {key: Entry(None, 0, BareNode(source, item), source) for key, item in held}
        return self.grown


class Entry(NamedTuple):
    """A child of a mapping or list: where its key (or list item) stood, and its node."""

    line: int | None
    column: int
    node: Node
    source: Source


class Document(NamedTuple):
    """A file's plain data, the tree of its marks, and what is wrong but did not stop the reading."""

    data: Any
    marks: Node
    problems: tuple[Problem, ...] = ()


def problem_at(source: Source, line: int | None, column: int, path: str, message: str) -> Problem:
    """Return the problem at *line* and *column* (from 0) of *source*."""
    if line is None:
        return Problem(source.name, None, None, path, message)
    text = source.lines[line] if line < len(source.lines) else None
    return Problem(source.name, line + 1, column + 1, path, message, text)


def walk(node: Node, path: tuple[Key, ...]) -> Iterator[Entry]:
    """Yield the entries along *path* from *node*, skipping the parts that stand in no file."""
    for part in path:
        entry = node.children.get(part)
        if entry is not None:
            yield entry
            node = entry.node
