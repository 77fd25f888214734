"""How far a simulated quantity is from a recorded one, in units of what the comparison tolerates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, isnan, log, nan

import numpy as np

from sim.inference.posterior import Array
from sim.scenario.study import RecordEntry

#: What a simulated value may lie outside the recorded range by, as a share of the value (assumed).
TOLERANCE = 0.10
#: On the log scale a value is never taken to be off by more than this factor: beyond it, far is far.
FAR = 10.0


@dataclass(frozen=True)
class Target:
    """One recorded quantity that a calibration compares simulated ones with.

    *low* and *high* are the ends of what is compatible with the record (infinite where it says nothing), on
    the target's own scale: logarithms where the record is positive, the plain number otherwise. The
    tolerance is on the same scale.
    """

    key: str
    kind: str
    low: float
    high: float
    tolerance: float
    logarithmic: bool

    def scaled(self, simulated: float) -> float:
        """Return *simulated* (in the quantity's unit) on the target's scale, in tolerances; nan stays nan."""
        return self._place(simulated) / self.tolerance

    def miss(self, simulated: float) -> float:
        """Return the signed distance to the recorded range, in tolerances; nan if it never happened."""
        place = self._place(simulated)
        if isnan(place):
            return nan
        nearest = min(max(place, self.low), self.high)
        return (place - nearest) / self.tolerance

    def _place(self, simulated: float) -> float:
        if not isfinite(simulated):
            return nan
        if not self.logarithmic:
            return simulated
        least = (self.low if isfinite(self.low) else self.high) - log(FAR)
        most = (self.high if isfinite(self.high) else self.low) + log(FAR)
        return min(max(log(simulated) if simulated > 0 else -inf, least), most)


def target_of(key: str, entry: RecordEntry) -> Target:
    """Return the target that a record *entry* sets.

    What the record leaves open is in its range, inside which nothing is missed. The tolerance outside, for
    what the model leaves out, is `TOLERANCE` of the value: log(1.1) on the log scale (assumed).
    """
    low, high = _ends(entry)
    known = [x for x in (entry.value, low, high) if x is not None and isfinite(x)]
    if min(known) > 0:
        bottom, top = (log(low) if isfinite(low) else -inf), (log(high) if isfinite(high) else inf)
        return Target(key, entry.kind, bottom, top, log(1 + TOLERANCE), True)
    return Target(key, entry.kind, low, high, TOLERANCE * max(abs(x) for x in known) or 1.0, False)


def _ends(entry: RecordEntry) -> tuple[float, float]:
    """The range compatible with the record: an instant without a range is a point, a bound may be open."""
    if entry.kind == "bound":
        return (-inf if entry.low is None else entry.low), (inf if entry.high is None else entry.high)
    assert entry.value is not None
    low = entry.value if entry.low is None else min(entry.low, entry.value)
    high = entry.value if entry.high is None else max(entry.high, entry.value)
    return low, high


def fitted_targets(record: Mapping[str, RecordEntry]) -> tuple[Target, ...]:
    """Return the targets of the entries that a calibration is fitted to, in the record's order."""
    return tuple(target_of(key, entry) for key, entry in record.items() if entry.fitted)


@dataclass(frozen=True)
class Comparison:
    """Simulated quantities (rows: draws, columns: targets) against the recorded ones, in tolerances."""

    scaled: Array
    misses: Array
    #: Draws in which every quantity exists.
    complete: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @property
    def pieces(self) -> Array:
        """Log-likelihood of each quantity in each draw, -miss^2 / 2; -inf where it never happened."""
        return np.where(np.isnan(self.misses), -np.inf, -0.5 * np.square(self.misses))

    def log_likelihood(self, shares: Array) -> Array:
        """Sum of *shares* (above 0) of the pieces; -inf where something recorded never happened."""
        total = np.zeros(len(self.misses))
        for share, column in zip(shares, self.pieces.T, strict=True):  # in a fixed order: part of the bytes
            total = total + share * column
        return total


def compare(targets: Sequence[Target], outcomes: Sequence[Mapping[str, float]]) -> Comparison:
    """Compare each draw's outcome (a value by target key) with the *targets*."""
    shape = (len(outcomes), len(targets))
    scaled = np.array([[t.scaled(row[t.key]) for t in targets] for row in outcomes]).reshape(shape)
    misses = np.array([[t.miss(row[t.key]) for t in targets] for row in outcomes]).reshape(shape)
    return Comparison(scaled, misses, ~np.isnan(misses).any(axis=1))
