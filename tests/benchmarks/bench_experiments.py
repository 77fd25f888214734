"""What studies cost beside the simulation itself, as ratios of things measured in the same run.

Run it as `python tests/benchmarks/bench_experiments.py [NAME ...]` on a machine that does nothing else; names
are those of the functions below without `_rows`. A ratio travels between machines; seconds do not. "Noise" is
the spread of equal work done repeatedly: targets finer than it cannot be told as met or missed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import monotonic, process_time
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from sim.engine.replication import run_replication  # noqa: E402
from sim.experiment.executors import execute, fulfil  # noqa: E402
from sim.experiment.results import identity_of  # noqa: E402
from sim.experiment.shards import shard_from  # noqa: E402
from sim.experiment.simulate import BASELINE, Outcome, Task  # noqa: E402
from sim.experiment.store import Store  # noqa: E402
from sim.experiment.store_place import NAME, open_store  # noqa: E402
from sim.experiment.study import Plan, plan_study  # noqa: E402
from sim.scenario.load import load_scenario  # noqa: E402
from sim.scenario.models import Scenario  # noqa: E402
from tests.benchmarks import naive_airlift  # noqa: E402
from tests.benchmarks.bench_engine import bare_timeout  # noqa: E402
from tests.tiny import tiny_yaml  # noqa: E402

SCENARIO = ROOT / "scenarios" / "kazakhstan.yaml"


class Figure(NamedTuple):
    """A line of the table."""

    name: str
    value: str
    target: str = ""
    met: bool | None = None


def timed(work: Callable[[], object], clock: Callable[[], float]) -> float:
    """Return how long *work* takes by *clock*."""
    begun = clock()
    work()
    return clock() - begun


def noise_rows() -> list[Figure]:
    """Return how much equal work varies on this machine just now."""

    def work() -> None:
        sum(range(2_000_000))

    spans = [timed(work, monotonic) for _ in range(30)]
    cpu = [timed(work, process_time) for _ in range(30)]
    load = os.getloadavg()[0]
    return [
        Figure("noise: slowest over median, wall", f"{max(spans) / median(spans):.2f}"),
        Figure("noise: slowest over median, processor", f"{max(cpu) / median(cpu):.2f}"),
        Figure("load of the machine at the start", f"{load:.1f} on {os.cpu_count()} processors"),
    ]


# two workers against two silent processes

SILENT = """
import sys; sys.path.insert(0, sys.argv[1])
from sim.experiment.study import plan_study
from sim.scenario.load import load_scenario
plan = plan_study(load_scenario(sys.argv[2]), int(sys.argv[3]), variants=())
from time import monotonic
print(monotonic())
for task in plan.tasks[int(sys.argv[4])::2]:
    plan.simulator(task)
