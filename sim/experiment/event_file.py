"""Event logs as compressed lines of JSON, the same bytes for the same events."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from math import isfinite
from typing import Any

from sim.engine.event_log import EventLog

#: Beyond this level a log takes three times as long to pack and is 5 % smaller.
LEVEL = 6


def events_file(logs: Iterable[tuple[int, EventLog]]) -> bytes:
    """Return the logs of some runs: one line per event, with the number of its run.

    A campaign's episodes stand among the events of its own crisis, in order of time; `crisis` names them.
    """
    target = io.BytesIO()
    # No name and no time of its own: equal logs give equal bytes.
    with gzip.GzipFile(filename="", fileobj=target, mode="wb", compresslevel=LEVEL, mtime=0) as packed:
        for run, log in logs:
            packed.write("".join(_lines(run, log)).encode())
    return target.getvalue()


def _lines(run: int, log: EventLog) -> Iterator[str]:
    """Yield each event of a run as a line: the very text of its plain fields encoded as a mapping.

    Thousands of lines hold the same few words, which are encoded once.
    """
    words = _Words()
    for number, time, kind, who, where, amount, cause, detail, crisis in log.whole:
        yield (
            f'{{"run": {run}, "id": {number}, "time": {_number(time)}, "kind": {words[kind.value]}, '
            f'"who": {words[who]}, "where": {words[where]}, "amount": {_number(amount)}, "cause": {cause}, '
            f'"detail": {_encode(plain(detail)) if detail else "{}"}, "crisis": {words[crisis]}}}\n'
        )


class _Words(dict[str, str]):
    """Texts as JSON writes them, each encoded when it is first asked for."""

    def __missing__(self, word: str) -> str:
        written = self[word] = _encode(word)
        return written


def _number(value: float) -> str:
    """Return a number as JSON; one that is not finite as null."""
    kind = type(value)
    whole_or_finite = kind is int or (kind is float and isfinite(value))
    return repr(value) if whole_or_finite else _encode(plain(value))


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
#: Types whose values are plain as they are.
_PLAIN = frozenset({str, int, bool, type(None)})


def plain(value: Any) -> Any:
    """Return *value* as plain data for JSON: named fields as mappings, what is not finite as none."""
    # The commonest types come first: what is not among them takes several times as long.
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is float:
        return value if isfinite(value) else None
    if kind is dict:
        return {
            key if type(key) is str else str(plain(key)): item if type(item) in _PLAIN else plain(item)
            for key, item in value.items()
        }
    if kind is list:
        return [plain(item) for item in value]
    if isinstance(value, tuple):
        return _plain_tuple(value)
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _plain_tuple(value: tuple[Any, ...]) -> Any:
    names: tuple[str, ...] | None = getattr(value, "_fields", None)
    items = [plain(item) for item in value]
    return items if names is None else dict(zip(names, items, strict=True))
