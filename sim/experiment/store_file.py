"""The file of a running store: its layout, its header, how it is opened, and what its errors mean."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sim.experiment.folders import ResultsError
from sim.experiment.store_parts import DIGEST, Part

#: Marks the files of this program (the application id of SQLite) and the layout of their tables.
MARK, FORMAT = 0x0C57_0512, 2
TABLES = (
    "CREATE TABLE header (text TEXT, checksum BLOB)",
    "CREATE TABLE chunks (id INTEGER PRIMARY KEY, parts INTEGER, checksum BLOB)",
    "CREATE TABLE parts (id INTEGER PRIMARY KEY, chunk INTEGER, point TEXT, first INTEGER, shape TEXT, "
    "failed TEXT, runs BLOB, rows BLOB, firsts BLOB, curves BLOB, content BLOB, checksum BLOB)",
)
#: Bytes of a page, and of what is written ahead before it is put into place.
PAGE, CHECKPOINT = 2**14, 2**22
COLUMNS = ", ".join(Part._fields)
FRESH = "--fresh starts anew"


class StoreError(ResultsError):
    """A running store that cannot be used or written; one sentence for the user."""


class Identity(NamedTuple):
    """What the outcomes of a store follow from; a store of another identity is refused."""

    kind: Literal["study", "sweep"]
    #: Of everything but the number of replications and of points; names the folder.
    digest: str
    scenario: str
    scenario_hash: str
    seed: int
    #: Names of the responses of the scenario itself.
    columns: tuple[str, ...]


class Flags:
    """A set of run numbers, a byte each: a million runs are a megabyte."""

    def __init__(self) -> None:
        self.flags = bytearray()

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and number < len(self.flags) and bool(self.flags[number])

    def __len__(self) -> int:
        return self.flags.count(1)

    def add(self, numbers: Sequence[int]) -> None:
        """Put some numbers in."""
        self.flags.extend(bytes(max(0, max(numbers) + 1 - len(self.flags))))
        for number in numbers:
            self.flags[number] = 1


def told(path: Path, error: sqlite3.Error) -> StoreError:
    """Return what is wrong with the store *path* as a sentence."""
    said = str(error)
    if isinstance(error, sqlite3.OperationalError) and "no such" not in said:
        kept = "what was done before is kept and the same command goes on from there"
        return StoreError(f"cannot keep runs in {path}: {said}; {kept} when there is room and leave to write")
    return StoreError(f"{path} is no running store, or is damaged ({said}); {FRESH}")


def read_header(base: sqlite3.Connection, path: Path) -> dict[str, Any]:
    """Return the header of a store.

    Raises:
        StoreError: it is no store of this program, or its header is damaged.
    """
    (mark,) = base.execute("PRAGMA application_id").fetchone()
    if mark != MARK:
        raise StoreError(f"{path} is no running store of this program; {FRESH}")
    rows = base.execute("SELECT text, checksum FROM header").fetchall()
    if len(rows) != 1 or rows[0][1] != mark_of(rows[0][0]):
        raise StoreError(f"the header of the running store {path} is damaged; {FRESH}")
    header: dict[str, Any] = json.loads(rows[0][0])
    return header


def connect(path: Path) -> sqlite3.Connection:
    """Open a file for this process alone; without shared memory it works on network disks, too."""
    base = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        # Curves fill many small pages, each of which is written twice; a file that is there keeps its own.
        base.execute(f"PRAGMA page_size={PAGE}")
        base.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT // PAGE}")
        base.execute("PRAGMA locking_mode=EXCLUSIVE")
        base.execute("PRAGMA journal_mode=WAL")
        # A commit survives the end of this process, however sudden; a power cut may undo the last ones.
        base.execute("PRAGMA synchronous=NORMAL")
    except BaseException:
        base.close()
        raise
    return base


def is_empty(base: sqlite3.Connection) -> bool:
    """Whether nothing was ever committed: a file just made, or made by a process killed at that moment."""
    (tables,) = base.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (mark,) = base.execute("PRAGMA application_id").fetchone()
    return bool(tables == 0 and mark == 0)


def by_chunk(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    """Yield each chunk with its rows."""
    for chunk, group in groupby(rows, lambda row: row[0]):
        yield chunk, list(group)


def joined(parts: Sequence[Part]) -> bytes:
    """Return the checksum of a chunk."""
    return blake2b(b"".join(part.checksum for part in parts), digest_size=DIGEST).digest()


def mark_of(text: str) -> bytes:
    """Return the checksum of a text."""
    return blake2b(text.encode(), digest_size=DIGEST).digest()
