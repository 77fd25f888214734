"""The rows: each mechanism, event or number of the articles, how to see it, and which way it must point."""

from __future__ import annotations

from typing import Any, NamedTuple


class Row(NamedTuple):
    """One row: a scenario, a switch, and the response that it moves."""

    id: str
    what: str
    scenario: str
    #: Settings of both sides, and those that only the switched side has.
    base: dict[str, Any]
    switch: dict[str, Any]
    response: str
    #: +1 or -1: the way the switched side must differ; 0: a response that must merely be there and vary.
    way: int
    #: The engine element that produces it.
    element: str
    #: Settings on both sides under which the switch must change nothing at all ({}: none is tried).
    nil: dict[str, Any] = {}


NOBODY = {"decision.weights": "assumed"}
CERTAIN_FORCE: dict[str, Any] = {
    # Everybody helps and the host asks: what moves the force is seen in every run.
    "decision.weights": "assumed",
    "decision.ordered_choice.threshold_words": -4,
    "decision.ordered_choice.threshold_measures": -3.5,
    "decision.ordered_choice.threshold_force": -3,
    "crisis.host_choice.value_of_asking": 2,
}

ROWS: tuple[Row, ...] = (
    Row("R01", "members, law and forces as data, membership by date", "kazakhstan", CERTAIN_FORCE,
        {"members.KGZ.left": "2021-06-01"}, "flights_out", 0, "alliance/members"),
)
