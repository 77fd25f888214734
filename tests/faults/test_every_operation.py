"""Every operation that writes fails, or is where a kill comes, in turn; the same command then ends well."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
from pathlib import Path

import pytest

from sim.experiment import executors, folders, store_file
from sim.experiment.folders import ResultsError
from sim.experiment.results import MANIFEST, check_folder, store_for, write_results
from sim.experiment.store_place import NAME, check_store
from sim.experiment.study import do_study, plan_study
from tests.experiment.logs import fake_replicate
from tests.tiny import tiny_scenario

SYSTEM = ("fsync", "rename", "replace", "mkdir", "link", "unlink", "rmdir")


class Faults:
    """Counts the operations that write, and harms the one whose turn it is."""

    def __init__(self, monkeypatch, turn, harm):
        self.calls, self.turn, self.harm = 0, turn, harm
        for name in SYSTEM:
            monkeypatch.setattr(os, name, self._wrapped(getattr(os, name)))
        monkeypatch.setattr(folders, "open", self._wrapped(open), raising=False)
        faults = self

        class Connection(sqlite3.Connection):
            def execute(self, *arguments):
                faults.count(sqlite3.OperationalError("database or disk is full"))
                return super().execute(*arguments)

        plain = sqlite3.connect
        monkeypatch.setattr(
            store_file.sqlite3, "connect", lambda *a, **o: plain(*a, **{"factory": Connection, **o})
        )

    def count(self, error):
        self.calls += 1
        if self.calls == self.turn:
            self.harm(error)

    def _wrapped(self, original):
        def operation(*arguments, **options):
            self.count(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
            return original(*arguments, **options)

        return operation


def fail(error):
    raise error


def kill(error):
    os.kill(os.getpid(), signal.SIGKILL)


def command(out: Path, reps: int = 6) -> Path:
    """Do what `run` does, in chunks of four runs."""
    plan = plan_study(tiny_scenario(), reps, replicate=fake_replicate)
    with store_for(plan, out) as store:
        return write_results(do_study(plan, store=store), out, store=store)


def state(folder: Path) -> dict[str, object]:
    """Return all that must be the same in two equal folders."""
    assert check_folder(folder) == []
    files = {p.name: p.read_bytes() for p in folder.iterdir() if p.name not in (MANIFEST, NAME)}
    return {**files, NAME: check_store(folder / NAME)}


@pytest.fixture
def undisturbed(tmp_path, monkeypatch):
    monkeypatch.setattr(executors, "FLUSH", (4, 60.0))
    return state(command(tmp_path / "undisturbed"))


#: Every turn, and some of them for the quick set.
EVERY, SOME = range(1, 1000), range(3, 1000, 17)


@pytest.mark.parametrize(
    ("before", "turns"),
    [
        pytest.param(0, SOME, id="some"),
        pytest.param(0, EVERY, id="every", marks=pytest.mark.slow),
        pytest.param(3, EVERY, id="every, results there", marks=pytest.mark.slow),
    ],
)
def test_whatever_fails_is_told_in_a_sentence_and_the_same_command_ends_well(
    tmp_path, monkeypatch, undisturbed, before, turns
):
    for turn in turns:
        out = tmp_path / str(turn)
        if before:
            command(out, before)
        told = ""
        with monkeypatch.context() as patch:
            faults = Faults(patch, turn, fail)
            try:
                command(out)
            except ResultsError as error:
                told = str(error)
        if faults.calls < turn:
            break
        assert "\n" not in told
        folder = command(out)
        assert state(folder) == undisturbed
        assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert turn > 60


@pytest.mark.slow
@pytest.mark.parametrize("before", [0, 3])
def test_a_kill_before_any_operation_loses_nothing(tmp_path, monkeypatch, undisturbed, before):
    for turn in range(1, 1000):
        out = tmp_path / str(turn)
        if before:
            command(out, before)
        child = os.fork()
        if child == 0:
            Faults(monkeypatch, turn, kill)
            try:
                command(out)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            break
        folder = command(out)
        assert state(folder) == undisturbed
        assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert turn > 60
