"""A scenario whose texts try to break out of a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.tiny import tiny_yaml

BREAKING = (
    "<script>document.title='broken'</script> \"quotes\" & 'ticks' </title></style>"
    "<img src=x onerror=alert(1)> \u202b\u05e9\u05dc\u05d5\u05dd\u202c \u202eturned"
)
#: Keys under which any text may stand.
FREE = ("title", "description", "name", "source", "note", "label")


def nasty_file(path: Path) -> Path:
    """Write the small scenario with breaking texts wherever a text may stand, and return its path."""
    data = yaml.safe_load(tiny_yaml())
    name = data["name"]
    _spoil(data)
    data["name"] = name
    source = f"https://example.org/a?b=1&c=2 {BREAKING}"
    entry = {"response": "hours_to_order", "kind": "instant", "value": 40, "unit": "h", "scored": True}
    data["record"] = {"calm": entry | {"label": BREAKING, "source": source, "confidence": "low"}}
    # Escaped: a file with such characters as they are is refused.
    path.write_text(yaml.safe_dump(data, allow_unicode=False, sort_keys=False), encoding="utf-8")
    return path


def _spoil(part: Any) -> None:
    if isinstance(part, dict):
        for key, value in part.items():
            if isinstance(value, str) and key in FREE:
                part[key] = f"{value} {BREAKING}"
            else:
                _spoil(value)
    elif isinstance(part, list):
        for item in part:
            _spoil(item)
