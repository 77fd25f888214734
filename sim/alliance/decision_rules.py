"""Decision rules of the council: pure functions from the members' answers to a yes or no."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple


class Position(StrEnum):
    """What a member says to a motion."""

    SUPPORT = "support"
    ABSTAIN = "abstain"
    OBJECT = "object"


class Answer(NamedTuple):
    """A member's position; *adamant* when it would not even step aside for others to act."""

    position: Position
    adamant: bool = False


class Council(NamedTuple):
    """What a rule needs to know beside the answers.

    *supports_needed* counts allies, the host left out. *lifters* are the members able to move a force
    (perhaps nobody); none when the motion needs no lift.
    """

    host: str
    lead: str
    supports_needed: int = 1
    qualified_share: float = 2 / 3
    lifters: frozenset[str] | None = None


Answers = Mapping[str, Answer]
DecisionRule = Callable[[Answers, Council], bool]


def supporters(answers: Answers) -> list[str]:
    """Return the members that support, in the order of *answers*."""
    return [m for m, a in answers.items() if a.position is Position.SUPPORT]


def objectors(answers: Answers) -> list[str]:
    """Return the members that object, in the order of *answers*."""
    return [m for m, a in answers.items() if a.position is Position.OBJECT]


def feasible(answers: Answers, council: Council) -> bool:
    """Return whether enough allies support, one of them able to lift a force if lift is needed.

    A decision binds nobody to act: without a supporter who can carry it out there is nothing to adopt
    (decision is weakest-link, delivery best-shot; Olson's and Hirshleifer's terms).
    """
    behind = set(supporters(answers))
    enough = len(behind - {council.host}) >= council.supports_needed
    return enough and (council.lifters is None or not behind.isdisjoint(council.lifters))


def consensus(answers: Answers, council: Council) -> bool:
    """Adopted if nobody objects and enough support; abstaining does not block (Charter, Art. 12)."""
    return not objectors(answers) and feasible(answers, council)


def unanimity(answers: Answers, council: Council) -> bool:
    """Adopted if every member supports."""
    return len(supporters(answers)) == len(answers) and feasible(answers, council)


def simple_majority(answers: Answers, council: Council) -> bool:
    """Adopted if more members support than object."""
    return len(supporters(answers)) > len(objectors(answers)) and feasible(answers, council)


def qualified_majority(answers: Answers, council: Council) -> bool:
    """Adopted if the supporters are at least the council's qualified share of all members with a vote."""
    share = len(supporters(answers)) / len(answers) if answers else 0.0
    return share >= council.qualified_share and feasible(answers, council)


def limited_format(answers: Answers, council: Council) -> bool:
    """Adopted by those who support unless a member objects to their acting in its absence.

    Objectors step aside unless adamant (*assumed*: willingness two abstention bands below the threshold).
    """
    vetoed = any(a.position is Position.OBJECT and a.adamant for a in answers.values())
    return not vetoed and feasible(answers, council)


def lead_decides(answers: Answers, council: Council) -> bool:
    """Adopted if the lead member supports, whatever the others say."""
    lead = answers.get(council.lead)
    return lead is not None and lead.position is Position.SUPPORT and feasible(answers, council)


DECISION_RULES: dict[str, DecisionRule] = {
    "consensus": consensus,
    "unanimity": unanimity,
    "simple_majority": simple_majority,
    "qualified_majority": qualified_majority,
    "limited_format": limited_format,
    "lead_decides": lead_decides,
}


def blockers(rule: str, answers: Answers, council: Council) -> tuple[str, ...]:
    """Return the members without whose answer the motion would have passed under *rule*.

    A blocker is a member that would turn the refusal into adoption by supporting, all else equal.
    """
    decide = DECISION_RULES[rule]
    if decide(answers, council):
        return ()
    alone = [
        m
        for m, a in answers.items()
        if a.position is not Position.SUPPORT and decide({**answers, m: Answer(Position.SUPPORT)}, council)
    ]
    return tuple(alone or objectors(answers))
