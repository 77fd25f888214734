"""Whether a host asks: a small logit on what it may expect of its allies, fitted beside their answers.

A host sees the same forecast of its allies as the ordered choice gives, never their shocks. Asked cases are
selected: hosts that expect nothing seldom ask, and those that look strong enough alone seldom need to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from sim.inference.decision_fit import Array, DecisionFit, scenes
from sim.inference.reading_out import Shares, floored, level
from sim.inference.situations import CodedCase

#: What speaks for asking, with prior means (signs, half a unit); deviations are 1, of the constant 2.
FACTORS = ("constant", "help_expected", "external_hand", "adversary_state", "unrest")
PRIOR_MEAN = np.array([0.0, 0.5, 0.5, 0.0, 0.0])
PRIOR_SD = np.array([2.0, 1.0, 1.0, 1.0, 1.0])
#: Draws of the weights behind what a host expects: few, since only a mean is needed.
DRAWS = 8
_HAND = {"proved": 1.0, "claimed": 1.0}


@dataclass(frozen=True)
class AskingFit:
    """Weights of the factors of asking, and the fit of the answers that hosts expect."""

    weights: Array
    answers: DecisionFit
    shares: Shares


def has_host(coded: CodedCase) -> bool:
    """Tell whether there is somebody in the case who could ask."""
    return bool(coded.situation.host)


def fit_asking(training: Sequence[CodedCase], answers: DecisionFit, shares: Shares) -> AskingFit:
    """Return the most likely weights of asking given *training* and the fit of the *answers*."""
    cases = [coded for coded in training if has_host(coded)]
    x = _factors(cases, answers, shares)
    sign = np.array([1.0 if coded.situation.asked else -1.0 for coded in cases])

    def cost(theta: Array) -> float:
        prior = (((theta - PRIOR_MEAN) / PRIOR_SD) ** 2).sum() / 2
        return float(prior - log_expit(sign * (x @ theta)).sum())

    found = minimize(cost, PRIOR_MEAN, method="L-BFGS-B", options={"ftol": 1e-10})
    return AskingFit(np.round(found.x, 4), answers, shares)


def chances_of_asking(fit: AskingFit, cases: Sequence[CodedCase]) -> list[Array]:
    """Return for each case the chances that its host asks and that it does not."""
    asks = expit(_factors(cases, fit.answers, fit.shares) @ fit.weights)
    return [floored(np.array([p, 1 - p])) for p in asks]


def _factors(cases: Sequence[CodedCase], answers: DecisionFit, shares: Shares) -> Array:
    """Return the factors of asking; help expected: the chance of more than words if force were asked."""
    if not cases:
        return np.zeros((0, len(FACTORS)))
    if_asked = [
        replace(coded, situation=coded.situation._replace(asked=True, asked_level="force")) for coded in cases
    ]
    rows = []
    for coded, scene in zip(if_asked, scenes(answers, if_asked, DRAWS), strict=True):
        rows.append((1.0, float(level(scene, coded, shares)[2:].sum()), *known_of_host(coded)))
    return np.array(rows)


def known_of_host(coded: CodedCase) -> tuple[float, float, float]:
    """Return the facts that speak for or against asking: foreign hand, state adversary, unrest."""
    facts = coded.situation.facts
    hand = _HAND.get(facts["external_hand"], 0.0)
    return hand, float(coded.situation.against_state), float(facts["type"] == "internal_unrest")
