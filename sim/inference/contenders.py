"""Every theory of the registry made ready on training cases, so that all are judged by one rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from sim.alliance.theories import THEORIES, WITHOUT_DATA, ClassChances, PastCase, Theory
from sim.alliance.theories.base_rate import PUBLISHED
from sim.alliance.theories.features import FEATURES, features
from sim.alliance.theories.learnt import shared_out
from sim.inference.decision_fit import Array, DecisionFit, Scene, fit_decisions, scenes
from sim.inference.situations import CodedCase

#: Standard deviation of the prior on each coefficient of the plain logit (features run within -1 ... 1).
LOGIT_SD = 1.0
#: Observations that the published shares count for when shares are counted over a record (assumed).
PRIOR_OBSERVATIONS = 1.0
Forecaster = Callable[[Sequence[CodedCase]], list[Scene]]


@dataclass(frozen=True)
class LogitFit:
    """Coefficients of the plain logit by feature, and its cuts."""

    coefficients: dict[str, float]
    cuts: tuple[float, float, float]


def forecaster(name: str, training: Sequence[CodedCase], fit: DecisionFit | None = None) -> Forecaster:
    """Return what forecasts cases by the theory called *name*, taught by *training* where it learns.

    Args:
        name: in the registry.
        training: coded cases it may learn from.
        fit: of the ordered choice to these cases, if there is one already.
    """
    if name == "ordered_choice":
        fit = fit or fit_decisions(training)
        return lambda cases: scenes(fit, cases)
    theory = taught(name, training)
    return lambda cases: [_scene(theory, coded) for coded in cases]


def taught(name: str, training: Sequence[CodedCase]) -> Theory:
    """Return a theory that is no ordered choice, with what it learns from *training*."""
    if name == "base_rate":
        return THEORIES[name](class_shares(training))
    if name == "case_based":
        return THEORIES[name](past_cases(training), class_shares(training))
    if name == "plain_logit":
        fit = fit_logit(training)
        return THEORIES[name](fit.coefficients, fit.cuts)
    if name not in WITHOUT_DATA:
        raise ValueError(f"the theory '{name}' needs data that nobody has said how to make")
    return THEORIES[name]()


def _scene(theory: Theory, coded: CodedCase) -> Scene:
    members = coded.situation.members
    forecast = theory.chances(coded.situation) if members else {}
    classes = np.array([list(forecast[m]) for m in members]).reshape(1, len(members), 4)
    return Scene(members, np.ones(1), classes)


def class_shares(training: Sequence[CodedCase]) -> ClassChances:
    """Return the shares of classes that make the observed ranges most likely (Turnbull 1976).

    One observation of the published shares keeps them off 0.
    """
    seen = [o for coded in training for o in coded.observed.values()]
    shares = np.array(PUBLISHED)
    within = np.array([[o.lower <= k <= o.upper for k in range(4)] for o in seen], float).reshape(-1, 4)
    weight = np.array([o.weight for o in seen])
    for _ in range(200):
        each = within * shares
        counts = (weight / each.sum(axis=1)) @ each if len(seen) else np.zeros(4)
        shares = counts + PRIOR_OBSERVATIONS * np.array(PUBLISHED)
        shares = shares / shares.sum()
    return ClassChances(*(float(s) for s in shares / shares.sum()))


def past_cases(training: Sequence[CodedCase]) -> list[PastCase]:
    """Return each observation as past cases: a range is shared out over its classes by the base rate."""
    base = class_shares(training)
    found = []
    for coded in training:
        for member, seen in coded.observed.items():
            told = features(coded.situation, member)
            found += shared_out(f"{coded.id} {member}", told, (seen.lower, seen.upper), seen.weight, base)
    return found


def fit_logit(training: Sequence[CodedCase]) -> LogitFit:
    """Return the most likely plain logit on what is observed, under weak normal priors.

    Priors: N(0, 1) on coefficients, N(0, 2) on the first cut, N(0, 1) on the logarithms of the gaps.
    """
    seen = [(coded.situation, m, o) for coded in training for m, o in coded.observed.items()]
    if not seen:
        return LogitFit({}, (-1.0, 0.0, 1.0))
    x = np.array([list(features(s, m).values()) for s, m, _ in seen])
    lower, upper = np.array([o.lower for *_, o in seen]), np.array([o.upper for *_, o in seen])
    weight, n = np.array([o.weight for *_, o in seen]), len(FEATURES)
    ends = np.arange(len(seen))

    def cuts(theta: Array) -> Array:
        return np.cumsum([theta[n], np.exp(theta[n + 1]), np.exp(theta[n + 2])])

    def cost(theta: Array) -> float:
        reach = np.ones((len(seen), 5))
        reach[:, 1:4] = expit((x @ theta[:n])[:, None] - cuts(theta))
        reach[:, 4] = 0.0
        cell = reach[ends, lower] - reach[ends, upper + 1]
        prior = (theta[:n] ** 2).sum() / LOGIT_SD**2 + theta[n] ** 2 / 4 + (theta[n + 1 :] ** 2).sum()
        return float(prior / 2 - weight @ np.log(np.maximum(cell, 1e-12)))

    found = minimize(cost, np.zeros(n + 3), method="L-BFGS-B", options={"maxiter": 80, "ftol": 1e-8})
    mode = np.round(found.x, 4)
    taus = [float(round(c, 4)) for c in cuts(mode)]
    return LogitFit(
        {k: float(b) for k, b in zip(FEATURES, mode[:n], strict=True)}, (taus[0], taus[1], taus[2])
    )
