"""The list of runs of a study: outer draws of what is not known, inner replications of chance."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, SupportsIndex, overload
from weakref import ref

from sim.engine.streams import uniform_at
from sim.scenario.learnt import twin
from sim.scenario.models import Scenario
from sim.scenario.paths import full_path, with_values
from sim.scenario.uncertain import draw_uncertain

#: The stream that outer draws are read from, by path of the input.
STREAM = "uncertain"
#: The greatest seed: tables and programs that read them keep whole numbers up to here exactly.
MOST_SEED = 2**53 - 1


class Run(NamedTuple):
    """One run: its place in the study, its outer draw (none: inputs at their values) and its luck."""

    run: int
    draw: int | None
    seed: int
    replication: int


def whole_number(name: str, value: object, least: int, most: int | None = None) -> int:
    """Return *value* as a plain integer.

    Args:
        name: of the argument, for the error.
        value: what the caller gave; a whole number of another library is taken, a truth value is not.
        least: the least it may be.
        most: the most; no limit if none.

    Raises:
        ValueError: it is no whole number or lies beyond a limit.
    """
    limits = f"{least} or more" if most is None else f"from {least} to {most}"
    if isinstance(value, SupportsIndex) and not isinstance(value, bool):
        number = value.__index__()
        if number >= least and (most is None or number <= most):
            return number
    raise ValueError(f"{name} must be a whole number, {limits}, not {value!r}")


@dataclass(frozen=True)
class Design(Sequence[Run]):
    """The runs with some numbers, each made as it is asked for: a million of them take no room."""

    numbers: range
    seed: int
    #: Runs of an outer draw; none where inputs are held fixed.
    per_draw: int | None
    #: Whether chance is held fixed.
    one_luck: bool

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> Run: ...

    @overload
    def __getitem__(self, place: slice) -> Design: ...

    def __getitem__(self, place: int | slice) -> Run | Design:
        if isinstance(place, slice):
            return replace(self, numbers=self.numbers[place])
        run = self.numbers[place]
        draw = None if self.per_draw is None else run // self.per_draw
        return Run(run, draw, self.seed, 0 if self.one_luck else run)


def nested_design(scenario: Scenario, seed: int, replications: int) -> Design:
    """Return the runs of a study: run r belongs to outer draw r // per_draw and has luck r.

    With the inputs held fixed there are no outer draws. With chance held fixed every run has luck 0, and
    each run has a draw of its own, since runs that share both would be one run counted twice.
    """
    experiment = scenario.experiment
    fixed = experiment.chance != "drawn"
    per_draw = (1 if fixed else int(experiment.per_draw)) if experiment.uncertain == "drawn" else None
    return Design(range(replications), seed, per_draw, fixed)


#: The outer draw asked for last, if its scenario is still there, and what was drawn.
_last: tuple[ref[Scenario], int, int, dict[str, float]] | None = None


def drawn_values(scenario: Scenario, seed: int, draw: int | None) -> dict[str, float]:
    """Return the uncertain inputs of outer draw *draw* by full path; empty without a draw."""
    global _last
    if draw is None:
        return {}
    # A run, its tables and its story ask for the same draw in turn.
    if _last is None or _last[0]() is not scenario or _last[1:3] != (seed, draw):
        values = draw_uncertain(scenario, lambda path: uniform_at(seed, STREAM, draw, path))
        _last = ref(scenario), seed, draw, {full_path(path): value for path, value in values.items()}
    return dict(_last[3])


def scenario_for(
    scenario: Scenario, seed: int, draw: int | None, base: Scenario | None = None, keep: Collection[str] = ()
) -> Scenario:
    """Return *scenario* with the uncertain inputs of an outer draw.

    Args:
        scenario: the one to change.
        seed: of the study.
        draw: number of the outer draw; none leaves the scenario as it is.
        base: the scenario whose ranges are drawn from, if another (a variant shares its baseline's draws).
        keep: full paths that stay as they are, and everything under them.
    """
    return with_drawn(scenario, drawn_values(base or scenario, seed, draw), keep)


def with_drawn(scenario: Scenario, drawn: Mapping[str, float], keep: Collection[str] = ()) -> Scenario:
    """Return *scenario* with uncertain inputs as *drawn*.

    Args:
        scenario: the one to change.
        drawn: values by full path.
        keep: full paths that stay as they are, and everything under them.
    """
    keep = (*keep, *filter(None, map(twin, keep)))
    values = {path: value for path, value in drawn.items() if not _under(path, keep)}
    return with_values(scenario, values) if values else scenario


def _under(path: str, tops: Collection[str]) -> bool:
    return any(path == top or path.startswith(f"{top}.") for top in tops)
