"""What only reads a scenario starts without the libraries that simulate, count or draw."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiny import tiny_yaml

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("numpy", "pandas", "matplotlib", "scipy", "simpy", "rich")
#: Runs the command line with the words it is given and then tells which heavy libraries it loaded.
SCRIPT = f"""
import sys
from sim.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print([name for name in {HEAVY!r} if name in sys.modules], end.code, file=sys.stderr)
"""


def loaded(folder: Path, *words: str, **variables: str) -> str:
    """Return the heavy libraries that a command loads, and its exit code, as one line."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | variables
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return ended.stderr.splitlines()[-1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny.yaml").write_text(tiny_yaml(), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check", "tiny.yaml"), 0),
        (("check", "missing.yaml"), 3),
        (("tiny.yaml", "--set", "council.rule=none"), 3),
        (("schema",), 0),
        (("--help",), 0),
        (("run", "--help"), 0),
        (("sensitivity", "--help"), 0),
        (("--version",), 0),
        (("chekc",), 2),
    ],
)
def test_what_only_reads_loads_nothing_heavy(folder, words, code):
    assert loaded(folder, *words) == f"[] {code}"


@pytest.mark.parametrize("name", ["years_2020_2022", "covid", "hybrid", "karabakh", "afghan_border_force"])
def test_whatever_kind_of_crisis_is_checked_loads_nothing_heavy(folder, name):
    assert loaded(folder, "check", str(ROOT / "scenarios" / f"{name}.yaml")) == "[] 0"


def test_completion_loads_nothing_heavy(folder):
    variables = {"__C_COMPLETE": "bash_complete", "COMP_WORDS": "csto-sim ch", "COMP_CWORD": "1"}
    assert loaded(folder, **variables) == "[] 0"


def test_a_run_does_load_them_but_draws_only_when_asked(folder):
    words = ("tiny.yaml", "--reps", "1", "--quiet", "--charts")
    assert loaded(folder, *words, "none") == "['numpy', 'simpy'] 0"
    assert "matplotlib" in loaded(folder, *words, "main")


def test_the_package_alone_is_lazy():
    script = "import sys, sim; print([n for n in sys.modules if n.startswith('sim.')]); sim.run, sim.Study"
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout.strip()) == (0, "[]")
