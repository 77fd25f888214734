"""Data that differs from what was read before in a few places: only these are read again."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from sim.scenario.distributions import Duration


def reuse(data: Any, old: Any, read: Any) -> Any:
    """Return *data* with what it shares with *old* in the form that it was read as.

    Args:
        data: plain data; what was not changed is the very object that *old* holds.
        old: plain data.
        read: what the models made of *old*.
    """
    if data is old:
        return read
    if not isinstance(data, dict) or not isinstance(old, dict):
        return data
    # Numbers and durations have short forms, whose keys are not those of what is made of them.
    if isinstance(read, Duration) or not isinstance(read, (dict, BaseModel)):
        return data
    held = read if isinstance(read, dict) else read.__dict__
    return {
        key: reuse(item, old[key], held[key]) if key in old and key in held else item
        for key, item in data.items()
    }
