"""When to stop adding replications: looks at growing sizes, with an error that is shared among the looks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf, isnan, nan, pi, sqrt
from statistics import NormalDist
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from sim.experiment.estimates import Groups, clustered_error, effective_size, student_quantile

Key = TypeVar("Key", bound=Hashable)
#: Fewest values behind a verdict: with fewer, all may agree by chance.
LEAST = 30
#: Each look sees this many times the replications of the one before.
GROWTH = 1.5
#: Chance that any of the intervals of all looks misses.
ERROR = 0.05


@dataclass(frozen=True)
class Values:
    """The values of a response so far, with the outer draw of each."""

    values: ArrayLike
    groups: Groups
    #: A share of runs, whose half-width is meant as it is and not in proportion.
    proportion: bool = False

    @classmethod
    def of(cls, parts: Sequence[Values]) -> Values:
        """Return the values of one response that were read part by part."""
        if not parts:
            return cls([], [])
        groups = np.concatenate([np.asarray(part.groups, dtype=float) for part in parts])
        return cls(np.concatenate([part.values for part in parts]), groups, parts[0].proportion)


@dataclass(frozen=True)
class Verdict:
    """What a look found of one response: the mean, its interval, and whether that is narrow enough."""

    n: int
    estimate: float
    low: float
    high: float
    enough: bool

    @property
    def half_width(self) -> float:
        """Half the interval."""
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class Rule:
    """A sequential rule: stop at the first look at which every response is precise enough.

    Look k uses intervals that miss with chance `ERROR` * 6 / (pi k)^2. These chances add up to less than
    `ERROR` however many looks there are, so that whichever look is the last, its interval misses with at
    most that chance (Bonferroni over the looks). A rule that used 95 % intervals throughout would stop
    where luck happened to narrow one.
    """

    #: Half-width asked for: of a proportion itself, of any other mean as a share of it.
    width: float
    #: Most replications; the last look, whatever it finds.
    most: int
    #: Sizes are whole multiples of this, so that outer draws stay whole.
    multiple: int = 1
    start: int = LEAST

    def sizes(self) -> tuple[int, ...]:
        """Return the replications of each look."""
        found: list[int] = []
        size = float(self.start)
        while not found or found[-1] < self.most:
            found.append(min(self.most, self.multiple * ceil(size / self.multiple)))
            size *= GROWTH
        return tuple(found)

    def judge(self, sample: Values, look: int) -> Verdict:
        """Return what look number *look* (from 1) finds of a response."""
        x = np.asarray(sample.values, dtype=float)
        error = ERROR * 6 / (pi * look) ** 2
        if len(x) < 2:
            return Verdict(len(x), nan, nan, nan, False)
        mean = float(x.mean())
        if sample.proportion:
            low, high = _wilson(mean, effective_size(x, sample.groups), error)
            aim = self.width
        else:
            spread, df = clustered_error(x, sample.groups)
            half = student_quantile(1 - error / 2, df) * spread
            low, high, aim = mean - half, mean + half, self.width * abs(mean)
        enough = len(x) >= LEAST and (high - low) / 2 <= aim
        return Verdict(len(x), mean, low, high, enough)


def _wilson(share: float, n: float, error: float) -> tuple[float, float]:
    """Return the interval of a share (Wilson 1927) that misses with chance *error*."""
    z = NormalDist().inv_cdf(1 - error / 2)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(max(0.0, share * (1 - share)) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Reached(Generic[Key]):
    """Where one point stopped."""

    key: Key
    n: int
    looks: int
    verdicts: Mapping[str, Verdict]

    @property
    def enough(self) -> bool:
        """Whether every response was precise enough; else the cap was hit."""
        return all(verdict.enough for verdict in self.verdicts.values())

    @property
    def worst(self) -> str:
        """The response furthest from what was asked; empty if there is none."""

        def width(name: str) -> float:
            verdict = self.verdicts[name]
            return inf if isnan(verdict.half_width) else verdict.half_width / (abs(verdict.estimate) or 1.0)

        return max((name for name, v in self.verdicts.items() if not v.enough), key=width, default="")


def until_precise(
    keys: Sequence[Key],
    rule: Rule,
    extend: Callable[[Sequence[Key], int, int], None],
    samples: Callable[[Key], Mapping[str, Values]],
) -> dict[Key, Reached[Key]]:
    """Add replications to every one of *keys* until it is precise enough, and say where each stopped.

    Args:
        keys: the points, each judged on its own.
        rule: when to stop.
        extend: called with the points that go on, the replications they have and those they shall have.
        samples: called with a point, gives the values of each chosen response so far.
    """
    reached: dict[Key, Reached[Key]] = {}
    going, before = list(keys), 0
    sizes = rule.sizes()
    for look, size in enumerate(sizes, start=1):
        extend(going, before, size)
        still = []
        for key in going:
            found = {name: rule.judge(sample, look) for name, sample in samples(key).items()}
            reached[key] = Reached(key, size, look, found)
            if not reached[key].enough:
                still.append(key)
        going, before = still, size
        if not going:
            break
    return reached
