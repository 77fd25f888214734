"""The tables of a sweep as CSV; the long one is written point by point, so that memory does not grow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sim import __version__
from sim.experiment.design import Run
from sim.experiment.factors import Point
from sim.experiment.main_effects import Effect
from sim.experiment.results import SHORT
from sim.experiment.shards import WHOLE, Shard
from sim.experiment.simulate import Task, TaskList
from sim.experiment.store import Identity, Store
from sim.experiment.store_place import NAME, open_store, take_over
from sim.experiment.sweep import SweepStudy
from sim.experiment.sweep_plan import SweepPlan
from sim.experiment.sweep_summary import PointSummary, SweepSummary
from sim.experiment.tables import CODEBOOK, Cells, as_csv, column_name
from sim.scenario.models import Scenario
from sim.scenario.plain import hash_of, plain_data

RUNS = "runs.csv"


def sweep_digest(scenario: Scenario, seed: int) -> str:
    """Return the digest of what a sweep is made of: scenario and its `sweep:` block, seed, program version.

    The number of replications does not enter: more of them extend the same sweep.
    """
    counts = ("replications", "most_replications")
    sweep = plain_data(scenario)["sweep"]
    varied = {key: value for key, value in sweep.items() if key not in counts}
    return _digest(["sweep", seed, _hash_of_base(scenario), hash_of(varied)])


def _hash_of_base(scenario: Scenario) -> str:
    """Return the hash of what all sweeps of a scenario have in common."""
    data = plain_data(scenario)
    one = scenario.experiment.replications.with_value(1.0).dump()
    return hash_of({**data, "sweep": None, "experiment": {**data["experiment"], "replications": one}})


def _digest(content: list[Any]) -> str:
    return blake2b(json.dumps([__version__, *content]).encode(), digest_size=16).hexdigest()


@contextmanager
def sweep_store(
    plan: SweepPlan,
    out: str | Path = "results",
    *,
    fresh: bool = False,
    shard: Shard = WHOLE,
    say: Callable[[str], object] | None = None,
) -> Iterator[Store]:
    """Open the running store of a planned sweep; arguments and errors are those of `open_store`.

    Runs at the same points in finished sweeps of the same scenario and seed beside it are taken over, so
    that adding points to a sweep runs only the new ones.
    """
    identity, target = sweep_identity(plan), sweep_target(plan, out)
    with open_store(target, identity, plan.tasks, fresh=fresh, shard=shard, say=say) as store:
        others = [] if fresh or not shard.whole else sorted(target.parent.glob(f"*/{NAME}"))
        found = sum(take_over(store, path, plan.tasks) for path in others if path.parent != store.folder)
        if found and say is not None:
            say(f"{found} of {len(plan.tasks)} runs taken over from other sweeps of this scenario")
        yield store


def sweep_identity(plan: SweepPlan) -> Identity:
    """Return what the rows of a sweep follow from; which points a store holds, its keys say."""
    base = _hash_of_base(plan.scenario)
    digest = _digest(["sweep", plan.seed, base, plan.columns])
    return Identity("sweep", digest, plan.scenario.name, base, plan.seed, plan.columns)


def sweep_target(plan: SweepPlan, out: str | Path) -> Path:
    """Return the results folder of a planned sweep."""
    return Path(out) / plan.scenario.name / sweep_digest(plan.scenario, plan.seed)[:SHORT]


def done_tasks(study: SweepStudy) -> Sequence[Task]:
    """Return the tasks behind the rows of a sweep, point after point."""
    points = study.design.points
    counts = [study.book.count(point.number) for point in points]
    if len(set(counts)) == 1:
        return TaskList([point.key for point in points], study.runs_of_point[: counts[0]])
    runs = study.runs_of_point
    return [Task(p.key, run) for p, n in zip(points, counts, strict=True) for run in runs[:n]]


def design_csv(study: SweepStudy) -> bytes:
    """Return one line per point: its number and the level of each factor, numbers in their base unit."""
    factors = study.design.factors
    head = ("point", *(factor.path for factor in factors))
    rows: Iterator[Cells] = ((point.number, *point.levels) for point in study.design.points)
    blocks = [place for place, factor in enumerate(factors) if factor.blocks]
    if not blocks:
        return as_csv(head, rows)
    # What a block was is written out whole beside its mark.
    wide = (*head, *(f"{factors[place].path}.written" for place in blocks))
    return as_csv(wide, ((*row, *_written(study, number, blocks)) for number, row in enumerate(rows)))


def _written(study: SweepStudy, number: int, blocks: list[int]) -> list[str]:
    from sim.scenario.paths import full_path

    found = {full_path(s.path): s.value for s in study.design.points[number].settings}
    paths = (study.design.factors[place].path for place in blocks)
    return [json.dumps(found.get(path), ensure_ascii=False) for path in paths]


def summary_csv(study: SweepStudy, summary: SweepSummary) -> bytes:
    """Return one line per point and response."""
    names = [field.name for field in fields(PointSummary)]
    factors = [factor.path for factor in study.design.factors]
    head = ("point", *factors, *names[1:2], "label", "unit", "given", *names[2:])
    return as_csv(head, (_summary_cells(study, found) for found in summary.points))


def _summary_cells(study: SweepStudy, found: PointSummary) -> list[Any]:
    number, name, *rest = astuple(found)
    about = study.responses[name]
    levels = study.design.points[number].levels
    return [number, *levels, name, about.label, about.unit, about.condition, *rest]


def effects_csv(summary: SweepSummary) -> bytes:
    """Return one line per factor, level and response, flagged where common luck made it worse."""
    head = [field.name for field in fields(Effect)]
    return as_csv((*head, "flagged"), ((*astuple(effect), effect.flagged) for effect in summary.effects))


def precision_csv(summary: SweepSummary) -> bytes:
    """Return where each point stopped, and why, response by response."""
    head = ("point", "replications", "looks", "response", "n", "estimate", "low", "high", "enough")
    return as_csv(
        head,
        (
            (number, found.n, found.looks, name, v.n, v.estimate, v.low, v.high, v.enough)
            for number, found in summary.reached.items()
            for name, v in found.verdicts.items()
        ),
    )


def failures_csv(study: SweepStudy) -> bytes:
    """Return one line per run that broke off."""
    head = ("point", "run", "draw", "replication", "seed", "error")
    return as_csv(
        head,
        ((f.point, f.run.run, f.run.draw, f.run.replication, f.run.seed, f.told) for f in study.failures),
    )


def write_runs(study: SweepStudy, folder: Path) -> None:
    """Write one line per run into *folder*: address, levels of the factors, responses.

    Raises:
        OSError: the folder cannot be written.
    """
    address = ("run", "point", "draw", "replication", "seed", "failed")
    head = (*address, *(factor.path for factor in study.design.factors), *study.columns)
    with open(folder / RUNS, "wb") as file:
        file.write(as_csv(head, ()))
        for point in study.design.points:
            first = 0
            for rows in study.book.parts(point.number):
                lines = as_csv(
                    (),
                    _run_cells(study, point, study.runs_of_point[first : first + len(rows)], rows.tolist()),
                )
                file.write(lines.split(b"\n", 1)[1])
                first += len(rows)


def _run_cells(
    study: SweepStudy, point: Point, runs: Sequence[Run], rows: list[list[float]]
) -> Iterator[list[Any]]:
    for run, (failed, *values) in zip(runs, rows, strict=False):
        yield [
            run.run, point.number, run.draw, run.replication, study.seed, failed, *point.levels, *values,
        ]  # fmt: skip


def codebook_csv(study: SweepStudy) -> bytes:
    """Return what each column of the tables of runs and points means."""
    return as_csv(CODEBOOK, _codebook_rows(study))


def _codebook_rows(study: SweepStudy) -> Iterator[Cells]:
    said = {
        "run": "Number of the run, the same luck at every point",
        "point": "Number of the point",
        "draw": "Outer draw of the uncertain inputs, the same at every point; empty where they are held",
        "replication": "Number of the run's luck",
        "seed": "Seed of the sweep",
        "failed": "1 if the run broke off",
    }
    for name, label in said.items():
        yield RUNS, name, name, label, "", "", "address", ""
    for factor in study.design.factors:
        told = "Varied input" if factor.numeric else "Varied input, by a mark of its value"
        label = "Varied input, in its base unit" if factor.unit else told
        column = column_name(factor.path)
        yield f"design.csv {RUNS}", column, factor.path, label, factor.unit, "", "factor", ""
    for name in study.columns:
        response = study.responses.get(name)
        if response is not None:
            clock = f"from the {response.clock}" if response.kind == "time" else ""
            about: Cells = (response.label, response.unit, response.condition, response.kind, clock)
        else:
            entry = study.scenario.record[name.removeprefix("record.")]
            about = (entry.label, entry.unit, "", "record", entry.response)
        yield RUNS, column_name(name), name, *about
