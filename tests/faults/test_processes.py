"""The command as a process: killed, stopped, frozen, refused; the same command then gives the same bytes."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.experiment.results import MANIFEST, check_folder
from sim.experiment.store_place import NAME, check_store
from tests.tiny import tiny_yaml

ROOT = Path(__file__).resolve().parents[2]
REPS = 1500
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with the small scenario and the results of an undisturbed run."""
    folder = tmp_path_factory.mktemp("faults")
    (folder / "tiny.yaml").write_text(tiny_yaml(), encoding="utf-8")
    ended = begin(folder, "undisturbed", jobs=2).communicate(timeout=120)
    assert Path(folder, ended[0].strip().splitlines()[-1]).is_dir()
    return folder


def begin(place, out, *words, jobs=1, reps=REPS, limit=None, **variables):
    arguments = ("--reps", reps, "--jobs", jobs, "--charts", "none", "--out", out, *words)
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | variables
    return subprocess.Popen(
        [sys.executable, "-m", "sim", "tiny.yaml", *map(str, arguments)],
        cwd=place,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=None
        if limit is None
        else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )


def finish(place, out, *words, **options):
    process = begin(place, out, *words, **options)
    printed, said = process.communicate(timeout=120)
    return process.returncode, printed, said


def state(place, out):
    (folder,) = (place / out / "tiny").iterdir()
    assert check_folder(folder) == []
    files = {p.name: p.read_bytes() for p in folder.iterdir() if p.name not in (MANIFEST, NAME)}
    return {**files, NAME: check_store(folder / NAME)}


def same_as_undisturbed(place, out):
    return state(place, out) == state(place, "undisturbed")


def kept(place, out):
    """Return the size of the running store's files; 0 while there is none."""
    return sum(p.stat().st_size for p in (place / out).glob("tiny/*.running/runs.sqlite*"))


