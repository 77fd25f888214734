"""What the README tells a reader to type works, in the order in which it is told."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETUP = "python3 -m venv .venv && . .venv/bin/activate && python -m pip install -e "
RUN = f"{SETUP}. && python -m sim scenarios/kazakhstan.yaml"
TEST = f"{SETUP}'.[dev]' && python -m pytest"


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of *language*."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]
RUNS = [line for line in COMMANDS if line.startswith("python -m sim scenarios/")]
#: Minutes of simulation.
LONG = [line for line in COMMANDS if line.split()[3:4] in (["sensitivity"], ["calibrate"])]
SHORT = [line for line in COMMANDS if line not in (RUN, TEST, *RUNS, *LONG)]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with the scenarios, in which commands may leave what they write."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    return tmp_path


def ran(folder: Path, command: str) -> list[str]:
    """Run a shell command with this interpreter as `python` and return the lines it printed."""
    here = shlex.quote(sys.executable)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(
        ["bash", "-ec", f'python() {{ {here} "$@"; }}; {command}'],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=1200, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def payload(line: str) -> str:
    """Return what a line does once everything is installed."""
    return line.rpartition(" && ")[2]


def test_the_two_lines_for_newcomers_are_there():
    assert [line for line in COMMANDS if "&&" in line] == [RUN, TEST]


def test_the_first_line_ends_in_a_results_folder(checkout):
    folder = checkout / ran(checkout, payload(RUN))[-1]
    assert (folder / "manifest.json").is_file()
    assert list((folder / "charts").glob("*.png"))
    told = set(re.findall(r"^\| `([a-z.]+(?:/|\.[a-z]+))` \|", README, re.MULTILINE))
    found = {f"{path.name}/" if path.is_dir() else path.name for path in folder.iterdir()}
    assert told == found | {"failures.csv"}


def test_the_second_line_finds_the_tests():
    found = ran(ROOT, f"{payload(TEST)} --collect-only -p no:cacheprovider")
    assert any(line.startswith("tests/test_readme.py") for line in found)


@pytest.mark.parametrize("line", RUNS)
def test_a_run_with_changes_works(checkout, line):
    assert (checkout / ran(checkout, f"{line} --reps 8 --charts none")[-1]).is_dir()


@pytest.mark.parametrize("line", SHORT)
def test_a_short_command_works(checkout, line):
    ran(checkout, line)


@pytest.mark.slow
@pytest.mark.parametrize("line", LONG)
def test_a_long_command_works_and_ends_with_what_it_wrote(checkout, line):
    assert (checkout / ran(checkout, line)[-1]).exists()


def test_the_python_example_works(checkout):
    (example,) = blocks("python")
    (checkout / "example.py").write_text(example.replace("reps=200", "reps=8"), encoding="utf-8")
    ran(checkout, "python example.py")
    assert list((checkout / "charts").glob("*/*.png"))


def test_every_command_and_option_of_the_reference_exists_and_the_other_way_round():
    from sim.cli.groups import commands

    verbs = commands().commands
    options = {name for option in verbs["run"].params for name in (*option.opts, *option.secondary_opts)}
    told = set(re.findall(r"^\| `(--[a-z-]+)", README, re.MULTILINE))
    assert told == {name for name in options if name.startswith("--")} - {"--variants"}
    assert set(re.findall(r"^\| `python -m sim ([a-z]+)", README, re.MULTILINE)) == set(verbs) - {"run"}


def test_the_citation_names_this_version():
    from sim import __version__

    assert f"version: {__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_the_files_that_are_linked_exist():
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", README)
    assert links
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []
