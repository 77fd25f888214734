"""Shards joined: every one there, once, whole and of one study; then the same results as from one machine."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.experiment.executors import Progress
from sim.experiment.folders import ResultsError
from sim.experiment.results import folder_of, identity_of
from sim.experiment.shards import Shard, shard_from
from sim.experiment.store import Flags, Identity, Store, StoreError, read_header, told
from sim.experiment.store_parts import Part
from sim.experiment.store_place import NAME, copy_runs, open_store, reading
from sim.experiment.study import Plan, plan_study
from sim.experiment.sweep_plan import SweepPlan, plan_sweep
from sim.experiment.sweep_results import sweep_identity, sweep_target
from sim.scenario.load import load_scenario
from sim.scenario.program import program
from sim.scenario.resolve import resolve

#: The complete input of a study, beside its shard's runs.
SCENARIO = "scenario.resolved.yaml"


@dataclass(frozen=True)
class ShardFolder:
    """What a shard's machine left."""

    folder: Path
    header: dict[str, Any]
    shard: Shard
    #: Run numbers by point, and how many runs are damaged.
    runs: dict[str, Flags]
    damaged: int

    @property
    def identity(self) -> Identity:
        """What its outcomes follow from."""
        known = {name: self.header[name] for name in Identity._fields}
        return Identity(**{**known, "columns": tuple(known["columns"])})


def finish_shard(store: Store, plan: Plan | SweepPlan) -> None:
    """Put the complete input beside a shard's runs and bring these into one file, to be copied elsewhere."""
    target = store.folder / SCENARIO
    aside = target.with_name(f"{SCENARIO}.part")
    try:
        aside.write_text(resolve(plan.scenario), encoding="utf-8")
        os.replace(aside, target)
    except OSError as error:
        raise ResultsError(f"cannot write {target}: {error.strerror or error}") from error
    store.settle()


def read_shard(folder: Path) -> ShardFolder:
    """Return what is in a shard's folder.

    Raises:
        ResultsError: it is no shard, or its file is no store.
    """
    path = folder / NAME
    if not path.is_file():
        raise ResultsError(f"{folder} is no folder of a shard: it holds no {NAME}")
    if path.with_name(f"{NAME}-wal").exists():
        raise ResultsError(f"the shard in {folder} is not complete: run its command again")
    runs: dict[str, Flags] = {}
    damaged = 0
    try:
        with reading(path) as base:
            header = read_header(base, path)
            if not header["shard"]:
                raise ResultsError(f"{folder} is no shard: it belongs to a run on one machine")
            for row in base.execute(f"SELECT {', '.join(Part._fields)} FROM parts"):
                part = Part(*row)
                if part.whole:
                    runs.setdefault(part.point, Flags()).add(part.numbers)
                else:
                    damaged += len(part.runs) // 8
    except sqlite3.Error as error:
        raise told(path, error) from error
    return ShardFolder(folder, header, shard_from(header["shard"]), runs, damaged)


def check_shards(found: Sequence[ShardFolder]) -> None:
    """Check that all shards of one study are there, once and whole.

    Raises:
        ResultsError: the first thing that is wrong, with its cure.
    """
    first = found[0]
    if first.header["program"] != program():
        raise StoreError(
            f"{first.folder} was made by another version of the program ({first.header['program']}, here "
            f"{program()}); merge with that one, or run the shards again"
        )
    seen: dict[int, Path] = {}
    for one in found:
        same = {key: value for key, value in one.header.items() if key != "shard"}
        if same != {key: first.header[key] for key in same} or one.shard.of != first.shard.of:
            raise ResultsError(f"{one.folder} and {first.folder} are shards of different studies")
        if one.shard.number in seen:
            raise ResultsError(f"shard {one.shard} is given twice: {seen[one.shard.number]} and {one.folder}")
        seen[one.shard.number] = one.folder
        due, there = len(one.shard.places(one.header["tasks"])), sum(map(len, one.runs.values()))
        if one.damaged:
            raise ResultsError(
                f"{one.damaged} runs of shard {one.shard} in {one.folder} are damaged, as their checksums "
                "show: run its command again, which repeats them"
            )
        if there != due:
            raise ResultsError(
                f"shard {one.shard} in {one.folder} is not complete, {there} of {due} runs: "
                "run its command again"
            )
    missing = [f"{n}/{first.shard.of}" for n in range(1, first.shard.of + 1) if n not in seen]
    if missing:
        word = "shards" if len(missing) > 1 else "shard"
        raise ResultsError(
            f"{word} {', '.join(missing)} missing: run with --shard {missing[0]} and merge all"
        )


def join_shards(folders: Sequence[Path], out: Path, progress: Progress | None = None) -> Plan | SweepPlan:
    """Check shards and copy their runs into the running store of their study, where its command finds them.

    Args:
        folders: what `--shard` wrote.
        out: the folder that holds the results of all scenarios.
        progress: called with (shards joined, all shards).

    Returns:
        What the study or sweep that they belong to will do, all of whose runs are there.

    Raises:
        ResultsError: a shard is missing, there twice, damaged, not complete, or of another study.
    """
    found = [read_shard(folder) for folder in folders]
    check_shards(found)
    plan = plan_from(found[0])
    with open_store(target_of(plan, out), found[0].identity, ()) as store:
        for number, one in enumerate(found, start=1):
            missing = {point: _Absent(flags, store.done.get(point)) for point, flags in one.runs.items()}
            with reading(one.folder / NAME) as base:
                copy_runs(base, store, missing)
            if progress is not None:
                progress(number, len(found))
        if lost := len(store.missing(plan.tasks)):
            raise ResultsError(f"{lost} of {len(plan.tasks)} runs could not be joined in {store.folder}")
    return plan


def target_of(plan: Plan | SweepPlan, out: Path) -> Path:
    """Return the results folder of a study or a sweep."""
    if isinstance(plan, SweepPlan):
        return sweep_target(plan, out)
    return folder_of(out, plan.scenario, plan.seed)


class _Absent:
    """Run numbers that a shard has and the store has not."""

    def __init__(self, there: Flags, done: Flags | None) -> None:
        self.there, self.done = there, frozenset() if done is None else frozenset(_numbers(done))

    def __contains__(self, number: object) -> bool:
        return number in self.there and number not in self.done


def _numbers(flags: Flags) -> list[int]:
    return [number for number, there in enumerate(flags.flags) if there]


def plan_from(shard: ShardFolder) -> Plan | SweepPlan:
    """Return the plan of the study that a shard belongs to, from the input beside its runs.

    Raises:
        ResultsError: that input is not the one the runs were made from.
    """
    path = shard.folder / SCENARIO
    if not path.is_file():
        raise ResultsError(f"{shard.folder} holds no {SCENARIO}: run the shard's command again")
    scenario, seed = load_scenario(path), int(shard.header["seed"])
    plan: Plan | SweepPlan
    if shard.identity.kind == "sweep":
        plan = plan_sweep(scenario, seed=seed)
        identity = sweep_identity(plan)
    else:
        plan = plan_study(scenario, seed=seed)
        identity = identity_of(plan.scenario, plan.seed)
    if identity != shard.identity or len(plan.tasks) != shard.header["tasks"]:
        raise ResultsError(f"{path} is not the scenario that the shard was made from")
    return plan
