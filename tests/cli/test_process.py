"""The command as a process of its own: exit codes, signals, pipes and full disks."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SIM = (sys.executable, "-m", "sim")
SMALL = ("tiny.yaml", "--reps", "2", "--charts", "none", "--quiet")


@pytest.fixture
def environment() -> dict[str, str]:
    """Return an environment in which the package is found from any folder."""
    return os.environ | {"PYTHONPATH": str(ROOT)}


def ran(environment, *words, **options):
    return subprocess.run(
        [*SIM, *words], env=environment, capture_output=True, text=True, timeout=60, **options
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [(SMALL, 0), ((*SMALL, "--out", "tiny.yaml"), 1), (("chekc",), 2), (("missing.yaml",), 3)],
)
def test_the_exit_code_says_how_it_ended(tiny, environment, words, code):
    ended = ran(environment, *words)
    assert ended.returncode == code
    assert "Traceback" not in ended.stderr
    assert bool(ended.stdout) == (code == 0)


def test_an_interrupt_ends_with_130_and_says_what_is_kept(tiny, environment):
    words = [*SIM, "tiny.yaml", "--reps", "20000", "--jobs", "2"]
    process = subprocess.Popen(
        words,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    process.stderr.readline()  # the first line of progress: the workers are at work
    os.killpg(process.pid, signal.SIGINT)  # what a terminal does: all processes of the group
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1].startswith("interrupted")
    assert "Traceback" not in err
    running = list(Path("results/tiny").glob("*.running"))
    if running:
        assert f"runs are kept in {running[0]}; the same command goes on" in err.splitlines()[-1]
    else:
        assert "before anything was done" in err.splitlines()[-1]


def test_a_reader_that_leaves_early_is_no_fault(tiny, environment):
    process = subprocess.Popen(
        [*SIM, *SMALL], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 1
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_under_the_output_is_one_sentence(tiny, environment):
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [*SIM, *SMALL], env=environment, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "no space left" in ended.stderr
