"""Addressed luck: every draw is named by seed, stream, replication, entity and index, and by nothing else.

The numbers come from `philox`; here they are made into variates.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, floor, inf, isfinite, lgamma, log, log1p, sqrt

from sim.engine.philox import (
    AHEAD,
    FEW_SIZE,
    PER_STEP,
    TINY,
    few_of,
    first_of,
    hash64,
    read_so_far,
    source_of,
)
from sim.scenario.distributions import quick_inverse_normal

#: Means up to this one are drawn by sequential inversion (one uniform), larger ones by rejection.
POISSON_INVERSION_LIMIT = 30.0
_FIRST_BLOCK, _LAST_BLOCK = 32, 64


class Stream:
    """The draws of one address, in order; all variates are made of its uniforms alone."""

    __slots__ = ("_block", "_entity", "_name", "_replication", "_seed", "_step", "_waiting")

    def __init__(self, seed: int, replication: int, name: str, entity: str, waiting: list[float]) -> None:
        """Begin at an address, behind the numbers *waiting*, of which the last comes first."""
        self._seed, self._replication, self._name, self._entity = seed, replication, name, entity
        self._step = 0
        self._block = _FIRST_BLOCK
        self._waiting = waiting  # next number last, so that it can be popped

    def _read(self, count: int) -> list[float]:
        # The address is looked up here: many a stream is opened and few are read.
        name, step = self._name, self._step
        self._step = step + count // PER_STEP
        key = [self._seed, hash64(name)]
        return source_of(name).read(key, self._replication, hash64(self._entity), step, count)

    def _refill(self) -> None:
        block = self._block
        numbers = _inside(self._read(block))
        numbers.reverse()
        self._waiting = numbers + self._waiting
        if block < _LAST_BLOCK:
            self._block = 2 * block

    def uniform(self) -> float:
        """Return the next number, uniform on the open interval (0, 1)."""
        if not self._waiting:
            self._refill()
        return self._waiting.pop()

    def ahead(self, n: int) -> list[float]:
        """Return the numbers that wait to be drawn, at least *n* of them and the next one last.

        Whoever draws some of them takes them off the end: the same numbers as so many calls of `uniform`. It
        is the same list every time.
        """
        waiting = self._waiting
        missing = n - len(waiting)
        if missing > 0:
            numbers = _inside(self._read(-(-missing // PER_STEP) * PER_STEP))
            numbers.reverse()
            waiting[:0] = numbers
        return waiting

    def uniforms(self, n: int) -> list[float]:
        """Return the next *n* uniforms: the same numbers as *n* calls of `uniform`."""
        waiting = self._waiting
        taken = waiting[: -n - 1 : -1]
        del waiting[len(waiting) - len(taken) :]
        missing = n - len(taken)
        if missing > 0:
            numbers = _inside(self._read(-(-missing // PER_STEP) * PER_STEP))
            taken += numbers[:missing]
            self._waiting = numbers[: missing - 1 : -1]
        return taken

    def exponential(self) -> float:
        """Return an exponential variate of mean 1 (by inversion, one uniform)."""
        return -log1p(-self.uniform())

    def normal(self) -> float:
        """Return a standard normal variate (by inversion, one uniform)."""
        return quick_inverse_normal(self.uniform(), 0.0, 1.0)

    def gamma(self, shape: float) -> float:
        """Return a gamma variate of mean 1 and variance 1/*shape*.

        Squeezed rejection (Marsaglia and Tsang 2000, "A simple method for generating gamma variables"), two
        uniforms a trial and at least 95 % of trials accepted; below shape 1 by their boost,
        gamma(shape + 1) u^(1/shape). It costs a twentieth of inverting the distribution function.

        Raises:
            ValueError: *shape* is not positive and finite.
        """
        if not (shape > 0 and isfinite(shape)):
            raise ValueError(f"the shape of a gamma variate must be positive and finite, not {shape!r}")
        boost = self.uniform() ** (1 / shape) if shape < 1 else 1.0
        d = (shape if shape >= 1 else shape + 1) - 1 / 3
        c = 1 / sqrt(9 * d)
        while True:
            z, u = quick_inverse_normal(self.uniform(), 0.0, 1.0), self.uniform()
            v = (1 + c * z) ** 3
            if v > 0 and log(u) < z * z / 2 + d - d * v + d * log(v):
                return d * v * boost / shape

    def geometric(self, mean: float) -> int:
        """Return a geometric count from 0 up with the given *mean* (by inversion, one uniform).

        Raises:
            ValueError: *mean* is negative or not finite.
        """
        # A number is drawn even when the answer is certain, to keep two design points in step.
        return floor(-log(self.uniform()) / geometric_rate(mean))

    def poisson(self, mean: float) -> int:
        """Return a Poisson count with the given *mean*, exact for every mean.

        Up to `POISSON_INVERSION_LIMIT` by sequential search of the distribution function with one uniform,
        so a count rises with its mean under common random numbers; above by transformed rejection (PTRS,
        Hörmann 1993, "The transformed rejection method for generating Poisson random variables").

        Raises:
            ValueError: *mean* is negative or not finite.
        """
        _check_mean(mean)
        if mean > POISSON_INVERSION_LIMIT:
            return self._poisson_by_rejection(mean)
        u = self.uniform()
        count, term = 0, exp(-mean)
        while u > term > 0:  # the term underflows long after u could have been reached
            u -= term
            count += 1
            term *= mean / count
        return count

    def _poisson_by_rejection(self, mean: float) -> int:
        root, log_mean = sqrt(mean), log(mean)
        b = 0.931 + 2.53 * root
        a = -0.059 + 0.02483 * b
        inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
        accept = 0.9277 - 3.6224 / (b - 2)
        while True:
            u, v = self.uniform() - 0.5, self.uniform()
            us = 0.5 - abs(u)
            count = floor((2 * a / us + b) * u + mean + 0.43)
            if us >= 0.07 and v <= accept:
                return count
            if count < 0 or (us < 0.013 and v > us):
                continue
            bound = count * log_mean - mean - lgamma(count + 1)
            if log(v * inverse_alpha / (a / (us * us) + b)) <= bound:
                return count

    def binomial(self, n: int, p: float) -> int:
        """Return the number of *n* trials that succeed with chance *p* each.

        It counts *n* uniforms below *p*: exact, monotone in *p* and *n*, and meant for n up to about 200.

        Raises:
            ValueError: *n* is negative or *p* lies outside [0, 1].
        """
        if n < 0 or not 0 <= p <= 1:
            raise ValueError(f"binomial needs n >= 0 and 0 <= p <= 1, not n = {n!r}, p = {p!r}")
        return len([u for u in self.uniforms(n) if u < p])


def _inside(numbers: list[float]) -> list[float]:
    """Return *numbers*, uniform on [0, 1), as they are on the open interval."""
    return numbers if all(numbers) else [u or TINY for u in numbers]


def normal(u: float) -> float:
    """Return the standard normal variate at the uniform number *u*."""
    return quick_inverse_normal(u, 0.0, 1.0)


def exponential(u: float) -> float:
    """Return the exponential variate of mean 1 at the uniform number *u*."""
    return -log1p(-u)


@lru_cache(maxsize=4_096)
def geometric_rate(mean: float) -> float:
    """Return what turns a uniform u into a geometric count with *mean*: floor(-log(u) / rate).

    Raises:
        ValueError: *mean* is negative or not finite.
    """
    _check_mean(mean)
    return log1p(1 / mean) if mean > 0 else inf


def _check_mean(mean: float) -> None:
    if not 0 <= mean < inf:
        raise ValueError(f"the mean of a count must be 0 or more and finite, not {mean!r}")


class Streams:
    """All the luck of one replication."""

    __slots__ = ("_at", "_few", "replication", "seed")

    def __init__(self, seed: int, replication: int) -> None:
        """Name the luck of *replication* under *seed*.

        Raises:
            ValueError: *seed* lies outside [0, 2**64) or *replication* outside [0, 2**63].
        """
        if not 0 <= seed < 2**64:
            raise ValueError(f"a seed must lie in 0 ... 2**64 - 1; {seed!r} does not")
        if not 0 <= replication <= 2**63:
            raise ValueError(f"a replication must lie in 0 ... 2**63; {replication!r} does not")
        self.seed, self.replication = int(seed), int(replication)
        place = self.replication % AHEAD
        self._at = FEW_SIZE * place
        self._few = read_so_far(self.seed, self.replication - place)

    def open(self, name: str, entity: str = "") -> Stream:
        """Return stream *name* of *entity* at its first draw; opening it again starts it again."""
        return Stream(self.seed, self.replication, name, entity, [])

    def few(self, name: str, entity: str = "") -> tuple[float, ...]:
        """Return four uniforms kept for *entity* under *name*; they are none of the stream's numbers."""
        numbers = self._few.get((name, entity)) or self._read_few(name, entity)
        return few_of(numbers, self._at)

    def one(self, name: str, entity: str = "") -> float:
        """Return the first of the `few` uniforms kept for *entity* under *name*."""
        numbers = self._few.get((name, entity)) or self._read_few(name, entity)
        first: float = first_of(numbers, self._at)[0]
        return first

    def short(self, name: str, entity: str = "") -> Stream:
        """Return a stream that begins with the few numbers: cheaper when no more are needed, as a rule."""
        numbers = [*self.few(name, entity)]
        numbers.reverse()
        return Stream(self.seed, self.replication, name, entity, numbers)

    def _read_few(self, name: str, entity: str) -> bytes:
        """Read the few numbers of `AHEAD` replications, this one's among them, and keep them."""
        key, first = [self.seed, hash64(name)], self.replication // AHEAD * AHEAD
        found = self._few[name, entity] = source_of(name).read_ahead(key, first, hash64(entity))
        return found


def uniform_at(seed: int, name: str, replication: int, entity: str, index: int = 0) -> float:
    """Return the one uniform at an address, whatever else is drawn before or after it.

    Args:
        seed: of the study.
        name: of the stream (process and purpose).
        replication: number of the replication.
        entity: whose luck it is; "" for nobody's in particular.
        index: place in the stream, from 0.

    Raises:
        ValueError: *seed*, *replication* or *index* is out of range.
    """
    if index < 0:
        raise ValueError(f"an index must be 0 or more, not {index!r}")
    stream = Streams(seed, replication).open(name, entity)
    stream._step = index // PER_STEP
    return stream._read(PER_STEP)[index % PER_STEP] or TINY
