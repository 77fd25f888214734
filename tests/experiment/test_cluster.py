"""Runs on a cluster: the same bytes, whatever happens to its workers; refusals are sentences."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from sim.experiment import cluster
from sim.experiment.canonical import canonical_hash, read_manifest
from sim.experiment.cluster import Cluster, Order, cluster_at, equip_for
from sim.experiment.executors import ExecutorError, execute
from sim.scenario.program import program
from tests.tiny import tiny_yaml

ROOT = Path(__file__).resolve().parents[2]
VARIED = "council.rule=consensus,simple_majority"
SWEEP = ("sweep", "tiny.yaml", "--vary", VARIED, "--reps", "1500", "--no-charts")


def test_an_address_is_checked():
    assert cluster_at("tcp://head:8786") == Cluster("tcp://head:8786")
    for text in ("head:8786", "tcp://head", "http://head:80", ""):
        with pytest.raises(ValueError, match="no address of a scheduler"):
            cluster_at(text)


def test_a_worker_of_another_version_refuses_without_opening_what_it_got():
    said = equip_for(Order("token", "0.0 of yesterday", "", b"not even a pickle"))
    assert "runs another version of the program" in said
    assert "0.0 of yesterday" in said
    assert isinstance(cluster.do_part("token", [1]), cluster.Bounced)


def test_a_worker_that_reads_the_scenario_otherwise_refuses():
    order = cluster._order(abs, None)
    assert (order.program, order.scenario) == (program(), "")
    assert "reads the scenario otherwise" in equip_for(order._replace(scenario="0123"))
    assert equip_for(order) == ""
    assert cluster.do_part(order.token, [-1, 2]) == [1, 2]


def test_without_the_library_the_cure_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ExecutorError, match="needs the extra 'cluster'"):
        execute(abs, [1, 2], Cluster("tcp://127.0.0.1:1"))


def test_nobody_there_is_told(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("sim.experiment.cluster.ANSWER", 1.0)
    with pytest.raises(ExecutorError, match=r"no scheduler answers at tcp://127\.0\.0\.1:1"):
        execute(abs, [1, 2], Cluster("tcp://127.0.0.1:1"))


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Started:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, place):
        self.place, self.address = place, f"tcp://127.0.0.1:{free_port()}"
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", self.address.split(":")[-1])
        self.workers = []

    def start(self, *words, path=ROOT):
        command = [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:], "--no-dashboard"]
        return subprocess.Popen(
            command,
            cwd=self.place,
            env=os.environ | {"PYTHONPATH": str(path)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def add_worker(self, path=ROOT):
        options = ("--nthreads", "1", "--no-nanny", "--local-directory", str(self.place))
        self.workers.append(self.start("worker", self.address, *options, path=path))

    def end(self):
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@contextmanager
def started(place, workers):
    pytest.importorskip("distributed")
    found = Started(place)
    try:
        for _ in range(workers):
            found.add_worker()
        yield found
    finally:
        found.end()


def digest_of(folder):
    return canonical_hash(folder, read_manifest(folder))


def begin(place, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *words],
        cwd=place,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    printed, said = process.communicate(timeout=120)
    return process.returncode, (printed.splitlines() or [""])[-1], said


def wait_for_some(process, place, out, least=200_000):
    """Wait until a part of the runs is in the running store, whose empty tables take some 80 kB."""
    end = time.monotonic() + 60
    while sum(p.stat().st_size for p in (place / out).glob("tiny/*.running/runs.sqlite*")) < least:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "tiny.yaml").write_text(tiny_yaml(), encoding="utf-8")
    code, serial, _ = finish(begin(folder, *SWEEP, "--out", "serial", "--jobs", "1"))
    assert code == 0
    return folder, digest_of(folder / serial)


@pytest.mark.slow
def test_a_worker_killed_in_mid_sweep_costs_nothing(place):
    folder, expected = place
    with started(folder, 2) as there:
        process = begin(folder, *SWEEP, "--out", "killed", "--on", there.address)
        wait_for_some(process, folder, "killed")
        there.workers[0].send_signal(signal.SIGKILL)
        there.add_worker()  # one that comes late is equipped, too
        code, last, said = finish(process)
    assert code == 0, said
    assert said.count("runs whatever is sent to it") == 1
    assert digest_of(folder / last) == expected


@pytest.mark.slow
def test_a_lost_scheduler_ends_in_a_sentence_and_what_is_done_is_kept(place):
    folder, expected = place
    with started(folder, 2) as there:
        process = begin(folder, *SWEEP, "--out", "lost", "--on", there.address)
        wait_for_some(process, folder, "lost")
        there.scheduler.kill()
        code, _, said = finish(process)
    assert code == 1
    assert said.splitlines()[-1].startswith(f"could not finish: lost the scheduler at {there.address} with ")
    assert said.endswith("what is done is kept, the same command goes on\n")
    assert "Traceback" not in said
    code, last, said = finish(begin(folder, *SWEEP, "--out", "lost"))
    assert "taken over from an interrupted run" in said
    assert (code, digest_of(folder / last)) == (0, expected)


@pytest.mark.slow
def test_workers_of_another_version_are_refused(place, tmp_path):
    folder, _ = place
    other = tmp_path / "other"
    other.mkdir()
    command = f"cp -r {ROOT}/sim {other}/sim && echo '# changed' >> {other}/sim/experiment/design.py"
    subprocess.run(["sh", "-c", command], check=True)
    with started(folder, 0) as there:
        there.add_worker(path=other)
        code, _, said = finish(begin(folder, *SWEEP, "--out", "refused", "--on", there.address))
    assert code == 1
    assert "runs another version of the program" in said
    assert "Traceback" not in said
