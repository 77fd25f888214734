"""The sides of a comparison gathered: folders are read, files and scenarios run with luck that fits."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from sim.experiment.design import MOST_SEED, whole_number
from sim.experiment.executors import Jobs, Progress
from sim.experiment.sides import (
    Side,
    crises_apart,
    name_apart,
    refusals,
    refuse_to_pair,
    side_of_folder,
    side_of_scenario,
    side_of_study,
    side_to_run,
)  # fmt: skip
from sim.experiment.study import Study
from sim.scenario.models import Scenario

Given = str | PathLike[str] | Scenario | Study


def gather_sides(
    given: Sequence[Given],
    reps: int | None,
    seed: int | None,
    jobs: Jobs,
    progress: Progress | None = None,
    pair: bool = True,
) -> list[Side]:
    """Return *given* as sides in their order; folders and studies come first, since they fix the luck.

    Args:
        given: results folders, scenario files, scenarios, studies.
        reps: replications of what is run; as many as the first folder or study has if none.
        seed: luck of what is run; that of the first folder or study, or 1, if none.
        jobs: worker processes for what is run.
        progress: called with (runs done, all runs) of each.
        pair: whether runs are to be paired, which is refused before any is run.

    Raises:
        ScenarioError: something is wrong with a file.
        ResultsError: a folder cannot be read, or runs must not be paired.
        ValueError: *reps* or *seed* is no whole number or out of range.
    """
    there = {place: _there(one, jobs) for place, one in enumerate(given) if _is_there(one)}
    first = next(iter(there.values()), None)
    if reps is None and first is not None:
        reps = len(first.rows)
    if seed is None:
        seed = 1 if first is None else first.seed
    seed = whole_number("seed", seed, 0, MOST_SEED)
    if reps is not None:
        reps = whole_number("reps", reps, 1)
    sides = [there[place] if place in there else _planned(one, seed) for place, one in enumerate(given)]
    name_apart(sides)
    if pair:
        apart = [reason for other in sides[1:] for reason in crises_apart(sides[0], other)]
        refuse_to_pair([*apart, *refusals(sides)])
    return [
        side if place in there else side_of_scenario(side.scenario, side.name, reps, seed, jobs, progress)
        for place, side in enumerate(sides)
    ]


def _is_there(one: Given) -> bool:
    return isinstance(one, Study) or (not isinstance(one, Scenario) and Path(one).is_dir())


def _there(one: Given, jobs: Jobs) -> Side:
    if isinstance(one, Study):
        return side_of_study(one, one.scenario.name, jobs)
    assert not isinstance(one, Scenario)
    return side_of_folder(Path(one), jobs)


def _planned(one: Given, seed: int) -> Side:
    assert not isinstance(one, Study)
    return side_to_run(one if isinstance(one, Scenario) else Path(one), seed)