print(monotonic())
"""


def pool_rows(replications: int = 1600, repeats: int = 3) -> list[Figure]:
    """Return what a pool of two gets done against two processes that share the runs and keep nothing."""
    plan = plan_study(load_scenario(SCENARIO), replications, variants=())

    def silent() -> float:
        words = (sys.executable, "-c", SILENT, str(ROOT), str(SCENARIO), str(replications))
        halves = [subprocess.Popen([*words, half], stdout=subprocess.PIPE, text=True) for half in ("0", "1")]
        spans = [[float(line) for line in process.communicate()[0].split()] for process in halves]
        # Without their start, of which the pool's is not left out.
        return max(end for _, end in spans) - min(begun for begun, _ in spans)

    alone, pooled = [], []
    for _ in range(repeats):
        alone.append(silent())
        pooled.append(timed(lambda: execute(plan.simulator, plan.tasks, 2, pool_from=2), monotonic))
    ratios = sorted(a / b for a, b in zip(alone, pooled, strict=True))
    shown = f"{min(alone) / min(pooled):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    each = 100 * min(alone) * 2 / replications
    return [
        Figure("pool of 2 over two silent processes", shown, ">= 0.93", min(alone) / min(pooled) >= 0.93),
        Figure("  a chunk of 100 runs", f"{1000 * each:.0f} ms", ">= 50 ms", each >= 0.05),
    ]


def auto_rows(repeats: int = 5) -> list[Figure]:
    """Return what `--jobs auto` costs against staying here, for short studies and long ones."""
    found = []
    for replications in (20, 100, 300, 1600):
        plan = plan_study(load_scenario(SCENARIO), replications, variants=())
        execute(plan.simulator, plan.tasks, 1)
        here, auto = [], []
        for _ in range(repeats if replications < 1000 else 2):
            here.append(timed(lambda plan=plan: execute(plan.simulator, plan.tasks, 1), monotonic))
            auto.append(timed(lambda plan=plan: execute(plan.simulator, plan.tasks, "auto"), monotonic))
        ratio = min(auto) / min(here)
        name = f"--jobs auto over one job, {replications} runs of {1000 * min(here) / replications:.1f} ms"
        found.append(Figure(name, f"{ratio:.2f}", "<= 1.1", ratio <= 1.1))
    return found


# storing


def storing_rows(runs: int = 2000) -> list[Figure]:
    """Return what it costs to store a run: its row alone (in a sweep), and with its curves (in a study)."""
    unit = bare_timeout()
    plan = plan_study(load_scenario(SCENARIO), 200, variants=())
    simulation = timed(lambda: [plan.simulator(task) for task in plan.tasks], process_time) / 200
    full = [plan.simulator(task) for task in plan.tasks[:100]]
    found = [
        Figure("one bare timeout, T", f"{unit * 1e6:.2f} us"),
        Figure("one run", f"{simulation * 1e3:.2f} ms"),
    ]
    for name, outcomes in (
        ("row", [Outcome(o.row, None, []) for o in full]),
        ("row, curves, first times", full),
    ):
        each = storing(plan, outcomes, runs) / runs
        met = each <= 12 * unit if name == "row" else None
        found += [
            Figure(
                f"storing: {name}", f"{each / unit:.1f} T ({len(outcomes[0].row)} columns)", "<= 12 T", met
            ),
            Figure(
                "  of the simulation", f"{100 * each / simulation:.2f} %", "<= 1 %", each <= 0.01 * simulation
            ),
        ]
    return found


def storing(plan: Plan, outcomes: list[Outcome], runs: int) -> float:
    """Return the processor time of storing *runs* runs in chunks of 100, the least of five times."""
    tasks = [
        [Task(BASELINE, plan.design[0]._replace(run=k + i)) for i in range(100)] for k in range(0, runs, 100)
    ]

    def once() -> float:
        with tempfile.TemporaryDirectory() as folder:
            store = Store(Path(folder) / NAME, identity_of(plan.scenario, plan.seed))
            try:
                return timed(lambda: [store.keep(chunk, outcomes) for chunk in tasks], process_time)
            finally:
                store.close()

    return min(once() for _ in range(5))


def resume_rows(replications: int = 1000) -> list[Figure]:
    """Return what stopping half-way and going on costs, of the whole."""
    plan = plan_study(load_scenario(SCENARIO), replications, variants=())
    identity = identity_of(plan.scenario, plan.seed)

    def some(folder: str, half: str) -> None:
        # A half is dealt out as a shard is, but stays in the store of the whole.
        places = shard_from(half).places(len(plan.tasks))
        with open_store(Path(folder) / "study", identity, plan.tasks) as store:
            fulfil(plan.simulator, [plan.tasks[i] for i in places], store, 1)

    def whole(folder: str) -> None:
        with open_store(Path(folder) / "study", identity, plan.tasks) as store:
            fulfil(plan.simulator, plan.tasks, store, 1)

    with tempfile.TemporaryDirectory() as one:
        straight = timed(lambda: whole(one), process_time)
    with tempfile.TemporaryDirectory() as other:
        some(other, "1/2")
        # All of a resumed run that is not simulation: open, check every part, see what is missing.
        again = min(
            timed(lambda: opened(Path(other) / "study", identity, plan), process_time) for _ in range(5)
        )
    share = again / straight
    return [Figure("resuming half a study, of the whole", f"{100 * share:.2f} %", "<= 2 %", share <= 0.02)]


def opened(target: Path, identity: object, plan: Plan) -> None:
    """Open a running store and look for what is missing."""
    with open_store(target, identity, plan.tasks) as store:  # type: ignore[arg-type]
        store.missing(plan.tasks)


# growth


def growth_rows() -> list[Figure]:
    """Return how the time for a replication grows with their number, and that of a crisis with crises."""
    plan = plan_study(load_scenario(SCENARIO), 800, variants=())

    def one_study() -> None:
        execute(plan.simulator, plan.tasks, 1)

    def many_studies() -> None:
        for start in range(0, 800, 50):
            execute(plan.simulator, plan.tasks[start : start + 50], 1)

    one_study()
    ratios = sorted(timed(one_study, process_time) / timed(many_studies, process_time) for _ in range(3))
    return [
        Figure("a run among 800 over one among 50", f"{ratios[1]:.3f}", "<= 1.10", ratios[1] <= 1.1),
        campaign_figure(),
    ]


def campaign_figure(crises: int = 16, runs: int = 10) -> Figure:
    """Return what a crisis takes in a campaign of many, a month apart, over what it takes on its own."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tiny.yaml").write_text(tiny_yaml(), encoding="utf-8")
        listed = ""
        for i in range(1, crises):
            text = (
                f"extends: tiny.yaml\nname: copy_{i}\nmoved_by: {30 * i} days\n"
                f"start: {date(2022, 1, 2) + timedelta(days=30 * i)}T00:00+06:00\n"
            )
            (Path(folder) / f"copy_{i}.yaml").write_text(text, encoding="utf-8")
            listed += f"  copy_{i}: {{use: copy_{i}.yaml}}\n"
        text = f"extends: tiny.yaml\nname: many\nhorizon: {30 * crises} days\ncrises:\n{listed}"
        (Path(folder) / "many.yaml").write_text(text, encoding="utf-8")
        one, many = load_scenario(f"{folder}/tiny.yaml"), load_scenario(f"{folder}/many.yaml")

    def events(scenario: Scenario) -> int:
        logs = (run_replication(scenario, 1, r) for r in range(runs))
        return sum(len(part) for log in logs for part in (log, *log.parts.values()))

    def cost(scenario: Scenario) -> float:
        return min(timed(lambda: events(scenario), process_time) for _ in range(3))

    share = events(many) / events(one) / crises
    ratio = min(cost(many) / cost(one) for _ in range(3)) / crises
    name = f"a crisis among {crises} over one alone ({100 * share:.0f} % of its events)"
    return Figure(name, f"{ratio:.2f}", "<= 1.25", ratio <= 1.25)


