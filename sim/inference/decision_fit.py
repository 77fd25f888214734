"""Fit of the ordered choice to coded cases: most likely weights, their spread, and forecasts from both.

Willingness is `W = sum beta x + lambda carry line + u + e` with a shock u common to a case and an own shock e
of standard deviation 1, against thresholds of words, measures and force (section 6.8 of the model
description). The lead's line is integrated over, in the fit with what is coded of the lead, in forecasts
without.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import ndtr

from sim.inference.situations import CodedCase
from sim.scenario.alliance import RANK

Array = NDArray[np.float64]
FACTORS = ("adversary_state", "ties_to_adversary", "ties_to_host", "formal_request", "cost")
#: Names of the fitted numbers: standardised effects, line, first threshold, log gaps, log spread.
NAMES = (*FACTORS, "lead_line", "threshold_words", "log_gap_measures", "log_gap_force", "log_sigma_common")
#: Prior means (signs from the literature, half a standard unit) and standard deviations of all but the last.
PRIOR_MEAN = np.array([-0.5, -0.5, 0.5, 0.5, -0.5, 0.5, 0.0, 0.0, 0.0])
PRIOR_SD = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 1.5, 0.7, 0.7])
#: Scale of the half-normal prior on the spread of the common shock.
SIGMA_SCALE = 1.5
#: Width of the abstention band and power of dependence: not fitted (the record hardly tells), assumed.
ABSTENTION = 1.0
DEPENDENCE_POWER = 0.5
NODES = 9
#: When the search for the mode ends, from afar and from close by.
FAR: Any = {"maxiter": 60, "ftol": 1e-7}
NEAR: Any = {"maxiter": 12, "ftol": 1e-4}
DRAWS = 128
_IMPOSSIBLE = -30.0
#: Curvature of a number that is held at a value.
_HELD = 1e8


@dataclass(frozen=True)
class Table:
    """Coded cases as arrays over (case, ally), padded with allies that weigh nothing."""

    x: Array  # (case, ally, factor)
    carry: Array
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    weight: Array
    present: NDArray[np.bool_]
    lead: NDArray[np.bool_]


@dataclass(frozen=True)
class DecisionFit:
    """Posterior of the ordered choice: mode, covariance, and the scale that effects are standardised by."""

    mode: Array
    covariance: Array
    scale: Array
    cases: int
    observations: float
    log_posterior: float

    def draws(self, count: int = DRAWS) -> Array:
        """Return the mode and draws around it by the normal approximation, the same ones every time."""
        if count <= 1:
            return self.mode[None, :]
        # Cholesky's root is unique; an eigenvector's sign is the library's choice, and bytes hang on it.
        root = np.linalg.cholesky(self.covariance)
        z = np.random.default_rng(1).standard_normal((count // 2, len(self.mode)))
        steps = np.vstack([z, -z]) @ root.T
        return np.asarray(self.mode + steps)


def table_of(cases: Sequence[CodedCase], *, inferred: bool = True) -> Table:
    """Return *cases* as arrays.

    Args:
        cases: coded cases.
        inferred: keep silences that were inferred from the outcome, at their small weight.
    """
    shape = (len(cases), max((len(c.situation.members) for c in cases), default=0) or 1)
    table = Table(
        np.zeros((*shape, len(FACTORS))), np.zeros(shape), np.zeros(shape, int), np.full(shape, 3),
        np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, bool),
    )  # fmt: skip
    for i, coded in enumerate(cases):
        s = coded.situation
        shares = [s.dependence.get(m, 0.0) for m in s.members if m != s.lead]
        mean = sum(shares) / len(shares) if shares else 0.0
        for j, m in enumerate(s.members):
            table.x[i, j] = (
                s.against_state, s.tie_to_adversary(m), s.tie(m), s.asked, s.cost.get(m, 0.0)
            )  # fmt: skip
            relative = s.dependence.get(m, 0.0) / mean if mean > 0 else 1.0
            table.carry[i, j] = 0.0 if m == s.lead else relative**DEPENDENCE_POWER
            table.present[i, j], table.lead[i, j] = True, m == s.lead
            basis = coded.case.coded(m).basis
            if m in coded.observed and (inferred or basis != "inferred_from_collective_outcome"):
                table.lower[i, j], table.upper[i, j], table.weight[i, j] = coded.observed[m]
    return table


def thresholds(theta: Array) -> Array:
    """Return the willingness needed for words, measures and force."""
    first = theta[6]
    return np.array([first, first + np.exp(theta[7]), first + np.exp(theta[7]) + np.exp(theta[8])])


@cache
def _nodes() -> tuple[Array, Array]:
    """Return the nodes of the common shock, in its deviations, and their weights, which add up to 1."""
    points, heights = np.polynomial.hermite_e.hermegauss(NODES)
    return np.asarray(points), np.asarray(heights / heights.sum())


def states(theta: Array, table: Table, scale: Array) -> tuple[Array, Array, NDArray[np.int64]]:
    """Return, given the common shock and the lead's band of willingness: weights, reach, the lead's ranks.

    Returns:
        log weights (case, node, band); chances of at least none, words, measures, force, beyond
        (case, node, band, ally, 5), the lead's own left at its unconditional ones; ranks (band).
    """
    weights, bars, ranks = _bars(theta, table, scale)
    reach = ndtr(shock_nodes(theta)[None, :, None, None, None] - bars[:, None])
    shape = reach.shape[:-1]
    return weights, np.concatenate([np.ones((*shape, 1)), reach, np.zeros((*shape, 1))], axis=-1), ranks


def _bars(theta: Array, table: Table, scale: Array) -> tuple[Array, Array, NDArray[np.int64]]:
    """Return log weights and ranks as `states` does, and shocks needed (case, band, ally, level)."""
    taus, sigma = thresholds(theta), np.exp(theta[9])
    points, heights = _nodes()
    edges = np.unique(np.round([*taus, *(taus - ABSTENTION)], 12))
    middles = np.concatenate([[edges[0] - 1], (edges[1:] + edges[:-1]) / 2, [edges[-1] + 1]])
    lines = np.where(
        middles[:, None] >= taus, 1.0, np.where(middles[:, None] >= taus - ABSTENTION, 0.0, -1.0)
    )
    ranks: NDArray[np.int64] = np.asarray((middles[:, None] >= taus).sum(axis=1), dtype=np.int64)
    mean = table.x @ (theta[:5] / scale)  # (case, ally)
    has_lead: NDArray[np.bool_] = np.asarray(table.lead.any(axis=1))
    lead_mean = (mean * table.lead).sum(axis=1)
    at = lead_mean[:, None] + sigma * points  # (case, node)
    ends = np.concatenate([[-np.inf], edges, [np.inf]])
    band = ndtr(ends[1:] - at[..., None]) - ndtr(ends[:-1] - at[..., None])
    band[~has_lead] = 0.0
    band[~has_lead, :, 0] = 1.0
    with np.errstate(divide="ignore"):
        weights = np.log(heights)[None, :, None] + np.maximum(np.log(band), 20 * _IMPOSSIBLE)
    taken = np.where(has_lead[:, None, None], lines[None], 0.0)  # (case, band, level)
    bars = taus - mean[:, None, :, None] - theta[5] * table.carry[:, None, :, None] * taken[:, :, None, :]
    return weights, np.minimum.accumulate(bars[..., ::-1], axis=-1)[..., ::-1], ranks


def log_likelihood(theta: Array, table: Table, scale: Array, tilt: Array | None = None) -> float:
    """Return the log likelihood of what is observed, each observation counted by its weight.

    Args:
        theta: numbers in the order of `NAMES`; further ones are not read.
        table: of the cases.
        scale: of the effects.
        tilt: log likelihood of something else that hangs on the common shock (case, node).
    """
    weights, bars, ranks = _bars(theta, table, scale)
    if tilt is not None:
        weights = weights + tilt[..., None]
    allies = _seen_of_allies(bars, table, shock_nodes(theta))
    within = (table.lower[..., None] <= ranks) & (ranks <= table.upper[..., None])  # (case, ally, band)
    slip = np.log(np.maximum(1 - table.weight, np.exp(_IMPOSSIBLE)))[..., None]
    lead = (np.where(within, 0.0, slip) * table.lead[..., None]).sum(axis=1)
    states_of = (weights + allies + lead[:, None, :]).reshape(len(weights), -1)
    top = states_of.max(axis=1, keepdims=True)  # scipy's logsumexp takes as long as all the rest
    return float((top[:, 0] + np.log(np.exp(states_of - top).sum(axis=1))).sum())


def _seen_of_allies(bars: Array, table: Table, shocks: Array) -> Array:
    """Return the log chance of what is observed of the allies but the lead (case, node, band)."""
    case, ally = np.nonzero((table.weight > 0) & ~table.lead)
    found = np.zeros((len(table.weight), len(shocks), bars.shape[1]))
    if not len(case):
        return found
    ends = np.pad(bars[case, :, ally, :], ((0, 0), (0, 0), (1, 1)), constant_values=np.inf)
    ends[..., 0] = -np.inf  # (observation, band, none to beyond)
    at = np.arange(len(case))
    low, high = ends[at, :, table.lower[case, ally]], ends[at, :, table.upper[case, ally] + 1]
    u = shocks[None, :, None]
    cell = ndtr(u - low[:, None]) - ndtr(u - high[:, None])
    told = table.weight[case, ally][:, None, None] * np.log(np.maximum(cell, 1e-12))
    starts = np.flatnonzero(np.diff(case, prepend=-1))
    found[case[starts]] = np.add.reduceat(told, starts, axis=0)
    return found


def log_prior(theta: Array) -> float:
    """Return the log density of the weak priors, without constants."""
    sigma = np.exp(theta[9])
    normal = ((theta[:9] - PRIOR_MEAN) / PRIOR_SD) ** 2
    return float(-0.5 * normal.sum() - 0.5 * (sigma / SIGMA_SCALE) ** 2 + theta[9])


def fit_decisions(
    cases: Sequence[CodedCase],
    start: Array | None = None,
    *,
    inferred: bool = True,
    line: float | None = None,
    near: DecisionFit | None = None,
) -> DecisionFit:
    """Return the posterior of the ordered choice given *cases*: mode and Laplace approximation.

    Args:
        cases: coded cases; none leaves the priors.
        start: where to begin, for fits that differ in a few cases.
        inferred: keep silences that were inferred from the outcome, at their small weight.
        line: hold the weight of the lead's line at this value instead of fitting it.
        near: the same fit to a few more cases; its spread is taken over, only the mode found anew, in fewer
            steps (for comparisons that need many fits). *start* must not have seen what is left out, since
            a search that ends early leans towards it.
    """
    table = table_of(cases, inferred=inferred)
    told = table.x[table.present]
    spread = told.std(axis=0) if len(told) else np.ones(len(FACTORS))
    scale = np.where(spread > 1e-6, spread, 1.0)

    def cost(theta: Array) -> float:
        return -log_prior(theta) - (log_likelihood(theta, table, scale) if cases else 0.0)

    first = np.array([*PRIOR_MEAN, 0.0]) if start is None else start
    bounds = [(-6.0, 6.0)] * 7 + [(-3.0, 2.0)] * 2 + [(-3.0, 1.5)]
    if line is not None:
        first, bounds[5] = np.array([*first[:5], line, *first[6:]]), (line, line)
    found = minimize(cost, first, method="L-BFGS-B", bounds=bounds, options=NEAR if near else FAR)
    mode = np.round(found.x, 4)
    if near is not None:
        return replace(near, mode=mode, scale=scale, cases=len(cases), log_posterior=-float(found.fun))
    curvature = hessian(cost, mode)
    if line is not None:
        curvature[5, :] = curvature[:, 5] = 0.0
        curvature[5, 5] = _HELD
    covariance = inverse(curvature)
    return DecisionFit(mode, covariance, scale, len(cases), float(table.weight.sum()), -float(found.fun))


def hessian(cost: Callable[[Array], float], at: Array, step: float = 0.02) -> Array:
    """Return the matrix of second differences of *cost*."""
    n = len(at)
    moves = np.eye(n) * step
    centre = cost(at)
    one = [(cost(at + moves[i]), cost(at - moves[i])) for i in range(n)]
    found = np.zeros((n, n))
    for i in range(n):
        found[i, i] = (one[i][0] + one[i][1] - 2 * centre) / step**2
        for j in range(i):
            both = cost(at + moves[i] + moves[j]) + cost(at - moves[i] - moves[j])
            mixed = both - one[i][0] - one[i][1] - one[j][0] - one[j][1] + 2 * centre
            found[i, j] = found[j, i] = mixed / (2 * step**2)
    return found


def inverse(curvature: Array) -> Array:
    """Return the inverse; no direction is held to be less certain than the widest prior."""
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    kept = np.maximum(values, 1.0 / PRIOR_SD.max() ** 2)
    return np.asarray((vectors / kept) @ vectors.T)


@dataclass(frozen=True)
class Scene:
    """Chances in one case given its shocks: weights of the states, and classes by ally in each."""

    members: tuple[str, ...]
    weights: Array  # (state), adds up to 1
    classes: Array  # (state, ally, 4)


def shock_nodes(theta: Array) -> Array:
    """Return the values of the common shock at which `states` stands."""
    return np.asarray(np.exp(theta[9]) * _nodes()[0])


def scenes(
    fit: DecisionFit,
    cases: Sequence[CodedCase],
    draws: int = DRAWS,
    tilt: Callable[[Array], Array] | None = None,
) -> list[Scene]:
    """Return the forecast of each case, over posterior draws, the common shock and the lead's own choice.

    Nothing coded of the answers is used. `draws=1` switches the spread of the posterior off; *tilt* gives for
    a draw the log likelihood of something known beside the answers (case, node).
    """
    table = table_of(cases)
    parts: list[list[tuple[Array, Array]]] = [[] for _ in cases]
    thetas = fit.draws(draws)
    for theta in thetas:
        weights, reach, ranks = states(theta, table, fit.scale)
        if tilt is not None:
            weights = weights + tilt(theta)[..., None]
        classes = reach[..., :-1] - reach[..., 1:]
        known = np.eye(4)[ranks][None, None, :, None, :]
        classes = np.where(table.lead[:, None, None, :, None], known, classes)
        for i in range(len(cases)):
            flat = classes[i].reshape(-1, *classes.shape[-2:])
            parts[i].append((np.exp(weights[i]).ravel(), flat))
    found = []
    for coded, pairs in zip(cases, parts, strict=True):
        weight = np.concatenate([w for w, _ in pairs])
        classes = np.concatenate([c for _, c in pairs])[:, : len(coded.situation.members)]
        found.append(Scene(coded.situation.members, weight / weight.sum(), _capped(classes, coded)))
    return found


def _capped(classes: Array, coded: CodedCase) -> Array:
    """Return *classes* with nobody above words where nobody asked."""
    if coded.situation.asked:
        return classes
    top = RANK["words"]
    return np.concatenate(
        [classes[..., :top], classes[..., top:].sum(axis=-1, keepdims=True), np.zeros_like(classes[..., :2])],
        axis=-1,
    )
