"""Putting a file in place whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: str | Path, text: str) -> Path:
    """Write *text* beside *path*, flush it, and let it take the name; an earlier file is replaced.

    Raises:
        OSError: the file cannot be written; nothing half-written is left.
    """
    target = Path(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)
    return target
