"""Plain data and marks built of YAML's parser events, one by one.

Scalars follow the core schema of YAML 1.2 (`NO`, `12:30` and dates stay texts, `010` is ten). Limits on
depth and number of values are checked as the events come.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import yaml

from sim.scenario.core_scalars import CONSTANTS, NUMERIC, NotFiniteError, core_scalar
from sim.scenario.errors import Problem, ScenarioError
from sim.scenario.marks import Node, ReadNode, Source, node_at, problem_at

MAX_VALUES = 200_000
MAX_DEPTH = 40

_SCALAR, _ALIAS, _DOCUMENT = yaml.ScalarEvent, yaml.AliasEvent, yaml.DocumentStartEvent
_MAPPING, _MAPPING_END = yaml.MappingStartEvent, yaml.MappingEndEvent
_LIST, _LIST_END = yaml.SequenceStartEvent, yaml.SequenceEndEvent


class _Frame:
    """A mapping or list being read."""

    __slots__ = ("anchor", "data", "height", "key", "node", "seen")

    def __init__(self, data: Any, seen: Any, source: Source, event: Any) -> None:
        self.data, self.seen, self.anchor = data, seen, event.anchor
        self.node = ReadNode(source, event.start_mark, seen)
        self.key: str | None = None
        self.height = 1


class Builder:
    """Takes parser events one by one and builds data beside marks."""

    def __init__(self, source: Source, following: Callable[[], Any]) -> None:
        """Take the source of the events and a function that gives the next one, None after the last."""
        self.source, self.following = source, following
        #: The document's data and the tree of its marks; None as long as there is none.
        self.root: tuple[Any, Node] | None = None
        #: What is wrong but does not stop the reading.
        self.problems: list[Problem] = []
        self._frames: list[_Frame] = []
        self._values = 0
        #: Finished anchors: data, place (node, or mark of a plain value), number of values, height.
        self._anchors: dict[str, tuple[Any, Any, int, int]] = {}
        #: Plain scalars that are no texts, or begin as numbers do, and their values: most come many times.
        self._known: dict[str, Any] = dict(CONSTANTS)

    def take_all(self) -> None:
        """Take the events to the last.

        Raises:
            ScenarioError: for faults that stop the reading.
            yaml.YAMLError: the parser's own.
        """
        documents = 0
        while (event := self.following()) is not None:
            kind = event.__class__
            if kind is _DOCUMENT:
                documents += 1
                if documents > 1:
                    self._stop(event, "a second document begins here; keep one document in a file")
            elif kind in (_SCALAR, _ALIAS, _MAPPING, _LIST):
                value, place, _ = self._value(event)
                self.root = (value, place if isinstance(place, Node) else node_at(self.source, place))

    def _value(self, event: Any) -> tuple[Any, Any, int]:
        """Return the value that begins with *event*, its place (its node, or its mark) and its height."""
        kind = event.__class__
        if kind is _SCALAR:
            return self._scalar(event), event.start_mark, 0
        if kind is _ALIAS:
            value, place, size, height = self._named(event)
            if len(self._frames) + height > MAX_DEPTH:
                self._stop(
                    event, f"nested deeper than {MAX_DEPTH} levels once aliases are filled in; flatten it"
                )
            self._count(event.start_mark, size)
            return value, place, height
        before = self._values
        frame = self._mapping(event) if kind is _MAPPING else self._list(event)
        self._frames.pop()
        if frame.anchor is not None:
            size = self._values - before + 1
            self._anchors[frame.anchor] = (frame.data, frame.node, size, frame.height)
        self._count(event.start_mark)
        return frame.data, frame.node, frame.height

    def _mapping(self, event: Any) -> _Frame:
        data: dict[str, Any] = {}
        seen: dict[str, Any] = {}
        frame = self._open(event, data, seen)
        following = self.following
        while (event := following()).__class__ is not _MAPPING_END:
            frame.key = None
            key = event.value if event.__class__ is _SCALAR else self._refuse_key(event)
            key_mark = event.start_mark
            # A repeated or merge key is noted; the first value stays.
            fresh = key not in data and key != "<<"
            if not fresh or event.tag is not None or event.anchor is not None:
                self._note_key(frame, event)
            frame.key = key
            event = following()
            if event.__class__ is _SCALAR:
                value, place = self._scalar(event), event.start_mark
            else:
                value, place, height = self._value(event)
                if height >= frame.height:
                    frame.height = height + 1
            if fresh:
                data[key] = value
                seen[key] = (key_mark, place)
        return frame

    def _list(self, event: Any) -> _Frame:
        data: list[Any] = []
        seen: list[Any] = []
        frame = self._open(event, data, seen)
        following = self.following
        while (event := following()).__class__ is not _LIST_END:
            mark = place = event.start_mark
            if event.__class__ is _SCALAR:
                value = self._scalar(event)
            else:
                value, place, height = self._value(event)
                if height >= frame.height:
                    frame.height = height + 1
            data.append(value)
            seen.append((mark, place))
        return frame

    def _open(self, event: Any, data: Any, seen: Any) -> _Frame:
        if len(self._frames) >= MAX_DEPTH:
            self._stop(event, f"nested deeper than {MAX_DEPTH} levels; flatten it")
        if event.tag is not None:
            self._refuse_tag(event)
        frame = _Frame(data, seen, self.source, event)
        self._frames.append(frame)
        return frame

    def _scalar(self, event: Any) -> Any:
        # Most of a file is read here: what was read before, or can be no number, takes no further calls.
        value: Any = event.value
        if event.tag is not None:
            self._refuse_tag(event)
        elif event.implicit[0]:
            if value in self._known:
                value = self._known[value]
            elif value[0] in NUMERIC:
                value = self._number(value, event.start_mark)
        self._values += 1
        if self._values > MAX_VALUES:
            self._refuse_more(event.start_mark)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, event.start_mark, 1, 0)
        return value

    def _number(self, text: str, mark: Any) -> Any:
        """Return the value of a plain scalar that looks like a number."""
        try:
            value = core_scalar(text)
        except NotFiniteError:
            self._note(mark, f"{_cut(text)} is not a finite number; write a finite one")
            return 0
        self._known[text] = value
        return value

    def _named(self, event: Any) -> tuple[Any, Any, int, int]:
        """Return what an alias names."""
        name = event.anchor
        if any(frame.anchor == name for frame in self._frames):
            self._stop(event, f"alias '*{name}' stands inside what it names; write the values out")
        if name not in self._anchors:
            self._stop(event, f"alias '*{name}' names nothing above; define it with '&{name}'")
        return self._anchors[name]

    def _refuse_key(self, event: Any) -> NoReturn:
        if event.__class__ is _ALIAS:
            self._named(event)
            self._stop(event, "a key must be written out, not an alias; write the key")
        self._stop(event, "a key must be a single word or text, not a list or mapping; name it")

    def _note_key(self, frame: _Frame, event: Any) -> None:
        """Note what is wrong with a key, and keep its anchor."""
        key = event.value
        if event.tag is not None:
            self._refuse_tag(event)
        frame.key = key
        if key == "<<" and event.implicit[0]:
            self._note(event.start_mark, "merge keys ('<<') are not read; use 'extends:' to build on a file")
        elif key in frame.data:
            message = (
                f"key {_cut(key)} was already given at line {frame.seen[key][0].line + 1}; keep one of them"
            )
            self._note(event.start_mark, message)
        if event.anchor is not None:
            self._anchors[event.anchor] = (key, Node(self.source), 1, 0)

    def _count(self, mark: Any, size: int = 1) -> None:
        """Count a value that is no scalar, or as many as an alias stands for."""
        self._values += size
        if self._values > MAX_VALUES:
            self._refuse_more(mark)

    def _refuse_more(self, mark: Any) -> NoReturn:
        message = f"more than {MAX_VALUES:,} values once aliases are filled in; shorten the file"
        raise ScenarioError([problem_at(self.source, mark.line, mark.column, "", message)])

    def _path(self) -> str:
        parts = (len(f.data) if type(f.data) is list else f.key for f in self._frames)
        path = ".".join(str(part) for part in parts if part is not None)
        return path if len(path) <= 80 else path[:77] + "..."

    def _note(self, mark: Any, message: str) -> None:
        self.problems.append(problem_at(self.source, mark.line, mark.column, self._path(), message))

    def _refuse_tag(self, event: Any) -> None:
        self._note(event.start_mark, f"tag {_cut(event.tag)} is not read; remove it")

    def _stop(self, event: Any, message: str) -> NoReturn:
        mark = event.start_mark
        raise ScenarioError(
            [*self.problems, problem_at(self.source, mark.line, mark.column, self._path(), message)]
        )


def _cut(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
