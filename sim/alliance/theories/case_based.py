"""The case-based reasoner: a member does what members did in the cases most like this one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import exp, fsum
from typing import NamedTuple

from sim.alliance.theories.base_rate import PUBLISHED
from sim.alliance.theories.features import FEATURES, features
from sim.alliance.theories.situation import ClassChances, Forecast, Situation, bounded
from sim.scenario.alliance import RANK, HelpLevel

#: Distance at which a case counts for 1/e, and weight of the base rate in cases (both assumed).
BANDWIDTH = 1.0
PRIOR_WEIGHT = 1.0


class PastCase(NamedTuple):
    """What one member did in one past case.

    Args:
        features: coded facts by name; those left out are 0.
        outcome: highest level it supported.
        weight: confidence in the coding, 0 and up.
        name: for explanations, as "case member".
    """

    features: Mapping[str, float]
    outcome: HelpLevel
    weight: float = 1.0
    name: str = ""


class CaseBased:
    """Similarity-weighted shares of what was done before.

    Source: case-based decision theory, Gilboa and Schmeidler 1995. Similarity is exp(-distance / bandwidth),
    distance the weighted sum of absolute differences of features (*assumed*); `PRIOR_WEIGHT` cases of the
    base rate keep the chances off 0 and 1. Assumes that coded facts are all that makes cases alike.
    """

    def __init__(
        self,
        cases: Iterable[PastCase],
        base: ClassChances = PUBLISHED,
        feature_weights: Mapping[str, float] | None = None,
        bandwidth: float = BANDWIDTH,
        prior_weight: float = PRIOR_WEIGHT,
    ) -> None:
        """Take the past and what counts as alike.

        Args:
            cases: what was done, one entry for each member and case.
            base: shares towards which few or distant cases shrink.
            feature_weights: by name; those left out weigh 1 (no mapping) or 0 (a mapping).
            bandwidth: distance at which similarity falls to 1/e (> 0).
            prior_weight: cases that the base rate counts for (> 0).

        Raises:
            ValueError: an unknown feature, or a bandwidth or prior weight that is not positive.
        """
        self.weights = dict.fromkeys(FEATURES, 1.0) if feature_weights is None else dict(feature_weights)
        self.cases = tuple(sorted(cases, key=lambda c: (c.name, c.outcome)))
        named = set(self.weights).union(*(c.features for c in self.cases))
        unknown = sorted(named - set(FEATURES))
        if unknown:
            raise ValueError(f"no feature is called {', '.join(unknown)}; there are {', '.join(FEATURES)}")
        if not (bandwidth > 0 and prior_weight > 0):
            raise ValueError("bandwidth and prior weight must be positive")
        self.base, self.bandwidth, self.prior_weight = base, bandwidth, prior_weight

    def similarities(self, situation: Situation, member: str) -> list[float]:
        """Return how much each past case counts for *member* now, in the order of `cases`."""
        seen = features(situation, member)
        found = []
        for case in self.cases:
            gaps = (w * abs(seen[k] - case.features.get(k, 0.0)) for k, w in self.weights.items())
            found.append(case.weight * exp(-fsum(gaps) / self.bandwidth))
        return found

    def chances(self, situation: Situation) -> Forecast:
        """Return the shares of outcomes, each case weighted by its similarity."""
        return bounded(situation, {m: self._one(situation, m) for m in situation.members})

    def _one(self, situation: Situation, member: str) -> ClassChances:
        alike = self.similarities(situation, member)
        total = self.prior_weight + fsum(alike)
        counts = [self.prior_weight * share for share in self.base]
        for case, weight in zip(self.cases, alike, strict=True):
            counts[RANK[case.outcome]] += weight
        return ClassChances(*(n / total for n in counts))

    def reasons(self, situation: Situation, member: str) -> dict[str, float]:
        """Return the five cases that count most: similarity, signed by whether they went beyond words."""
        alike = zip(self.similarities(situation, member), self.cases, strict=True)
        most = sorted(alike, key=lambda pair: (-pair[0], pair[1].name))[:5]
        return {
            case.name or f"case_{n}": weight if RANK[case.outcome] > RANK["words"] else -weight
            for n, (weight, case) in enumerate(most, start=1)
        }