# the same airlift, written as one would at first


def naive_rows(runs: int = 150) -> list[Figure]:
    """Return how much faster the airlift is than a naive one, and whether both say the same."""
    ours, theirs, bare = [], [], []
    mine = min(
        timed(lambda: ours.extend(naive_airlift.ours(r) for r in range(runs)), process_time) for _ in range(3)
    )
    slow = min(
        timed(lambda: theirs.extend(naive_airlift.naive(r) for r in range(runs)), process_time)
        for _ in range(3)
    )
    lean = timed(lambda: bare.extend(naive_airlift.naive(r, tick=0.0) for r in range(runs)), process_time)
    z = naive_airlift.unlike(ours[:runs], theirs[:runs])
    return [
        Figure("naive airlift over ours, with hourly tick", f"{slow / mine:.1f}", ">= 3", slow >= 3 * mine),
        Figure("  without the tick", f"{lean / mine:.1f}"),
        Figure("  last landing, ours and naive (h)", f"{median(ours):.2f}, {median(theirs):.2f}"),
        Figure("  Kolmogorov-Smirnov p of the two", f"{z:.2f}", "> 0.01", z > 0.01),
    ]


# memory

SWEEP = """
import sys, tempfile; sys.path.insert(0, sys.argv[1])
from pathlib import Path
from sim.experiment.sweep import do_sweep
from sim.experiment.sweep_plan import plan_sweep
from sim.experiment.sweep_results import sweep_store
from sim.report.sweep_folder import write_sweep
from sim.scenario.load import load_scenario
from sim.scenario.vary import make_sweep, read_vary
from tests.benchmarks.bench_experiments import Cheap
from dataclasses import replace
points = int(sys.argv[4])
levels, origins = read_vary([f"crisis.reserves.personnel=1000:{points}000:1000"])
with tempfile.TemporaryDirectory() as folder:
    scenario = load_scenario(sys.argv[2])
    plan = plan_sweep(scenario, make_sweep({"vary": levels}, None, origins), int(sys.argv[3]) // points)
    plan = plan._replace(simulator=Cheap(len(plan.columns)))
    with sweep_store(plan, folder) as store:
        study = do_sweep(plan, 1, store=store)
        write_sweep(study, folder, charts=True, store=store)
# Not getrusage: it counts what the process that started this one held.
print(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024)
"""


