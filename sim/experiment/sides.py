"""The sides of a comparison: results folders as they stand, and scenario files that are run for it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan, nan
from pathlib import Path
from typing import Any

from sim import __version__
from sim.engine.event_log import EventLog
from sim.experiment.canonical import kind_of, read_manifest, read_whole
from sim.experiment.curves import grid_of
from sim.experiment.design import nested_design
from sim.experiment.executors import Jobs, Progress
from sim.experiment.folders import ResultsError
from sim.experiment.measure import ADDRESS, row_names
from sim.experiment.record_check import record_faults
from sim.experiment.simulate import BASELINE, Task, simulator_for
from sim.experiment.study import Row, Study, run_study
from sim.experiment.tables import column_name
from sim.scenario.crisis import Crisis
from sim.scenario.load import load_scenario
from sim.scenario.models import Scenario

#: Runs behind the curves and bands of a side that comes from a folder, which keeps none.
SHOWN = 200
#: Parts of a crisis of which any may go on; and the most names told of one.
GOING_ON, NAMED = ("unrest", "incursions", "fighting", "epidemic", "pressure", "occasion"), 3


@dataclass
class Side:
    """Runs to compare: their scenario (without variants), their luck and what they answered."""

    name: str
    scenario: Scenario
    seed: int
    version: str
    rows: list[Row]
    jobs: Jobs = "auto"
    _study: Study | None = field(default=None, repr=False)

    @property
    def repeatable(self) -> bool:
        """Whether this version of the program wrote the rows, so that a run can be run again."""
        return self.version == __version__

    def study(self) -> Study:
        """Return the study behind the rows, with its curves and logs; a folder's first runs are run again.

        Raises:
            ResultsError: the runs do not answer as the folder says.
        """
        if self._study is None:
            found = run_study(self.scenario, min(len(self.rows), SHOWN), self.seed, self.jobs, variants=())
            if not _alike(found.rows, self.rows):
                raise ResultsError(
                    f"the runs of {self.name} do not come out again as its runs.csv has them; "
                    "`python -m sim verify` says which files differ"
                )
            self._study = found
        return self._study

    def replay(self, run: int) -> tuple[EventLog, Scenario]:
        """Return the event log of a run, run again from its address, and its scenario, draw included."""
        design = nested_design(self.scenario, self.seed, run + 1)
        simulator = simulator_for(self.scenario, self.seed, grid_of(self.scenario))
        task = Task(BASELINE, design[run])
        return simulator.log_of(task), simulator.scenario_of(task)


def _alike(again: Sequence[Row], before: Sequence[Row]) -> bool:
    """Return whether two lists of rows say the same, over the runs that both have."""
    return all(
        repr(one[name]) == repr(other.get(name, one[name]))
        for one, other in zip(again, before, strict=False)
        for name in one
    )


def side_to_run(one: str | Path | Scenario, seed: int) -> Side:
    """Return a scenario, or the one in a file, as a side that has not been run and has no rows.

    Raises:
        ScenarioError: something is wrong with the file.
    """
    if isinstance(one, Scenario):
        return Side(one.name, one, seed, __version__, [])
    scenario = load_scenario(one, further=record_faults)
    return Side(Path(one).stem, scenario, seed, __version__, [])


def side_of_scenario(
    scenario: Scenario, name: str, reps: int | None, seed: int, jobs: Jobs, progress: Progress | None = None
) -> Side:
    """Run *scenario* without its variants and return it as a side called *name*."""
    study = run_study(scenario, reps, seed, jobs, progress, variants=())
    return side_of_study(study, name, jobs)


def side_of_study(study: Study, name: str, jobs: Jobs = "auto") -> Side:
    """Return a study at hand as a side; its variants are left out."""
    scenario = study.scenario.model_copy(update={"variants": {}})
    return Side(name, scenario, study.seed, __version__, study.rows, jobs, study)


def side_of_folder(path: str | Path, jobs: Jobs = "auto") -> Side:
    """Return the runs in a results folder as a side, each file checked against the manifest.

    Raises:
        ResultsError: it is no folder of one scenario's runs, or something in it is missing or damaged.
        ScenarioError: its scenario is not one that this version reads.
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    kind = kind_of(manifest)
    if kind != "run":
        raise ResultsError(
            f"{folder} holds a {kind}, not the runs of one scenario; compare takes folders that `run` wrote"
        )
    _, contents = read_whole(folder, ("scenario.resolved.yaml", "runs.csv"))
    scenario = load_scenario(folder / "scenario.resolved.yaml").model_copy(update={"variants": {}})
    rows = read_rows(contents["runs.csv"], scenario)
    name = f"{manifest['scenario']} {str(manifest['digest'])[:8]}"
    return Side(name, scenario, int(manifest["seed"]), str(manifest["version"]), rows, jobs)


