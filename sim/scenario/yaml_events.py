"""YAML files read into plain data that remembers where each value stood: texts, and what is wrong with them.

The C parser's *events* are used, never its composer, which overflows the stack on deep nesting.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from sim.scenario.errors import Problem, ScenarioError, did_you_mean, one_problem
from sim.scenario.marks import Document, Node, Source, problem_at
from sim.scenario.watch import note_file
from sim.scenario.yaml_values import Builder

MAX_BYTES = 4_000_000
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
    raw = _read_bytes(name)
    note_file(name, raw)
    text = _decode(name, raw)
    return parse_yaml(text if shorten is None else shorten(text), name, prefix)


def parse_yaml(text: str, name: str, prefix: str = "") -> Document:
    """Return the data and marks of YAML *text*, shown as *name* in problems.

    Raises:
        ScenarioError: for faults that stop the reading; lesser ones are in the document's problems.
    """
    text = text.removeprefix("\ufeff")
    source = Source(name, tuple(text.split("\n")), prefix)
    try:
        # The parser is told where texts begin and end; nothing is built by it.
        parser = _LOADER(text)
        try:
            builder = Builder(source, parser.get_event)
            builder.take_all()
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
    turned = None if text.isascii() else TURNING.search(text)
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
