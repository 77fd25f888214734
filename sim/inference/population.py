"""Population Monte Carlo: draws from the prior, weighted by the record, renewed over a few rounds.

The core knows nothing of scenarios: it asks for outcomes of draws and gives back weighted populations.
Sources: importance sampling in rounds, Cappe, Guillin, Marin and Robert (2004); with a simulator in place
of a likelihood and a kernel of twice the weighted variance, Beaumont, Cornuet, Marin and Robert (2009);
the kernel read as the error of model and record, Wilkinson (2013).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.inference.likelihood import Comparison, Target, compare
from sim.inference.posterior import (
    Array,
    adjusted,
    effective_size,
    kernel_variance,
    log_prior_over_proposal,
    luck,
    noise_shares,
    normal_scores,
    systematic,
    temperature,
    tempered_weights,
    uniforms,
)  # fmt: skip

#: Share of the draws that the temperature keeps effective.
EFFECTIVE_SHARE = 0.10
#: Share of each later round drawn from the prior again; bounds every importance ratio by its inverse.
PRIOR_SHARE = 0.20
#: Fewest complete draws (every recorded quantity happened) that a fit is built on.
FEWEST_COMPLETE = 25


class TooFewCompleteError(Exception):
    """Hardly any draw produced every quantity of the record; *shares* says how often each one happened."""

    def __init__(self, shares: Mapping[str, float], complete: int, draws: int) -> None:
        self.shares, self.complete, self.draws = dict(shares), complete, draws
        rarest = sorted(self.shares, key=lambda key: (self.shares[key], key))[:3]
        seldom = ", ".join(f"{key} in {self.shares[key]:.0%}" for key in rarest)
        super().__init__(
            f"only {complete} of {draws} draws produced every fitted quantity; the rarest are {seldom}"
        )


@dataclass(frozen=True)
class Parameter:
    """An input that may be moved: its path and the inverse distribution function of its prior."""

    path: str
    quantile: Callable[[float], float]


@dataclass(frozen=True)
class Draw:
    """One set of parameters to be simulated once; *index* addresses its luck and is never used twice."""

    index: int
    #: Uniform number and value of each parameter, by path.
    uniforms: Mapping[str, float]
    values: Mapping[str, float]


#: Simulates draws and returns their outcomes in order: values by target key, nan for what did not happen.
Runner = Callable[[Sequence[Draw]], Sequence[Mapping[str, float]]]


@dataclass(frozen=True)
class Population:
    """One round: the draws as normal scores, what they simulated, and their weights."""

    number: int
    z: Array
    comparison: Comparison
    weights: Array
    #: Power of each quantity's likelihood in the weights; 1 is the likelihood itself.
    sharpness: Array
    #: The temperature in it: the power that all quantities have in common.
    power: float

    @property
    def effective(self) -> float:
        """How many equally weighted draws the population is worth."""
        return effective_size(self.weights)

    @property
    def moved(self) -> Array:
        """The draws corrected for how blunt the weights are; the weights stay the same."""
        return adjusted(self.z, self.comparison.scaled, self.comparison.misses, self.weights, self.sharpness)


def each(simulate: Callable[[dict[str, float], int], Mapping[str, float]]) -> Runner:
    """Return a runner that calls *simulate*(values, index) for one draw after the other."""
    return lambda draws: [simulate(dict(draw.values), draw.index) for draw in draws]


def fit(
    parameters: Sequence[Parameter],
    targets: Sequence[Target],
    run: Runner,
    *,
    draws: int,
    rounds: int,
    seed: int,
) -> tuple[Population, ...]:
    """Return the populations of all rounds, the last one being the answer.

    Args:
        parameters: What may be moved, each with its prior.
        targets: The recorded quantities, all needed in every outcome.
        run: Simulates draws; called once a round.
        draws: Draws a round.
        rounds: How many rounds; the first is drawn from the prior.
        seed: Addresses all luck of the procedure.

    Raises:
        TooFewCompleteError: in some round almost no draw produced every recorded quantity.
    """
    populations: list[Population] = []
    shares = np.ones(len(targets))
    for number in range(rounds):
        generator = luck(seed, "calibration", "round", number)
        if not populations:
            z, log_ratio = _from_prior(generator, draws, len(parameters)), np.zeros(draws)
        else:
            z, log_ratio = _renewed(populations[-1], generator, draws)
        outcomes = run(_drawn(parameters, z, number * draws))
        comparison = compare(targets, outcomes)
        _enough(comparison, targets)
        if not populations:
            done = comparison.complete
            shares = noise_shares(z[done], comparison.scaled[done])
        populations.append(_weighed(number, z, log_ratio, comparison, shares))
    return tuple(populations)


def _from_prior(generator: np.random.Generator, count: int, width: int) -> Array:
    return normal_scores(generator.random((count, width)))


def _renewed(last: Population, generator: np.random.Generator, draws: int) -> tuple[Array, Array]:
    """Draw a new round: some from the prior, the rest around draws of the last round picked by weight.

    The centres are the last draws corrected for their bluntness: each round starts nearer the record than
    the one before, and the importance ratio makes good wherever the correction was off.
    """
    fresh = max(1, round(PRIOR_SHARE * draws))
    centres = last.moved
    variance = kernel_variance(centres, last.weights)
    picked = systematic(last.weights, draws - fresh, float(generator.random()))
    steps = normal_scores(generator.random((draws - fresh, centres.shape[1]))) * np.sqrt(variance)
    z = np.concatenate([_from_prior(generator, fresh, centres.shape[1]), centres[picked] + steps])
    # Ten decimals: what differs in a machine's last bit must not reach the model.
    z = normal_scores(np.round(uniforms(z), 10))
    return z, log_prior_over_proposal(z, centres, last.weights, variance, fresh / draws)


def _drawn(parameters: Sequence[Parameter], z: Array, first: int) -> list[Draw]:
    drawn = []
    for offset, row in enumerate(np.round(uniforms(z), 10).tolist()):
        u = {p.path: number for p, number in zip(parameters, row, strict=True)}
        drawn.append(Draw(first + offset, u, {p.path: p.quantile(u[p.path]) for p in parameters}))
    return drawn


def _enough(comparison: Comparison, targets: Sequence[Target]) -> None:
    """Refuse a round in which almost nothing can be compared with the record."""
    complete, draws = int(comparison.complete.sum()), len(comparison.complete)
    if complete < min(FEWEST_COMPLETE, draws):
        happened = 1 - np.isnan(comparison.misses).mean(axis=0)
        shares = {t.key: float(share) for t, share in zip(targets, happened, strict=True)}
        raise TooFewCompleteError(shares, complete, draws)


def _weighed(number: int, z: Array, log_ratio: Array, comparison: Comparison, shares: Array) -> Population:
    """Weigh the draws of a round by a likelihood as sharp as keeps enough of them effective.

    Each quantity's likelihood is blunted to its tolerance and noise together; the temperature blunts all.
    """
    likelihood = comparison.log_likelihood(shares)
    reachable = effective_size(tempered_weights(log_ratio, likelihood, 0.0))
    power = temperature(log_ratio, likelihood, min(EFFECTIVE_SHARE * len(z), reachable / 2))
    weights = tempered_weights(log_ratio, likelihood, power)
    return Population(number, z, comparison, weights, power * shares, power)
