"""Asking and answering fitted together: a host that asks and allies that answer share a shock and predictors.

Asked cases are selected. If what makes allies willing (the common shock u) also makes hosts ask, answers to
requests overstate willingness. The joint likelihood of a case is the integral over u of
`P(ask | u) P(answers | u)`, with `logit P(ask | u) = gamma z + rho u`; z holds a constant, the mean
willingness that the host may expect if it asks (by the same weights as the answers, above the threshold of
measures), a foreign hand, a state adversary and unrest. Source: selection on a shared unobservable, Heckman
1979, with a logit for the selection (*assumed*).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_expit

from sim.inference.asking import PRIOR_MEAN as ASK_MEAN
from sim.inference.asking import PRIOR_SD as ASK_SD
from sim.inference.asking import has_host, known_of_host
from sim.inference.decision_fit import (
    FAR,
    NEAR,
    NODES,
    Array,
    DecisionFit,
    Scene,
    Table,
    hessian,
    inverse,
    log_likelihood,
    log_prior,
    scenes,
    shock_nodes,
    table_of,
    thresholds,
)
from sim.inference.reading_out import floored
from sim.inference.situations import CodedCase

#: Numbers of the answers in a joint vector; then those of asking, then rho.
ANSWERS = 10
#: Prior of rho: normal with mean 0 and this deviation (a unit of shock may move the odds by e).
RHO_SD = 1.0
#: Draws behind joint forecasts.
DRAWS = 32
_REQUEST = 3  # place of the request among the factors of willingness


@dataclass(frozen=True)
class AskTable:
    """What the equation of asking needs: allies as they would be if asked, facts, who asked (+1, -1, 0)."""

    x: Array  # (case, ally, factor)
    present: Array  # (case, ally), rows add up to 1
    known: Array  # (case, fact)
    sign: Array  # (case); 0 where there is no host


@dataclass(frozen=True)
class JointFit:
    """The joint posterior, and what the record tells of the link between asking and answering."""

    fit: DecisionFit
    #: Gain of log likelihood from rho over none, both fitted.
    gain: float

    @property
    def rho(self) -> tuple[float, float]:
        """Mode and standard deviation of the effect of the shared shock on asking."""
        return float(self.fit.mode[-1]), float(self.fit.covariance[-1, -1] ** 0.5)


def ask_table(cases: Sequence[CodedCase], table: Table) -> AskTable:
    """Return *cases* for the equation of asking; *table* holds the same cases."""
    x = table.x.copy()
    x[..., _REQUEST] = 1.0
    present = table.present / np.maximum(table.present.sum(axis=1, keepdims=True), 1)
    known = np.array([known_of_host(c) for c in cases]).reshape(len(cases), -1)
    sign = np.array([(1.0 if c.situation.asked else -1.0) * has_host(c) for c in cases])
    return AskTable(x, present, known, sign)


def log_odds(theta: Array, asking: AskTable, scale: Array) -> Array:
    """Return the log odds of asking (case, node) at the nodes of the common shock."""
    gamma, rho = theta[ANSWERS:-1], theta[-1]
    expected = ((asking.x @ (theta[:5] / scale)) * asking.present).sum(axis=1) - thresholds(theta)[1]
    fixed = gamma[0] + gamma[1] * expected + asking.known @ gamma[2:]
    return np.asarray(fixed[:, None] + rho * shock_nodes(theta)[None, :])


def log_asked(theta: Array, asking: AskTable, scale: Array) -> Array:
    """Return the log chance of what each host did (case, node); 0 where there is no host."""
    sign = asking.sign[:, None]
    return np.asarray(np.where(sign == 0, 0.0, log_expit(sign * log_odds(theta, asking, scale))))


def fit_jointly(
    training: Sequence[CodedCase], answers: DecisionFit, whole: JointFit | None = None
) -> JointFit:
    """Return the joint posterior of answering and asking.

    Args:
        training: coded cases.
        answers: the fit of the answers alone to the same cases.
        whole: the joint fit to more cases; its spread is then taken over and only the mode found anew.
    """
    table = table_of(training)
    asking = ask_table(training, table)

    def cost(theta: Array) -> float:
        tilt = log_asked(theta, asking, answers.scale)
        prior = (((theta[ANSWERS:-1] - ASK_MEAN) / ASK_SD) ** 2).sum() / 2 + (theta[-1] / RHO_SD) ** 2 / 2
        return float(prior - log_prior(theta) - log_likelihood(theta, table, answers.scale, tilt))

    # Not from the mode of the whole: a search that ends early would lean to what is to be left out.
    start = np.array([*answers.mode, *ASK_MEAN, 0.0])
    mode, found = _lowest(cost, start, None, whole is not None)
    if whole is not None:
        return JointFit(replace(answers, mode=mode, covariance=whole.fit.covariance), np.nan)
    _, without = _lowest(cost, np.array([*mode[:-1], 0.0]), 0.0, False)
    posterior = replace(answers, mode=mode, covariance=inverse(hessian(cost, mode)))
    gain = (without - found) + (mode[-1] / RHO_SD) ** 2 / 2
    return JointFit(posterior, float(gain))


def _lowest(
    cost: Callable[[Array], float], start: Array, rho: float | None, near: bool
) -> tuple[Array, float]:
    """Return the numbers of least *cost*, and that; *near* needs fewer steps, as it starts close by."""
    bounds = [(-6.0, 6.0)] * 7 + [(-3.0, 2.0)] * 2 + [(-3.0, 1.5)] + [(-6.0, 6.0)] * len(ASK_MEAN)
    bounds.append((-6.0, 6.0) if rho is None else (rho, rho))
    found = minimize(cost, start, method="L-BFGS-B", bounds=bounds, options=NEAR if near else FAR)
    return np.round(found.x, 4), float(found.fun)


def scenes_jointly(joint: JointFit, cases: Sequence[CodedCase]) -> list[Scene]:
    """Return forecasts of the answers given that each host asked or did not: the shock is then tilted."""
    asking = ask_table(cases, table_of(cases))
    return scenes(joint.fit, cases, DRAWS, lambda theta: log_asked(theta, asking, joint.fit.scale))


def chances_jointly(joint: JointFit, cases: Sequence[CodedCase]) -> list[Array]:
    """Return for each case the chances that its host asks and that it does not."""
    asking = ask_table(cases, table_of(cases))
    heights = np.polynomial.hermite_e.hermegauss(NODES)[1]
    total = np.zeros(len(cases))
    thetas = joint.fit.draws(DRAWS)
    for theta in thetas:
        total += np.exp(log_expit(log_odds(theta, asking, joint.fit.scale))) @ (heights / heights.sum())
    return [floored(np.array([p, 1 - p])) for p in total / len(thetas)]
