"""What a calibration found: fitted inputs, what identified each, and how each quantity is met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, isfinite, nan

import numpy as np

from sim.inference.likelihood import Target
from sim.inference.population import Parameter, Population
from sim.inference.posterior import (
    Array,
    correlations,
    information,
    interval,
    rank_shares,
    significant,
    uniforms,
    weighted_mean,
)  # fmt: skip

#: A posterior is never written narrower than this, its 95th percentile over its median.
LEAST_SPREAD = 1.02
#: Below this many nats the record is said to tell little about an input (assumed).
LITTLE = 0.05
#: From this correlation on, two fitted inputs are said to be hard to tell apart (assumed).
STRONG = 0.5
#: Quantities that hold at least this share of rank variance in common with an input are said to identify it.
IDENTIFIES = 0.03
Interval = tuple[float, float, float]  # 5th, 50th and 95th percentiles


@dataclass(frozen=True)
class FittedParameter:
    """One input before and after, in its base unit."""

    path: str
    low: float
    high: float
    prior: Interval
    posterior: Interval
    #: As written: median and 95th percentile over median, three significant digits.
    median: float
    spread: float
    #: What the record taught, in nats.
    information: float
    #: Quantities that move with the input over the prior, with the share of rank variance in common.
    identified_by: tuple[tuple[str, float], ...]

    @property
    def says_little(self) -> bool:
        """True when the record hardly moved the input."""
        return self.information < LITTLE

    @property
    def note(self) -> str:
        """One sentence for the file: how far it moved, and by what."""
        low, median, high = (short(x) for x in self.prior)
        names = ", ".join(f"{key} ({share:.0%})" for key, share in self.identified_by) or "no single quantity"
        verdict = "the record says little; " if self.says_little else ""
        return (
            f"{verdict}prior median {median} (5-95 % {low} to {high}), "
            f"fitted 5-95 % {short(self.posterior[0])} to {short(self.posterior[2])}, "
            f"{self.information:.2f} nats learnt; moves with {names}"
        )


@dataclass(frozen=True)
class FittedQuantity:
    """One recorded quantity: what is compatible with it, and what was simulated before and after."""

    key: str
    kind: str
    low: float
    high: float
    #: Share of draws in which it happened at all.
    happened: float
    prior: Interval
    posterior: Interval
    #: Weighted mean of its log-likelihood (0 inside the recorded range) over prior and fitted draws.
    piece_prior: float
    piece_posterior: float


@dataclass(frozen=True)
class Round:
    """How one round went."""

    number: int
    complete: int
    power: float
    effective: float


@dataclass(frozen=True)
class CalibrationResult:
    """Everything a calibration has to say."""

    scenario: str
    #: Digest of the list of recorded quantities, fixed before the fit.
    fixed: str
    version: str
    seed: int
    draws: int
    rounds: tuple[Round, ...]
    parameters: tuple[FittedParameter, ...]
    quantities: tuple[FittedQuantity, ...]
    correlations: tuple[tuple[str, str, float], ...]
    notes: tuple[str, ...]

    @property
    def effective(self) -> float:
        """Effective draws of the last round."""
        return self.rounds[-1].effective


def summarise(
    populations: Sequence[Population],
    parameters: Sequence[Parameter],
    ranges: Mapping[str, tuple[float, float]],
    targets: Sequence[Target],
    *,
    scenario: str,
    fixed: str,
    version: str,
    seed: int,
    notes: Sequence[str] = (),
) -> CalibrationResult:
    """Return what the *populations* of a fit say about each parameter and quantity.

    Args:
        populations: All rounds, the last one being the answer.
        parameters: In the order of the populations' columns.
        ranges: Low and high of each parameter's own input, which it must not leave.
        targets: In the order of the populations' quantities.
        scenario: Name of the scenario.
        fixed: Digest of the list of recorded quantities as it stands.
        version: Version of the program.
        seed: Seed of the procedure.
        notes: What to say besides.
    """
    first, last = populations[0], populations[-1]
    z = last.moved
    done = first.comparison.complete
    shares = rank_shares(first.z[done], first.comparison.scaled[done])
    fitted = tuple(
        _parameter(p, ranges[p.path], z[:, j], last.weights, _identified(targets, shares[j]))
        for j, p in enumerate(parameters)
    )
    pairs = _strong_pairs(parameters, z, last.weights)
    rounds = tuple(_round(population) for population in populations)
    return CalibrationResult(
        scenario, fixed, version, seed, len(z), rounds, fitted,
        tuple(_quantity(t, j, first, last) for j, t in enumerate(targets)),
        pairs, (*notes, *_warnings(fitted, pairs)),
    )  # fmt: skip


def _round(population: Population) -> Round:
    complete = int(population.comparison.complete.sum())
    return Round(population.number, complete, population.power, population.effective)


def _parameter(
    parameter: Parameter,
    bounds: tuple[float, float],
    z: Array,
    weights: Array,
    identified_by: tuple[tuple[str, float], ...],
) -> FittedParameter:
    low, high = bounds
    values = np.array([parameter.quantile(u) for u in uniforms(z).tolist()])
    posterior = interval(values, weights)
    prior = (parameter.quantile(0.05), parameter.quantile(0.5), parameter.quantile(0.95))
    median = min(max(significant(posterior[1]), low), high)
    spread = max(LEAST_SPREAD, significant(posterior[2] / posterior[1]))
    return FittedParameter(
        parameter.path, low, high, prior, posterior, median, spread, information(z, weights), identified_by
    )


def _identified(targets: Sequence[Target], shares: Array) -> tuple[tuple[str, float], ...]:
    named = [(t.key, float(share)) for t, share in zip(targets, shares, strict=True) if share >= IDENTIFIES]
    return tuple(sorted(named, key=lambda pair: (-pair[1], pair[0]))[:3])


def _quantity(target: Target, column: int, first: Population, last: Population) -> FittedQuantity:
    def back(scaled: float) -> float:
        place = scaled * target.tolerance
        return exp(place) if target.logarithmic else place

    def end(place: float) -> float:
        return exp(place) if target.logarithmic and isfinite(place) else place

    def seen(population: Population, weights: Array) -> tuple[Interval, float]:
        used = population.comparison.complete
        w = weights[used] / weights[used].sum()
        low, median, high = interval(population.comparison.scaled[used, column], w)
        piece = float(weighted_mean(population.comparison.pieces[used, column, None], w)[0])
        return (back(low), back(median), back(high)), piece

    prior, piece_prior = seen(first, np.full(len(first.z), 1 / len(first.z)))
    posterior, piece_posterior = seen(last, last.weights)
    happened = 1 - float(np.isnan(first.comparison.misses[:, column]).mean())
    low = nan if target.low == -np.inf else end(target.low)
    high = nan if target.high == np.inf else end(target.high)
    return FittedQuantity(
        target.key, target.kind, low, high, happened, prior, posterior, piece_prior, piece_posterior
    )


def _strong_pairs(
    parameters: Sequence[Parameter], z: Array, weights: Array
) -> tuple[tuple[str, str, float], ...]:
    matrix = correlations(z, weights)
    return tuple(
        (parameters[a].path, parameters[b].path, float(matrix[a, b]))
        for a in range(len(parameters))
        for b in range(a + 1, len(parameters))
        if abs(matrix[a, b]) >= STRONG
    )


def _warnings(fitted: Sequence[FittedParameter], pairs: Sequence[tuple[str, str, float]]) -> tuple[str, ...]:
    little = [f"{p.path}: the record says little, it stays near its prior" for p in fitted if p.says_little]
    together = [
        f"{a} and {b} are correlated ({rho:+.2f}): the record fixes them together better than each alone, "
        "and the file keeps only each alone"
        for a, b, rho in pairs
    ]
    return (*little, *together)


def short(value: float) -> str:
    """Return *value* in three digits, as tables print it."""
    return f"{value:.3g}" if 1e-3 <= abs(value) < 1e3 or value == 0 else f"{significant(value):.6g}"