def read_rows(content: bytes, scenario: Scenario) -> list[Row]:
    """Return the rows of a table of runs under their full names; columns this version lacks are left out."""
    full = {column_name(name): name for name in (*ADDRESS, *row_names(scenario))}
    return [
        {full[key]: _number(text) for key, text in record.items() if key in full}
        for record in csv.DictReader(io.StringIO(content.decode()))
    ]


def _number(text: str | None) -> float:
    return float(text) if text else nan


def name_apart(sides: Sequence[Side]) -> None:
    """Number sides of the same name."""
    names = [side.name for side in sides]
    for place, side in enumerate(sides):
        if names.count(side.name) > 1:
            side.name = f"{names[place]} ({names[: place + 1].count(names[place])})"


def refuse_to_pair(reasons: Sequence[str]) -> None:
    """Refuse to pair runs, if there are *reasons*.

    Raises:
        ResultsError: with each of them.
    """
    if reasons:
        raise ResultsError(
            f"these must not be paired: {'; '.join(dict.fromkeys(reasons))}; --unpaired compares them as "
            "separate samples"
        )


def crises_apart(a: Side, b: Side) -> list[str]:
    """Return why two sides are about different crises, in words; empty if they are about the same one.

    Luck is found by the names of what it is for, so runs of different crises have next to none in common,
    and a difference between them is the effect of no input. It is the same crisis if the host is the same,
    and something that goes on, and some place; its date, name and type may be what is asked about.
    """
    one, other = a.scenario.crisis, b.scenario.crisis
    found = []
    if one.host != other.host:
        found.append(f"they are different crises ({one.host} is host in {a.name}, {other.host} in {b.name})")
    for what, of_a, of_b in (
        ("what goes on", _going_on(one), _going_on(other)),
        ("where", list(one.places()), list(other.places())),
    ):
        if not found and (of_a or of_b) and not set(of_a) & set(of_b):
            found.append(f"they are different crises ({what}: {_some(of_a)} in {a.name}, {_some(of_b)} in "
                         f"{b.name})")  # fmt: skip
    return found


def _going_on(crisis: Crisis) -> list[str]:
    return [name for name in GOING_ON if getattr(crisis, name) is not None]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "") or "nothing"


def refusals(sides: Sequence[Side]) -> list[str]:
    """Return why runs of *sides* must not be paired, in words; empty if equal runs share their luck."""
    first, found = sides[0], []
    for other in sides[1:]:
        found += _refusals(first, other)
    return list(dict.fromkeys(found))


def _refusals(a: Side, b: Side) -> list[str]:
    found = []
    if a.seed != b.seed:
        found.append(f"{a.name} has seed {a.seed} and {b.name} seed {b.seed}")
    if a.version != b.version:
        found.append(f"{a.name} was made by version {a.version} and {b.name} by version {b.version}")
    one, two = a.scenario.experiment, b.scenario.experiment
    for word, of_a, of_b in (
        ("uncertain inputs", one.uncertain, two.uncertain),
        ("chance", one.chance, two.chance),
        ("runs per draw", int(one.per_draw), int(two.per_draw)),
    ):
        if of_a != of_b:
            found.append(f"their draws do not match ({word}: {of_a} in {a.name}, {of_b} in {b.name})")
    if not found and not _same_addresses(a.rows, b.rows):
        found.append(f"equal runs of {a.name} and {b.name} have other draws or replications")
    if b.rows and not {"killed", "mandate", "failed"} & set(b.rows[0]):
        found.append(f"the table of {b.name} is of another format")
    return found


def _same_addresses(one: Sequence[Row], other: Sequence[Row]) -> bool:
    return all(
        _key(a) == _key(b) for a, b in zip(one, other, strict=False)
    )  # fmt: skip


def _key(row: Row) -> tuple[float, ...]:
    return tuple(-1.0 if isnan(row[name]) else row[name] for name in ("run", "draw", "replication"))


def as_json(value: Any) -> str:
    """Return plain data as one line of JSON, keys in order."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
