"""What was learnt from past cases, in the form that theories take it."""

from __future__ import annotations

from sim.alliance.theories.case_based import PastCase
from sim.alliance.theories.situation import ClassChances
from sim.scenario.alliance import HELP_LEVELS
from sim.scenario.learnt import Learnt


def shares_in(learnt: Learnt) -> ClassChances:
    """Return the shares of the classes, adding up to 1 whatever the rounding of the file."""
    total = sum(learnt.shares)
    return ClassChances(*(share / total for share in learnt.shares))


def cases_in(learnt: Learnt) -> list[PastCase]:
    """Return each coded position as past cases: a range is shared out over its classes by the base rate."""
    base, found = shares_in(learnt), []
    for name, case in learnt.cases.items():
        for member, seen in case.members.items():
            told = {**case.features, **seen.features}
            found += shared_out(f"{name} {member}", told, seen.classes, seen.weight, base)
    return found


def shared_out(
    name: str, told: dict[str, float], classes: tuple[int, int], weight: float, base: ClassChances
) -> list[PastCase]:
    """Return one past case for each class within a range, the weight shared out by the base rate."""
    low, high = classes
    total = sum(base[low : high + 1])
    return [
        PastCase(told, HELP_LEVELS[k], weight * base[k] / total, name)
        for k in range(low, high + 1)
        if base[k] > 0
    ]