class Cheap:
    """Stands for a simulator: makes up a row in no time."""

    def __init__(self, columns: int) -> None:
        self.columns = columns

    def __call__(self, task: Task) -> Outcome:
        """Return numbers that differ from run to run."""
        start = (task.run.run * 2654435761) % 1000 / 10
        return Outcome([start + i for i in range(self.columns)], None, [])


def memory_rows(most: int = 100_000) -> list[Figure]:
    """Return the most memory that the process of a sweep takes at few and at many rows."""
    sizes = [10_000, *(size for size in (100_000, 1_000_000) if size <= most)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tiny.yaml"
        path.write_text(tiny_yaml(), encoding="utf-8")
        peaks = [peak(path, size) for size in sizes]
        at_two = [peak(path, size, 2) for size in (sizes[0], sizes[-1])]
    found = [
        Figure(f"sweep's process at {size:,} rows", f"{mib:.0f} MiB", "< 96 MiB", mib < 96)
        for size, mib in zip(sizes, peaks, strict=True)
    ]
    for name, first, last in (("", peaks[0], peaks[-1]), (", at two points", *at_two)):
        ratio = last / first
        label = f"  {sizes[-1]:,} rows over 10,000{name}"
        found.append(Figure(label, f"{ratio:.2f} ({last:.0f} MiB)", "<= 1.25", ratio <= 1.25))
    return found


def peak(path: Path, rows: int, points: int = 100) -> float:
    """Return the greatest memory (MiB) of the process of a sweep of so many rows at so many points."""
    command = [sys.executable, "-c", SWEEP, str(ROOT), str(path), str(rows), str(points)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(ended.stdout.splitlines()[-1])


PARTS: dict[str, Callable[[], list[Figure]]] = {
    "noise": noise_rows, "storing": storing_rows, "resume": resume_rows, "growth": growth_rows,
    "naive": naive_rows, "auto": auto_rows, "pool": pool_rows, "memory": memory_rows,
}  # fmt: skip


def main() -> None:
    """Measure what is asked for and print the table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("names", nargs="*", help=f"of {', '.join(PARTS)}; all by default")
    reader.add_argument("--rows", type=int, default=100_000, help="most rows in the test of memory")
    chosen = reader.parse_args()
    for name in chosen.names or PARTS:
        figures = memory_rows(chosen.rows) if name == "memory" else PARTS[name]()
        for figure in figures:
            mark = {None: "", True: "met", False: "NOT MET"}[figure.met]
            print(f"{figure.name:58} {figure.value:>24}   {figure.target:10} {mark}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