def kill_again_and_again(start, size, luck):
    """Kill a command in its first moments, then each time when it has just kept more than it found.

    *size* tells the bytes kept: the store itself is locked by the command that writes it.

    Waiting for what is kept, not for time to pass, makes sure that on a machine of any speed and load every
    kill but the first falls among the runs, and that there is something to take over.
    """
    for round_ in range(5):
        before, process = size(), start()
        if round_ == 0:
            time.sleep(luck.uniform(0.2, 1.0))
        else:
            wait_until(
                lambda found=before, begun=process: size() > found + 100_000 or begun.poll() is not None
            )
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(luck.uniform(0, 0.05))
        workers = workers_of(process)
        process.kill()
        process.communicate(timeout=30)
        wait_until(lambda found=workers: not any(map(alive, found)), 20)  # no worker outlives its parent


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def workers_of(process):
    """Return the ids of the processes of the session that are pool workers: children of the fork server."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                parts = (path / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            of_session, parent = int(parts[3]) == process.pid, int(parts[1])
            if of_session and int(path.name) != process.pid and parent != process.pid:
                found.append(int(path.name))
    return found


def alive(pid):
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_again_and_again_it_ends_with_the_same_bytes(place, jobs):
    out, luck = f"killed-{jobs}", random.Random(jobs)
    kill_again_and_again(lambda: begin(place, out, "--quiet", jobs=jobs), lambda: kept(place, out), luck)
    code, _, said = finish(place, out, jobs=jobs)
    assert code == 0
    assert f"of {2 * REPS} runs taken over" in said
    assert same_as_undisturbed(place, out)


def test_a_killed_worker_costs_nothing(place):
    process = begin(place, "worker", "--quiet", jobs=2)
    wait_until(lambda: kept(place, "worker") and len(workers_of(process)) >= 2)
    os.kill(workers_of(process)[-1], signal.SIGKILL)
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert same_as_undisturbed(place, "worker")


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_keeps_what_is_done(place, jobs):
    out = f"interrupted-{jobs}"
    process = begin(place, out, "--quiet", jobs=jobs)
    wait_until(lambda: kept(place, out) > 300_000)
    os.killpg(process.pid, signal.SIGINT)
    printed, said = process.communicate(timeout=30)
    assert (process.returncode, printed) == (130, "")
    assert f"of {2 * REPS} runs are kept in {out}/tiny/" in said
    assert "the same command goes on" in said
    assert "Traceback" not in said
    code, _, said = finish(place, out, jobs=jobs)
    assert (code, "taken over from an interrupted run" in said) == (0, True)
    assert same_as_undisturbed(place, out)


def test_frozen_workers_are_stopped_and_told(place):
    process = begin(place, "frozen", "--quiet", jobs=2, CSTO_SIM_PATIENCE="1.5")
    for _ in range(2):
        wait_until(lambda: len(workers_of(process)) >= 2 and kept(place, "frozen"))
        frozen = workers_of(process)
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        wait_until(lambda found=frozen: not any(map(alive, found)))
    printed, said = process.communicate(timeout=60)
    assert (process.returncode, printed) == (1, "")
    assert "no run came to an end within 1.5 s, twice, and the workers were stopped" in said
    assert finish(place, "frozen", jobs=2)[0] == 0
    assert same_as_undisturbed(place, "frozen")


def test_a_second_process_is_refused_and_the_first_goes_on(place):
    first = begin(place, "shared", "--quiet", jobs=1)
    wait_until(lambda: kept(place, "shared"))
    code, printed, said = finish(place, "shared", "--quiet")
    assert (code, printed) == (1, "")
    assert "another process is at work in" in said
    first.communicate(timeout=120)
    assert first.returncode == 0
    assert same_as_undisturbed(place, "shared")


@pytest.mark.parametrize("limit", [1, 4096, 60_000, 200_000, 500_000, 1_000_000])
def test_a_full_disk_ends_in_a_sentence_and_loses_nothing(place, limit):
    out = f"full-{limit}"
    code, printed, said = finish(place, out, "--quiet", jobs=2, limit=limit)
    assert (code, printed) == (1, "")
    assert said.startswith("could not finish: cannot ")
    assert len(said.splitlines()) == 1
    assert finish(place, out, jobs=2)[0] == 0
    assert same_as_undisturbed(place, out)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc, where nobody may write")
def test_a_folder_that_cannot_be_written_is_told_before_anything_runs(place):
    code, printed, said = finish(place, "/proc/results", "--quiet", reps=100_000)
    assert (code, printed) == (1, "")
    assert said.startswith("could not finish: cannot write results under /proc/results/tiny: ")


def test_a_foreign_file_is_refused_until_told_otherwise(place):
    code, printed, _ = finish(place, "foreign", "--quiet", reps=20)
    folder = place / printed.splitlines()[-1]
    running = folder.with_name(f"{folder.name}.running")
    running.mkdir()
    (running / NAME).write_text("my diary")
    code, printed, said = finish(place, "foreign", "--quiet", reps=20)
    assert (code, printed, (running / NAME).read_text()) == (1, "", "my diary")
    assert "is no running store, or is damaged" in said
    assert finish(place, "foreign", "--quiet", "--fresh", reps=20)[0] == 0
    assert not running.exists()


def test_too_little_memory_is_told(place):
    # Workers that cannot even start are workers that die.
    process = subprocess.run(
        [sys.executable, "-c", MEMORY, str(ROOT)], capture_output=True, text=True, timeout=120, cwd=place
    )
    assert process.stdout.strip() == "worker processes died 3 times, 0 of 40 runs done"


#: Each item asks for more memory than its worker may have.
MEMORY = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from sim.experiment.executors import ExecutorError, execute
def greedy(x):
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
    return bytearray(2**32)
if __name__ == "__main__":
    try:
        execute(greedy, range(40), 2, pool_from=2)
    except ExecutorError as error:
        print(str(error).split(";")[0])
"""


def test_shards_merge_into_the_bytes_of_one_run(place):
    folders = []
    for number in (1, 2, 3):
        code, printed, _ = finish(place, "shards", "--quiet", "--shard", f"{number}/3", jobs=2)
        assert code == 0
        folders.append(printed.splitlines()[-1])
    command = [sys.executable, "-m", "sim", "merge", *folders, "--charts", "none", "--out", "merged"]
    merged = subprocess.run(
        command, cwd=place, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, timeout=120
    )
    assert merged.returncode == 0
    assert same_as_undisturbed(place, "merged")
