"""The shape of a sweep: which inputs are varied over which values, and how the points are chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_serializer, model_validator

from sim.scenario.distributions import Frozen
from sim.scenario.quantities import PositiveCount, Share
from sim.scenario.units import fault

if TYPE_CHECKING:
    from decimal import Decimal

#: A sweep with more points than this is taken for a slip.
MOST_POINTS = 10_000
_PART = r"\s*([-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?)\s*([A-Za-z%][^:]*?)?\s*"
_RANGE = re.compile(f"{_PART}:{_PART}:{_PART}")


def read_levels(raw: Any) -> tuple[Any, ...]:
    """Return the levels of a factor: a list's items, a text `start:stop:step` counted out, or one value.

    The stop is included where the steps reach it. A unit is written once, or alike at every number.

    Raises:
        PydanticCustomError: no level, steps that lead nowhere, or too many of them.
    """
    found = _RANGE.fullmatch(raw) if isinstance(raw, str) else None
    if found is not None:
        return _counted(raw, found)
    if not isinstance(raw, (list, tuple)):
        return (raw,)
    if not raw:
        raise fault("a factor needs a value or more; write them as a list")
    for one, other in combinations(range(min(len(raw), 200)), 2):
        if raw[one] == raw[other] and type(raw[one]) is type(raw[other]):
            raise fault("the value {value} is listed twice; keep one", value=repr(raw[one])[:60])
    return tuple(raw)


def _counted(raw: str, found: re.Match[str]) -> tuple[Any, ...]:
    from decimal import Decimal  # here, as few scenarios count out a range

    start, stop, step = (Decimal(found[place]) for place in (1, 3, 5))
    units = {unit.strip() for unit in found.group(2, 4, 6) if unit}
    if len(units) > 1:
        raise fault("'{range}' mixes units; write them alike", range=raw[:60])
    if step <= 0:
        raise fault(
            "the step of '{range}' is {step}; write one above 0", range=raw[:60], step=f"{step:f}"
        )  # fmt: skip
    if stop < start:
        raise fault("'{range}' ends before it begins; write start:stop:step, rising", range=raw[:60])
    count = int((stop - start) / step) + 1
    if count > MOST_POINTS:
        raise fault(
            "'{range}' has {count} values, more than {most}; take a longer step",
            range=raw[:60], count=f"{count:,}", most=f"{MOST_POINTS:,}",
        )  # fmt: skip
    unit = f" {units.pop()}" if units else ""
    values = (start + place * step for place in range(count))
    return tuple(f"{value.normalize():f}{unit}" if unit else _number(value) for value in values)


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


Levels = Annotated[tuple[Any, ...], BeforeValidator(read_levels)]


class Span(Frozen):
    """The ends between which a sampled factor moves, numbers or texts with a unit."""

    low: int | float | str
    high: int | float | str


class Grid(Frozen):
    """Every combination of the factors' levels."""

    grid: dict[str, Levels] = Field(min_length=1)

    @property
    def paths(self) -> tuple[str, ...]:
        """What is varied, as written."""
        return tuple(self.grid)

    @property
    def size(self) -> int:
        """How many points there are."""
        return prod(len(levels) for levels in self.grid.values())


class Listed(Frozen):
    """Points written out one by one."""

    points: tuple[dict[str, Any], ...] = Field(min_length=1)

    @property
    def paths(self) -> tuple[str, ...]:
        """What is varied, as written."""
        return tuple(dict.fromkeys(path for point in self.points for path in point))

    @property
    def size(self) -> int:
        """How many points there are."""
        return len(self.points)

    @field_serializer("points")
    def _with_nulls(self, points: tuple[dict[str, Any], ...]) -> list[Any]:
        return [[[path, value] for path, value in point.items()] for point in points]

    @model_validator(mode="before")
    @classmethod
    def _pairs(cls, raw: Any) -> Any:
        """Read points written as lists of pairs, the form that keeps a null."""
        if isinstance(raw, Mapping) and isinstance(raw.get("points"), (list, tuple)):
            points = [_mapping(point) for point in raw["points"]]
            return {**raw, "points": points}
        return raw


def _mapping(point: Any) -> Any:
    pairs = isinstance(point, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in point)
    return {str(path): value for path, value in point} if pairs else point


