"""Where a running store lies, who may use it, what it takes over, and how it ends in the results folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.experiment.folders import ResultsError, one_sentence
from sim.experiment.shards import WHOLE, Shard
from sim.experiment.simulate import Task
from sim.experiment.store import Flags, Identity, Store, StoreError, read_header, told
from sim.experiment.store_file import FORMAT
from sim.experiment.store_parts import Part, filtered
from sim.scenario.program import program

NAME, LOCK = "runs.sqlite", "lock"
#: What SQLite puts beside a file.
_BESIDE = ("-wal", "-shm", "-journal")


class Interrupted(KeyboardInterrupt):
    """Work stopped by the user; the text says what is kept and how to go on."""


def running_folder(target: Path, shard: Shard = WHOLE) -> Path:
    """Return the folder in which a results folder's runs are kept until it is written."""
    return target.with_name(target.name + (".running" if shard.whole else shard.ending))


@contextmanager
def open_store(
    target: Path,
    identity: Identity,
    tasks: Sequence[Task],
    *,
    fresh: bool = False,
    shard: Shard = WHOLE,
    say: Callable[[str], object] | None = None,
) -> Iterator[Store]:
    """Open the running store of a study or a sweep; what is there, or in the finished folder, is taken over.

    When the block ends, a store that `write_folder` has put into the results folder is removed from its own,
    and so is one that holds nothing; any other stays, for the same command to go on from.

    Args:
        target: the results folder to be.
        identity: what the outcomes follow from.
        tasks: all tasks, those of other shards included.
        fresh: begin anew, without what is there.
        shard: which part of the tasks to do.
        say: told in a sentence what was taken over.

    Raises:
        StoreError: another process is at work there, or what is there cannot be used or written.
        Interrupted: the user interrupted the block.
    """
    folder = running_folder(target, shard)
    made = _make(folder)
    try:
        with _locked(folder):
            store = _open(folder, target, identity, tasks, fresh, shard, say)
            try:
                yield store
            except KeyboardInterrupt as stop:
                raise Interrupted(_kept(store, len(tasks))) from stop
            finally:
                _end(store, folder)
    finally:
        _remove_empty(folder, made)


def _open(
    folder: Path,
    target: Path,
    identity: Identity,
    tasks: Sequence[Task],
    fresh: bool,
    shard: Shard,
    say: Callable[[str], object] | None,
) -> Store:
    path = folder / NAME
    try:
        discard(folder) if fresh else _own_copy(path)
    except OSError as error:
        raise _refused(folder, error) from error
    store = Store(path, identity, shard, len(tasks))
    try:
        before, whole = len(store), len(shard.places(len(tasks)))
        source = "an interrupted run"
        if not fresh and shard.whole and take_over(store, target / NAME, tasks):
            before, source = len(store), source if before else "the finished results"
        if say is not None and store.lost:
            say(f"{store.lost} kept runs were damaged, as their checksums show, and are run again")
        if say is not None and before:
            done = whole - len(store.missing(tasks))
            say(f"{done} of {whole} runs taken over from {source}")
    except BaseException:
        store.close()
        raise
    return store


def take_over(store: Store, path: Path, tasks: Sequence[Task]) -> int:
    """Copy the runs of finished results that are among *tasks*, and return how many; a damaged part is not.

    Results of another study or version of the program are left aside without a word: they are not in the
    way, and the runs are done anew.
    """
    before = len(store)
    if not path.is_file() or not (missing := store.missing(tasks)):
        return 0
    try:
        with reading(path) as base:
            header = read_header(base, path)
            same = (header.get("digest"), header.get("kind")) == (store.identity.digest, store.identity.kind)
            if same and header.get("program") == program():
                copy_runs(base, store, wanted_of(tasks[i] for i in missing))
    except sqlite3.Error:
        pass  # whatever was whole has been copied; the rest runs again
    except StoreError as error:
        if error.__cause__ is not None:  # the store's own disk, not what is wrong with the finished file
            raise
    return len(store) - before


def copy_runs(base: sqlite3.Connection, store: Store, wanted: Mapping[str, Container[int]]) -> None:
    """Copy the wanted runs that are whole into *store*."""
    columns = ", ".join(Part._fields)
    batch: list[Part] = []
    for row in base.execute(f"SELECT {columns} FROM parts ORDER BY point, first"):
        part = Part(*row)
        if part.point in wanted and part.whole:
            batch += filtered(part, wanted[part.point])
        if len(batch) >= 50:
            store.keep_parts(batch)
            batch = []
    if batch:
        store.keep_parts(batch)


