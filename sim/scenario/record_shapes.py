"""The shape of a record: past cases of an alliance, who asked for what, and where each member stood."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from sim.scenario.alliance import HelpLevel
from sim.scenario.distributions import Frozen
from sim.scenario.scalars import Day, Number

#: What the council can decide, from nothing to force; within a class the order is one of custom.
Rung = Literal[
    "none", "statement", "consultations", "mission", "material_aid", "exercises", "force_deployment"
]
RUNGS: tuple[Rung, ...] = get_args(Rung)
Decision = Literal[Rung, "refused"]
CaseType = Literal[
    "internal_unrest", "interstate_war", "cross_border_incursion", "intra_member_clash", "coup_or_mutiny",
    "external_pressure", "epidemic", "out_of_area", "hybrid",
]  # fmt: skip
CodedAnswer = Literal["contributes", "supports", "abstains_or_silent", "opposes"]
#: Coded answers from the most to the least helpful.
CODED_ANSWERS: tuple[CodedAnswer, ...] = get_args(CodedAnswer)
Role = Literal["host", "third", "requester", "adversary", "accused"]
Basis = Literal[
    "own_statement_or_act", "consensus_document", "inferred_from_collective_outcome",
    "background_knowledge_not_checked", "no_evidence_found",
]  # fmt: skip


class CodedPosition(Frozen):
    """Where one member stood towards collective help in one case, and how that is known."""

    #: None when not established.
    position: CodedAnswer | None = None
    role: Role = "third"
    #: Of contributors: within the alliance, or real help outside it.
    channel: Literal["collective", "bilateral"] | None = None
    basis: Basis = "background_knowledge_not_checked"
    confidence: Literal["high", "medium", "low"] = "low"
    evidence: str | None = None
    source: str | None = None

    @property
    def answer(self) -> CodedAnswer | None:
        """The coded position."""
        return self.position

    @model_validator(mode="after")
    def _only_contributors_have_a_channel(self) -> Self:
        if self.channel is not None and self.position != "contributes":
            raise ValueError("only who contributes has a 'channel'; drop it or mend 'position'")
        return self


class Adversary(Frozen):
    """Who stood on the other side: in words, by kind, and by keys for ties."""

    name: str = "none"
    kind: Literal["state", "member", "non-state", "none", "epidemic"] = "none"
    parties: tuple[str, ...] = ()


class CasePlace(Frozen):
    """Where a case was, and whose territory it is held to be."""

    place: str = "not recorded"
    lat: Number | None = Field(default=None, ge=-90, le=90)
    lon: Number | None = Field(default=None, ge=-180, le=180)
    territory: Literal["recognised", "partially_recognised", "disputed", "external"] = "recognised"


class Claim(Frozen):
    """Whether somebody called it aggression from abroad."""

    value: bool | None = None
    by: str | None = None


class Request(Frozen):
    """Whether help was formally asked of the alliance; null when disputed or not established."""

    value: bool | None = None
    date: Day | None = None
    article: str | None = None
    note: str | None = None


class Severity(Frozen):
    """Deaths and displaced people, as reported."""

    deaths: Number | None = Field(default=None, ge=0)
    displaced: Number | None = Field(default=None, ge=0)
    note: str | None = None
    source: str | None = None
    source_checked: bool = False


class Contested(Frozen):
    """Whether sources differ on the case, and on what."""

    value: bool = False
    what: str | None = None


class Case(Frozen):
    """One crisis: what it was, what was asked, what the council did, where each member stood."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    name: str = ""
    #: The council of the first treaty, the wider commonwealth, or the organisation.
    frame: Literal["CST_1992", "CIS", "CSTO"] = "CSTO"
    start: Day
    end: Day | None = None
    type: CaseType
    host: str | None = None
    host_is_member: bool = True
    adversary: Adversary = Adversary()
    where: CasePlace = CasePlace()
    external_aggression_claimed: Claim = Claim()
    formally_requested: Request = Request()
    council_decision: Decision
    council_decision_also: tuple[Decision, ...] = ()
    days_from_request_to_decision: Number | None = Field(default=None, ge=0)
    days_note: str | None = None
    #: People each member sent within the alliance; null when the number was not found.
    troops_sent: dict[str, Number | None] = {}
    troops_note: str | None = None
    members_at_date: tuple[str, ...] = ()
    members_note: str | None = None
    positions: dict[str, CodedPosition]
    bilateral_action: str | None = None
    severity: Severity = Severity()
    duration_days: Number | None = Field(default=None, ge=0)
    contested: Contested = Contested()
    notes: str | None = None
    sources: tuple[str, ...] = ()
    #: Cases of one conflict share a key; left empty it is made from the parties.
    conflict: str = ""
    #: The highest level asked of the alliance; "none" when nothing was asked, null when not known.
    asked_level: HelpLevel | None = None
    #: Whether anything was put to the members: a request, a meeting called on it, a text of all. A word of
    #: the secretary-general alone is none. Left empty: a request or a decision beyond none stands for it.
    motion: bool | None = None
    #: How sure it was at the time who had done it; "none" when nobody outside was blamed.
    attribution: Literal["certain", "disputed", "none"] | None = None
    un_mandate: bool | None = None
    #: States and bodies outside the alliance's organs that were asked for help; null when not known.
    asked_elsewhere: tuple[str, ...] | None = None
    #: Why the codes above are what they are, by their names.
    coding_notes: dict[str, str] = {}

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise ValueError("'end' is before 'start'; swap or mend them")
        return self

    @property
    def day(self) -> date:
        """The day on which members are counted: the request's, else the first."""
        return self.formally_requested.date or self.start

    @property
    def seats(self) -> tuple[str, ...]:
        """Who sits in the council: the members of the day; where those are not given, who has a position.

        Those with a position stand first, in its order.
        """
        if not self.members_at_date:
            return tuple(self.positions)
        coded = tuple(name for name in self.positions if name in self.members_at_date)
        return (*coded, *(name for name in self.members_at_date if name not in coded))

    @property
    def allies(self) -> tuple[str, ...]:
        """Members whose answer is an ally's: neither host nor requester, adversary or accused."""
        return tuple(name for name in self.seats if self.role_of(name) == "third")

    def role_of(self, name: str) -> Role:
        """Return the coded role of a state; one left open follows from host and adversary."""
        role = self.coded(name).role
        if role != "third":
            return role
        if name == self.host:
            return "host"
        return "adversary" if name in self.adversary.parties else "third"

    def coded(self, name: str) -> CodedPosition:
        """Return the coded position of a state; of one without, that nothing is established."""
        return self.positions.get(name) or CodedPosition()


class Record(Frozen):
    """Cases by id, oldest first, and what the reader of their file should know."""

    format: Literal[1] = 1
    title: str = ""
    description: str = ""
    cases: dict[str, Case]
    #: What was read with a default: unknown states, keys that are not used.
    notices: tuple[str, ...] = ()

    @property
    def conflicts(self) -> dict[str, tuple[str, ...]]:
        """Ids of the cases of each conflict."""
        keys = dict.fromkeys(case.conflict for case in self.cases.values())
        return {key: tuple(i for i, case in self.cases.items() if case.conflict == key) for key in keys}
