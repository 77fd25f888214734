"""The points of a sweep: every combination, list or sample of the factors' levels, made and checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import product
from typing import Any

from sim.experiment.sampling import spread
from sim.scenario.errors import Problem, ScenarioError
from sim.scenario.lookup import SettingError, find
from sim.scenario.models import Scenario
from sim.scenario.paths import full_path, read_path
from sim.scenario.points import PointMaker, Setting
from sim.scenario.quantities import Measure, Quantity
from sim.scenario.shapes import measure_of, options, split_path
from sim.scenario.sweep import Block, Grid, LatinHypercube, Listed, Span, Sweep

#: A level shown in a table is no longer than this.
LONGEST_LABEL = 40
#: No more problems than this are told of a sweep.
MOST_PROBLEMS = 20
_WITH_UNIT = re.compile(r"\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*(.*?)\s*")

Level = float | str


@dataclass(frozen=True)
class Factor:
    """An input that is varied, with the levels it takes, in the order they first appear."""

    #: As it was written; and in full.
    name: str
    path: str
    levels: tuple[Level, ...]
    #: Whether the levels are numbers (then in their base unit).
    numeric: bool
    unit: str = ""
    #: Whether the levels are what a block was, told by a mark, and not the value itself.
    blocks: bool = False


@dataclass(frozen=True)
class Point:
    """One setting of every factor."""

    number: int
    settings: tuple[Setting, ...]
    #: The level of each factor, one for each, in the order of the factors.
    levels: tuple[Level, ...]

    @property
    def key(self) -> str:
        """What names the point wherever it stands in a design: a digest of its settings."""
        return blake2b(_mark(self.settings).encode(), digest_size=8).hexdigest()

    @property
    def kept(self) -> tuple[str, ...]:
        """The full paths that the point sets."""
        return tuple(full_path(setting.path) for setting in self.settings)


@dataclass(frozen=True)
class SweepDesign:
    """Factors, points, and the checked scenario of each point."""

    factors: tuple[Factor, ...]
    points: tuple[Point, ...]
    scenarios: tuple[Scenario, ...]


def design_of(
    scenario: Scenario, sweep: Sweep, seed: int, origins: Mapping[str, str] | None = None
) -> SweepDesign:
    """Return the points of *sweep*, each made of *scenario* and checked like a file before anything runs.

    Points that several blocks name are taken once. A factor that a point does not set stands at the
    scenario's own value there.

    Args:
        scenario: what is varied.
        sweep: what to vary.
        seed: names sampled points.
        origins: from a path as written to what problems call its place, such as `--vary #2`.

    Raises:
        ScenarioError: with the problems of all points, each told once.
    """
    maker = PointMaker(scenario)
    named = origins or {}
    chosen: dict[str, tuple[Setting, ...]] = {}
    for number, block in enumerate(sweep.all_blocks):
        for settings in _settings_of(block, maker, seed + number, named):
            chosen.setdefault(_mark(settings), settings)
    scenarios = _made(maker, list(chosen.values()))
    return _described(maker, list(chosen.values()), scenarios)


def _mark(settings: Sequence[Setting]) -> str:
    """Return what tells a point from others, whatever the order of its settings."""
    return json.dumps({full_path(s.path): s.value for s in settings}, sort_keys=True, ensure_ascii=False)


def _settings_of(
    block: Block, maker: PointMaker, seed: int, origins: Mapping[str, str]
) -> Iterator[tuple[Setting, ...]]:
    points: Iterator[Mapping[str, Any]]
    if isinstance(block, Grid):
        points = (dict(zip(block.grid, levels, strict=True)) for levels in product(*block.grid.values()))
    elif isinstance(block, Listed):
        points = iter(block.points)
    else:
        kind = "latin_hypercube" if isinstance(block, LatinHypercube) else "sobol"
        spans = block.latin_hypercube if isinstance(block, LatinHypercube) else block.sobol
        ends = [_ends(maker.data, path, span, origins.get(path, "sweep")) for path, span in spans.items()]
        values = spread(kind, ends, int(block.count), seed)
        points = (dict(zip(spans, point, strict=True)) for point in values)
    for point in points:
        yield tuple(Setting(origins.get(path, "sweep"), path, value) for path, value in point.items())


def _ends(data: Any, path: str, span: Span, origin: str) -> tuple[float, float, str, bool]:
    """Return low, high, unit and wholeness of a sampled factor."""

    def stop(message: str) -> ScenarioError:
        return ScenarioError([Problem(origin, None, None, path, message)])

    (low, one), (high, other) = (_number_with_unit(end) for end in (span.low, span.high))
    if low is None or high is None or not low < high:
        raise stop(f"cannot sample from {span.low!r} to {span.high!r}; write two numbers, the lower first")
    if one and other and one != other:
        raise stop(f"{span.low!r} and {span.high!r} have different units; write them alike")
    try:
        _, shape = find(data, split_path(full_path(path)))
    except SettingError as error:
        raise stop(str(error)) from None
    measure = measure_of(shape)
    # Told here once, on the range as it is written, and not on every value drawn from it.
    refused = "" if measure is None else _refused(measure, (low, high), one or other)
    if refused:
        raise stop(f"cannot sample from {span.low!r} to {span.high!r}: {refused}")
    whole = measure.whole if measure is not None else int in list(options(shape))
    return low, high, one or other, whole


def _refused(measure: Measure, ends: tuple[float, float], unit: str) -> str:
    """Return why one of the *ends* of a range is no such number; empty if both are."""
    for end in ends:
        number = round(end) if measure.whole or end == round(end) else end
        try:
            measure.read(f"{number} {unit}" if unit else number)
        except ValueError as error:
            return str(error)
    return ""


def _number_with_unit(end: float | int | str) -> tuple[float | None, str]:
    if not isinstance(end, str):
        return float(end), ""
    found = _WITH_UNIT.fullmatch(end)
    try:
        return (float(found[1]), found[2]) if found else (None, "")
    except ValueError:
        return None, ""


def _made(maker: PointMaker, points: Sequence[tuple[Setting, ...]]) -> tuple[Scenario, ...]:
    scenarios: list[Scenario] = []
    problems: dict[Problem, None] = {}
    for settings in points:
        try:
            scenarios.append(maker.make(settings, _told(settings)))
        except ScenarioError as error:
            problems |= dict.fromkeys(error.problems)
            if len(problems) >= MOST_PROBLEMS:
                break
    if problems:
        raise ScenarioError(list(problems)[:MOST_PROBLEMS])
    return tuple(scenarios)


def _told(settings: Sequence[Setting]) -> str:
    return "the point " + ", ".join(f"{s.path}={label_of(s.value)}" for s in settings)


def label_of(value: Any) -> str:
    """Return a level as it is shown: a text or number as written, a block by its beginning and a mark."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if len(text) <= LONGEST_LABEL and not isinstance(value, (dict, list)):
        return text
    mark = blake2b(text.encode(), digest_size=2).hexdigest()
    name = value.get("name") if isinstance(value, dict) else None
    return f"{name if isinstance(name, str) else text[: LONGEST_LABEL - 12]} #{mark}"


