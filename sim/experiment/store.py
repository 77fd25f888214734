"""The running store: what is done of a study or a sweep, safe from the moment it is done.

A store is a SQLite file beside the results folder to be, `<folder>.running/runs.sqlite` (a shard's is
`<folder>.shard-2-of-8/runs.sqlite`). Some runs (a *chunk*) and the mark that they are done enter in one
transaction, each part with a checksum of its own, so that after a kill at any instant the same command goes
on where it was. How a study or a sweep uses it:

    tasks = TaskList(points, design)                    # sim.experiment.simulate; made as they are asked for
    identity = Identity(kind, digest, name, scenario_hash, seed, columns)
    with open_store(target, identity, tasks, fresh=..., shard=..., say=...) as store:     # store_place.py
        fulfil(simulator, tasks, store, jobs, progress)                     # executors.py; nothing in memory
        outcomes = execute(simulator, tasks, jobs, progress, store=store)   # or: as without a store
        store.iterate(point)        # (run number, Outcome) in order of number, read as asked for
        store.table(point)          # run numbers and rows as arrays (a failed run's row is nan)
        store.failures(point)       # {run number: what was told}
        write_folder(target, digest, files, about, ..., kept=(store, tasks))   # results.py; it moves in

`target` is the results folder to be; `kind` is "study" or "sweep"; `digest` covers everything the outcomes
follow from except how many replications and points there are. A run's key is (point, run number), where the
point is the task's variant: a key that always means the same inputs under one digest (made from the point's
settings, not from its place in a list), because a finished folder's `runs.sqlite` is taken over by a larger
study of the same digest. With a shard, `missing` holds the shard's own tasks only, `fulfil` does them, and
the folder `store.folder` stays for `merge`.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiment.curves import Floats
from sim.experiment.shards import WHOLE, Shard
from sim.experiment.simulate import Outcome, Task
from sim.experiment.store_file import (
    COLUMNS,
    FORMAT,
    FRESH,
    MARK,
    TABLES,
    Flags,
    Identity,
    StoreError,
    by_chunk,
    connect,
    is_empty,
    joined,
    mark_of,
    read_header,
    told,
)  # fmt: skip
from sim.experiment.store_parts import DIGEST, Part, pack, summed, unpack
from sim.scenario.program import program

__all__ = ["Flags", "Identity", "Store", "StoreError", "program", "read_header", "told"]


class Store:
    """Outcomes by point and run number in one SQLite file, which this process alone has open."""

    def __init__(self, path: Path, identity: Identity, shard: Shard = WHOLE, tasks: int = 0) -> None:
        """Open or make the file *path*; what is damaged in it is left out, and will run again.

        Args:
            path: the file.
            identity: what its outcomes follow from.
            shard: whose tasks it holds.
            tasks: number of all tasks, which a shard's part depends on.

        Raises:
            StoreError: the file cannot be made or read, or is something else.
        """
        self.path, self.identity, self.shard = path, identity, shard
        #: Numbers of the runs that are there, by point; and of those lost to damage.
        self.done: dict[str, Flags] = {}
        self.lost = 0
        #: Whether the file has its place in a results folder.
        self.placed = False
        self._parts: dict[str, list[tuple[int, int]]] = {}
        self._content = bytes(DIGEST)
        header = {
            "format": FORMAT,
            "program": program(),
            **identity._asdict(),
            "columns": list(identity.columns),
            "shard": str(shard),
            "tasks": 0 if shard.whole else tasks,
        }
        with self._told():
            self.base = connect(path)
            try:
                if is_empty(self.base):
                    self._begin(header)
                self._check(header)
                self._read_in()
            except BaseException:
                self.base.close()
                raise

    @property
    def folder(self) -> Path:
        """Return the folder the store lies in."""
        return self.path.parent

    def __len__(self) -> int:
        return sum(map(len, self.done.values()))

    def _begin(self, header: dict[str, Any]) -> None:
        text = json.dumps(header)
        with self._transaction():
            self.base.execute(f"PRAGMA application_id={MARK}")
            for table in TABLES:
                self.base.execute(table)
            self.base.execute("INSERT INTO header VALUES (?, ?)", (text, mark_of(text)))

    def _check(self, wanted: dict[str, Any]) -> None:
        """Refuse a store of another study, program or shard."""
        found = read_header(self.base, self.path)
        for key, what in (
            ("format", "is of another layout"),
            ("digest", "belongs to another study"),
            ("kind", "belongs to another study"),
            ("seed", "belongs to a study with another seed"),
            ("scenario_hash", "belongs to another scenario"),
            ("program", "was begun by another version of the program"),
            ("columns", "has other columns"),
            ("shard", f"is shard {found.get('shard') or 'none'}"),
            ("tasks", f"is a shard of a study of {found.get('tasks')} runs"),
        ):
            if found.get(key) != wanted[key]:
                raise StoreError(f"the running store {self.path} {what}; {FRESH}")

    def _read_in(self) -> None:
        """Learn what is there; a chunk of which anything is damaged is thrown out."""
        marks = {i: (parts, check) for i, parts, check in self.base.execute("SELECT * FROM chunks")}
        bad: set[int] = set()
        lost = 0
        query = f"SELECT chunk, id, {COLUMNS} FROM parts ORDER BY chunk, id"
        for chunk, rows in by_chunk(self.base.execute(query)):
            parts = [Part(*row[2:]) for row in rows]
            mark = marks.pop(chunk, None)
            if mark != (len(parts), joined(parts)) or not all(part.whole for part in parts):
                bad.add(chunk)
                lost += sum(len(part.runs) // 8 for part in parts)
                continue
            for row, part in zip(rows, parts, strict=True):
                self._note(row[1], part)
        bad |= set(marks)
        if bad:
            self.lost = lost
            with self._transaction():
                for chunk in bad:
                    self.base.execute("DELETE FROM parts WHERE chunk = ?", (chunk,))
                    self.base.execute("DELETE FROM chunks WHERE id = ?", (chunk,))

    def _note(self, number: int, part: Part) -> None:
        self.done.setdefault(part.point, Flags()).add(part.numbers)
        self._parts.setdefault(part.point, []).append((part.first, number))
        self._content = summed((self._content, part.content))

    def missing(self, tasks: Sequence[Task]) -> Sequence[int]:
        """Return the places of the tasks, of this shard if it is one, that are not done."""
        mine = self.shard.places(len(tasks))
        if not self.done:
            return mine
        none = Flags()
        # An array, as there may be a million of them.
        return array("q", (i for i in mine if tasks[i].run.run not in self.done.get(tasks[i].variant, none)))

    def keep(self, tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> None:
        """Store some outcomes and the mark that they are done, in one transaction."""
        self.keep_parts(pack(tasks, outcomes))

    def keep_parts(self, parts: Sequence[Part]) -> None:
        """Store parts that `pack` made, as one chunk.

        Raises:
            StoreError: the disk is full, or refuses.
        """
        places = ", ".join("?" * len(Part._fields))
        numbers = []
        with self._told(), self._transaction():
            mark = (len(parts), joined(parts))
            chunk = self.base.execute("INSERT INTO chunks (parts, checksum) VALUES (?, ?)", mark).lastrowid
            for part in parts:
                statement = f"INSERT INTO parts (chunk, {COLUMNS}) VALUES (?, {places})"
                numbers.append(self.base.execute(statement, (chunk, *part)).lastrowid or 0)
        for number, part in zip(numbers, parts, strict=True):
            self._note(number, part)

    def iterate(self, point: str) -> Iterator[tuple[int, Outcome]]:
        """Yield number and outcome of a point's runs in order of number, reading as it goes."""
        waiting: dict[int, Outcome] = {}
        places = sorted(self._parts.get(point, []))
        for place, (_, number) in enumerate(places):
            waiting.update(unpack(self._part(number)))
            # Chunks of one point may interleave where some were done again.
            before = places[place + 1][0] if place + 1 < len(places) else None
            for run in sorted(run for run in waiting if before is None or run < before):
                yield run, waiting.pop(run)

    def outcome(self, task: Task) -> Outcome:
        """Return the outcome of one run.

        Raises:
            KeyError: it is not there.
        """
        for first, number in sorted(self._parts.get(task.variant, [])):
            if first <= task.run.run:
                for run, outcome in unpack(self._part(number)):
                    if run == task.run.run:
                        return outcome
        raise KeyError(task)

    def table(self, point: str) -> tuple[list[int], Floats]:
        """Return run numbers and rows of a point; the row of a failed run is nan."""
        runs, rows, width = [], [], 0
        for run, outcome in self.iterate(point):
            runs.append(run)
            rows.append(outcome.row)
            width = max(width, len(outcome.row))
        return runs, np.array([row or [np.nan] * width for row in rows]).reshape(len(rows), width)

    def failures(self, point: str) -> dict[int, str]:
        """Return what was told of the failed runs of a point, by run number."""
        found = {}
        for _, number in sorted(self._parts.get(point, [])):
            failed, runs = self.base.execute(
                "SELECT failed, runs FROM parts WHERE id = ?", (number,)
            ).fetchone()
            if failed != "{}":
                numbers = np.frombuffer(runs, np.int64).tolist()
                found.update({numbers[int(place)]: told for place, told in json.loads(failed).items()})
        return dict(sorted(found.items()))

    def parts(self) -> Iterator[Part]:
        """Yield every part, point after point."""
        for point in sorted(self._parts):
            for _, number in sorted(self._parts[point]):
                yield self._part(number)

    @property
    def content(self) -> str:
        """One hash of all outcomes, the same however they were chunked."""
        return self._content.hex()

    def _part(self, number: int) -> Part:
        with self._told():
            row = self.base.execute(f"SELECT {COLUMNS} FROM parts WHERE id = ?", (number,)).fetchone()
        if row is None or not (part := Part(*row)).whole:
            raise StoreError(f"the running store {self.path} is damaged; the same command repeats that part")
        return part

    def settle(self) -> None:
        """Bring everything into the one file, which may then be linked or read by others."""
        with self._told():
            self.base.execute("PRAGMA journal_mode=DELETE")

    def close(self) -> None:
        """Close the file; what is in it stays."""
        self.base.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.base.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.base.execute("COMMIT")
        except BaseException:
            # After some errors SQLite has already rolled back.
            if self.base.in_transaction:
                self.base.execute("ROLLBACK")
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what SQLite says into a sentence."""
        try:
            yield
        except sqlite3.Error as error:
            raise told(self.path, error) from error