class LatinHypercube(Frozen):
    """Points spread so that each factor's range is covered evenly (McKay, Beckman and Conover 1979)."""

    latin_hypercube: dict[str, Span] = Field(min_length=1)
    count: PositiveCount

    @property
    def paths(self) -> tuple[str, ...]:
        """What is varied, as written."""
        return tuple(self.latin_hypercube)

    @property
    def size(self) -> int:
        """How many points there are."""
        return int(self.count)


class Sobol(Frozen):
    """Points of a scrambled Sobol sequence, which fill the space of the factors evenly (Owen 1998)."""

    sobol: dict[str, Span] = Field(min_length=1)
    count: PositiveCount

    @property
    def paths(self) -> tuple[str, ...]:
        """What is varied, as written."""
        return tuple(self.sobol)

    @property
    def size(self) -> int:
        """How many points there are."""
        return int(self.count)


def _form(raw: Any) -> str:
    """Return which kind of block is written, so that its errors speak of that kind only."""
    for name in ("points", "latin_hypercube", "sobol"):
        if name in raw if isinstance(raw, Mapping) else hasattr(raw, name):
            return name
    return "grid"


Block = Annotated[
    Annotated[Grid, Tag("grid")]
    | Annotated[Listed, Tag("points")]
    | Annotated[LatinHypercube, Tag("latin_hypercube")]
    | Annotated[Sobol, Tag("sobol")],
    Discriminator(_form),
]


class Sweep(Frozen):
    """A sweep: the points of all its blocks, each with as many replications as any other."""

    #: A grid, the most usual block, in short.
    vary: dict[str, Levels] = {}
    blocks: tuple[Block, ...] = ()
    #: Replications at each point; the scenario's own number if none.
    replications: PositiveCount | None = None
    #: Responses that tables and charts show; a choice that suits the scenario if none.
    responses: tuple[str, ...] = ()
    #: Half-width of a mean's interval, as a share of it, at which a point has replications enough.
    precision: Share | None = None
    #: Most replications at a point when the precision decides.
    most_replications: PositiveCount | None = None

    @property
    def all_blocks(self) -> tuple[Block, ...]:
        """The blocks, the short form among them."""
        return (*((Grid(grid=self.vary),) if self.vary else ()), *self.blocks)

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        blocks = self.all_blocks
        if not blocks:
            raise ValueError("nothing is varied; name paths and values under 'vary'")
        size = sum(block.size for block in blocks)
        if size > MOST_POINTS:
            raise ValueError(f"the sweep has {size:,} points, more than {MOST_POINTS:,}; take fewer values")
        for block in blocks:
            _once([block.paths] if not isinstance(block, Listed) else [tuple(p) for p in block.points])
        return self


def _once(points: list[tuple[str, ...]]) -> None:
    from sim.scenario.paths import full_path  # here, as paths lead through scenarios, which hold sweeps

    for paths in points:
        seen: dict[str, str] = {}
        for path in paths:
            first = seen.setdefault(full_path(path), path)
            if first != path:
                raise ValueError(f"'{path}' is the same input as '{first}'; keep one")


Place = tuple[str | int, ...]


def settings_in(raw: Any) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield the settings a raw `sweep:` block makes, one by one or a listed point whole, and their places.

    What is not shaped as it should be is passed over: the model says so.
    """
    if not isinstance(raw, Mapping):
        return
    yield from _of_levels(("vary",), raw.get("vary"))
    blocks = raw.get("blocks")
    for number, block in enumerate(blocks) if isinstance(blocks, list) else ():
        if not isinstance(block, Mapping):
            continue
        yield from _of_levels(("blocks", number, "grid"), block.get("grid"))
        for kind in ("latin_hypercube", "sobol"):
            spans = block.get(kind)
            for path, span in spans.items() if isinstance(spans, Mapping) else ():
                for end, value in span.items() if isinstance(span, Mapping) else ():
                    yield ("blocks", number, kind, path, end), {str(path): value}
        points = block.get("points")
        for place, point in enumerate(points) if isinstance(points, list) else ():
            read = _mapping(point)
            if isinstance(read, dict):
                yield ("blocks", number, "points", place), read


def _of_levels(place: Place, grid: Any) -> Iterator[tuple[Place, dict[str, Any]]]:
    for path, levels in grid.items() if isinstance(grid, Mapping) else ():
        try:
            values = read_levels(levels)
        except ValueError:
            continue
        for number, value in enumerate(values):
            part = (number,) if isinstance(levels, list) else ()
            yield (*place, str(path), *part), {str(path): value}