def _described(
    maker: PointMaker, points: Sequence[tuple[Setting, ...]], scenarios: tuple[Scenario, ...]
) -> SweepDesign:
    """Return factors and points, every level in the form that tables and charts use."""
    names: dict[str, str] = {}
    for settings in points:
        for setting in settings:
            names.setdefault(full_path(setting.path), setting.path)
    columns: dict[str, tuple[Factor, list[Level]]] = {}
    for path, name in names.items():
        written = [{full_path(s.path): s.value for s in settings} for settings in points]
        columns[path] = _column(maker, path, name, written, scenarios)
    factors = tuple(factor for factor, _ in columns.values())
    listed = tuple(
        Point(number, settings, tuple(levels[number] for _, levels in columns.values()))
        for number, settings in enumerate(points)
    )
    return SweepDesign(factors, listed, scenarios)


def _column(
    maker: PointMaker,
    path: str,
    name: str,
    written: Sequence[Mapping[str, Any]],
    scenarios: Sequence[Scenario],
) -> tuple[Factor, list[Level]]:
    found = [_value(scenario, path) for scenario in scenarios]
    numbers = [v for v in found if isinstance(v, (int, float)) and not isinstance(v, bool)]
    if len(numbers) == len(found):
        unit = next((v.unit for v in numbers if isinstance(v, Quantity)), "")
        levels: list[Level] = [float(v) for v in numbers]
        return Factor(name, path, tuple(dict.fromkeys(levels)), True, unit), levels
    own = label_of(find(maker.data, split_path(path))[0])
    labels: list[Level] = [label_of(point[path]) if path in point else own for point in written]
    blocks = any(isinstance(point.get(path), (dict, list)) for point in written)
    return Factor(name, path, tuple(dict.fromkeys(labels)), False, "", blocks), labels


def _value(scenario: Scenario, path: str) -> Any:
    try:
        return read_path(scenario, path)
    except KeyError:
        return None
