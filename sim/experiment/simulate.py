"""One run of a study, from its address to what is kept of it, on whatever worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, NamedTuple, TypeAlias, overload

from sim.engine.budget import BudgetError
from sim.engine.event_log import EventLog
from sim.engine.replication import run_replication
from sim.experiment.curves import Floats, read_curves
from sim.experiment.design import Run, drawn_values, with_drawn
from sim.experiment.folders import ResultsError
from sim.experiment.measure import read_firsts, read_row
from sim.scenario.models import Scenario
from sim.scenario.paths import full_path
from sim.scenario.variants import variants_of

#: (scenario with the draw's inputs, seed, replication) to an event log.
Replicate: TypeAlias = Callable[[Scenario, int, int], EventLog]
#: The variant that is none: the scenario itself.
BASELINE = ""


#: Runs in a row that may come to no end before the study is given up.
ENDLESS = 5


class EndlessError(ResultsError):
    """Runs that do not come to an end, one after the other; one sentence."""


class Task(NamedTuple):
    """A run of the scenario itself or of one of its variants."""

    variant: str
    run: Run


class TaskList(Sequence[Task]):
    """Every run under every point, in order of points; tasks are made as they are asked for."""

    def __init__(self, points: Sequence[str], design: Sequence[Run]) -> None:
        self.points, self.design = points, design

    def __len__(self) -> int:
        return len(self.points) * len(self.design)

    @overload
    def __getitem__(self, place: int) -> Task: ...

    @overload
    def __getitem__(self, place: slice) -> list[Task]: ...

    def __getitem__(self, place: int | slice) -> Task | list[Task]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        point, run = divmod(range(len(self))[place], len(self.design))
        return Task(self.points[point], self.design[run])


class Outcome(NamedTuple):
    """What is kept of a run: of a variant's only the row; of a failed one only the failure."""

    row: list[float]
    curves: Floats | None
    firsts: list[float]
    failure: str = ""


@dataclass(eq=False)
class Simulator:
    """Everything a worker needs to do any run of a study; picklable, sent to each worker once."""

    scenario: Scenario
    seed: int
    grid: Floats
    variants: Mapping[str, Scenario]
    #: Full paths that each variant sets, which outer draws then leave alone.
    kept: Mapping[str, tuple[str, ...]]
    replicate: Replicate = run_replication
    _drawn: dict[int | None, dict[str, float]] = field(default_factory=dict, repr=False)
    _endless: int = field(default=0, repr=False)
    _last: tuple[tuple[str, int | None], Scenario] | None = field(default=None, repr=False)
    #: The log of the scenario's own run done last here: of a study of one run, that of the typical one.
    _log: tuple[Run, EventLog] | None = field(default=None, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_log": None}  # a log is no worker's business but the one's that lived it

    def __call__(self, task: Task) -> Outcome:
        """Do one run; an exception inside it becomes its failure, and the others go on.

        Raises:
            EndlessError: this and the runs before it came to no end: the scenario is to blame, not luck.
        """
        try:
            outcome = self._done(task)
        except MemoryError:
            raise  # says nothing about the run, which may well do with more memory
        except BudgetError as error:
            self._endless += 1
            if self._endless >= ENDLESS:
                raise EndlessError(f"{ENDLESS} runs in a row came to no end: {error}") from error
            return Outcome([], None, [], _told(error))
        except Exception as error:
            return Outcome([], None, [], _told(error))
        self._endless = 0
        return outcome

    def _done(self, task: Task) -> Outcome:
        scenario, own = self.scenario_of(task), task.variant == BASELINE
        if own:
            self._log = None  # so that no two logs are in memory at a time
        log = self.replicate(scenario, self.seed, task.run.replication)
        row = [float(value) for value in read_row(log, scenario)]
        if not own:
            return Outcome(row, None, [])
        self._log = task.run, log
        return Outcome(row, read_curves(log, scenario, self.grid), read_firsts(log, scenario))

    def log_of(self, task: Task) -> EventLog:
        """Return the event log of a run, run again from its address unless it is the one done last."""
        if task.variant == BASELINE and self._log is not None and self._log[0] == task.run:
            return self._log[1]
        return self.replicate(self.scenario_of(task), self.seed, task.run.replication)

    def scenario_of(self, task: Task) -> Scenario:
        """Return the scenario of a run with its outer draw; the last one is kept, as runs come in draws."""
        address = (task.variant, task.run.draw)
        if self._last is None or self._last[0] != address:
            plain = self.scenario if task.variant == BASELINE else self.variants[task.variant]
            keep = self.kept.get(task.variant, ())
            self._last = (address, with_drawn(plain, self._drawn_in(task.run.draw), keep))
        return self._last[1]

    def _drawn_in(self, draw: int | None) -> dict[str, float]:
        """Return the inputs of an outer draw, which the scenario and its variants share."""
        if draw not in self._drawn:
            self._drawn[draw] = drawn_values(self.scenario, self.seed, draw)
        return self._drawn[draw]


def simulator_for(
    scenario: Scenario, seed: int, grid: Floats, replicate: Replicate = run_replication
) -> Simulator:
    """Return the simulator of *scenario* and its variants.

    Raises:
        ScenarioError: a variant sets something it cannot.
    """
    variants = variants_of(scenario)
    kept = {key: tuple(full_path(path) for path in v.set) for key, v in scenario.variants.items()}
    return Simulator(scenario, seed, grid, variants, kept, replicate)


def _told(error: Exception) -> str:
    """Return an exception with its frames, the files named from the package on so that places do not show."""
    import traceback  # here, as few runs fail

    lines = [f"{type(error).__name__}: {error}"]
    for frame in traceback.extract_tb(error.__traceback__):
        parts = PurePath(frame.filename).parts
        start = max((i for i, part in enumerate(parts) if part == "sim"), default=len(parts) - 1)
        lines.append(f"  {'/'.join(parts[start:])}:{frame.lineno} in {frame.name}")
    return "\n".join(lines)
