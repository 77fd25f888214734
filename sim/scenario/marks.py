"""Where each value of a scenario stood: a tree of marks beside the tree of data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sim.scenario.errors import Problem

Key = str | int
_LEAF: dict[str | int, Entry] = {}


@dataclass(frozen=True, eq=False)
class Source:
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


@dataclass(frozen=True)
class Document:
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
