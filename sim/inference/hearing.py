"""The council alone: one replication's decision, heard without the crisis around it.

The answers of the members and the rule do not depend on the clock, so that an appeal put to the council of
an otherwise empty world is decided as in the whole replication, in a hundredth of the time or less.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from sim.alliance.decision_rules import DECISION_RULES, Answer, Position
from sim.alliance.treaty import LedgerEntry, accepts_contested
from sim.engine.council import CouncilProcess
from sim.engine.event_log import EventKind, EventRecord
from sim.engine.members import Members, Verdict, gather
from sim.engine.world import World
from sim.scenario.alliance import RANK, HelpLevel
from sim.scenario.alliance import Verdict as LegalVerdict
from sim.scenario.models import Scenario

if TYPE_CHECKING:
    from sim.engine.told import Order

K = EventKind


class Attempt(NamedTuple):
    """A motion, or why there was none."""

    level: HelpLevel
    limited: bool
    #: Why it was never put; "" when it was.
    reason: str = ""
    passed: bool = False
    #: Of a refused motion, as the engine finds them.
    blockers: tuple[str, ...] = ()


class Hearing(NamedTuple):
    """What the council of one replication does with an appeal to the alliance."""

    scenario: Scenario
    members: Members
    attempts: tuple[Attempt, ...]
    ledger: tuple[LedgerEntry, ...]
    basis: dict[HelpLevel, LegalVerdict]
    #: Whether the lead then acts on its own.
    alone: bool

    @property
    def adopted(self) -> HelpLevel:
        """The highest level adopted."""
        return next((a.level for a in self.attempts if a.passed), "none")

    @property
    def rule(self) -> str:
        """The council's decision rule."""
        return self.scenario.alliance.organs.council.rule

    def reaches(self, level: HelpLevel) -> bool:
        """Return whether help at *level* or above is adopted."""
        return RANK[self.adopted] >= RANK[level]

    def attempt(self, level: HelpLevel) -> Attempt:
        """Return what decided on *level*: the motion adopted, else the last one put, else the first.

        A level never come to, because more was adopted, counts as not put.
        """
        found = [a for a in self.attempts if a.level == level]
        put = [a for a in found if not a.reason]
        return (put or found[:1] or [Attempt(level, False, "more was adopted before")])[-1]

    def accepts(self, member: str, level: HelpLevel) -> bool:
        """Return whether *member* takes a motion on *level* to be lawful, where that can be disputed."""
        tie = float(self.scenario.alliance.tie(member, self.members.host))
        return self.basis.get(level) != "contested" or accepts_contested(tie)

    def verdict(self, member: str, level: HelpLevel, limited: bool = False) -> Verdict:
        """Return how *member* answers a motion, or would if it were put."""
        found = self.members.verdict(member, level, limited, self.accepts(member, level))
        if (
            member == self.scenario.crisis.asker
        ):  # whoever asks on the host's behalf supports what it asks for
            found = found._replace(answer=Answer(Position.SUPPORT))
        return found

    def answers(self, attempt: Attempt) -> dict[str, Answer]:
        """Return every vote on a motion; the host supports its own."""
        found = {m: self.verdict(m, attempt.level, attempt.limited).answer for m in self.members.allies}
        if self.members.host in self.members.voters:
            found[self.members.host] = Answer(Position.SUPPORT)
        return found

    def turners(self, attempt: Attempt) -> tuple[str, ...]:
        """Return the allies, each of whom alone would have carried a refused motion by supporting it."""
        decide, council = DECISION_RULES[self.rule], self.members.council(attempt.level)
        answers, yes = self.answers(attempt), Answer(Position.SUPPORT)
        return tuple(m for m in self.members.allies if decide({**answers, m: yes}, council))

    def stoppers(self, attempt: Attempt, instead: Answer) -> tuple[str, ...]:
        """Return the allies, each of whom would have stopped an adopted motion by answering *instead*."""
        decide, council = DECISION_RULES[self.rule], self.members.council(attempt.level)
        answers = self.answers(attempt)
        return tuple(m for m in self.members.allies if not decide({**answers, m: instead}, council))


def hear(scenario: Scenario, seed: int, replication: int, order: Order | None = None) -> Hearing:
    """Return what the council does with an appeal to the alliance in one replication.

    Args:
        scenario: with the outer draw's values in it.
        seed: of the study.
        replication: address of the luck.
        order: an answer to put in place of a member's own.
    """
    world = World(scenario, seed, replication, inf)
    if order is None:
        members = gather(world)
    else:
        from sim.engine.told import gather_told  # here, as few are told what to answer

        members = gather_told(world, order)
    CouncilProcess(world, members)
    world.record(K.APPEAL, members.host, detail={"to": "alliance"})
    world.env.run()
    ledger = next((r.detail for r in world.records if r.kind is K.LEDGER), None)
    return Hearing(
        scenario,
        members,
        _attempts(world.records),
        () if ledger is None else tuple(ledger["entries"]),
        {} if ledger is None else dict(ledger["basis"]),
        any(r.kind is K.BILATERAL for r in world.records),
    )


def _attempts(records: Sequence[EventRecord]) -> tuple[Attempt, ...]:
    found = []
    for kind, detail in ((r.kind, r.detail) for r in records):
        if kind not in (K.NO_MOTION, K.ADOPTED, K.REFUSED) or "level" not in detail:
            continue
        limited = detail.get("scope") == "limited"
        blockers = tuple(detail.get("blockers", ()))
        reason = str(detail.get("reason", ""))
        found.append(Attempt(detail["level"], limited, reason, kind is K.ADOPTED, blockers))
    return tuple(found)
