"""The sceptic's null: nobody ever does anything."""

from __future__ import annotations

from sim.alliance.theories.situation import Forecast, Situation, certain


class AlwaysNone:
    """No member supports anything, whatever happens.

    Source: the reading of the alliance as a paper pact; a floor that any other theory must beat.
    """

    def chances(self, situation: Situation) -> Forecast:
        """Return none for certain for every member."""
        return {member: certain("none") for member in situation.members}

    def reasons(self, situation: Situation, member: str) -> dict[str, float]:
        """Return the one reason there is."""
        return {"never_helps": -1.0}