def wanted_of(tasks: Iterable[Task]) -> dict[str, Flags]:
    """Return the run numbers of some tasks by point."""
    numbers: dict[str, list[int]] = {}
    for task in tasks:
        numbers.setdefault(task.variant, []).append(task.run.run)
    found = {}
    for point, runs in numbers.items():
        found[point] = Flags()
        found[point].add(runs)
    return found


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a store that nobody writes, without touching its folder."""
    base = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        yield base
    finally:
        base.close()


def put_into(store: Store, folder: Path, tasks: Sequence[Task]) -> tuple[dict[str, object], bool]:
    """Put the store into the (hidden) results folder; return what the manifest says of it, and if all is in.

    The file itself goes in, by a second name, so that at no instant it is nowhere; one with runs that are
    not among *tasks*, kept from a larger study, gives a copy of those that are, and stays.
    """
    target = folder / NAME
    if whole := len(tasks) == len(store):
        store.settle()
        _second_name(store.path, target)
        content, runs = store.content, len(store)
    else:
        part, wanted = Store(target, store.identity), wanted_of(tasks)
        try:
            for kept in store.parts():
                if kept.point in wanted and (pieces := filtered(kept, wanted[kept.point])):
                    part.keep_parts(pieces)
            part.settle()
            content, runs = part.content, len(part)
        finally:
            part.close()
    return {"name": NAME, "runs": runs, "content": content}, whole


def check_store(path: Path) -> tuple[str, list[str]]:
    """Return the content hash of a finished store and what is wrong with it, without changing it."""
    from sim.experiment.store_parts import DIGEST, summed

    content, bad = bytes(DIGEST), 0
    try:
        with reading(path) as base:
            if read_header(base, path)["format"] != FORMAT:
                return "", [f"{path} was written by a version of the program with other checksums"]
            for row in base.execute(f"SELECT {', '.join(Part._fields)} FROM parts"):
                part = Part(*row)
                bad += not part.whole
                content = summed((content, part.content))
    except sqlite3.Error as error:
        return "", [str(told(path, error))]
    except StoreError as error:
        return "", [str(error)]
    return content.hex(), [f"{bad} of its parts are damaged, as their checksums show"] if bad else []


def discard(folder: Path) -> None:
    """Remove a running store from its folder."""
    for ending in ("", *_BESIDE):
        (folder / f"{NAME}{ending}").unlink(missing_ok=True)


def _second_name(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:  # a disk without second names
        shutil.copyfile(path, target)


def _own_copy(path: Path) -> None:
    """Part a store from the results folder that a killed process had already put it into."""
    if path.exists() and path.stat().st_nlink > 1:
        aside = path.with_name(f"{path.name}.part")
        shutil.copyfile(path, aside)
        os.replace(aside, path)


def _end(store: Store, folder: Path) -> None:
    """Close the store, and remove it when it has moved or holds nothing."""
    store.close()
    if store.placed or not len(store):
        with suppress(OSError):  # what is left does no harm: the next command finds it complete
            discard(folder)


def _kept(store: Store, tasks: int) -> str:
    whole = len(store.shard.places(tasks))
    if not len(store):
        return "interrupted before anything was done"
    return f"interrupted; {len(store)} of {whole} runs are kept in {store.folder}; the same command goes on"


def _make(folder: Path) -> list[Path]:
    """Make a folder and those above it; return what was made."""
    made = [path for path in (folder, *folder.parents) if not os.path.lexists(path)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(folder, error) from error
    return made


def _refused(folder: Path, error: OSError) -> ResultsError:
    why = one_sentence(error)
    return ResultsError(f"cannot write results under {folder.parent}: {why}; choose another --out")


def _remove_empty(folder: Path, made: list[Path]) -> None:
    for path in (folder, *made):
        try:
            path.rmdir()
        except OSError:
            continue


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which a process loses with its life."""
    path = folder / LOCK
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise _refused(folder, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = os.path.exists(path) and os.path.samestat(os.fstat(handle), os.stat(path))
        except OSError:
            mine = False
        if not mine:
            raise StoreError(f"another process is at work in {folder}; wait for it, or choose another --out")
        try:
            yield
        finally:
            if not any(path.parent.glob(f"{NAME}*")):
                with suppress(OSError):
                    path.unlink()
    finally:
        os.close(handle)
