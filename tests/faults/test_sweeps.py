"""A sweep as a process: killed at any moment, its helpers too; the same command ends with the same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sim.experiment.canonical import canonical_hash, read_manifest
from tests.faults.test_processes import ROOT, kept, kill_again_and_again, wait_until
from tests.tiny import tiny_yaml

pytestmark = pytest.mark.slow
VARIED = ("--vary", "council.rule=consensus,simple_majority", "--vary", "mandate.troops=500:1500:500")
RUNS = 6 * 1000


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with the small scenario, and the hash of an undisturbed sweep."""
    folder = tmp_path_factory.mktemp("sweeps")
    (folder / "tiny.yaml").write_text(tiny_yaml(), encoding="utf-8")
    code, printed, _ = finish(folder, "undisturbed", jobs=1)
    assert code == 0
    return folder, digest_of(folder / printed.splitlines()[-1])


def digest_of(folder):
    return canonical_hash(folder, read_manifest(folder))


def begin(place, out, *words, jobs=2):
    arguments = ("--reps", RUNS // 6, "--jobs", jobs, "--no-charts", "--out", out, *words)
    return subprocess.Popen(
        [sys.executable, "-m", "sim", "sweep", "tiny.yaml", *VARIED, *map(str, arguments)],
        cwd=place,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(place, out, *words, jobs=2):
    process = begin(place, out, *words, jobs=jobs)
    printed, said = process.communicate(timeout=120)
    return process.returncode, printed, said


@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_again_and_again_it_ends_with_the_same_bytes(place, jobs):
    folder, expected = place
    out, luck = f"killed-{jobs}", random.Random(jobs)
    kill_again_and_again(lambda: begin(folder, out, "--quiet", jobs=jobs), lambda: kept(folder, out), luck)
    code, printed, said = finish(folder, out, jobs=jobs)
    assert code == 0
    assert f"of {RUNS} runs taken over" in said
    assert digest_of(folder / printed.splitlines()[-1]) == expected


def teller_of(process):
    """Return the id of the process that sums a sweep up; none while there is none."""
    for path in Path("/proc").iterdir():
        try:
            if path.name.isdigit() and b"sim.report.sweep_apart" in (path / "cmdline").read_bytes():
                parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == process.pid:
                    return int(path.name)
        except OSError:
            continue
    return None


def test_the_process_that_sums_up_may_be_killed(place):
    folder, expected = place
    process = begin(folder, "teller", "--quiet")
    wait_until(lambda: teller_of(process) is not None)
    os.kill(teller_of(process), signal.SIGKILL)
    printed, said = process.communicate(timeout=60)
    assert (process.returncode, printed) == (1, "")
    assert "the process that sums up the sweep ended with -9" in said
    assert len(said.splitlines()) == 1
    code, printed, said = finish(folder, "teller")
    assert f"{RUNS} of {RUNS} runs taken over from an interrupted run" in said
    assert (code, digest_of(folder / printed.splitlines()[-1])) == (0, expected)


def test_an_interrupt_while_summing_up_keeps_the_runs(place):
    folder, expected = place
    process = begin(folder, "stopped", "--quiet")
    wait_until(lambda: teller_of(process) is not None)
    os.killpg(process.pid, signal.SIGINT)
    printed, said = process.communicate(timeout=60)
    assert (process.returncode, printed) == (130, "")
    assert f"{RUNS} of {RUNS} runs are kept in stopped/tiny/" in said
    assert "Traceback" not in said
    code, printed, _ = finish(folder, "stopped")
    assert (code, digest_of(folder / printed.splitlines()[-1])) == (0, expected)
