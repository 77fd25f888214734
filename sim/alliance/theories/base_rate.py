"""The base rate: what members did on average, blind to the case."""

from __future__ import annotations

from collections.abc import Mapping

from sim.alliance.theories.situation import ClassChances, Forecast, Situation, bounded

#: Force at the share of alliance commitments honoured in 1945-2003, .22 (Berkemeier and Fuhrmann 2018), the
#: rest in equal parts over the lower classes (*assumed*). To be replaced by shares counted over a record.
PUBLISHED = ClassChances(0.26, 0.26, 0.26, 0.22)


class BaseRate:
    """Every member acts with the class shares of the past, by type of crisis where these are known.

    Source: the reference forecast of skill scores. Assumes that members are alike and crises of a type too.
    """

    def __init__(
        self, shares: ClassChances = PUBLISHED, by_type: Mapping[str, ClassChances] | None = None
    ) -> None:
        """Take the shares of the four classes over all cases and, if there are any, within types.

        Raises:
            ValueError: shares are negative or do not add up to 1.
        """
        self.shares, self.by_type = shares, dict(by_type or {})
        for one in (shares, *self.by_type.values()):
            if min(one) < 0 or abs(sum(one) - 1) > 1e-9:
                raise ValueError(f"class shares must lie in 0 ... 1 and add up to 1, not {tuple(one)}")

    def chances(self, situation: Situation) -> Forecast:
        """Return the same shares for every member."""
        shares = self.by_type.get(situation.facts.get("type", ""), self.shares)
        return bounded(situation, dict.fromkeys(situation.members, shares))

    def reasons(self, situation: Situation, member: str) -> dict[str, float]:
        """Return how far past practice lies above or below the middle of the ladder."""
        return {"base_rate": self.chances(situation)[member].expected() - 1.5}
