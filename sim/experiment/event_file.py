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

from sim.engine.event_log import EventLog


def events_file(logs: Iterable[tuple[int, EventLog]]) -> bytes:
    """Return the logs of some runs: one line per event, with the number of its run."""
    target = io.BytesIO()
    # No name and no time of its own: equal logs give equal bytes.
    with gzip.GzipFile(filename="", fileobj=target, mode="wb", mtime=0) as packed:
        for run, log in logs:
            for record in log:
                line = json.dumps(
                    plain({"run": run, **record._asdict()}), ensure_ascii=False, allow_nan=False
                )
                packed.write(f"{line}\n".encode())
    return target.getvalue()


def plain(value: Any) -> Any:
    """Return *value* as plain data for JSON: named fields as mappings, what is not finite as none."""
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
