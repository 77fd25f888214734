"""The plain logit: an ordered logit on coded facts, member by member, with nothing shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.alliance.theories.features import FEATURES, features
from sim.alliance.theories.situation import Forecast, Situation, bounded, graded


class PlainLogit:
    """Ordered logit of the class on coded facts.

    Source: proportional-odds model, McCullagh 1980. Assumes that members answer independently given the
    facts (no common shock, no line) and that each fact moves all three thresholds alike.
    """

    def __init__(self, coefficients: Mapping[str, float], cuts: Sequence[float]) -> None:
        """Take fitted numbers.

        Args:
            coefficients: by name of the feature (`features.FEATURES`); those left out are 0.
            cuts: thresholds of words, measures and force on the scale of log odds, not falling.

        Raises:
            ValueError: a coefficient belongs to no feature, or the cuts fall.
        """
        unknown = sorted(set(coefficients) - set(FEATURES))
        if unknown:
            raise ValueError(f"no feature is called {', '.join(unknown)}; there are {', '.join(FEATURES)}")
        graded(0.0, cuts)
        self.coefficients, self.cuts = dict(coefficients), tuple(cuts)

    def chances(self, situation: Situation) -> Forecast:
        """Return each member's ordered logit."""
        found = {m: graded(sum(self.reasons(situation, m).values()), self.cuts) for m in situation.members}
        return bounded(situation, found)

    def reasons(self, situation: Situation, member: str) -> dict[str, float]:
        """Return the terms of the member's log odds."""
        seen = features(situation, member)
        return {name: b * seen[name] for name, b in sorted(self.coefficients.items())}
