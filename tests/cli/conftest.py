"""A small scenario in a folder of its own, and the command line called in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.cli.errors import run_to_exit_code
from sim.cli.groups import commands
from tests.tiny import tiny_yaml


@dataclass
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def folder(self) -> Path:
        """The results folder, the last line of the output."""
        return Path(self.out.splitlines()[-1])


Call = Callable[..., Ended]


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of the small scenario; its folder is the current one."""
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(tiny_yaml(), encoding="utf-8")
    return Path("tiny.yaml")


@pytest.fixture
def call(tiny: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Return what calls the command line with some words."""

    def command(*words: object) -> Ended:
        code = run_to_exit_code(commands(), [str(word) for word in words])
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return command


@pytest.fixture
def fast_run(call: Call) -> Call:
    """Return what runs the small scenario without charts or progress, with more words if wanted."""
    return lambda *words: call("tiny.yaml", "--reps", 2, "--charts", "none", "--quiet", *words)
