"""What a replication costs, in units of one bare SimPy timeout (T) measured in the same run.

Run it as `python tests/benchmarks/bench_engine.py`. A ratio to T travels between machines; seconds do not.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import simpy  # noqa: E402

from sim.engine.event_log import EventKind, EventLog  # noqa: E402
from sim.engine.replication import run_replication  # noqa: E402
from sim.engine.streams import Stream, Streams, _Source  # noqa: E402
from sim.experiment.measure import read_row  # noqa: E402
from sim.scenario.load import load_scenario  # noqa: E402
from sim.scenario.models import Scenario  # noqa: E402

SEED = 1
REPEATS = 5
K = EventKind
#: What happens in the deliberation of the alliance and its members, one stage each.
DECISION_STAGES = (
    K.DANGER_NOTICED, K.SOUNDING, K.SOUNDED, K.PRIVATE_APPEAL, K.APPEAL, K.APPEAL_WITHHELD, K.WARNING_ORDER,
    K.SECRETARY_GENERAL, K.CONSULTATIONS, K.MOTION, K.POSITION, K.ADOPTED, K.REFUSED, K.MANDATE, K.BILATERAL,
    K.QUORUM_FAILED, K.BALLOT, K.APPROVED, K.APPROVAL_LAPSED, K.ECHELON_READY, K.END_ANNOUNCED,
    K.END_REQUESTED, K.WITHDRAWAL_ORDERED, K.WITHDRAWAL_BEGAN,
)  # fmt: skip
Row = tuple[str, str, str]


def best(work: Callable[[], object], times: int = 1, repeats: int = REPEATS) -> float:
    """Return the seconds of one *work*, the least of several repeats of *times* calls."""
    seconds = []
    for _ in range(repeats):
        begun = perf_counter()
        for _ in range(times):
            work()
        seconds.append((perf_counter() - begun) / times)
    return min(seconds)


def bare_timeout(count: int = 20_000) -> float:
    """Return the seconds of one timeout of one process: the unit T."""

    def wait(env: simpy.Environment) -> Generator[simpy.Event, Any, None]:
        for _ in range(count):
            yield env.timeout(1)

    def run() -> None:
        env = simpy.Environment()
        env.process(wait(env))
        env.run()

    return best(run, repeats=2 * REPEATS) / count


def costs_of_luck() -> dict[str, float]:
    """Return the seconds of opening a stream, of a refill from the generator and of a draw."""
    streams = Streams(SEED, 0)
    drawing = streams.open("bench").uniform
    source, key = _Source(), [SEED, 1]
    return {
        "open": best(lambda: streams.open("bench", "entity"), 20_000),
        "refill": best(lambda: source.read(key, 0, 1, 0, 8), 20_000),
        "open and 8 draws": best(lambda: streams.open("bench", "entity").uniforms(8), 20_000),
        "draw": best(drawing, 200_000),
    }


@contextmanager
def counted(owner: type, method: str, tally: dict[str, int]) -> Iterator[None]:
    """Count the calls of a method while the context lasts."""
    original = getattr(owner, method)

    def counting(self: Any, *args: Any, **kwargs: Any) -> Any:
        tally[method] = tally.get(method, 0) + 1
        return original(self, *args, **kwargs)

    with patch.object(owner, method, counting):
        yield


def tally_of(scenario: Scenario, replication: int) -> tuple[EventLog, dict[str, int]]:
    """Run a replication and return its log with the counts of kernel events, openings, refills and draws."""
    tally: dict[str, int] = {"step": 0, "open": 0, "read": 0, "uniform": 0}
    with (
        counted(simpy.Environment, "step", tally),
        counted(Streams, "open", tally),
        counted(_Source, "read", tally),
        counted(Stream, "uniform", tally),
    ):
        log = run_replication(scenario, SEED, replication)
    return log, tally


def units_of_story(log: EventLog) -> tuple[int, int, int]:
    """Return the numbers of sorties and road loads, of incidents and of decision stages in a log."""
    sorties = len(log.of(K.TAKEOFF)) + len(log.of(K.ROAD_DEPARTED))
    return sorties, len(log.of(K.INCIDENT)), sum(len(log.of(kind)) for kind in DECISION_STAGES)


def replication_rows(scenario: Scenario, unit: float, luck: dict[str, float], replications: int) -> list[Row]:
    """Return what replications cost on average, and per sortie and incident by least squares."""
    seconds, parts, kernel, story, random_seconds, sizes = [], [], 0, 0, 0.0, []
    for r in range(replications):
        log, tally = tally_of(scenario, r)
        sorties, incidents, stages = units_of_story(log)
        kernel, story = kernel + tally["step"], story + sorties + incidents + stages
        random_seconds += (
            tally["open"] * luck["open"] + tally["read"] * luck["refill"] + tally["uniform"] * luck["draw"]
        )
        running = best(lambda r=r: run_replication(scenario, SEED, r), repeats=3)  # type: ignore[misc]
        reading = best(lambda log=log: read_row(log, scenario), repeats=3)  # type: ignore[misc]
        seconds.append(running + reading)
        parts.append(reading)
        sizes.append((1, sorties, incidents))
    mean = float(np.mean(seconds))
    fitted, *_ = np.linalg.lstsq(np.array(sizes, float), np.array(seconds) / unit, rcond=None)
    return [
        ("replication with log and responses", f"{mean / unit:,.0f} T ({mean * 1e3:.2f} ms)", "<= 4,000 T"),
        ("  of it the responses", f"{np.mean(parts) / unit:,.0f} T", ""),
        ("  dearest of the replications", f"{max(seconds) / unit:,.0f} T", ""),
        ("kernel events per unit of story", f"{kernel / story:.2f}", "<= 2.5"),
        ("share of randomness", f"{random_seconds / sum(seconds):.1%}", "<= 10 %"),
        ("marginal sortie (least squares)", f"{fitted[1]:.1f} T", "<= 10 T"),
        ("marginal incident (least squares)", f"{fitted[2]:.1f} T", "<= 4 T"),
    ]


def start_up_row(path: Path) -> Row:
    """Return how long the command takes for one replication, against importing its two main libraries."""

    def seconds(*arguments: str) -> float:
        command = [sys.executable, *arguments]
        return best(lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True), repeats=3)

    with tempfile.TemporaryDirectory() as folder:
        options = ("--reps", "1", "--charts", "none", "--quiet", "--out", folder)
        command = seconds("-m", "sim", str(path), *options)
    libraries = seconds("-c", "import simpy, numpy")
    return "start-up over its libraries", f"{command / libraries:.1f} ({command:.2f} s)", ""


def main() -> None:
    """Measure and print the table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("scenario", nargs="?", type=Path, default=ROOT / "scenarios" / "kazakhstan.yaml")
    reader.add_argument("--replications", type=int, default=40)
    chosen = reader.parse_args()
    unit, luck = bare_timeout(), costs_of_luck()
    rows: list[Row] = [("one bare timeout, T", f"{unit * 1e6:.2f} us", "")]
    limits = {"open and 8 draws": "<= 3 us", "draw": "<= 0.15 us"}
    rows += [(f"luck: {name}", f"{cost * 1e6:.3f} us", limits.get(name, "")) for name, cost in luck.items()]
    rows += replication_rows(load_scenario(chosen.scenario), unit, luck, chosen.replications)
    show(rows)
    show([start_up_row(chosen.scenario)])


def show(rows: list[Row]) -> None:
    """Print rows of the table: what, how much, and the target where there is one."""
    for name, value, target in rows:
        print(f"{name:38} {value:>24}   {target}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
