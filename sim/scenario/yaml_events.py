"""YAML read event by event into plain data that remembers where each value stood.

Scalars follow the core schema of YAML 1.2 (`NO`, `12:30` and dates stay texts, `010` is ten). The C
parser's *events* are used, never its composer, which overflows the stack on deep nesting; limits on
depth, size and number of values are checked as the events come.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from sim.scenario.core_scalars import CONSTANTS, NUMERIC, NotFiniteError, core_scalar
from sim.scenario.errors import Problem, ScenarioError, did_you_mean, one_problem
from sim.scenario.marks import Document, Node, ReadNode, Source, node_at, problem_at

MAX_BYTES = 4_000_000
MAX_VALUES = 200_000
MAX_DEPTH = 40
#: How the names of YAML files end.
SUFFIXES = (".yaml", ".yml")

#: Embeddings, overrides and isolates: what they enclose is shown in another order than it is read.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: Control characters, which a terminal obeys where it should show them.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: Characters that no YAML file may hold as they are; a pattern that takes long to make, and few need it.
_UNREADABLE = "[^\t\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(
    path: str | os.PathLike[str], prefix: str = "", shorten: Callable[[str], str] | None = None
) -> Document:
    """Read the YAML file at *path*.

    Args:
        path: the file.
        prefix: the part of a path that the file leaves out.
        shorten: takes from the text what is not wanted of it, its lines staying where they are.

    Raises:
        ScenarioError: when the file is missing, unreadable, too large or not YAML as accepted here.
    """
    name = os.fspath(path)
    text = _decode(name, _read_bytes(name))
    return parse_yaml(text if shorten is None else shorten(text), name, prefix)


def parse_yaml(text: str, name: str, prefix: str = "") -> Document:
    """Return the data and marks of YAML *text*, shown as *name* in problems.

    Raises:
        ScenarioError: for faults that stop the reading; lesser ones are in the document's problems.
    """
    text = text.removeprefix("\ufeff")
    source = Source(name, tuple(text.split("\n")), prefix)
    builder = _Builder(source)
    try:
        # The parser is told where texts begin and end; nothing is built by it.
        parser = _LOADER(text)
        try:
            builder.take_all(parser.get_event)
        finally:
            parser.dispose()
    except yaml.YAMLError as error:
        raise _syntax_error(error, source) from None
    if builder.root is None or builder.root[0] is None:
        raise one_problem(name, "the file is empty; a scenario starts with 'format: 1'")
    data, node = builder.root
    # A file without escapes has none: the parser refuses those that stand in it as they are.
    if "\\" in text:
        builder.problems += _obeyed(data, node, "")
    return Document(data, node, tuple(builder.problems))


def control_in(text: str) -> str | None:
    """Return what is wrong with a *text* that holds a control character; None if it holds none."""
    found = CONTROL.search(text)
    if found is None:
        return None
    return (
        f"the control character U+{ord(found[0]):04X} would reach the terminal, which obeys it; take it out"
    )


def _obeyed(data: Any, node: Node, path: str) -> Iterator[Problem]:
    """Yield the texts and keys below *node* that hold a control character, each at its place."""
    held = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, item in held:
        entry = node.children[key]
        below = f"{path}.{key}" if path else str(key)
        if isinstance(key, str) and (message := control_in(key)):
            yield problem_at(entry.source, entry.line, entry.column, below, message)
        if isinstance(item, str) and (message := control_in(item)):
            place = entry.node
            yield problem_at(place.source, place.line, place.column, below, message)
        yield from _obeyed(item, entry.node, below)


def _read_bytes(name: str) -> bytes:
    path = Path(name)
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            inside = sorted(item.name for item in path.glob("*.yaml"))
            example = f", such as '{inside[0]}'" if inside else ""
            raise one_problem(name, f"this is a directory; name a scenario file{example}")
        if not stat.S_ISREG(kind):
            raise one_problem(name, "this is not a regular file; name a scenario file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise one_problem(name, f"there is no such file{nearest_file(path) or '; check the path'}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise one_problem(name, f"cannot be read: {reason}; check the path and its permissions") from None
    if len(raw) > MAX_BYTES:
        raise one_problem(name, f"the file is larger than {MAX_BYTES:,} bytes; split it with 'extends:'")
    return raw


def nearest_file(path: Path) -> str:
    """Return "; did you mean 'x.yaml'?" for the YAML file beside *path* with the nearest name, or nothing."""
    try:
        names = {item.stem: item.name for item in sorted(path.parent.iterdir()) if item.suffix in SUFFIXES}
    except OSError:
        return ""
    hint = did_you_mean(path.stem, names)
    return next(
        (hint.replace(f"'{stem}'", f"'{name}'") for stem, name in names.items() if f"'{stem}'" in hint), ""
    )


def _decode(name: str, raw: bytes) -> str:
    if b"\0" in raw:
        raise one_problem(name, "this is a binary file, not text; name a scenario file")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8 text; save the file as UTF-8"
        raise ScenarioError([Problem(name, line, column, "", message)]) from None
    turned = TURNING.search(text)
    if turned:
        before_it = text[: turned.start()].split("\n")
        message = (
            f"the invisible character U+{ord(turned[0]):04X} turns the direction of writing, so the file "
            "shows other words than it holds; take it out"
        )
        raise ScenarioError([Problem(name, len(before_it), len(before_it[-1]) + 1, "", message)])
    return text


def _syntax_error(error: yaml.YAMLError, source: Source) -> ScenarioError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        reason = getattr(error, "reason", None) or str(error).splitlines()[0]
        message = f"not readable as YAML: {reason}; remove the character"
        unreadable = re.compile(_UNREADABLE)
        for line, text in enumerate(source.lines):
            if (found := unreadable.search(text)) is not None:
                return ScenarioError([problem_at(source, line, found.start(), "", message)])
        return one_problem(source.name, message)
    said = getattr(error, "problem", None) or "it cannot be read"
    message = f"not YAML: {said}; check indentation, quotes and brackets here"
    return ScenarioError([problem_at(source, mark.line, mark.column, "", message)])


class _Frame:
    """A mapping or list being read."""

    __slots__ = ("anchor", "data", "first", "height", "key", "key_mark", "node", "seen", "start")

    def __init__(self, data: Any, source: Source, anchor: str | None, first: int, start: Any) -> None:
        self.data, self.anchor, self.first, self.start = data, anchor, first, start
        self.seen: Any = {} if type(data) is dict else []
        self.node = ReadNode(source, start, self.seen)
        self.key: str | None = None
        self.key_mark: Any = None
        self.height = 1


class _Builder:
    """Takes parser events one by one and builds data beside marks."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: tuple[Any, Node] | None = None
        self.problems: list[Problem] = []
        self.frames: list[_Frame] = []
        self.values = 0
        self.documents = 0
        #: Finished anchors: data, place (node, or mark of a plain value), number of values, height.
        self.anchors: dict[str, tuple[Any, Any, int, int]] = {}
        #: What takes each kind of event; events of other kinds say nothing about the data.
        self.handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }

    def take_all(self, following: Callable[[], Any]) -> None:
        """Take the events that *following* gives, until it gives none."""
        scalar, frames, handler_of, put = yaml.ScalarEvent, self.frames, self.handlers.get, self._put
        while (event := following()) is not None:
            kind = event.__class__
            # Nearly all events are plain keys and values: they are taken here, without further calls.
            if kind is scalar and frames and event.tag is None and event.anchor is None:
                frame, value = frames[-1], event.value
                if frame.key is not None or type(frame.data) is list:
                    if not event.implicit[0] or (value not in CONSTANTS and value[0] not in NUMERIC):
                        mark = event.start_mark
                        put(value, mark, mark, 1)
                        continue
                elif value not in frame.data and value != "<<":
                    frame.key, frame.key_mark = value, event.start_mark
                    continue
            handler = handler_of(kind)
            if handler is not None:
                handler(event)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self._stop(event, "a second document begins here; keep one document in a file")

    def _scalar(self, event: Any) -> None:
        frame = self.frames[-1] if self.frames else None
        if frame is not None and frame.key is None and type(frame.data) is dict:
            self._key(frame, event)
            return
        mark = event.start_mark
        value: Any = event.value
        if event.tag is not None:
            self._refuse_tag(event)
        elif event.implicit[0]:
            try:
                value = core_scalar(value)
            except NotFiniteError:
                self._note(mark, f"{_cut(value)} is not a finite number; write a finite one")
                value = 0
        self._put(value, mark, mark, 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, mark, 1, 0)

    def _key(self, frame: _Frame, event: Any) -> None:
        if event.tag is not None:
            self._refuse_tag(event)
        frame.key, frame.key_mark = event.value, event.start_mark
        if event.value == "<<" and event.implicit[0]:
            self._note(event.start_mark, "merge keys ('<<') are not read; use 'extends:' to build on a file")
        elif event.value in frame.data:
            first = frame.seen[event.value][0].line
            message = f"key {_cut(event.value)} was already given at line {first + 1}; keep one of them"
            self._note(event.start_mark, message)
        if event.anchor is not None:
            self.anchors[event.anchor] = (event.value, Node(self.source), 1, 0)

    def _start(self, event: Any) -> None:
        frame = self.frames[-1] if self.frames else None
        if frame is not None and frame.key is None and type(frame.data) is dict:
            self._stop(event, "a key must be a single word or text, not a list or mapping; name it")
        if len(self.frames) >= MAX_DEPTH:
            self._stop(event, f"nested deeper than {MAX_DEPTH} levels; flatten it")
        if event.tag is not None:
            self._refuse_tag(event)
        data: Any = {} if type(event) is yaml.MappingStartEvent else []
        self.frames.append(_Frame(data, self.source, event.anchor, self.values, event.start_mark))

    def _end(self, event: Any) -> None:
        frame = self.frames.pop()
        size = self.values - frame.first + 1
        if frame.anchor is not None:
            self.anchors[frame.anchor] = (frame.data, frame.node, size, frame.height)
        self._put(frame.data, frame.node, frame.start, 1, frame.height)

    def _alias(self, event: Any) -> None:
        name = event.anchor
        if any(frame.anchor == name for frame in self.frames):
            self._stop(event, f"alias '*{name}' stands inside what it names; write the values out")
        if name not in self.anchors:
            self._stop(event, f"alias '*{name}' names nothing above; define it with '&{name}'")
        data, place, size, height = self.anchors[name]
        frame = self.frames[-1] if self.frames else None
        if frame is not None and frame.key is None and type(frame.data) is dict:
            self._stop(event, "a key must be written out, not an alias; write the key")
        if len(self.frames) + height > MAX_DEPTH:
            self._stop(event, f"nested deeper than {MAX_DEPTH} levels once aliases are filled in; flatten it")
        self._put(data, place, event.start_mark, size, height)

    def _put(self, value: Any, place: Any, mark: Any, size: int, height: int = 0) -> None:
        """Put a value, which stood at *place* (its node, or its mark), into what is being read."""
        self.values += size
        if self.values > MAX_VALUES:
            message = f"more than {MAX_VALUES:,} values once aliases are filled in; shorten the file"
            raise ScenarioError([problem_at(self.source, mark.line, mark.column, "", message)])
        if not self.frames:
            self.root = (value, place if isinstance(place, Node) else node_at(self.source, place))
            return
        frame = self.frames[-1]
        if height >= frame.height:
            frame.height = height + 1
        data = frame.data
        if type(data) is list:
            frame.seen.append((mark, place))
            data.append(value)
            return
        key = frame.key
        frame.key = None
        # A repeated or merge key was noted; the first value stays.
        if key is not None and key not in data and key != "<<":
            data[key] = value
            frame.seen[key] = (frame.key_mark, place)

    def _path(self) -> str:
        parts = (len(f.data) if type(f.data) is list else f.key for f in self.frames)
        path = ".".join(str(part) for part in parts if part is not None)
        return path if len(path) <= 80 else path[:77] + "..."

    def _note(self, mark: Any, message: str) -> None:
        self.problems.append(problem_at(self.source, mark.line, mark.column, self._path(), message))

    def _refuse_tag(self, event: Any) -> None:
        self._note(event.start_mark, f"tag {_cut(event.tag)} is not read; remove it")

    def _stop(self, event: Any, message: str) -> None:
        mark = event.start_mark
        raise ScenarioError(
            [*self.problems, problem_at(self.source, mark.line, mark.column, self._path(), message)]
        )


def _cut(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
