"""What a replication costs, in units of one bare SimPy timeout (T) measured in the same run.

Run it as `python tests/benchmarks/bench_engine.py`. A ratio to T travels between machines; seconds do not.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from math import inf, sqrt
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, NamedTuple
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import simpy  # noqa: E402

from sim.engine.clock import Clock  # noqa: E402
from sim.engine.event_log import EventKind, EventLog  # noqa: E402
from sim.engine.philox import Source, read_so_far  # noqa: E402
from sim.engine.replication import collection_paused, run_replication  # noqa: E402
from sim.engine.streams import Stream, Streams  # noqa: E402
from sim.experiment.design import nested_design, scenario_for  # noqa: E402
from sim.experiment.measure import read_row  # noqa: E402
from sim.scenario.load import load_scenario  # noqa: E402
from sim.scenario.models import Scenario  # noqa: E402
from sim.scenario.paths import with_values  # noqa: E402

SEED = 1
REPEATS = 5
#: Starts of each command, after the first, which compiles.
STARTS = 11
K = EventKind
#: What happens in the deliberation of the alliance and its members, one stage each.
DECISION_STAGES = (
    K.DANGER_NOTICED, K.SOUNDING, K.SOUNDED, K.PRIVATE_APPEAL, K.APPEAL, K.APPEAL_WITHHELD, K.WARNING_ORDER,
    K.SECRETARY_GENERAL, K.CONSULTATIONS, K.MOTION, K.POSITION, K.ADOPTED, K.REFUSED, K.MANDATE, K.BILATERAL,
    K.QUORUM_FAILED, K.BALLOT, K.APPROVED, K.APPROVAL_LAPSED, K.ECHELON_READY, K.END_ANNOUNCED,
    K.END_REQUESTED, K.WITHDRAWAL_ORDERED, K.WITHDRAWAL_BEGAN,
)  # fmt: skip
Row = tuple[str, str, str]


def best(
    work: Callable[[], object],
    times: int = 1,
    repeats: int = REPEATS,
    clock: Callable[[], float] = process_time,
) -> float:
    """Return the seconds of processor time of one *work*, the least of several repeats of *times* calls."""
    seconds = []
    for _ in range(repeats):
        begun = clock()
        for _ in range(times):
            work()
        seconds.append((clock() - begun) / times)
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
    source, key = Source(), [SEED, 1]
    return {
        "open": best(lambda: streams.open("bench", "entity"), 20_000),
        "few": best(lambda: streams.few("bench", "entity"), 20_000),
        "read ahead": best(lambda: source.read_ahead(key, 0, 1), 20_000),
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


@contextmanager
def kernel_counted(tally: dict[str, int]) -> Iterator[None]:
    """Count what the clock does, one thing at a time, while the context lasts."""
    original = Clock.steps

    def counting(self: Clock, count: int) -> None:
        for _ in range(count):
            tally["step"] += 1
            original(self, 1)

    with patch.object(Clock, "steps", counting):
        yield


def tally_of(scenario: Scenario, replication: int) -> tuple[EventLog, dict[str, int]]:
    """Run a replication and return its log with the counts of kernel events, openings, refills and draws."""
    tally: dict[str, int] = {"step": 0, "open": 0, "few": 0, "read": 0, "read_ahead": 0, "uniform": 0}
    with (
        kernel_counted(tally),
        counted(Streams, "open", tally),
        counted(Streams, "few", tally),
        counted(Source, "read", tally),
        counted(Source, "read_ahead", tally),
        counted(Stream, "uniform", tally),
    ):
        log = run_replication(scenario, SEED, replication)
    return log, tally


def units_of_story(log: EventLog) -> tuple[int, int, int]:
    """Return the numbers of sorties and road loads, of incidents and of decision stages in a log."""
    sorties = len(log.of(K.TAKEOFF)) + len(log.of(K.ROAD_DEPARTED))
    return sorties, len(log.of(K.INCIDENT)), sum(len(log.of(kind)) for kind in DECISION_STAGES)


class Cost(NamedTuple):
    """What one replication of a scenario took and what it held."""

    seconds: float
    responses: float  # seconds of it
    sorties: float
    incidents: float


def cost_of(scenario: Scenario, replication: int, repeats: int = REPEATS) -> Cost:
    """Return the least processor time of a replication with its log and responses, as a study runs it."""
    running, reading = inf, inf
    for _ in range(repeats):
        with collection_paused():
            begun = process_time()
            log = run_replication(scenario, SEED, replication)
            ran = process_time()
            read_row(log, scenario)
            running, reading = min(running, ran - begun), min(reading, process_time() - ran)
            sorties, incidents, _stages = units_of_story(log)
            del log
    return Cost(running + reading, reading, sorties, incidents)


def costs_of(drawn: list[tuple[Scenario, int]]) -> list[Cost]:
    """Return the least cost of each of several replications, run in turn as in a study.

    What is read ahead is forgotten before each turn, so that it is paid for as often as there. There are as
    many turns as the unit is measured times, or the least of them would be the less lucky one.
    """
    turns = []
    for _ in range(2 * REPEATS):
        read_so_far.cache_clear()
        turns.append([cost_of(inputs, replication, 1) for inputs, replication in drawn])
    return [min(costs) for costs in zip(*turns, strict=True)]


def study_rows(scenario: Scenario, unit: float, luck: dict[str, float], replications: int) -> list[Row]:
    """Return what the first replications of the default study cost, inputs drawn as it draws them."""
    design = nested_design(scenario, SEED, replications)
    drawn = [(scenario_for(scenario, SEED, run.draw), run.replication) for run in design]
    costs = costs_of(drawn)
    # Counting comes second: what has been patched runs slower for a while.
    deployed, kernel, story, random_seconds = [], 0, 0.0, 0.0
    read_so_far.cache_clear()
    for (inputs, replication), cost in zip(drawn, costs, strict=True):
        log, tally = tally_of(inputs, replication)
        kernel, story = kernel + tally["step"], story + sum(units_of_story(log))
        random_seconds += (
            tally["open"] * luck["open"]
            + tally["read"] * luck["refill"]
            + tally["uniform"] * luck["draw"]
            + tally["few"] * luck["few"]
            + tally["read_ahead"] * luck["read ahead"]
        )
        if log.first(K.DEPLOYED):
            deployed.append(cost)
    total = sum(cost.seconds for cost in costs)
    return [
        told("replication of the study, mean", costs, unit, "<= 4,000 T"),
        told("  of those with a full deployment", deployed, unit),
        told("  of those without", [cost for cost in costs if cost not in deployed], unit),
        ("kernel events per unit of story", f"{kernel / story:.2f}", "<= 2.5"),
        ("share of randomness", f"{random_seconds / total:.1%}", "<= 10 %"),
    ]


def told(name: str, costs: list[Cost], unit: float, target: str = "") -> Row:
    """Return a row of the mean of some costs and of its parts."""
    if not costs:
        return name, "none among them", target
    mean = Cost(*(sum(column) / len(costs) for column in zip(*costs, strict=True)))
    held = f"{mean.sorties:.0f} sorties, {mean.incidents:.0f} incidents, {len(costs)} runs"
    value = f"{mean.seconds / unit:,.0f} T ({mean.seconds * 1e3:.2f} ms)"
    return name, value, f"{target:12} responses {mean.responses / unit:,.0f} T, {held}"


def marginal_rows(scenario: Scenario, unit: float, pairs: int) -> list[Row]:
    """Return the cost of one more incident and of one more sortie, from pairs that differ in little else."""
    incident = slope(*unrest_pair(scenario), pairs, lambda cost: cost.incidents)
    sortie = slope(*force_pair(scenario), pairs, lambda cost: cost.sorties, incident[0])
    return [
        (f"marginal {name}, {pairs} pairs", f"{cost / unit:.1f} +- {2 * error / unit:.1f} T", target)
        for name, (cost, error), target in (("sortie", sortie, "<= 10 T"), ("incident", incident, "<= 4 T"))
    ]


def unrest_pair(scenario: Scenario) -> tuple[Scenario, Scenario]:
    """Return the scenario without help, and with all levels of unrest tripled: only incidents are more."""
    levels = {"crisis.unrest.overwhelm": float(scenario.crisis.unrest.overwhelm)}
    for key, site in scenario.crisis.sites.items():
        levels[f"crisis.sites.{key}.ceiling"] = float(site.ceiling)
        levels[f"crisis.sites.{key}.initial"] = float(site.initial)
    alone = with_values(scenario, {"crisis.host_choice.value_of_asking": -100.0})
    return alone, with_values(alone, {path: 3 * value for path, value in levels.items()})


def force_pair(scenario: Scenario) -> tuple[Scenario, Scenario]:
    """Return the scenario with a force sent for sure, and with three times the vehicles."""
    sent = {
        "crisis.host_choice.value_of_asking": 100.0,
        "response.decision.ordered_choice.threshold_force": -99.0,
    }
    path = "response.mandate.vehicles"
    small = with_values(scenario, sent)
    return small, with_values(small, {path: 3 * float(scenario.response.mandate.vehicles)})


def slope(
    small: Scenario,
    large: Scenario,
    replications: int,
    count: Callable[[Cost], float],
    per_incident: float = 0.0,
) -> tuple[float, float]:
    """Return the seconds per unit that the large scenario has more of, and the standard error (jackknife).

    Args:
        small: one scenario.
        large: the same with more of something.
        replications: number of pairs.
        count: how much of it a replication had.
        per_incident: seconds to take off for each incident more.
    """
    seconds, more = [], []
    for r in range(replications):
        one, other = cost_of(small, r), cost_of(large, r)
        extra = per_incident * (other.incidents - one.incidents)
        seconds.append(other.seconds - one.seconds - extra)
        more.append(count(other) - count(one))
    time, units = sum(seconds), sum(more)
    left_out = [(time - s) / (units - m) for s, m in zip(seconds, more, strict=True)]
    spread = sum((value - time / units) ** 2 for value in left_out)
    return time / units, sqrt(spread * (replications - 1) / replications)


def start_up_rows(path: Path) -> list[Row]:
    """Return how long the command takes for one replication, against importing its two main libraries.

    First where the scenario was read and checked at an earlier start, as Python's compiled modules stand from
    an earlier start, then where its file has changed since. Medians over rounds in which all take turns.
    """
    ratios: dict[str, list[float]] = {"": [], ", scenario changed": []}
    seconds: dict[str, list[float]] = {name: [] for name in ratios}
    with tempfile.TemporaryDirectory() as folder:
        cached = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        cached["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"

        def start(*arguments: str) -> float:
            begun = seconds_of_children()
            words = [sys.executable, *arguments]
            subprocess.run(words, cwd=ROOT, env=cached, check=True, capture_output=True)
            return seconds_of_children() - begun

        for turn in range(STARTS + 1):
            libraries = start("-c", "import simpy, numpy")
            for name in ratios:
                if name:
                    for kept in Path(folder, "compiled").rglob("*.kept"):
                        kept.unlink()
                # Each into a folder of its own: runs that are there already would be taken over, not done.
                out = f"{folder}/{turn}{name}"
                used = start(
                    "-m", "sim", str(path), "--reps", "1", "--charts", "none", "--quiet", "--out", out
                )
                if turn:  # the first round compiles
                    ratios[name].append(used / libraries)
                    seconds[name].append(used)
    return [
        (f"start-up over its libraries{name}", f"{median(found):.2f} ({median(seconds[name]):.2f} s)", aim)
        for (name, found), aim in zip(ratios.items(), ("<= 2.0", ""), strict=True)
    ]


def seconds_of_children() -> float:
    """Return the processor time that finished subprocesses have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print the table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("scenario", nargs="?", type=Path, default=ROOT / "scenarios" / "kazakhstan.yaml")
    reader.add_argument("--replications", type=int, default=60)
    chosen = reader.parse_args()
    unit, luck = bare_timeout(), costs_of_luck()
    rows: list[Row] = [("one bare timeout, T", f"{unit * 1e6:.2f} us", "")]
    limits = {"open and 8 draws": "<= 3 us", "draw": "<= 0.15 us"}
    rows += [(f"luck: {name}", f"{cost * 1e6:.3f} us", limits.get(name, "")) for name, cost in luck.items()]
    scenario = load_scenario(chosen.scenario)
    rows += study_rows(scenario, unit, luck, chosen.replications)
    rows += marginal_rows(scenario, unit, max(3, chosen.replications // 3))
    show(rows)
    show(start_up_rows(chosen.scenario))


def show(rows: list[Row]) -> None:
    """Print rows of the table: what, how much, and the target where there is one."""
    for name, value, target in rows:
        print(f"{name:38} {value:>24}   {target}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
