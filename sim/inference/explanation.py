"""What is told of one answer of the council or of an ally: the question, the decision, what would flip it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.alliance.decision_rules import Position
from sim.engine.event_log import EventKind, EventLog
from sim.scenario.alliance import RANK, HelpLevel

if TYPE_CHECKING:
    from sim.experiment.design import Run
    from sim.inference.changes import Change
    from sim.inference.hearing import Hearing
    from sim.scenario.models import Scenario
    from sim.scenario.response import Decision


class Turned(NamedTuple):
    """A weight of the decision that an outer draw gave the sign opposite to the expected one."""

    drawn: float
    expected: float


class Question(NamedTuple):
    """Whether the council adopts *level* or more; with a *member*, whether it supports a motion on it."""

    level: HelpLevel
    member: str = ""

    def asked_of(self, hearing: Hearing) -> bool:
        """Return the answer."""
        if self.member:
            return hearing.verdict(self.member, self.level).answer.position is Position.SUPPORT
        return hearing.reaches(self.level)

    def read_from(self, log: EventLog) -> bool | None:
        """Return the answer in a whole replication; None where a member was not asked."""
        if not self.member:
            return RANK[adopted_in(log)] >= RANK[self.level]
        for record in log.of(EventKind.POSITION):
            d = record.detail
            if not record.crisis and (record.who, d["level"], d["scope"]) == (
                self.member,
                self.level,
                "full",
            ):
                return bool(d["answer"] == Position.SUPPORT.value)
        return None


class Flip(NamedTuple):
    """A change that flips the answer, and how the rerun confirmed it."""

    change: Change
    #: The whole replication was run again and gave the other answer; otherwise the council alone was.
    replicated: bool


class Explanation(NamedTuple):
    """Everything that is told of one answer."""

    scenario: Scenario
    run: Run
    #: How the run was chosen, in words.
    chosen: str
    question: Question
    answer: bool
    #: Whether the host asked the alliance in this run and was answered; if not, all is what would have been.
    heard: bool
    hearing: Hearing
    flip: Flip | None
    #: Every change of the set that flips the council's answer, smallest first.
    flips: tuple[Change, ...]
    #: Changes smaller than the flip that flip the council's answer but not that of the whole replication.
    unconfirmed: tuple[Change, ...]
    #: How many changes of each kind were tried; of numbers, how many were moved.
    tried: dict[str, int]
    #: Weights whose sign this run's draw turned, by factor.
    turned: dict[str, Turned]


def turned_weights(expected: Decision, drawn: Decision) -> dict[str, Turned]:
    """Return the weights whose sign an outer draw turned, by factor; a rival theory has none of them.

    Args:
        expected: before the draw; a weight that was fitted stands at the middle of what is drawn.
        drawn: the same with the draw's values.
    """
    if drawn.model != "ordered_choice":
        return {}
    was, now = expected.choice.weights, drawn.choice.weights
    pairs = {name: Turned(float(getattr(now, name)), float(getattr(was, name)))
             for name in type(now).model_fields}  # fmt: skip
    return {name: pair for name, pair in pairs.items() if pair.drawn * pair.expected < 0}


def adopted_in(log: EventLog) -> HelpLevel:
    """Return the highest level of help adopted in a log; of a campaign, in its first crisis."""
    levels: list[HelpLevel] = [r.detail["level"] for r in log.of(EventKind.ADOPTED) if not r.crisis]
    return max(levels, key=RANK.__getitem__, default="none")


def asked_in(log: EventLog) -> bool:
    """Return whether the alliance was asked in a log; of a campaign, in its first crisis."""
    return any(r.detail.get("to") == "alliance" for r in log.of(EventKind.APPEAL) if not r.crisis)
