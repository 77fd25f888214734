"""What has happened: records with a cause each, appended by the world and read by responses."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import wraps
from math import inf
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

NOTHING: Mapping[str, Any] = {}
_BY_NUMBER, _BY_TIME, _BY_TIME_AND_NUMBER = itemgetter(0), itemgetter(1), itemgetter(1, 0)
Found = TypeVar("Found")


class EventKind(StrEnum):
    """Kinds of event. *who* acts, *where* it happens, *amount* counts; *detail* says the rest."""

    # crisis (where = site key)
    ONSET = "onset"  # amount: incidents a day
    UNREST = "unrest"  # a new closed-form segment; detail: level, growth, suppression, ceiling (all per h)
    INCIDENT = "incident"  # amount: killed; detail: wounded
    OVERWHELMED = "overwhelmed"  # amount: incidents a day at that moment
    CALM = "calm"  # site calm again; amount: hours since it was affected
    CLEARING = "clearing"  # amount: killed when the site was cleared by force
    SWEEP = "sweep"  # amount: people to be detained; detail: lag (mean hours until reported)
    FADED = "faded"  # unrest at a site burnt out unaided
    SETTLED = "settled"  # national settlement
    GOVERNMENT_FELL = "government fell"  # detail: elsewhere (the crisis of a campaign that it fell in)
    RESERVES_ORDERED = "reserves ordered"  # amount: personnel
    RESERVES_ARRIVED = "reserves arrived"  # amount: personnel, where: site
    ORDER_RESTORED = "order restored"  # every affected site calm
    # dynamics other than unrest (where = sector, village, member)
    ALARM = "alarm"  # a new reason for the host to worry; amount: danger (0-1); detail: label
    DEATHS = "deaths"  # amount: killed; detail: side (who they belonged to)
    INJECT = "inject"  # where: key; who: the state that does it; detail: label, levers
    INJECT_ENDED = "inject ended"  # where: key; detail: label
    BRANCH = "branch"  # where: key of the branch; detail: outcome, label, levers
    MEASURE = "measure"  # help short of force begins; who: giver ("" collective); where: key; amount: troops
    MEASURE_ENDED = "measure ended"
    EPIDEMIC = "epidemic"  # a new closed-form segment; where: state; detail: cases, growth, ceiling, fatality
    CASES = "cases"  # amount: confirmed cases counted since the last count; where: state
    STRAINED = "strained"  # hospitals under strain; where: state; amount: cases a day
    AID_ASKED = "aid asked"  # who: the state it is for; where: key; detail: label, what, by
    AID = "aid arrived"  # who: giver; where: key; amount; detail: label, what, to, lead (h)
    AID_ENDED = "aid ended"  # who: giver; where: key; detail: label, to
    ATTACK = "attack"  # covert; where: target; amount: damage; detail: label
    ATTRIBUTION = "attribution"  # the author is found out further; detail: external_hand
    SANCTIONED = "sanctioned"  # who: state; detail: hazard (per h)
    # fighting between two sides (who = side)
    STANDOFF = "standoff"  # before the first shot; amount: people on each side; detail: label
    DISPERSED = "dispersed"  # a stand-off ended without a shot; amount: hours it lasted
    EXCHANGE = "exchange"  # a round of firing begins; amount: number of the round; where: sector
    CEASEFIRE = "ceasefire"  # amount: hours that the round lasted; detail: round
    LASTING_CEASEFIRE = "lasting ceasefire"  # amount: hours since the first shot; detail: rounds
    PREVAILED = "prevailed"  # the other side gives in; amount: hours since the first shot
    INTERPOSED = "interposed"  # peacekeepers between the sides; amount: soldiers; detail: factor on relapse
    DISPLACED = "displaced"  # a new closed-form segment; amount: people away; detail: rate (per h), toward
    PULLED_BACK = "pulled back"  # reinforcements of both sides are back at their bases
    EXERCISE = "exercise"  # where: key; amount: troops; detail: label, levers
    EXERCISE_ENDED = "exercise ended"
    FAR_BANK_LOST = "far bank lost"  # it changes hands; where: sector; amount: km
    CLASH = "clash"  # guards stop intruders; where: sector; amount: killed; detail: party, held, kg, lost
    CROSSED = (
        "crossed"  # unstopped since the last record; where: sector; amount: how many; detail: party, seen
    )
    RAID = "raid"  # an attack by people who came over a border; amount: attackers; detail: label, beyond
    FLED = "fled"  # over a border; where: sector; amount: people; detail: who (soldiers, civilians)
    WENT_HOME = "went home"  # those who had fled; where: sector; amount: people; detail: who
    # host
    DANGER_NOTICED = "danger noticed"  # detail: out_of_control (share of the country)
    SOUNDING = "sounding"  # private questions to the members
    SOUNDED = "sounded"  # answers in hand; detail: chance_of_help, gain (utility of asking minus of not)
    PRIVATE_APPEAL = "private appeal"
    APPEAL = "appeal"  # public
    APPEAL_WITHHELD = "appeal withheld"  # detail: reason, chance_of_help, gain
    APPEAL_CANCELLED = "appeal cancelled"  # detail: made (it lapses unanswered), left (who asked has left)
    # organs and members; who: the member or organ
    WARNING_ORDER = "warning order"  # who: member
    SECRETARY_GENERAL = "secretary general"  # public word
    CONSULTATIONS = "consultations"  # who: the chair; detail: session
    LEDGER = "ledger"  # detail: entries (tuple of LedgerEntry), lawful (tuple of levels)
    LEAD_LINE = "lead line"  # who: lead; detail: line (-1, 0, 1), channel (none, bilateral, collective)
    MOTION = "motion"  # who: sponsor; detail: level, scope (full, limited)
    POSITION = "position"  # who; detail: answer, contribute, willingness, threshold, terms, level, scope
    NO_MOTION = "no motion"  # detail: reason
    ADOPTED = "adopted"  # detail: level, scope, rule, support, abstain, object, provisions
    REFUSED = "refused"  # detail: level, scope, rule, support, abstain, object, blockers
    MANDATE = "mandate"  # amount: ceiling; detail: tasks, duration, troops
    BILATERAL = "bilateral"  # who: lead acts on its own; amount: troops
    # national approval (who = member)
    QUORUM_FAILED = "quorum failed"  # detail: present, needed
    BALLOT = "ballot"  # detail: yes, no, needed, passed
    APPROVED = "approved"
    APPROVAL_LAPSED = "approval lapsed"
    # movement (who = member; detail always holds unit and echelon)
    ECHELON_READY = "echelon ready"  # amount: troops
    TAKEOFF = "takeoff"  # where: from; amount: troops; detail: ... direction, vehicles, aircraft, number
    LANDED = "landed"  # the touchdown; where: to; amount: troops; detail: ... vehicles, parts, unloaded (h)
    ROAD_DEPARTED = "road departed"
    ROAD_ARRIVED = "road arrived"  # amount: troops; detail: vehicles, parts, direction
    BREAKDOWN = "breakdown"  # amount: hours lost; where: airfield
    ON_TASK = "on task"  # amount: troops posted; where: site; detail: task
    FREED = "freed"  # amount: local personnel freed; where: site
    DEPLOYED = "deployed"  # every contributor's contingent complete; amount: troops in theatre
    ANSWERED = "answered"  # the council is done with an appeal; who: host; detail: level
    # standing of the alliance (who: member, "" for the whole; where: measure; amount: new value)
    STANDING = "standing"  # detail: change, reason
    EXIT = "exit"  # who leaves; amount: hazard (per h)
    # end
    END_ANNOUNCED = "end announced"  # who: host, "" the alliance (no government left); detail: reason
    END_REQUESTED = "end requested"
    WITHDRAWAL_ORDERED = "withdrawal ordered"
    WITHDRAWAL_BEGAN = "withdrawal began"  # first guards relieved
    CONTINGENT_HOME = "contingent home"  # who; amount: troops
    WITHDRAWN = "withdrawn"  # last soldier out of theatre
    HORIZON = "horizon"  # the simulated time ends


class SortieParts(NamedTuple):
    """Where the hours of one chalk (aircraft or road load) went; the parts add up to the whole, in hours.

    The whole ends when an aircraft is unloaded, or a column has arrived.
    """

    released: float  # instant the chalk stood ready at its airfield (hours on the clock, not a part)
    aircraft: float  # waiting for an aircraft and crew, its positioning, breakdowns
    slots: float  # waiting for loading and unloading slots
    weather: float  # waiting for an open airfield
    handling: float  # loading and unloading
    flight: float  # in the air (or on the road)


class EventRecord(NamedTuple):
    """One thing that happened."""

    id: int  # order of recording
    time: float  # hours after the scenario's start
    kind: EventKind
    who: str = ""
    where: str = ""
    amount: float = 0.0
    cause: int = -1  # id of the event that led to this one; -1 for none
    detail: Mapping[str, Any] = NOTHING
    crisis: str = ""  # key of the episode it belongs to; "" for the scenario's own crisis


class EventLog:
    """The finished log of one replication, in order of time."""

    __slots__ = ("_by_kind", "_given", "_in_order", "_unsorted", "_until", "kept", "parts")

    def __init__(self, records: Iterable[EventRecord], until: float = inf) -> None:
        """Sort *records*, given in order of recording, by time, and keep those up to the hour *until*.

        Ties keep their order.
        """
        self._given, self._until = list(records), until
        self._in_order: tuple[EventRecord, ...] | None = None
        unsorted: defaultdict[EventKind, list[EventRecord]] = defaultdict(list)
        for record in self._given:
            unsorted[record[2]].append(record)  # the kind, by place: thousands of times a log
        #: Records of kinds not asked for yet, in order of recording; of those asked for, in order of time.
        self._unsorted = dict(unsorted)
        self._by_kind: dict[EventKind, list[EventRecord]] = {}
        #: What readers have derived from the log and will ask for again.
        self.kept: dict[str, Any] = {}
        #: The logs of a campaign's episodes, by key; this one then holds the rest.
        self.parts: dict[str, EventLog] = {}

    @classmethod
    def of_campaign(cls, records: Iterable[EventRecord], until: float) -> EventLog:
        """Return the log of a campaign's own crisis, with that of each episode, to its horizon, as a part."""
        by_crisis: defaultdict[str, list[EventRecord]] = defaultdict(list)
        for record in records:
            by_crisis[record.crisis].append(record)
        log = cls(by_crisis.pop("", ()), until)
        for key, found in by_crisis.items():
            ends = (r.time for r in reversed(found) if r.kind is EventKind.HORIZON)
            log.parts[key] = cls(found, min(until, next(ends, until)))
        return log

    @property
    def records(self) -> tuple[EventRecord, ...]:
        """All records in order of time."""
        if self._in_order is None:
            self._in_order = tuple(self.in_order(self._given))
        return self._in_order

    @property
    def whole(self) -> list[EventRecord]:
        """All records, those of a campaign's episodes among them, in order of time."""
        if not self.parts:
            return list(self.records)
        return sorted((r for log in (self, *self.parts.values()) for r in log), key=_BY_TIME_AND_NUMBER)

    def __iter__(self) -> Iterator[EventRecord]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def of(self, kind: EventKind) -> list[EventRecord]:
        """Return the records of *kind* in order of time."""
        found = self._by_kind.get(kind)
        if found is None:
            if kind not in self._unsorted:
                return []
            found = self._by_kind[kind] = self.in_order(self._unsorted.pop(kind))
        return found

    def in_order(self, records: Iterable[EventRecord]) -> list[EventRecord]:
        """Return *records* of this log, in order of recording or of time, in order of time up to its end."""
        in_order = sorted(records, key=_BY_TIME)
        if in_order and in_order[-1][1] > self._until:
            del in_order[bisect_right(in_order, self._until, key=_BY_TIME) :]
        return in_order

    def unordered(self, kind: EventKind) -> Sequence[EventRecord]:
        """Return the records of *kind* in any order, later ones than the log's end among them.

        For those who want few of them and put these `in_order`, which is cheaper than to order all.
        """
        return self._unsorted.get(kind) or self._by_kind.get(kind) or ()

    def first(self, kind: EventKind) -> EventRecord | None:
        """Return the first record of *kind*, or none."""
        found = self.of(kind)
        return found[0] if found else None

    def last(self, kind: EventKind) -> EventRecord | None:
        """Return the last record of *kind*, or none."""
        found = self.of(kind)
        return found[-1] if found else None

    def cause_of(self, record: EventRecord) -> EventRecord | None:
        """Return the event that led to *record*, or none."""
        given, number = self._given, record.cause
        # Numbers rise in the order of recording; in the log of a single crisis they are places.
        place = number
        if not (0 <= number < len(given) and given[number].id == number):
            place = bisect_left(given, number, key=_BY_NUMBER)
        cause = given[place] if place < len(given) else None
        return cause if cause and cause.id == number and cause.time <= self._until else None


def once(read: Callable[[EventLog], Found]) -> Callable[[EventLog], Found]:
    """Make *read* a reading that is taken once and kept with the log; nobody may change what it returns."""
    name = f"{read.__module__}.{read.__qualname__}"

    @wraps(read)
    def kept(log: EventLog) -> Found:
        if name not in log.kept:
            log.kept[name] = read(log)
        found: Found = log.kept[name]
        return found

    return kept
