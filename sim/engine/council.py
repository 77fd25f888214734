"""The organs: consultations, ledger, motions, positions, decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import simpy

from sim.alliance.decision_rules import DECISION_RULES, Position, blockers, objectors, supporters
from sim.alliance.ordered_choice import SUPPORTS
from sim.alliance.treaty import Ledger, accepts_contested
from sim.engine.event_log import EventKind, EventRecord
from sim.engine.law import least_asked, ledger_now, obstacle
from sim.engine.members import Members, Verdict
from sim.engine.observers import time_of_observers
from sim.engine.prepared import prepared
from sim.engine.world import ProcessGenerator, World
from sim.scenario.alliance import Chair, HelpLevel
from sim.scenario.distributions import Duration


class Motion(NamedTuple):
    """What is put to the council."""

    level: HelpLevel
    limited: bool
    sponsor: str
    #: Full, or limited to guarding (a text cut so that it can pass).
    scope: str


class Ballot(NamedTuple):
    """A motion while members make up their minds."""

    motion: Motion
    contested: bool
    #: Which of the appeals heard it answers.
    appeal: int
    cause: int
    verdicts: dict[str, Verdict]
    #: Who has not answered yet; the event is that nobody is left.
    pending: set[str]
    done: simpy.Event


#: From most to least: scope is cut before the level falls.
LADDER: tuple[tuple[HelpLevel, bool, str], ...] = (
    ("force", False, "full"), ("force", True, "limited"), ("measures", False, "full"),
    ("words", False, "full"),
)  # fmt: skip


@prepared
def _chairing(chairs: tuple[Chair, ...]) -> Callable[[date], list[str]]:
    """Return a function from a day to who is down to chair on it, in the order of the record."""
    terms = [(chair.member, chair.start, chair.end or date.max) for chair in chairs]

    @lru_cache(maxsize=64)
    def on(day: date) -> list[str]:
        return [member for member, start, end in terms if start <= day < end]

    return on


class CouncilProcess:
    """From the public appeal to a decision at some level of help, or none."""

    def __init__(self, world: World, members: Members) -> None:
        """Wait for the appeal."""
        self.world, self.members = world, members
        self.organs = world.alliance.organs
        self.decision = world.scenario.response.decision
        self.appeals = 0  # heard so far
        self.lapsed = 0  # the last appeal that did, with the government or the member that made it
        self._read: tuple[Ledger, bool] | None = None  # the treaty as last read; was the host a member then?
        self._answering: simpy.Process | None = None
        world.listen(EventKind.APPEAL, self._on_appeal)
        world.listen(EventKind.GOVERNMENT_FELL, self._on_fall)
        if world.crisis.asker != world.crisis.host:
            world.root.listen(EventKind.EXIT, self._on_exit)

    def chair(self) -> str:
        """Return who chairs the council on the day (the lead if nobody is recorded who takes part)."""
        voters = self.members.voters
        for member in _chairing(self.world.alliance.chairs)(self.world.today):
            if member in voters:
                return member
        return self.members.lead

    def _round(self, entity: str) -> str:
        """Return *entity* as an address of luck in this appeal: a second appeal has luck of its own."""
        return entity if self.appeals <= 1 else f"{entity} {self.appeals}".strip()

    def _on_appeal(self, appeal: EventRecord) -> None:
        self.appeals += 1
        if appeal.detail["to"] == "alliance":
            self.world.start(self._speak(appeal.id, self.appeals))
        self._answering = self.world.start(self._answer(appeal))

    def _on_fall(self, event: EventRecord) -> None:
        """Let an appeal that is not answered yet lapse: nobody is left who asks."""
        if self._answering is not None and self._answering.is_alive:
            self.lapsed = self.appeals
            self._answering.interrupt()
            asker, cause = self.world.crisis.asker, event.id if event.crisis == self.world.key else -1
            detail = {"made": True, **({"left": True} if event.kind is EventKind.EXIT else {})}
            self.world.record(EventKind.APPEAL_CANCELLED, asker, cause=cause, detail=detail)

    def _on_exit(self, event: EventRecord) -> None:
        """Let what a member asks on the host's behalf lapse once it has left the alliance."""
        if event.who == self.world.crisis.asker:
            self._on_fall(event)

    def _speak(self, cause: int, appeal: int) -> ProcessGenerator:
        """The Secretary General speaks without a vote."""
        factor = float(self.organs.vacancy_factor) if self.organs.secretary_general_vacant else 1.0
        yield self.world.wait(
            self.world.draw(self.organs.secretary_general, "secretary general", self._round("")) * factor
        )
        if appeal > self.lapsed:
            self.world.record(EventKind.SECRETARY_GENERAL, "secretary general", cause=cause)

    def _answer(self, appeal: EventRecord) -> ProcessGenerator:
        """Answer an appeal, unless it lapses meanwhile."""
        with suppress(simpy.Interrupt):
            yield from self._consider(appeal)

    def _consider(self, appeal: EventRecord) -> ProcessGenerator:
        """Convene, read the treaty, put motions until one is adopted; failing that the lead may act alone."""
        world, adopted, cause = self.world, "none", appeal.id
        willing: tuple[str, ...] = ()
        if self.decision.collective and appeal.detail["to"] == "alliance":
            cause = yield from self._convene(appeal.id)
            self._read_ledger(cause)
            failed: Motion | None = None
            for motion in self._motions(cause):
                if failed is not None:
                    yield self._redraft(failed)
                passed, cause = yield from self._put(motion, cause)
                if passed:
                    adopted = motion.level
                    break
                failed = motion
            put = failed is not None or adopted != "none"
            willing = () if put else self._willing_in_private()
        else:
            reason = "channel closed" if not self.decision.collective else "asked the lead alone"
            cause = world.record(EventKind.NO_MOTION, cause=appeal.id, detail={"reason": reason})
        detail = {"level": adopted, "willing": willing} if willing else {"level": adopted}
        cause = world.record(EventKind.ANSWERED, self.members.host, cause=cause, detail=detail)
        if adopted != "force" and self.decision.bilateral:
            self._consider_alone(cause)

    def _convene(self, cause: int) -> ProcessGenerator:
        """The chair opens consultations, slower when it is a party or nobody heads the secretariat."""
        world, organs, chair = self.world, self.organs, self.chair()
        hours = world.draw(organs.chair_opens, "consultations opened", self._round(chair)) * world.pace(
            "consultation"
        )
        if chair == self.members.host or chair in self.members.opponents:
            hours *= float(organs.chair_party_factor)
        if organs.secretary_general_vacant:
            hours *= float(organs.vacancy_factor)
        hours *= time_of_observers(world.alliance, self.members.voters)
        if organs.council.session == "in_person":
            hours += world.draw(organs.council.travel, "travel to session", self._round(""))
        yield world.wait(hours)
        return world.record(
            EventKind.CONSULTATIONS, chair, cause=cause, detail={"session": organs.council.session}
        )

    def _law(self, cause: int) -> Ledger:
        """Return what the treaty says, read anew where the host has left the alliance since, or joined it."""
        member = self.members.host in self.members.voters
        if self._read is None or self._read[1] is not member:
            return self._read_ledger(cause)
        return self._read[0]

    def _read_ledger(self, cause: int) -> Ledger:
        ledger = ledger_now(self.world)
        self.members.heed(ledger)
        self._read = ledger, self.members.host in self.members.voters
        self.world.record(
            EventKind.LEDGER, cause=cause,
            detail={"entries": ledger.entries, "lawful": ledger.lawful, "basis": dict(ledger.basis)},
        )  # fmt: skip
        return ledger

    def _announce_line(self, motion: Motion, cause: int) -> int:
        """The lead lets its line on a motion be known, unless it asks for it itself."""
        lead = self.members.lead
        if lead not in self.members.allies or lead == motion.sponsor:
            return cause
        line = self.members.line(motion.level, motion.limited)
        detail = {"line": line, "level": motion.level, "scope": motion.scope}
        return self.world.record(EventKind.LEAD_LINE, lead, cause=cause, detail=detail)

    # motions

    def _motions(self, cause: int) -> Iterator[Motion]:
        """Yield the lawful, sponsored motions from the most to the least; log why others are missing."""
        for level, limited, scope in LADDER:
            reason = obstacle(self.world.scenario, self._law(cause), level)
            if not reason and self.decision.gate:
                reason = self._fails_sounding(level, limited)
            if reason:
                detail = {"reason": reason, "level": level, "scope": scope}
                self.world.record(EventKind.NO_MOTION, cause=cause, detail=detail)
            else:
                yield Motion(level, limited, self.world.crisis.asker, scope)

    def _willing_in_private(self) -> tuple[str, ...]:
        """Return the allies that would have supported the least that was asked for, had it been put.

        They may help on their own, outside the council (*assumed*: who is willing there is so here too).
        """
        level, members = least_asked(self.world.scenario), self.members
        verdicts = {m: members.verdict(m, level, limited=False, accepts=True) for m in members.allies}
        asker = self.world.crisis.asker
        return tuple(m for m, v in verdicts.items() if v.answer.position is Position.SUPPORT and m != asker)

    def _fails_sounding(self, level: HelpLevel, limited: bool) -> str:
        """Return why a motion dies before it is put, or "" when it lives.

        A motion that the lead would object to, or that no ally would support, is not tabled (*assumed*).
        """
        members, support = self.members, Position.SUPPORT
        if members.lead in members.allies:
            lead = members.verdict(members.lead, level, limited, accepts=True)
            if lead.answer.position is Position.OBJECT:
                return "the lead member would object"
        for member in members.allies:
            if members.verdict(member, level, limited, accepts=True).answer.position is support:
                return ""
        return "no ally would support it"

    def _put(self, motion: Motion, cause: int) -> ProcessGenerator:
        """Let every member deliberate on its own, then apply the rule."""
        world, ledger = self.world, self._law(cause)
        contested = ledger.basis[motion.level] == "contested"
        cause = self._announce_line(motion, cause)
        detail = {"level": motion.level, "scope": motion.scope, "grounds": ledger.grounds[motion.level]}
        cause = world.record(EventKind.MOTION, motion.sponsor, cause=cause, detail=detail)
        allies = self.members.allies
        ballot = Ballot(motion, contested, self.appeals, cause, {}, set(allies), world.env.event())
        pace = self._pace(motion)
        for member in allies:
            world.start(self._deliberate(member, ballot, pace))
        if allies:
            yield ballot.done
        return self._decide(ballot)

    def _redraft(self, failed: Motion) -> simpy.Event:
        """Wait until a text that failed is cut to the next that can be put."""
        entity = self._round(failed.level + failed.scope)
        return self.world.wait(self.world.draw(self.organs.council.redraft, "redraft", entity))

    def _pace(self, motion: Motion) -> Duration:
        """Return how long a member thinks about *motion*; sounded out before, it answers faster."""
        council = self.organs.council
        first = motion.level == "force" and not motion.limited
        cold = first and not self.world.crisis.host_choice.private_sounding
        return council.deliberation_cold if cold else council.deliberation_cleared

    def _deliberate(self, member: str, ballot: Ballot, pace: Duration) -> ProcessGenerator:
        """One member makes up its mind and answers; the last to do so lets the council decide."""
        world, motion = self.world, ballot.motion
        hours = world.draw(pace, "deliberation", self._round(f"{member} {motion.level} {motion.scope}"))
        yield world.wait(hours * world.pace("consultation"))
        if ballot.appeal <= self.lapsed:
            return
        if member in self.members.allies:  # it may have left the alliance meanwhile
            self._position(member, ballot)
        ballot.pending.discard(member)
        if not ballot.pending:
            ballot.done.succeed()

    def _position(self, member: str, ballot: Ballot) -> None:
        world, motion = self.world, ballot.motion
        accepts = not ballot.contested or accepts_contested(
            float(world.alliance.tie(member, self.members.host))
        )
        v = self.members.verdict(member, motion.level, motion.limited, accepts)
        if member == self.members.asker:  # whoever asks on the host's behalf supports what it asks for
            v = v._replace(answer=SUPPORTS)
        ballot.verdicts[member] = v
        world.record(
            EventKind.POSITION, member, cause=ballot.cause,
            detail={
                "answer": str(v.answer.position), "contribute": v.contributes and motion.level == "force",
                "willingness": v.willingness, "threshold": v.threshold, "terms": v.terms,
                "level": motion.level, "scope": motion.scope,
            },
        )  # fmt: skip

    def _decide(self, ballot: Ballot) -> tuple[bool, int]:
        world, motion, verdicts = self.world, ballot.motion, ballot.verdicts
        ledger = self._law(ballot.cause)
        council, rule = self.members.council(motion.level), self.organs.council.rule
        answers = {m: verdicts[m].answer for m in self.members.allies if m in verdicts}
        if self.members.host in self.members.voters:
            answers[self.members.host] = SUPPORTS
        carried = not obstacle(world.scenario, ledger, motion.level)  # unless the host has left meanwhile
        passed = carried and DECISION_RULES[rule](answers, council)
        support, against = len(supporters(answers)), len(objectors(answers))
        detail = {
            "level": motion.level, "scope": motion.scope, "rule": rule,
            "support": support, "object": against, "abstain": len(answers) - support - against,
            "provisions": ledger.grounds[motion.level],
            "blockers": () if passed else blockers(rule, answers, council),
        }  # fmt: skip
        kind = EventKind.ADOPTED if passed else EventKind.REFUSED
        cause = world.record(kind, self.chair(), cause=ballot.cause, detail=detail)
        if passed and motion.level == "force":
            mandate = world.scenario.response.mandate
            assert mandate is not None
            share = self.decision.authorised(motion.scope)
            givers = tuple(m for m, v in verdicts.items() if v.contributes and m in self.members.allies)
            cause = world.record(
                EventKind.MANDATE, self.chair(), amount=share * float(mandate.ceiling), cause=cause,
                detail={
                    "tasks": mandate.tasks, "duration": float(mandate.duration),
                    "troops": share * float(mandate.troops), "contributors": givers, "scope": motion.scope,
                },
            )  # fmt: skip
        return passed, cause

    def _consider_alone(self, cause: int) -> None:
        """The lead acts on its own when its willingness clears the higher bar of going alone."""
        lead = self.members.lead
        response = self.world.scenario.response
        if lead not in self.members.allies or lead not in response.offers or response.mandate is None:
            return
        v = self.members.verdict(lead, "force", limited=False, accepts=True)
        # What the treaty leaves in doubt holds nobody back outside the council.
        willingness = v.willingness + self.members.legal_cost(lead, "force")
        if willingness >= v.threshold + float(self.decision.bilateral_margin):
            self.world.record(
                EventKind.BILATERAL, lead, cause=cause,
                amount=float(response.mandate.troops),
                detail={"contributors": (lead,), "willingness": willingness, "threshold": v.threshold},
            )  # fmt: skip
