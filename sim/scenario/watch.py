"""The files that a scenario is made of, for one who asks before they are read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from typing import TypeAlias

#: A file's length (bytes) and a digest of what is in it (32 hexadecimal digits; none where there is no file).
Content: TypeAlias = tuple[int, str]

#: What no file holds.
NEVER: Content = (-1, "")

_watched: ContextVar[dict[str, Content] | None] = ContextVar("watched", default=None)


@contextmanager
def watched() -> Iterator[dict[str, Content]]:
    """Give a mapping, by absolute path, that fills with files read meanwhile or looked for in vain."""
    found: dict[str, Content] = {}
    token = _watched.set(found)
    try:
        yield found
    finally:
        _watched.reset(token)


def note_file(path: str, raw: bytes | None) -> None:
    """Tell one who watches that *raw* was in the file at *path*; nothing if there is no such file."""
    found = _watched.get()
    if found is not None:
        content = content_of(raw)
        # What changed between two readings has no content that could be found again.
        found[whole(path)] = content if found.get(whole(path), content) == content else NEVER


def whole(path: str) -> str:
    """Return *path* from the root on, as it stands: what '..' leads to after a link, the system alone knows.

    Raises:
        OSError: the working folder is gone.
    """
    return os.path.join(os.getcwd(), path)


def content_of(raw: bytes | None) -> Content:
    """Return length and digest of what was in a file."""
    return (0, "") if raw is None else (len(raw), blake2b(raw, digest_size=16).hexdigest())
