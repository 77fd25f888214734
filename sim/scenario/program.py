"""Which program this is: what was made by another is not taken for its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

from sim import __version__

#: Floors of the program that outcomes follow from.
FLOORS = ("scenario", "alliance", "engine", "experiment")
#: Bytes of a module that are read at a time; more than most have.
PIECE = 2**16


@cache
def program() -> str:
    """Return the version of the program and a digest of the source that outcomes follow from."""
    whole = blake2b(digest_size=8)
    top = str(Path(__file__).parents[1])
    for floor in FLOORS:
        for path in sorted(_sources(os.path.join(top, floor))):
            whole.update(path.removeprefix(top).replace(os.sep, "/").encode())
            whole.update(_content(path))
    return f"{__version__} {whole.hexdigest()}"


def _content(path: str) -> bytes:
    """Return what is in a file, asking the system itself: hundreds are read at every start."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        content = piece = os.read(handle, PIECE)
        while len(piece) == PIECE:  # less comes only at a file's end
            piece = os.read(handle, PIECE)
            content += piece
        return content
    finally:
        os.close(handle)


def _sources(folder: str) -> Iterator[str]:
    """Yield the modules below *folder*; with paths as texts, which takes half the time at every start."""
    with os.scandir(folder) as found:
        for entry in found:
            if entry.name.endswith(".py"):
                yield entry.path
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _sources(entry.path)
