"""Folders that appear whole or not at all: written aside, flushed, checked, then put in place."""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path
from types import TracebackType
from typing import Any


class ResultsError(Exception):
    """Results that cannot be written or read; one sentence for the user."""


def one_sentence(error: OSError) -> str:
    """Return what the system says is wrong, in lower case and without numbers."""
    said = error.strerror or str(error) or type(error).__name__
    return said[:1].lower() + said[1:]


class Staging:
    """A hidden folder beside *target* that takes its place when it is complete, or leaves no trace."""

    def __init__(self, target: Path, refusal: Callable[[Path], str]) -> None:
        """Name the folder to be; *refusal* says why an existing one must not be replaced ("" if it may)."""
        self.target, self.refusal = target, refusal
        self.path = target.parent / f".{target.name}.part-{os.getpid()}"
        self._made: list[Path] = []
        self._unflushed: set[Path] = set()
        self._placed = False

    def __enter__(self) -> Staging:
        try:
            if os.path.lexists(self.target):
                refusal = self.refusal(self.target)
                if refusal:
                    raise ResultsError(refusal)
            self._make_parents()
            self._sweep()
            self.path.mkdir()
        except OSError as error:
            self._undo()
            raise self._told(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._placed:
            self._undo()
        if isinstance(error, OSError):
            raise self._told(error) from error

    def write(self, name: str, content: bytes) -> None:
        """Write one file; it is flushed to the disk, with the others, before the folder takes its place."""
        path = self.path / name
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True)
        with open(path, "wb") as file:
            file.write(content)
        self._unflushed.add(path)

    def seal(self) -> dict[str, dict[str, Any]]:
        """Flush every file to the disk and return name, size and checksum of each, in order of name."""
        listed = {}
        self._unflushed.clear()
        for path in sorted(file for file in self.path.rglob("*") if file.is_file()):
            checksum = _flush_file(path)
            name = path.relative_to(self.path).as_posix()
            listed[name] = {"bytes": path.stat().st_size, "sha256": checksum}
        return listed

    def flush(self, name: str) -> None:
        """Flush a file that was put there by other means."""
        self._unflushed.discard(self.path / name)
        handle = os.open(self.path / name, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def put_in_place(self) -> None:
        """Give the folder its name; an earlier one of the same study is swapped out, then removed."""
        for file in self._unflushed:
            _flush_file(file)
        for folder in (self.path, *(p for p in self.path.rglob("*") if p.is_dir())):
            _flush_folder(folder)
        if not os.path.lexists(self.target):
            os.rename(self.path, self.target)
            self._placed = True
        else:
            self._swap()
        _flush_folder(self.target.parent)

    def _swap(self) -> None:
        old = self.path
        if not _exchange(self.path, self.target):
            # Without an exchange in one step: the earlier folder steps aside, and back if this fails.
            old = self.path.with_name(f"{self.path.name}-old")
            os.rename(self.target, old)
            try:
                os.rename(self.path, self.target)
            except OSError:
                os.rename(old, self.target)
                raise
        self._placed = True
        shutil.rmtree(old, ignore_errors=True)

    def _make_parents(self) -> None:
        missing = [p for p in self.target.parents if not os.path.lexists(p)]
        for parent in reversed(missing):
            parent.mkdir(exist_ok=True)
            self._made.append(parent)

    def _sweep(self) -> None:
        """Remove what killed processes left of this folder."""
        mark = f".{self.target.name}.part-"
        for left in self.target.parent.glob(f"{mark}*"):
            number = left.name.removeprefix(mark).removesuffix("-old")
            if number == str(os.getpid()) or not _alive(number):
                shutil.rmtree(left, ignore_errors=True)

    def _undo(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        for parent in reversed(self._made):
            try:
                parent.rmdir()
            except OSError:
                return

    def _told(self, error: OSError) -> ResultsError:
        where = self.target.parent
        return ResultsError(
            f"cannot write results under {where}: {one_sentence(error)}; choose another --out"
        )


def _alive(number: str) -> bool:
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (ValueError, OSError):
        return True
    return True


def _flush_file(path: Path) -> str:
    """Flush a file to the disk and return the checksum (SHA-256) of what is in it."""
    with open(path, "rb+") as file:
        checksum = file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return checksum


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step (Linux); return whether the system could."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    at_here, exchange = -100, 2
    return bool(rename(at_here, os.fsencode(one), at_here, os.fsencode(other), exchange) == 0)
