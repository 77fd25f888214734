"""Event logs as compressed lines of JSON, the same bytes for the same events."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from math import isfinite
from typing import Any

from sim.engine.event_log import EventLog, EventRecord

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
            lines = [_encode(plain({"run": run, **record._asdict()})) for record in whole(log)]
            packed.write("".join(f"{line}\n" for line in lines).encode())
    return target.getvalue()


def whole(log: EventLog) -> Iterable[EventRecord]:
    """Return the events of *log* and of the episodes of a campaign in order of time, then of recording."""
    if not log.parts:
        return log.records
    parts = (log, *log.parts.values())
    return sorted((record for part in parts for record in part), key=lambda r: (r.time, r.id))


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
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if hasattr(value, "_asdict"):
        return {key: plain(item) for key, item in value._asdict().items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
