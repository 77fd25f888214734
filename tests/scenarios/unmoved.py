"""The assumptions of a shipped scenario that change nothing: no record of any run, no number read from it.

python -m tests.scenarios.unmoved                    lists them for every scenario
python -m tests.scenarios.unmoved syria --runs 40    for one, over more runs
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from sim.engine.replication import run_replication
from sim.experiment.design import drawn_values, with_drawn
from sim.experiment.measure import read_row
from sim.scenario.load import load_scenario
from sim.scenario.models import Scenario
from sim.scenario.paths import full_path, with_values
from sim.scenario.uncertain import Assumption, assumptions
from sim.scenario.variants import variants_of
from tests.scenarios.row_table import ROWS, sides

FOLDER = Path(__file__).parents[2] / "scenarios"
FILES = [path for path in sorted(FOLDER.glob("*.yaml")) if "." not in path.stem]
#: What serves all scenarios or a switch: the alliance's file, and how members decide (by another
#: model, with other weights, or where no force is planned).
SHARED = re.compile(r"alliance\.|(crises\.\w+\.)?response\.decision\.")
RUNS = 6
SEED = 1
#: A scenario as one of its worlds has it, and what it sets that outer draws leave alone.
World = tuple[Scenario, tuple[str, ...]]
Lived = tuple[tuple[str, ...], str]


class Lives:
    """The histories of a scenario: each run in each of its worlds, with an outer draw of its own."""

    def __init__(self, scenario: Scenario) -> None:
        """Make the worlds of *scenario*."""
        self.scenario, self.worlds = scenario, list(worlds(scenario))
        self._drawn: dict[tuple[int, int], Scenario] = {}
        self._lived: dict[tuple[int, int], Lived] = {}

    def moves(self, found: Assumption, world: int, run: int) -> bool:
        """Return whether either end of a range changes anything in one run of one of the worlds."""
        place = world, run
        if place not in self._drawn:
            values = drawn_values(self.scenario, SEED, run)
            self._drawn[place] = with_drawn(self.worlds[world][0], values, self.worlds[world][1])
            self._lived[place] = lived(self._drawn[place], run)
        try:
            ends = [with_values(self._drawn[place], {found.path: end}) for end in (found.low, found.high)]
        except KeyError:  # this world has no such number
            return False
        return any(lived(end, run) != self._lived[place] for end in ends)


def lived(scenario: Scenario, run: int) -> Lived:
    """Return all that happens in a run, and all that is read from it, as text that can be compared."""
    log = run_replication(scenario, SEED, run)
    return tuple(map(repr, log)), repr(read_row(log, scenario))


def worlds(scenario: Scenario) -> Iterator[World]:
    """Yield the scenario, its variants, and what the rows compare that show it."""
    yield scenario, ()
    for key, variant in variants_of(scenario).items():
        yield variant, tuple(map(full_path, scenario.variants[key].set))
    for row in ROWS:
        if row.scenario == scenario.name and isinstance(row.switch, dict):
            kept = tuple(map(full_path, (*row.base, *row.switch)))
            yield from ((side, kept) for side in sides(row))


def own(scenario: Scenario) -> list[Assumption]:
    """Return the assumptions that a scenario makes itself: not the alliance's, nor how members decide."""
    return [found for found in assumptions(scenario) if not SHARED.match(found.path)]


def unmoved(scenario: Scenario, runs: int = RUNS) -> list[str]:
    """Return the paths of a scenario's own assumptions that change nothing in any run of its worlds.

    All worlds live the first run before any lives the second, so that most assumptions cost a run or two.
    """
    lives, left = Lives(scenario), own(scenario)
    for run in range(runs):
        for world in range(len(lives.worlds)):
            left = [found for found in left if not lives.moves(found, world, run)]
    return [found.path for found in left]


def main() -> None:
    """Print what moves nothing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", default=[path.stem for path in FILES])
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args()
    for name in asked.names:
        scenario = load_scenario(FOLDER / f"{name}.yaml")
        idle = unmoved(scenario, asked.runs)
        print(f"{name}: {len(idle)} of {len(own(scenario))} assumptions change nothing", flush=True)
        for path in idle:
            print(f"  {path}", flush=True)


if __name__ == "__main__":
    main()
