"""Rows of numbers kept by key outside the memory once there are many of them."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Generic, TypeAlias, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Key = TypeVar("Key", bound=Hashable)
#: Start and length of the stretches of each table.
Places: TypeAlias = dict[Key, list[tuple[int, int]]]
#: Bytes kept in memory; what is beyond goes to a file without a name.
IN_MEMORY = 2**20


class RowBook(Generic[Key]):
    """Tables of a fixed number of columns, one for each key, which grow at their ends."""

    def __init__(self, columns: int, shared: tuple[int, Places[Key]] | None = None) -> None:
        """Open a book whose tables have *columns* columns; to read only, if it is one *shared* by another."""
        self.columns = columns
        self._places: Places[Key] = {}
        self._file: IO[bytes]
        if shared is None:
            self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - lives as long as the book
        else:
            self._file, self._places = os.fdopen(shared[0], "rb", closefd=False), shared[1]

    def shared(self) -> tuple[int, Places[Key]]:
        """Return what another process, given the open file, reads this book by."""
        self._file.flush()
        return self._file.fileno(), self._places  # which puts a file into being where there was none

    def append(self, key: Key, rows: ArrayLike) -> None:
        """Add *rows* to the end of the table of *key*."""
        data = np.asarray(rows, dtype=float).reshape(-1, self.columns)
        start = self._file.seek(0, 2)
        self._file.write(data.tobytes())
        self._places.setdefault(key, []).append((start, data.nbytes))

    def of(self, key: Key) -> NDArray[np.float64]:
        """Return the table of *key*; one without rows if nothing was added."""
        parts = list(self.parts(key))
        return np.concatenate(parts) if parts else np.empty((0, self.columns))

    def parts(self, key: Key) -> Iterator[NDArray[np.float64]]:
        """Yield the table of *key* piece by piece, as it was added."""
        for start, size in self._places.get(key, ()):
            self._file.seek(start)
            yield np.frombuffer(self._file.read(size), dtype=float).reshape(-1, self.columns)

    def count(self, key: Key) -> int:
        """Return how many rows *key* has."""
        return sum(size for _, size in self._places.get(key, ())) // (8 * self.columns)
